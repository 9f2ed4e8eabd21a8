#!/bin/sh
# Who may include whom (the rule is drawn in README.md): reads every #include "..." line of the tree and
# names the ones that cross a wall. Usage: check_includes.sh ROOT
set -eu
cd "${1:?usage: check_includes.sh ROOT}"

# Prints "from-file included-file" for each include, the second path made relative to ROOT.
list_includes() {
    find runtime onnx converters tools bench -name '*.[ch]' | sort | while read -r file; do
        sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"\([^"]*\)".*/\1/p' "$file" |
            while read -r name; do
                printf '%s %s/%s\n' "$file" "$(dirname "$file")" "$name"
            done
    done | awk '{ # resolve a/b/../c
        n = split($2, part, "/"); depth = 0
        for (i = 1; i <= n; i++) {
            if (part[i] == "." || part[i] == "") continue
            if (part[i] == ".." && depth > 0) { depth--; continue }
            kept[++depth] = part[i]
        }
        path = kept[1]
        for (i = 2; i <= depth; i++) path = path "/" kept[i]
        print $1, path
    }'
}

list_includes | awk '
    function room(path) { return substr(path, 1, index(path, "/") - 1) }
    function is_base(path) {
        return path ~ /^runtime\/(ortlite|libm|sort|status|memory|number|saved_file|utf8)\.h$/
    }
    function is_public(path) {
        return path ~ /^runtime\/(ortlite|libm|number|saved_file|utf8)\.h$/ || path ~ /^converters\/(convert|builder|metadata|source_walk|json_room)\.h$/
    }
    function is_allowed(from, to) {
        if (to ~ /pb-c\.h$/) return from ~ /^onnx\/.*\.c$/
        if (room(from) == room(to)) return 1
        if (from ~ /^tools\// && to ~ /^bench\/(peer|measure|random)\.h$/) return 1
        if (from ~ /^(tools|bench)\//) return is_public(to)
        if (is_base(to)) return 1
        if (from ~ /^converters\//) return to ~ /^onnx\/(graph|ensemble_columns|splice|writer)\.h$/
        if (from ~ /^runtime\//) return to ~ /^onnx\/(graph|ensemble_columns|envelope)\.h$/
        return 0
    }
    { n++ }
    !is_allowed($1, $2) { print $1 " must not include " $2; bad = 1 }
    END {
        if (n < 20) { print "only " n " includes were found: the reader of this test is broken"; exit 1 }
        exit bad
    }'
