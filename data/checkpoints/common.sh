# common.sh - what the scripts beside it share; they source it from the top folder, with FOLDER as its argument.
# ARRA names the program, when it is not the one in build/.
export ARRA="${ARRA:-build/core/cli/arra}"
here=data/checkpoints
mkdir -p "$1"
work=$(realpath "$1")

# take PHASE...: what the folder lacks of the phases that ship
take() {
  for phase in "$@"; do
    [ -e "$here/$phase" ] && [ ! -e "$work/$phase" ] || continue
    mkdir "$work/$phase"
    cp -R "$here/$phase" "$work/$phase/model"
    : >"$work/$phase.done"
  done
}

# judge DOMAIN: trains the classifier that evaluations of a domain are judged by, once, unless it ships. It learns from pictures of other seeds than the transformers do, so that
# it has nothing in common with what it judges but the generator, and the VQGAN that some of its pictures went through.
judge() {
  take "judge-$1"
  [ ! -e "$work/judge-$1.done" ] || return 0
  case $1 in
  phantom-cxr) blurred=2000 steps=1600 ;; # what a radiograph shows is soon told
  *) blurred=4000 steps=4000 ;;
  esac
  "$ARRA" domain "$1" --count 10000 --seed 4 -o "$work/$1-others"
  "$ARRA" domain "$1" --count $blurred --seed 6 -o "$work/$1-blurred"
  "$ARRA" decode --data "$work/$1-blurred" --vqgan "$work/vqgan/model" -o "$work/$1-blurred-again"
  "$ARRA" train "$here/recipes/judge.yaml" --resume --steps $steps -o "$work/judge-$1" --set "data.paths.0=$work/$1-others" \
    --set "data.paths.1=$work/$1-blurred-again"
  : >"$work/judge-$1.done"
}

# number FILE PATTERN: what stands behind PATTERN in a report, as a line
number() {
  { tr -d ' \n' <"$1"; echo; } | sed -n "s/.*$2:\([-0-9.e]*\).*/\1/p"
}
