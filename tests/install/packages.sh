#!/bin/sh
# The Debian packages, built, installed, used and removed in a clean Debian 12 root. Needs root, debootstrap and
# a mirror, and takes a minute, so it is no ctest: CI and people run it.
# Usage: packages.sh SOURCE_DIR [MIRROR]
set -eu
source=$(cd "$1" && pwd)
mirror=${2:-$("$source/tools/mirror.sh")}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root

cmake -S "$source" -B "$work/build" -G Ninja -DCMAKE_INSTALL_PREFIX=/usr -DBUILD_TESTING=OFF >"$work/log"
cmake --build "$work/build" >>"$work/log"
(cd "$work/build" && cpack -G DEB >>"$work/log")
debootstrap --variant=minbase bookworm "$root" "$mirror" >>"$work/log"
# The host's way to the mirrors.
cp /etc/resolv.conf "$root/etc/resolv.conf"
cp /etc/apt/apt.conf.d/* "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
mkdir "$root/packages"
cp "$work/build"/*.deb "$root/packages/"
cp -r "$source/examples" "$root/examples"
find "$root/usr" "$root/etc" | sort >"$work/before"

inside() { DEBIAN_FRONTEND=noninteractive chroot "$root" "$@"; }

# The program alone: convert, look, predict, verify, draw.
inside sh -euc 'apt-get install -q -y --no-install-recommends /packages/ort-lite_*.deb' >>"$work/log"
inside sh -euc 'cd /tmp
    ort-lite convert /examples/iris/model.txt -o model.onnx --compare /examples/iris/labelled.csv
    ort-lite inspect model.onnx
    ort-lite predict model.onnx /examples/iris/labelled.csv -o predictions.csv
    ort-lite verify model.onnx /examples/iris/labelled.csv --target species
    ort-lite tree model.onnx 0 --format svg -o tree.svg
    ort-lite predict /examples/iris/iris.onnx /examples/iris/iris.csv | cmp - /examples/iris/expected.csv'
[ -f "$root/usr/share/bash-completion/completions/ort-lite" ]

# The libraries: the examples, compiled as README says.
inside sh -euc 'apt-get install -q -y --no-install-recommends gcc libc6-dev pkg-config /packages/libortlite*.deb' \
    >>"$work/log"
# shellcheck disable=SC2016  # for the shell inside
inside sh -euc 'cd /tmp
    cc /examples/embed/embed.c $(pkg-config --cflags --libs ortlite) -o embed
    ./embed /examples/iris/iris.onnx
    cc /examples/train_in_c/train_in_c.c $(pkg-config --cflags --libs ortlite_convert ortlite) -lm -o train_in_c
    ./train_in_c /examples/iris/iris.csv forest.onnx
    ort-lite check forest.onnx'

# Gone without a trace.
inside apt-get purge -q -y ort-lite libortlite0 libortlite-dev >>"$work/log"
left=$(find "$root/usr" "$root/etc" | sort | comm -13 "$work/before" - | grep -iE 'ort-?lite' || true)
if [ -n "$left" ]; then
    echo "FAIL: left behind: $left"
    exit 1
fi
echo "ok: packages installed, used and removed"
