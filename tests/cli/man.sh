#!/bin/bash
# A page for each verb, and none that groff complains about.
set -u
. tests/support/tool.sh
clean() { # PAGE: groff has no warning
    groff -man -Tutf8 -ww -z "$1" >"$TMPDIR/said" 2>&1
    [ ! -s "$TMPDIR/said" ] || { cat "$TMPDIR/said"; false; }
}
lines_fit() { ! groff -man -Tascii -P-cbou -rLL=100n "$1" 2>/dev/null | grep -Eq '^.{121}'; }

man="$TMPDIR/man pages"
is "pages are written" "$EMGATE" man "$man"
for page in emgate.1 emgated.8; do
    is "$page is there" test -s "$man/$page"
done
for page in "$man"/*; do
    is "$page is clean" clean "$page"
    is "$page has no line too long" lines_fit "$page"
    for part in NAME SYNOPSIS DESCRIPTION "SEE ALSO"; do
        is "$page has $part" grep -q "^.SH $part" "$page"
    done
done
while read -r verb; do
    page="$man/emgate-${verb// /-}.1"
    is "$verb has a page with an example" grep -q "^.SH EXAMPLE" "$page"
    is "emgate.1 lists $verb" bash -c 'groff -man -Tascii -P-cbou "$1" | tr -s " " | grep -q "^ *$2"' - "$man/emgate.1" "$verb"
done < <("$EMGATE" help --json | sed 's/^{"verb":"\([^"]*\)".*/\1/')
is "settings are in emgated.8" bash -c 'groff -man -Tascii -P-cbou "$1" | grep -q "\[archive\]"' - "$man/emgated.8"
is "hidden verbs have no page" test ! -e "$man/emgate-man.1"

# Negative: a page with a mistake is seen.
printf '.TH X 1\n.SH NAME\n.nosuchmacro\n' >"$TMPDIR/bad.1"
is "an unknown macro is noticed" bash -c '! groff -man -Tutf8 -ww -z "$1" 2>&1 | grep -q . && exit 1 || exit 0' - "$TMPDIR/bad.1"
is "a folder that can not be made is status 2" bash -c '"$EMGATE" man /dev/null/x 2>/dev/null; test $? -eq 2'

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
