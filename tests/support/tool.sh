# What shell tests of the tool share; sourced from the root of the repository.
# shellcheck shell=bash
#
# They count in `passed` and `failed`, and end with:
#   echo "$passed passed, $failed failed"
#   [ $failed -eq 0 ]
passed=0
failed=0
# newest checkpoints seen: none of the user's
export XDG_STATE_HOME=$TMPDIR/state

# try STATUS STDOUT-PATTERN STDERR-PATTERN WORDS...: patterns are grep -E; "" wants nothing there
try() {
    local status=$1 out=$2 err=$3 got
    shift 3
    "$EMGATE" "$@" >"$TMPDIR/out" 2>"$TMPDIR/err" </dev/null
    got=$?
    if [ $got -eq "$status" ] && said out "$out" && said err "$err"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: emgate $*: status $got, wanted $status; stdout \"$out\" stderr \"$err\""
        head -5 "$TMPDIR/out" "$TMPDIR/err"
    fi
}
said() {
    if [ -z "$2" ]; then [ ! -s "$TMPDIR/$1" ]; else grep -Eq -- "$2" "$TMPDIR/$1"; fi
}
is() { # NAME COMMAND...
    local name=$1
    shift
    if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED: $name"; fi
}
