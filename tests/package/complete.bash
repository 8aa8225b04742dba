# Completes a command line as bash does, and prints a match a line.
#
#   bash --norc complete.bash COMPLETION WORD...
#
# The words are as readline splits them, at = and : too, the last one the current one.
# shellcheck shell=bash
completion=$1
shift
shopt -s extglob progcomp
# shellcheck source=/dev/null
source /usr/share/bash-completion/bash_completion
# shellcheck source=/dev/null
source "$completion"
# It may only be called while readline completes.
compopt() { :; }

COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
COMP_LINE=''
for word in "$@"; do
  [[ $word == [=:] || $COMP_LINE == *[=:] || -z $COMP_LINE ]] || COMP_LINE+=' '
  COMP_LINE+=$word
done
COMP_POINT=${#COMP_LINE}
COMP_TYPE=9
COMP_KEY=9
COMPREPLY=()
registered=$(complete -p "$1")
[[ $registered =~ -F\ ([^ ]+) ]] || exit 1
"${BASH_REMATCH[1]}" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
((${#COMPREPLY[@]} == 0)) || printf '%s\n' "${COMPREPLY[@]}"
