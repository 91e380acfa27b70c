#!/bin/sh
# The demo: every figure that a newcomer sees, nothing left behind, and everything kept when asked.
set -u
passed=0
failed=0
ok() { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); echo "FAIL  $*"; }
has() { if grep -qF -- "$2" "$1"; then ok; else bad "not shown: $2"; fi; }

dir=$(mktemp -d)
export TMPDIR="$dir/tmp"
mkdir "$TMPDIR"
if "$EMGATE" demo --verbose > "$dir/out" 2> "$dir/err"; then ok; else bad "exit $?"; cat "$dir/err"; fi
has "$dir/out" '2011-04-06  accepted      3         67  exceeded'
has "$dir/out" '2011-04-07  accepted      4         54  kept'
has "$dir/out" '!..!.!...!!!!!!!!.............   11 of 30 days exceeded'
has "$dir/out" '30 of 30 verify offline'
has "$dir/out" '30 notifications followed, no gap'
has "$dir/out" '30 decisions proved and rerun, 0 failed'
has "$dir/out" 'FOUND  entry 17, condition 4: report differs from its digest'
if [ "$(grep -c FOUND "$dir/out")" = 1 ]; then ok; else bad 'one change, more than one finding'; fi
if [ -z "$(ls -A "$TMPDIR")" ]; then ok; else bad "left behind: $(ls "$TMPDIR")"; fi
if pgrep -f "$TMPDIR" > "$dir/left"; then bad "processes left: $(cat "$dir/left")"; else ok; fi

if "$EMGATE" demo --keep "$dir/kept" --json > "$dir/json" 2> "$dir/err"; then ok; else bad "--keep"; fi
for name in pki/archive.db pki/card receipts reports authority; do
    if [ -e "$dir/kept/$name" ]; then ok; else bad "not kept: $name"; fi
done
if [ "$(grep -c '"exceeded":true' "$dir/json")" = 11 ]; then ok; else bad "--json"; fi
if "$EMGATE" demo --keep "$dir/kept" > /dev/null 2>&1; then bad "overwrote a kept folder"; else ok; fi
"$EMGATE" demo extra > /dev/null 2>&1
if [ $? = 2 ]; then ok; else bad "took an operand"; fi
rm -rf "$dir"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
