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
  grep -ho 'GETTEXT_PACKAGE="[^"]*"' meson.build ui/meson.build plugin/meson.build core/base/meson.build | sort -u >"$scratch/domains"
  cat "$scratch/domains"
  [ "$(cat "$scratch/domains")" = "GETTEXT_PACKAGE=\"$domain\"" ]
}

extract() {
  "$po/update" extract >"$scratch/fresh.pot"
}

# xgettext reads "%" G_GSIZE_FORMAT " bytes" as "%"; of macros it knows PRIu64 and its like alone.
none_cut_short() {
  ! grep -n '%"$' "$scratch/fresh.pot"
}

# Each message of the core is checked as a format: a catalogue cannot ask for arguments that there are not.
formats_marked() {
  ! msggrep --no-wrap -N 'core/*' "$scratch/fresh.pot" | msgattrib --no-obsolete - | awk -v RS= '/\nmsgid [^\n]*%[^%]/ && !/, c-format/' | grep .
}

# Nothing else than arra_fail and arra_translate makes the core's messages: GLib's functions would say them in English.
none_bypasses() {
  grep '^core/' "$po/POTFILES" | xgettext --keyword= --keyword=g_set_error:4 --keyword=g_set_error_literal:4 --keyword=g_prefix_error:2 --files-from=- \
    --no-location --output=- >"$scratch/bypassing.pot"
  ! grep '^msgid ' "$scratch/bypassing.pot" | grep -vE '^msgid "(|%s: )"$'
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
check "no message is cut short by a macro" none_cut_short
check "messages with arguments are marked as formats" formats_marked
check "every message of the core is translated where it is made" none_bypasses
check "the template is up to date (data/po/update writes it)" template_has_all
while read -r language; do
  check "$language is complete" complete "$language"
done <"$po/LINGUAS"
echo "1..$number"
exit $failed
