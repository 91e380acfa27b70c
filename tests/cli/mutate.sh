#!/bin/bash
# timeout: 600
# Would the tests of each shipped package notice a wrong rule? And would we notice if they did not?
set -u
. tests/support/tool.sh
package=rules/eu.ied.annex-v.gas-turbine

mutate() { # PKG WORDS...: answers the exit status
    "$EMGATE" rules mutate "$@" >"$TMPDIR/out" 2>"$TMPDIR/err" </dev/null
}
misses_nothing() {
    mutate "$1" || { head -20 "$TMPDIR/out" "$TMPDIR/err"; return 1; }
    grep -Eq ': [1-9][0-9]* mutants, 0 not noticed$' "$TMPDIR/out"
}
finds_the_gap() { # the gas turbine package without the case that tries one check
    mutate "$TMPDIR/gap"
    [ $? -eq 1 ] && grep -Eq 'MISS  checks/report.sch:[0-9]+: flow-fits silent' "$TMPDIR/out"
}
refuses_tests_that_fail() {
    mutate "$TMPDIR/failing"
    [ $? -eq 2 ] && grep -q 'must pass its own tests first' "$TMPDIR/err"
}
speaks_json() {
    mutate --json rules/de.messung.announcement && grep -q '"mutation":"turned","noticed":true' "$TMPDIR/out" &&
        tail -1 "$TMPDIR/out" | grep -q '"missed":0'
}

tried=("$package/package.xml" rules/de.messung.announcement/package.xml)
shipped=(rules/*/package.xml)
[ -n "${EMGATE_FULL:-}" ] && tried=("${shipped[@]}")
echo "rounds: ${#tried[@]} of ${#shipped[@]} packages with wrong rules"
for shipped in "${tried[@]}"; do
    is "a wrong rule of $shipped is noticed" misses_nothing "$(dirname "$shipped")"
done
cp -r $package "$TMPDIR/gap"
python3 - "$TMPDIR/gap/tests/tests.xml" <<'END'
import re, sys
text = open(sys.argv[1], encoding="utf-8").read()
case = r'<case name="[^"]*"[^>]*>(?:(?!</case>).)*<finding rule="flow-fits"(?:(?!</case>).)*</case>'
left, count = re.subn(case, "", text, flags=re.S)
assert count > 0
open(sys.argv[1], "w", encoding="utf-8").write(left)
END
is "a rule without a case is missed" finds_the_gap
cp -r $package "$TMPDIR/failing"
sed -i '0,/outcome="accepted"/s//outcome="rejected"/' "$TMPDIR/failing/tests/tests.xml"
is "tests that fail are no ground for mutants" refuses_tests_that_fail
is "JSON tells of each mutant" speaks_json

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
