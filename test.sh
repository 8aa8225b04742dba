#!/usr/bin/env bash
# Sets up what is missing, builds, and runs the tests.
#
#   ./test.sh             all of them
#   ./test.sh ARGS...     arguments for ctest: ./test.sh -R Symbolizer
#
# HEAPTALLY_PRESET names another preset of CMakePresets.json than release.
# The exit status is that of ctest.
set -euo pipefail
source "$(dirname -- "$(readlink -f -- "$0")")/.ci/setup.sh"

preset=${HEAPTALLY_PRESET:-release}
install_packages build test
install_npm_packages
build "$preset"
exec ctest --test-dir "$(build_folder "$preset")" --output-on-failure --no-tests=error \
  -j "$(nproc)" "$@"
