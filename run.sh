#!/usr/bin/env bash
# Sets up what is missing, builds, and runs heaptally.
#
#   ./run.sh                      records the samples and shows in one table how their memory differs
#   ./run.sh samples list         which samples there are
#   ./run.sh samples NAME [SIZE]  records one, and opens with what to learn from it
#   ./run.sh ARGS...              the heaptally command: ./run.sh record -o my.heaptally my-program
#
# With arguments for heaptally, stdin, stdout and the exit status are those of heaptally.
set -euo pipefail
source "$(dirname -- "$(readlink -f -- "$0")")/.ci/setup.sh"

if (($# == 0)) || [[ $1 == samples ]]; then
  install_packages build samples
  build release bin/heaptally lib/heaptally/libheaptally_preload.so samples
  exec python3 "$heaptally_root/samples/tour.py" "$(build_folder release)/bin" \
    "$(build_folder release)/tour" "${@:2}"
fi
install_packages build
# With the two samples that the README records.
build release bin/heaptally lib/heaptally/libheaptally_preload.so bin/samples/list \
  bin/samples/generator
exec "$(build_folder release)/bin/heaptally" "$@"
