# common.sh - what the scripts beside it share; they source it from the top folder, with FOLDER as its argument.
# ARRA names the program, when it is not the one in build/.
export ARRA="${ARRA:-build/core/cli/arra}"
here=data/checkpoints

# refuse WHAT...: wrong use
refuse() {
  echo "$0: $*" >&2
  exit 64
}

case $1 in
-*) refuse "there is no option $1: how this is used stands at its head" ;;
esac
if ! command -v "$ARRA" >/dev/null; then
  echo "$0: there is no program $ARRA (from $PWD): build it, or say with ARRA=/… where it is" >&2
  exit 69
fi
mkdir -p "$1"
work=$(realpath "$1")

# begin_part PHASE, end_part PHASE: the folder of a phase is filled beside its place, so that it is whole when it is there, whatever stops this
begin_part() {
  rm -rf "$work/$1.part"
  mkdir "$work/$1.part"
  echo "$work/$1.part"
}

end_part() {
  mv "$work/$1.part" "$work/$1"
  : >"$work/$1.done"
}

# take PHASE...: what the folder lacks of the phases that ship
take() {
  for phase in "$@"; do
    [ -e "$here/$phase" ] && [ ! -e "$work/$phase" ] || continue
    filled=$(begin_part "$phase")
    cp -R "$here/$phase" "$filled/model"
    end_part "$phase"
  done
}

# count NUMBER FEW: NUMBER, or FEW with TRY=1, when everything is to be tiny
count() {
  [ -n "${TRY:-}" ] && echo "$2" || echo "$1"
}

size=$(count 256 64) # pixels a side

# train RECIPE FOLDER [KEY=VALUE...]; with TRY=1 two steps, and what stands after the word "tiny"
train() {
  recipe=$1 folder=$2 skip=
  shift 2
  for value in "$@"; do
    shift
    if [ "$value" = tiny ]; then
      [ -n "${TRY:-}" ] && value=training.steps=2 || skip=yes
    fi
    [ -n "$skip" ] || set -- "$@" --set "$value"
  done
  "$ARRA" train "$here/recipes/$recipe.yaml" --resume -o "$work/$folder" "$@"
}

# vqgan_of NAME: the VQGAN that a checkpoint has
vqgan_of() {
  case $1 in
  textures) echo vqgan-textures ;;
  *) echo vqgan ;;
  esac
}

# judge NAME: trains the classifier that evaluations of a checkpoint are judged by, once, unless it ships. It learns from pictures of other seeds than the transformers do, so that
# it has nothing in common with what it judges but the generator, and the VQGAN that some of its pictures went through.
judge() {
  [ -n "${TRY:-}" ] || take "judge-$1"
  [ ! -e "$work/judge-$1.done" ] || return 0
  case $1 in
  phantom-cxr) steps=1600 ;; # what a radiograph shows is soon told
  *) steps=7000 ;;
  esac
  "$ARRA" domain "$1" --count "$(count 10000 12)" --size "$size" --seed 4 -o "$work/$1-others"
  "$ARRA" domain "$1" --count "$(count 2000 6)" --size "$size" --seed 6 -o "$work/$1-blurred"
  "$ARRA" decode --size "$size" --data "$work/$1-blurred" --vqgan "$work/$(vqgan_of "$1")/model" -o "$work/$1-blurred-again"
  train judge "judge-$1" training.steps=$steps "data.paths.0=$work/$1-others" "data.paths.1=$work/$1-blurred-again" \
    tiny data.validation=2 data.batch=4 training.validate_every=2
  : >"$work/judge-$1.done"
}

# number FILE PATTERN: what stands behind PATTERN in a report, as a line
number() {
  { tr -d ' \n' <"$1"; echo; } | sed -n "s/.*$2:\([-0-9.e]*\).*/\1/p"
}
