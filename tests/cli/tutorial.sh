#!/bin/sh
# The commands of README's "Training", run as they stand there, with fewer and smaller pictures and two steps of each training.
#   tutorial.sh ARRA SOURCE
set -eu
program=$(realpath "$1") source=$(realpath "$2")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

# What is exchanged: where things lie, how many pictures of which size, and how much is learnt of them.
sizes='pictures=24 size=32 steps=2'
mkdir bin
cat >bin/arra <<END
#!/bin/sh
case "\$1 \${2:-}" in
"train "*/recipes/vqgan.yaml) set -- "\$@" --steps 2 --set codebook.start=1 --set data.crop=32 --set data.batch=2 --set data.validation=2 ;;
"train "*/recipes/teacher.yaml) set -- "\$@" --steps 2 --set data.batch=4 ;;
"train "*/recipes/own.yaml) set -- "\$@" --steps 2 ;;
esac
exec "$program" "\$@"
END
chmod +x bin/arra
PATH=$scratch/bin:$PATH

# The indented lines between that heading and the next
sed -n '/^## Training$/,/^## What to expect/s/^    //p' "$source/README.md" |
  sed "s,^shipped=.*,shipped=$source/data/checkpoints,; s/^pictures=.*/$sizes/; s/few=48 /few=4 /" >commands.sh
sed 's/^/# /' commands.sh

echo 1..2
[ "$(grep -c '^ *arra ' commands.sh)" -ge 13 ] && grep -q "^$sizes\$" commands.sh && grep -q few=4 commands.sh ||
  { echo "Bail out! README says something else than this test expects"; exit 1; }
sh -eu commands.sh >said.txt 2>&1 || { sed 's/^/# /' said.txt; echo "not ok 1 - the commands"; exit 1; }
echo "ok 1 - the commands"
for file in oak.png pictures.gguf trained/model/vqgan.safetensors own.gguf; do
  [ -s "$file" ] || { echo "# $file is missing"; echo "not ok 2 - what they make"; exit 1; }
done
"$program" info own.gguf >info.txt && "$program" generate --model own.gguf --prompt "blue water" --size 32x32 -q -o water.png 2>said.txt ||
  { sed 's/^/# /' said.txt; echo "not ok 2 - what they make"; exit 1; }
echo "ok 2 - what they make"
