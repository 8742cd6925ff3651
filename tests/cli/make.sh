#!/bin/sh
# From drawings to a measured checkpoint by data/checkpoints/make and measure, and experiments, everything tiny.
#   make.sh ARRA SOURCE
set -eu
ARRA=$(realpath "$1") TRY=1
export ARRA TRY
recipes=$(realpath "$2")/data/checkpoints
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# check NUMBER NAME COMMAND...
check() {
  number=$1 name=$2
  shift 2
  "$@" >"$work/said.txt" 2>&1 || { sed 's/^/# /' "$work/said.txt"; echo "not ok $number - $name"; exit 1; }
  echo "ok $number - $name"
}

# goes_on: phases that are done are left alone
goes_on() {
  sh "$recipes/make" textures "$work/made" && ! grep -q '^==' "$work/said.txt"
}

has_sharpness() {
  grep -q '^| sharpness: spectrum to real, fine, dB | [-0-9]' "$work/made/textures.md" && [ -s "$work/made/textures.png" ]
}

# compares: of each kind of pictures a run, with a row of its own; none has a general model made that none of them starts from
compares() {
  sh "$recipes/experiments" "$work/compared" base-aligned-1 phantom-256-plain-1 textures-256-aligned-1 &&
    [ "$(grep -c '^[a-z0-9-]*,random,[a-z]*,3,1,[0-9]*,1,[0-9.]*,[0-9.]*,[-0-9.]*,[0-9.]*$' "$work/compared/experiments.csv")" = 3 ] && [ ! -e "$work/compared/general-128" ] && [ ! -e "$work/compared/general-elsewhere-128" ]
}

# adapts: a run that starts from the model of the other hospital, whose films it has not learnt from
adapts() {
  sh "$recipes/experiments" "$work/compared" hospital-aligned-1 && grep -q '^hospital-aligned-1,hospital,hybnext,3,1,1000,1,[0-9.]*,[0-9.]*,[-0-9.]*,[0-9.]*$' "$work/compared/experiments.csv" &&
    [ -e "$work/compared/general-elsewhere-128/model" ] && grep -q phantom-cxr-elsewhere "$work/compared/phantom-cxr-elsewhere/series.json"
}

# refuses WORD COMMAND...: wrong use, said with the word, before anything is made
refuses() {
  word=$1
  shift
  status=0
  sh "$@" >"$work/refused.txt" 2>&1 || status=$?
  cat "$work/refused.txt"
  [ $status = 64 ] && grep -q -e "$word" "$work/refused.txt" && ! grep -q '^==' "$work/refused.txt"
}

refuses_all() {
  refuses "no phase picture of textures;.* pictures-textures " "$recipes/make" textures "$work/refused" picture &&
    refuses "no run base-plain;.* base-plain-1 " "$recipes/experiments" "$work/refused" base-plain &&
    refuses "no option --help" "$recipes/experiments" --help && [ ! -e "$recipes/../../--help" ]
}

# take_vqgan: of what ships, into a folder
take_vqgan() {
  (cd "$recipes/../.." && sh -eu -c '. data/checkpoints/common.sh; take vqgan-textures' sh "$work/stopped")
}

# goes_on_taking: killed while it copies, it copies again
goes_on_taking() {
  mkdir "$work/bin"
  printf '#!/bin/sh\nkill -KILL $PPID\n' >"$work/bin/cp"
  chmod +x "$work/bin/cp"
  ! PATH=$work/bin:$PATH take_vqgan && take_vqgan && cmp "$recipes/vqgan-textures/vqgan.safetensors" "$work/stopped/vqgan-textures/model/vqgan.safetensors"
}

echo 1..9
check 1 "drawings" sh "$recipes/make" textures "$work/made" pictures-textures
check 2 "the rest" sh "$recipes/make" textures "$work/made"
check 3 "once" goes_on
check 4 "measures" sh "$recipes/measure" textures "$work/made" 2
check 5 "what they say" has_sharpness
check 6 "experiments" compares
check 7 "from another hospital" adapts
check 8 "wrong use" refuses_all
check 9 "stopped while copying" goes_on_taking
