#!/bin/sh
# Runs README's commands of "The whole path" as they are printed there, against an installed copy of the build:
# train in C, convert, predict, embed.
# Usage: whole_path.sh BUILD_DIR SOURCE_DIR C_COMPILER
set -eu
build=$1
source=$2
compiler=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix

cmake --install "$build" --prefix "$prefix" >"$work/install.log"
library=$(dirname "$(find "$prefix" -name libortlite.so)")

# cc is the compiler under test.
mkdir "$work/bin"
printf '#!/bin/sh\nexec "%s" "$@"\n' "$compiler" >"$work/bin/cc"
chmod +x "$work/bin/cc"
export PATH="$work/bin:$prefix/bin:$PATH" PKG_CONFIG_PATH="$library/pkgconfig" LD_LIBRARY_PATH="$library"

awk '/^## / { inside = ($0 == "## The whole path") } inside && /^```/ { fenced = ($0 == "```sh"); next }
     inside && fenced' "$source/README.md" >"$work/commands"
if [ "$(grep -c . "$work/commands")" -lt 5 ]; then
    echo "FAIL: the commands of \"The whole path\" were not found in README.md"
    exit 1
fi
ln -s "$source/examples" "$work/examples"
cd "$work"
sh -eux ./commands

rows=$(wc -l <predictions.csv)
if [ "$rows" -ne 151 ] || ! head -n 1 predictions.csv | grep -q '^label,probability_setosa,'; then
    echo "FAIL: predictions.csv has $rows lines and begins with $(head -n 1 predictions.csv)"
    exit 1
fi
echo "ok: README's whole path"
