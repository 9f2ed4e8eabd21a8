#!/bin/sh
# Prints where this machine gets the packages of Debian 12 from.
set -eu
# shellcheck disable=SC2016  # apt fills these in
apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' 'Component: main' | sed 1q
