#!/bin/bash
# receipt verify, audit verify and audit show on what a running gateway recorded, and on what was
# done to it afterwards.
set -u
. tests/support/tool.sh
D="$TMPDIR/a trial"
ORIGIN=log.example.org

ready() { # what went before must have worked
    "$@" >"$TMPDIR/out" 2>"$TMPDIR/err" </dev/null && return
    echo "FAILED: $*"
    head -5 "$TMPDIR/out" "$TMPDIR/err"
    [ -z "${gateway:-}" ] || kill "$gateway"
    echo "$passed passed, $((failed + 1)) failed"
    exit 1
}

# ---- a gateway records three reports -----------------------------------------------------------
ready "$EMGATE" pki init "$D" --origin $ORIGIN --plant gt-1 --endpoint-door 'tcp://127.0.0.1:*' \
    --endpoint-hall 'tcp://127.0.0.1:*'
ready cp -r tests/data/packages/bench.half-hourly "$TMPDIR/package"
ready "$EMGATE" rules sign "$TMPDIR/package" --key "$D/publisher.key" --cert "$D/publisher.pem"
ready "$EMGATE" rules install "$TMPDIR/package" --into "$D/rules" --anchors "$D/ca.pem" \
    --directory "$D/directory.xml"
ready "$EMGATE" report sample --kind daily --to $ORIGIN --plant gt-1 --day 2026-01-05 --count 3 \
    -o "$TMPDIR/reports"
"$EMGATED" --config "$D/emgated.ini" >"$TMPDIR/gateway.out" 2>"$TMPDIR/gateway.err" &
gateway=$!
for _ in $(seq 100); do
    grep -qs ready "$TMPDIR/gateway.out" && break
    sleep 0.1
done
ready "$EMGATE" submit --card "$D/card" --anchors "$D/ca.pem" --key "$D/operator.key" \
    --cert "$D/operator.pem" --sign "$D/operator.key,$D/operator.pem" -o "$TMPDIR/receipts" \
    "$TMPDIR"/reports/*.xml
FIRST=$(ls "$TMPDIR/reports" | head -1)
SECOND=$(ls "$TMPDIR/reports" | sed -n 2p)
R="$TMPDIR/receipts/$FIRST.v1"
ARCHIVE="$D/archive.db"
verify() { # STATUS STDOUT STDERR WORDS...
    local status=$1 out=$2 err=$3
    shift 3
    try "$status" "$out" "$err" audit verify "$@" --log-key "$D/log.vkey" --anchors "$D/ca.pem"
}
receipt() {
    local status=$1 out=$2 err=$3
    shift 3
    try "$status" "$out" "$err" receipt verify "$@" --log-key "$D/log.vkey"
}

# ---- while the gateway runs ----------------------------------------------------------------------
verify 0 "^proved and rerun  3$" "" "$ARCHIVE"
kill "$gateway"
wait "$gateway"
gateway=

# ---- receipts --------------------------------------------------------------------------------
receipt 0 "^proved$" "" "$R.receipt"
receipt 0 "outcome     accepted" "" "$R.receipt"
receipt 0 "report      is the one recorded" "" "$R.receipt" --report "$TMPDIR/reports/$FIRST"
receipt 0 "findings    are the ones" "" "$R.receipt" --findings "$R.findings" --salt "$R.salts"
receipt 0 '"proved":true,.*"report":true' "" "$R.receipt" --report "$TMPDIR/reports/$FIRST" --json
receipt 0 "is the one" "" "$R.receipt" --report "$TMPDIR/reports/$FIRST" \
    --salt "$(sed -n 's/^report //p' "$R.salts")"
receipt 1 "report      is NOT the one" "" "$R.receipt" --report "$TMPDIR/reports/$SECOND"
receipt 1 "findings    are NOT" "" "$R.receipt" --findings "$TMPDIR/reports/$SECOND"
receipt 1 "is NOT the one" "" "$R.receipt" --report "$TMPDIR/reports/$FIRST" \
    --salt "$TMPDIR/receipts/$SECOND.v1.salts"
receipt 2 "" "\[format\]" "$R.receipt" --report "$TMPDIR/reports/$FIRST" --salt "$R.findings"
receipt 2 "" "\[not-found\]" "$R.receipt" --report "$TMPDIR/none.xml"
receipt 2 "" "\[not-found\]" "$TMPDIR/none.receipt"
receipt 1 "NOT proved" "" "$R.findings"
cp "$R.receipt" "$TMPDIR/alone.receipt"
receipt 2 "" "salts are needed.*\[not-found\]" "$TMPDIR/alone.receipt" --report "$TMPDIR/reports/$FIRST"
sed 's/^index .*/index 1/' "$R.receipt" >"$TMPDIR/moved.receipt"
receipt 1 "NOT proved" "" "$TMPDIR/moved.receipt"
try 2 "" "neither a log key" receipt verify "$R.receipt" --log-key nothing
try 2 "" "--log-key" receipt verify "$R.receipt"
ready "$EMGATE" pki init "$TMPDIR/other" --origin $ORIGIN
try 1 "NOT proved" "" receipt verify "$R.receipt" --log-key "$TMPDIR/other/log.vkey"

# ---- audit -------------------------------------------------------------------------------------
verify 0 "^ok: every condition" "" "$ARCHIVE"
verify 0 '"proved_and_rerun":3,.*"failed":0,.*"good":true' "" "$ARCHIVE" --json
verify 2 "" "\[not-found\]" "$TMPDIR/none.db"
verify 2 "" "\[format\]" "$D/directory.xml"
verify 2 "" "--registrar" "$ARCHIVE" --registrar sha256:0
verify 1 "entry 1, condition 9: the directory is not signed by the registrar" "" "$ARCHIVE" \
    --registrar "sha256:$(printf '0%.0s' $(seq 64))"
try 2 "" "--log-key" audit verify "$ARCHIVE" --anchors "$D/ca.pem"
try 2 "" "--anchors" audit verify "$ARCHIVE" --log-key "$D/log.vkey"
try 1 "FOUND  the log, condition 3" "" audit verify "$ARCHIVE" --log-key "$TMPDIR/other/log.vkey" \
    --anchors "$D/ca.pem"
try 1 "condition 8: the report's signature" "" audit verify "$ARCHIVE" --log-key "$D/log.vkey" \
    --anchors "$TMPDIR/other/ca.pem"

try 0 "       3  .*  submission  accepted  operator " "" audit show "$ARCHIVE"
try 0 '"entry":2,"kind":"package"' "" audit show "$ARCHIVE" --json
try 0 "^outcome accepted" "" audit show "$ARCHIVE" 3
try 0 "^kind key" "" audit show "$ARCHIVE" 0 --lang de
try 2 "" "\[not-found\]" audit show "$ARCHIVE" 6
try 2 "" "\[not-found\]" audit show "$ARCHIVE" no-such-id
try 2 "" "\[not-found\]" audit show "$ARCHIVE" "operator no-such-id 1"
try 2 "" "must be de or en" audit show "$ARCHIVE" 3 --lang fr

# One octet of an archived report.
python3 - "$ARCHIVE" <<'PY'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
salt, = db.execute("SELECT salt FROM contents WHERE place = 4 * 32").fetchone()
db.execute("UPDATE contents SET salt = ? WHERE place = 4 * 32", (bytes([salt[0] ^ 1]) + salt[1:],))
db.commit()
PY
verify 1 "FOUND  entry 4, condition 4: report differs from its digest" "" "$ARCHIVE"
verify 1 "^failed            1$" "" "$ARCHIVE"
verify 1 '"found":4,"condition":4' "" "$ARCHIVE" --json

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
