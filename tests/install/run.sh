#!/bin/sh
# What README says of programs and of uninstalling, done: its commands are taken from it, and only where things lie is exchanged.
#   run.sh BUILD SOURCE PREFIX LIBDIR COMPILER...
set -eu
build=$1 source=$2 prefix=$3 libdir=$4
shift 4
compiler=$*
scratch=$(mktemp -d)
log=$build/meson-logs/install-log.txt
[ ! -f "$log" ] || cp "$log" "$scratch/install-log.txt"
put_back() {
  if [ -f "$scratch/install-log.txt" ]; then
    cp "$scratch/install-log.txt" "$log"
  else
    rm -f "$log"
  fi
  rm -rf "$scratch"
}
trap put_back EXIT

n=0
ok() {
  n=$((n + 1))
  echo "ok $n - $1"
}

# command WORD: the line of README that has it, without the comment behind it
command_with() {
  line=$(grep -E "^    .*$1" "$source/README.md" | sed 's/ # .*//')
  [ "$(echo "$line" | grep -c .)" = 1 ] || { echo "# README has not one command with '$1': $line"; exit 1; }
  echo "$line"
}

echo "1..5"
root=$scratch/root
meson install -C "$build" --no-rebuild --quiet --destdir "$root" >"$scratch/install.txt" 2>&1 || { sed 's/^/# /' "$scratch/install.txt"; exit 1; }
sed -i "s,^prefix=.*,prefix=$root$prefix," "$root$prefix/$libdir/pkgconfig/arra.pc"
export PKG_CONFIG_PATH="$root$prefix/$libdir/pkgconfig"
cp "$source/tests/install/picture.c" "$scratch"
cd "$scratch"

# run WORD: that command of README, here
run() {
  command_with "$1" | sed "s|^ *cc |$compiler |; s|^ *sudo ldconfig|/sbin/ldconfig -C $scratch/cache -f $scratch/conf|" >command.sh
  sed 's/^/# /' command.sh
  sh -eu command.sh
}

run 'pkg-config --cflags --libs arra'
LD_LIBRARY_PATH="$root$prefix/$libdir" ./picture >said.txt
ok "a program with the shared library"
rm picture

run 'libarra\.a'
LD_LIBRARY_PATH="" ./picture >said.txt
ok "a program with the static library"

echo "$root$prefix/$libdir" >conf
run 'sudo ldconfig'
/sbin/ldconfig -C cache -p | grep -q "libarra.so.0 .*$root" && ok "ldconfig finds the shared library"

XDG_DATA_HOME=$scratch/none "$root$prefix/bin/arra" --version >/dev/null
ok "the command runs from where it was put"

command_with 'ninja -C build uninstall' | sed "s,^ *sudo ,,; s, build , $build ," >command.sh
sh -eu command.sh >uninstall.txt 2>&1 || { sed 's/^/# /' uninstall.txt; exit 1; }
mkdir -p "$root"
left=$(find "$root" ! -type d | head -n 5)
[ -z "$left" ] || { echo "# left: $left"; exit 1; }
ok "uninstalling leaves no file"
