# Makes Markdown of the comments and declarations of public headers:
#     awk -f doc/interface.awk runtime/ortlite.h converters/builder.h ...
# A comment stands above the declaration that follows it; the first comment of a file tells about the file;
# "/* ---- Title ---- */" begins a section. A line of a comment that is indented stays as it is.

function flush_comment(    i, line, is_code, was_code) {
    for (i = 1; i <= n_comment; i++) {
        line = comment[i]
        is_code = line ~ /^  +/
        if (is_code && !was_code) print "```"
        if (!is_code && was_code) print "```"
        gsub(/</, is_code ? "<" : "\\&lt;", line)
        gsub(/\*/, is_code ? "*" : "\\*", line)
        print line
        was_code = is_code
    }
    if (was_code) print "```"
    if (n_comment > 0) print ""
    n_comment = 0
}

function flush_code(    i) {
    if (n_code == 0) return
    print "```c"
    for (i = 1; i <= n_code; i++) print code[i]
    print "```\n"
    n_code = 0
}

FNR == 1 {
    flush_comment(); flush_code()
    n = split(FILENAME, part, "/")
    print "# " part[n] "\n"
    depth = 0; inside = 0
}
/^\/\* ---- .* -+ \*\/$/ {
    flush_comment(); flush_code()
    title = $0
    sub(/^\/\* ---- /, "", title); sub(/ -+ \*\/$/, "", title)
    print "## " title "\n"
    next
}
/^#(include|if|ifndef|ifdef|endif|else)/ || /^extern "C"/ || /^#define (ORTL[A-Z_]*_H|ORTL_API)/ { next }
/^}$/ && n_code == 0 { next }
!inside && depth == 0 && /^\/\*/ {
    flush_code()
    n_comment = 0
    inside = 1
    line = $0
    sub(/^\/\* ?/, "", line)
    if (line ~ /\*\//) { inside = 0; sub(/ *\*\/.*/, "", line) }
    if (line != "") comment[++n_comment] = line
    next
}
inside {
    line = $0
    if (line ~ /\*\//) { inside = 0; sub(/ *\*\/.*/, "", line) }
    sub(/^ \* ?/, "", line)
    if (!(line == "" && (!inside || n_comment == 0))) comment[++n_comment] = line
    next
}
/^$/ && depth == 0 { flush_comment_and_code(); next }
{
    if (n_code == 0) flush_comment()
    code[++n_code] = $0
    text = $0
    gsub(/\/\*.*\*\//, "", text)
    depth += gsub(/\{/, "{", text) - gsub(/\}/, "}", text)
}
function flush_comment_and_code() {
    if (n_code > 0) flush_code()
    else flush_comment()
}
END { flush_comment(); flush_code() }
