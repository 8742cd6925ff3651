#!/bin/sh
# From drawings to a measured checkpoint by data/checkpoints/make and measure, everything tiny.
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

echo 1..5
check 1 "drawings" sh "$recipes/make" textures "$work/made" pictures-textures
check 2 "the rest" sh "$recipes/make" textures "$work/made"
check 3 "once" goes_on
check 4 "measures" sh "$recipes/measure" textures "$work/made" 2
check 5 "what they say" has_sharpness
