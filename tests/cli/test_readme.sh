# README's session runs as it is printed, from the root of the sources, and prints what is printed there; the picture
# is the one that is drawn.
root=$data/../..
ln -s "$root/examples" examples
mkdir bin
ln -s "$program" bin/ort-lite
PATH=$PWD/bin:$PATH

# Blocks between ``` lines that begin with "$ ": commands, and below each what it prints.
awk '/^```/ { fenced = !fenced; is_session = 0; next } fenced && /^\$ / { is_session = 1 } is_session' \
    "$root/README.md" >session
[ "$(grep -c '^\$ ' session)" -ge 4 ] || fail "README's session was not found"
grep '^\$ ' session | while read -r line; do
    printf '%s\n' "$line"
    sh -c "${line#\$ }" 2>&1
done >said
expect_same session said
expect_same "$root/doc/tree.svg" tree.svg
