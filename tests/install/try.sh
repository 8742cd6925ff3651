#!/bin/sh
# README's first command without what takes long: its build and GIMP are stand-ins that write down what they are asked for.
#   try.sh SOURCE
set -eu
source=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export HOME="$scratch/home" PREFIX="$scratch/prefix" BUILD="$scratch/build" PATH="$scratch/bin:$PATH"
unset XDG_DATA_HOME
mkdir -p "$scratch/bin" "$scratch/elsewhere" "$HOME/.local/share/arra/checkpoints"

# stand_in NAME: a program that is standard input
stand_in() {
  { echo '#!/bin/sh' && cat; } >"$scratch/bin/$1"
  chmod +x "$scratch/bin/$1"
}
echo 'printf installed' | stand_in dpkg-query
echo 'echo "$*" >>"$BUILD/../asked.txt"' | stand_in meson
stand_in ninja </dev/null
stand_in gimp-console-3.0 <<'END'
echo picture | tee "$BUILD/arra.xcf" >"$BUILD/arra.png"
END

n=0
ok() {
  n=$((n + 1))
  echo "ok $n - $1"
}

fail() {
  echo "# $1"
  sed 's/^/# /' said.txt
  exit 1
}

# try STATUS ARGUMENT...: ends so, and has asked for no build unless it is 0
try() {
  wanted=$1 status=0
  shift
  rm -rf "$BUILD" "$scratch/asked.txt"
  "$source/.ci/try" "$@" >said.txt 2>&1 || status=$?
  [ $status = "$wanted" ] || fail "exit code $status of: try $*"
  [ $status = 0 ] || [ ! -e "$scratch/asked.txt" ] || fail "something was built for: try $*"
}

# says TEXT: in what it printed
says() {
  grep -qF -- "$1" said.txt || fail "'$1' is missing in:"
}

# asks CHECKPOINT PROMPT: of GIMP
asks() {
  grep -qF "#:prompt \"$2\" #:checkpoint \"$1\"" "$BUILD/try.scm" || { cp "$BUILD/try.scm" said.txt && fail "not $1, $2:"; }
}

echo "1..5"
cd "$scratch/elsewhere"
touch own.gguf "$HOME/.local/share/arra/checkpoints/mine.gguf"
mkdir folder textures

try 0 --help
[ ! -e "$scratch/asked.txt" ] || fail "something was built for --help"
says 'Usage: .ci/try [CHECKPOINT [PROMPT]]'
says 'Names: mine, phantom-cxr, textures'
ok "a usage text"

try 64 no-such
says 'known are: mine, phantom-cxr, textures'
try 64 ./textures.gguf
says 'there is no file or folder ./textures.gguf'
try 64 --no-such
try 64 textures grey cobblestones
says 'quotation marks'
ok "what is wrong is said before anything is built"

try 0 textures 'old "oak" planks'
asks "$PREFIX/share/arra/checkpoints/textures.gguf" 'old \"oak\" planks'
for file in "$source"/data/checkpoints/*.gguf; do
  name=$(basename "$file" .gguf)
  try 0 "$name.gguf"
  prompt=$(sed -n 's/.*"example_prompts".*\["\([^"]*\)".*/\1/p' "$source/data/checkpoints/$name.json")
  [ -n "$prompt" ] || fail "no prompt for $name"
  asks "$PREFIX/share/arra/checkpoints/$name.gguf" "$prompt"
done
ok "names of what ships, with a prompt of their own"

try 0
asks "$PREFIX/share/arra/checkpoints/textures.gguf" "coarse grey cobblestones"
ok "without a name"

try 0 mine "a fox"
asks "$HOME/.local/share/arra/checkpoints/mine.gguf" "a fox"
try 0 own.gguf "a fox"
asks "$scratch/elsewhere/own.gguf" "a fox"
try 0 folder "a fox"
asks "$scratch/elsewhere/folder" "a fox"
ok "names of one's own, and paths from where it is called"
