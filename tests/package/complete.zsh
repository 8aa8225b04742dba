# Completes a command line as zsh does, in a terminal of its own, and prints a match a line.
#
#   zsh -f complete.zsh FOLDER LINE       FOLDER: of _heaptally; a new file is made there
#
# The shell in the terminal reads this file too, with HEAPTALLY_LINE set: there, compadd, to
# which all completion functions hand their matches, writes them down as well.
if [[ -n $HEAPTALLY_LINE ]]; then
  fpath=($HEAPTALLY_FOLDER $fpath)
  autoload -Uz compinit
  compinit -u -C -d $HEAPTALLY_FOLDER/dump
  compadd() {
    # These only ask what would match.
    if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
      builtin compadd "$@"
      return
    fi
    local -a matches
    builtin compadd -O matches "$@"
    (($#matches)) && print -rl -- $matches >>$HEAPTALLY_FOLDER/matches
    builtin compadd "$@"
  }
  probe() {
    BUFFER=$HEAPTALLY_LINE
    CURSOR=$#BUFFER
    zle list-choices
    print -r -- '== end' >>$HEAPTALLY_FOLDER/matches
    exit
  }
  zle -N probe
  bindkey '^X' probe
  LISTMAX=1000000 # no question, however many
  PS1='ready> '
  return
fi

zmodload zsh/zpty
export HEAPTALLY_FOLDER=$1 HEAPTALLY_LINE=$2 TERM=vt100
: >$HEAPTALLY_FOLDER/matches
zpty shell zsh -f -i
zpty -w shell "source ${(q)0}"
zpty -r -m shell seen '*ready> *' || exit 1
zpty -w -n shell $'\x18'
# Its output is drained until it has ended.
while zpty -r shell seen 2>/dev/null; do :; done
matches=("${(@f)$(<$HEAPTALLY_FOLDER/matches)}")
[[ $matches[-1] == '== end' ]] || exit 1
(($#matches == 1)) || print -rl -- $matches[1,-2]
