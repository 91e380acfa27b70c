#!/bin/bash
# What every verb of emgate has in common: help, version, errors with code and remedy, exit status.
set -u
. tests/support/tool.sh

try 2 "" "usage: emgate VERB"
try 0 "usage: emgate VERB" "" --help
try 0 "usage: emgate VERB" "" help
try 0 "usage: emgate help" "" help --help
try 0 "^Example:" "" help help
try 0 "^emgate [0-9]+\.[0-9]+\.[0-9]+ " "" --version
try 0 '^\{"program":"emgate","version":"[0-9.]+","semantics":[0-9]+\}$' "" --version --json
try 0 '^\{"verb":"help",' "" help --json
try 0 '^\{"verb":"help",.*"example":' "" help help --json

try 2 "" 'frobnicate: is not a verb of emgate.*\[usage\]' frobnicate
try 2 "" 'did you mean "help"' hepl
try 2 "" "remedy: " hepl
try 2 "" '^\{"error":\{"code":"usage","where":"hepl","text":".*","retry":false,"remedy":".*"\}\}$' hepl --json
try 2 "" '^\{"error":\{"code":"usage","verb":"help"' help --jsn --json
try 2 "" 'did you mean --json' help --jsn
try 2 "" '\-\-zzzzzzzzzz: is not an option of help' help --zzzzzzzzzz
try 2 "" '\-z: is not an option of help' help -z
try 2 "" 'nothing-like-it: is not a verb' help nothing-like-it
try 2 "" 'two: is one word too many' help help two
try 2 "" 'three: is one word too many' help help two three
try 2 "" 'is not a verb' ""
try 2 "" 'is not a verb' -- help
try 2 "" 'is not a verb' "help help"
try 2 "" 'is not a verb' "$(printf 'x%.0s' {1..5000})"
try 2 "" 'is not a verb' "$(printf 'a\x1b[31mb\nc')"
is "control characters of an argument do not reach the terminal" \
    bash -c '! grep -q $'"'"'\x1b'"'"' "$TMPDIR/err"'
try 2 "" 'operands are missing: emgate man DIR' man

# Every verb in the list has a page with an example, takes --help, and refuses what it does not know.
"$EMGATE" help --json | sed 's/^{"verb":"\([^"]*\)".*/\1/' >"$TMPDIR/verbs"
is "the list has verbs" test -s "$TMPDIR/verbs"
while read -r verb; do
    # Two words on purpose.
    try 0 "^Example:" "" $verb --help
    try 0 "^emgate $verb: " "" help $verb
    try 2 "" "\-\-no-such-option-anywhere: is not an option of $verb" $verb --no-such-option-anywhere
    "$EMGATE" help $verb >"$TMPDIR/page"
    is "example of $verb names it" bash -c "sed -n '/^Example:/,\$p' \"\$TMPDIR/page\" | grep -q 'emgate $verb'"
    is "help of $verb stays below 100 columns" bash -c '! grep -Eq "^.{101}" "$TMPDIR/page"'
done <"$TMPDIR/verbs"

# A result that can not be written is not done.
"$EMGATE" help >/dev/full 2>"$TMPDIR/err"
is "a full disk is status 2" test $? -eq 2
is "and said so" grep -q '\[io\]' "$TMPDIR/err"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
