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
install_packages build samples test
install_npm_packages
build "$preset"
# One more than there are cores: many of the tests wait for their programs.
exec ctest --test-dir "$(build_folder "$preset")" --output-on-failure --no-tests=error \
  -j "$(($(nproc) + 1))" "$@"
