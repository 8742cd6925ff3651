#!/bin/sh
# Every string that the sources mark for translation is in the template and, translated, in every catalogue.
#   catalogues.sh SOURCE-ROOT DOMAIN
set -eu
cd "$1"
domain=$2 po=data/po
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
number=0 failed=0

# check NAME COMMAND...: a line of TAP
check() {
  name=$1
  number=$((number + 1))
  shift
  if "$@" >"$scratch/said" 2>&1; then
    echo "ok $number - $name"
  else
    echo "not ok $number - $name"
    sed 's/^/# /' "$scratch/said"
    failed=1
  fi
}

all_files_listed() {
  "$po/update" list >"$scratch/marked"
  diff "$po/POTFILES" "$scratch/marked"
}

one_domain() {
  grep -ho 'GETTEXT_PACKAGE="[^"]*"' meson.build ui/meson.build plugin/meson.build core/cli/meson.build | sort -u >"$scratch/domains"
  cat "$scratch/domains"
  [ "$(cat "$scratch/domains")" = "GETTEXT_PACKAGE=\"$domain\"" ]
}

extract() {
  "$po/update" extract >"$scratch/fresh.pot"
}

template_has_all() {
  msgcmp --use-untranslated "$po/$domain.pot" "$scratch/fresh.pot" && msgcmp --use-untranslated "$scratch/fresh.pot" "$po/$domain.pot"
}

# Nothing fuzzy, nothing missing, formats and mnemonics as in the original.
complete() {
  : >"$scratch/counts"
  msgcmp "$po/$1.po" "$scratch/fresh.pot" &&
    msgfmt --check --check-accelerators=_ --statistics --output-file=/dev/null "$po/$1.po" >"$scratch/counts" 2>&1 || {
    cat "$scratch/counts"
    return 1
  }
  ! grep -E 'fuzzy|untranslated' "$scratch/counts"
}

check "POTFILES lists the files with marked strings, and no other" all_files_listed
check "all rooms translate from one domain" one_domain
check "strings can be extracted" extract
check "the template is up to date (data/po/update writes it)" template_has_all
while read -r language; do
  check "$language is complete" complete "$language"
done <"$po/LINGUAS"
echo "1..$number"
exit $failed
