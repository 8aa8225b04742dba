#!/usr/bin/env bash
# Sets up what is missing, builds, and runs heaptally.
#
#   ./run.sh              records the two samples and shows how their memory differs
#   ./run.sh ARGS...      the heaptally command: ./run.sh record -o my.heaptally my-program
#
# With arguments, stdin, stdout and the exit status are those of heaptally.
set -euo pipefail
source "$(dirname -- "$(readlink -f -- "$0")")/.ci/setup.sh"

install_packages build
build release bin/heaptally lib/heaptally/libheaptally_preload.so \
  bin/samples/list bin/samples/generator
bin=$(build_folder release)/bin

(($# == 0)) || exec "$bin/heaptally" "$@"

recordings=$(build_folder release)/tour
mkdir -p "$recordings"
show() {  # SAMPLE DESCRIPTION
  printf '\n======== samples/%s: %s ========\n\n' "$1" "$2"
  printf 'What the program says:\n\n'
  "$bin/heaptally" record --force -o "$recordings/$1.heaptally" -- "$bin/samples/$1"
  printf '\nWhat heaptally says:\n\n'
  "$bin/heaptally" summary "$recordings/$1.heaptally"
  printf '\nThe three lines that held most at the peak:\n\n'
  "$bin/heaptally" stats --limit 3 "$recordings/$1.heaptally"
}
show list 'a million numbers kept in a std::vector, then summed'
show generator 'the same numbers from a coroutine, summed as they come'
printf '\n======== both, side by side ========\n\n'
"$bin/heaptally" compare "$recordings/list.heaptally" "$recordings/generator.heaptally"
printf '\nThe recordings are in %s. More to ask of them: ./run.sh stats --help\n' "$recordings"
