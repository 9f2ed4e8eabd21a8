#!/bin/sh
# The pages in doc/ hold every function of the public headers and every verb, and their links lead somewhere.
# Usage: check_doc.sh BUILD_DIR SOURCE_DIR
set -eu
build=$1
source=$2
failures=0
fail() {
    failures=$((failures + 1))
    echo "FAILED: $*"
}

functions=$(cat "$source/runtime/ortlite.h" "$source/converters/builder.h" "$source/converters/convert.h" \
    "$source/converters/metadata.h" "$source/converters/source_walk.h" | grep -oE '\bortl_[a-z0-9_]+\(' | sort -u)
[ "$(echo "$functions" | wc -l)" -ge 40 ] || fail "only these functions were found: $functions"
for function in $functions; do
    grep -Fq "$function" "$build/doc/c_interface.md" || fail "c_interface.md has not $function"
done
grep -q '^## Trees$' "$build/doc/c_interface.md" || fail "c_interface.md has no section Trees"
if grep -qE '^(#include|extern)' "$build/doc/c_interface.md"; then fail "c_interface.md holds guards"; fi
for verb in $("$build/ort-lite" help | sed -n 's/^  ort-lite \([a-z]*\)  .*/\1/p'); do
    grep -q "^## $verb: " "$build/doc/command_line.md" || fail "command_line.md has not $verb"
done

# Links of all Markdown files to files of the tree.
find "$source" -name '*.md' -not -path '*/build*' | while read -r page; do
    grep -oE '\]\([^)#:]+[^):]*\)' "$page" | sed 's/^](//; s/)$//; s/#.*//' | while read -r link; do
        [ -e "$(dirname "$page")/$link" ] || echo "$page: $link"
    done
    # Places within a page: its headings in small letters, without punctuation, blanks as hyphens.
    grep -oE '\]\([^):]*#[^)]*\)' "$page" | sed 's/^](//; s/)$//' | while read -r link; do
        target=$(dirname "$page")/${link%%#*}
        [ -n "${link%%#*}" ] || target=$page
        sed -n 's/^#\{1,\} //p' "$target" | tr 'A-Z ' 'a-z-' | tr -cd 'a-z0-9\n_-' | grep -qx -- "${link#*#}" ||
            echo "$page: $link"
    done
done >"${TMPDIR:-/tmp}/broken.$$"
[ ! -s "${TMPDIR:-/tmp}/broken.$$" ] || fail "links to nowhere: $(cat "${TMPDIR:-/tmp}/broken.$$")"
rm -f "${TMPDIR:-/tmp}/broken.$$"
echo "$(echo "$functions" | wc -l) functions, $failures failures"
[ "$failures" -eq 0 ]
