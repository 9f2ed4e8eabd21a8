#!/bin/sh
# Installs the build into an empty prefix and compiles the example against what was installed: as C99 and
# as C++ through pkg-config, shared and static, and through the CMake package.
# Usage: run.sh BUILD_DIR SOURCE_DIR C_COMPILER [EMULATOR]
set -eu
build=$1
source=$2
compiler=$3
emulator=${4:-}
tools=${compiler##*/}
case $tools in # another machine's tools have its name in front
*gcc) tools=${tools%gcc} ;;
*) tools= ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
expected="class 0 with probability"

cmake --install "$build" --prefix "$prefix" >"$work/install.log"
library=$(dirname "$(find "$prefix" -name libortlite.so)")
PKG_CONFIG_PATH=$library/pkgconfig
export PKG_CONFIG_PATH
# The package was configured for another prefix, and finds this one.
flags=$(pkg-config --cflags ortlite)
libs=$(pkg-config --libs ortlite)
statics="$library/libortlite.a $(pkg-config --static --libs-only-l ortlite | sed 's/-lortlite//')"

check() {
    said=$(LD_LIBRARY_PATH=$library $emulator "$1" "$source/examples/iris/iris.onnx")
    case $said in
    "$expected"*) echo "ok: $(basename "$1"): $said" ;;
    *)
        echo "FAIL: $1 said: $said"
        exit 1
        ;;
    esac
}

# shellcheck disable=SC2086  # the flags are lists of words
{
    example=$source/examples/embed/embed.c
    "$compiler" -std=c99 -Wall -Wextra -Wpedantic -Werror $flags "$example" $libs -o "$work/c99"
    "$compiler" -std=c99 $flags "$example" $statics -o "$work/c99_static"
    "${tools}g++" -x c++ -std=c++11 -Wall -Wextra -Wpedantic -Werror $flags "$example" -x none $libs -o "$work/cpp"
}
check "$work/c99"
check "$work/c99_static"
check "$work/cpp"

cmake -G Ninja -S "$source/tests/install" -B "$work/cmake" -DCMAKE_PREFIX_PATH="$prefix" \
    -DEXAMPLES="$source/examples" -DCMAKE_C_COMPILER="$compiler" >"$work/cmake.log"
cmake --build "$work/cmake" >>"$work/cmake.log"
check "$work/cmake/embed_ortlite"
check "$work/cmake/embed_ortlite_static"

# The service: two connections at once, right and wrong rows, against what the program predicts.
serve() {
    # A port that is taken ends the service; then the next is tried. bash knows sockets.
    for port in $(seq 20000 20020); do
        LD_LIBRARY_PATH=$library $emulator "$work/cmake/service" "$source/examples/iris/iris.onnx" "$port" \
            2>/dev/null &
        service=$!
        sleep 0.3
        while kill -0 "$service" 2>/dev/null; do
            if bash -c 'exec 5<>"/dev/tcp/127.0.0.1/$1"' bash "$port" 2>/dev/null; then return; fi
            sleep 0.1
        done
    done
    echo "FAIL: the service did not start"
    exit 1
}
serve
tail -n +2 "$source/examples/iris/iris.csv" >"$work/rows"
echo nonsense >>"$work/rows"
# A second connection stays open meanwhile.
bash -c 'exec 5<>"/dev/tcp/127.0.0.1/$1" 6<>"/dev/tcp/127.0.0.1/$1"
    echo 5.1,3.5,1.4,0.2 >&6
    while read -r row; do echo "$row" >&5; read -r said <&5; echo "$said"; done <"$2" >"$3"
    read -r said <&6; echo "$said" >>"$3"' bash "$port" "$work/rows" "$work/answers"
kill "$service"
tail -n +2 "$source/examples/iris/expected.csv" | cut -d, -f1 >"$work/labels"
if ! head -n 150 "$work/answers" | cut -d, -f1 | cmp -s - "$work/labels" ||
    [ "$(sed -n 151p "$work/answers")" != "error: 4 numbers expected" ] ||
    [ "$(sed -n 152p "$work/answers")" != "$(head -n 1 "$work/answers")" ]; then
    echo "FAIL: the service said:"
    tail -n 5 "$work/answers"
    exit 1
fi
echo "ok: service answers 151 rows and one that is none"
LD_LIBRARY_PATH=$library $emulator "$work/cmake/train_in_c" "$source/examples/iris/iris.csv" "$work/forest.onnx" >/dev/null
[ -s "$work/forest.onnx" ]

# The shared library needs libc, libm and libprotobuf-c, and libutf8proc where a build asks for it, nothing else, and
# shows ortl_ names only.
unicode=$(sed -n 's/.*-l\(utf8proc\).*/|lib\1/p' "$build/runtime/ortlite.pc")
needed=$("${tools}objdump" -p "$library/libortlite.so" |
    awk -v known="^(libc|libm|libprotobuf-c|ld-linux.*|ld64$unicode)[.]so" '$1 == "NEEDED" && $2 !~ known { print $2 }')
if [ -n "$needed" ]; then
    echo "FAIL: libortlite.so also needs $needed"
    exit 1
fi
strange=$("${tools}nm" -D --defined-only "$library/libortlite.so" | awk '$3 !~ /^ortl_[a-z]/ { print $3 }')
if [ -n "$strange" ]; then
    echo "FAIL: libortlite.so also shows $strange"
    exit 1
fi
"${tools}strip" -o "$work/stripped.so" "$library/libortlite.so"
size=$(wc -c <"$work/stripped.so")
limit=512000
echo "libortlite.so stripped: $size bytes, at most $limit"
[ "$size" -le "$limit" ]
