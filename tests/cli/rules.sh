#!/bin/bash
# The verbs rules check, test, run, show, sign, install and transform, from outside.
set -u
. tests/support/tool.sh
package=rules/eu.ied.annex-v.gas-turbine
# The report of a case, as `rules test -o` keeps it, under the name of the case.
"$EMGATE" rules test $package -o "$TMPDIR/cases" >"$TMPDIR/names" 2>/dev/null
report_of() {
    local number
    number=$(grep -nE "^  (ok  |FAIL)  $1\$" "$TMPDIR/names" | cut -d: -f1)
    cp "$TMPDIR/cases/$number.report.xml" "$TMPDIR/$1.xml"
    echo "$TMPDIR/$1.xml"
}
day=$(report_of turbine-2011-04-06)

try 0 "compiles" "is not signed" rules check $package
try 0 '"valid":true,"signed":false' "is not signed" rules check --json $package
try 0 " 0 errors, 0 warnings" "is not signed" rules check $package --at 2026-06-30
try 0 "^package.xml:[0-9]+: warning LINT-EXPIRED: " "is not signed" rules check $package --at 2026-07-01
try 0 '"warnings":1,"lints":\[\{"code":"LINT-EXPIRED","severity":"warning","file":"package.xml","line":' "is not signed" rules check --json $package --at 2026-07-01
try 2 "" "is no day" rules check $package --at 2026-02-30
cp -r $package "$TMPDIR/lint"
sed -i 's|<steps>|<parameter name="nobody" unit="1" value="1" source="x"/><steps>|' "$TMPDIR/lint/package.xml"
try 1 "error EA-PARAM: parameter nobody is not used" "is not signed" rules check "$TMPDIR/lint"
try 1 '"valid":false' "is not signed" rules check --json "$TMPDIR/lint"
cp -r rules/de.bimschv44.continuous "$TMPDIR/owed"
sed -i 's/<require series="[^"]*"/<require columns="o2"/' "$TMPDIR/owed/assessment/daily.xml"
try 0 "daily.xml:[0-9]+: warning LINT-OWED: no require names the series" "is not signed" rules check "$TMPDIR/owed" --at 2026-06-30
cp rules/de.bimschv44.continuous/assessment/daily.xml "$TMPDIR/owed/assessment/"
sed -i '/<require columns="o2 state"/d' "$TMPDIR/owed/assessment/daily.xml"
try 0 "daily.xml:[0-9]+: warning LINT-OWED: it selects by state, which the report may leave out" "is not signed" rules check "$TMPDIR/owed" --at 2026-06-30
try 0 " 0 failed" "is not signed" rules test $package
try 0 '"failed":0' "is not signed" rules test --json $package
try 0 "^Law " "" rules show $package
try 0 '"element":"report"' "" rules show --json $package
try 0 "day-exceeded" "is not signed" rules run $package "$day"
try 0 '"accepted":true' "is not signed" rules run --json $package "$day" -o "$TMPDIR/results"
is "the result is kept" test -s "$TMPDIR/results/turbine-2011-04-06.daily.xml"
try 0 '<svrl:active-pattern id=".*" documents="report"' "is not signed" rules run --svrl $package "$day"
try 1 "^rejected" "is not signed" rules run $package "$(report_of schema-comma)"
try 2 "" "is not judged by this package" rules run $package "$(report_of before-validity)"
try 0 "is above 33 mg/m" "is not signed" rules run $package "$day" --permit limit=30 --permit "limit.CO=90 mg/m3"
try 2 "" "did you mean .limit" rules run $package "$day" --permit limits=30
try 2 "" "out of the package.s bounds" rules run $package "$day" --permit limit=300
try 2 "" "no setting .process" rules run $package "$day" --setting process.NOx=other
try 2 "" "has not the form" rules run $package "$day" --permit limit
try 2 "" "has not the form" rules run $package "$day" --setting =x
try 2 "" "has not the form" rules run $package "$day" --setting process=

# Two stacks of one plant: what is said of a source, on the command line and by a directory.
large=rules/de.bimschv13.continuous
stack=$(sed -n '/<source /,/<\/source>/p' $large/tests/day.xml | sed 's/stack-1/stack-2/')
awk -v stack="$stack" '{ print } /<\/source>/ { print stack }' $large/tests/day.xml >"$TMPDIR/two.xml"
said=(--setting turbine=other --setting stock=new --setting cleaned=no --setting measured=standard-dry)
try 2 "" "must enter 11 settings of plant-1 for de.bimschv13.continuous: .*of stack-1 stack-2" rules run $large "$TMPDIR/two.xml"
try 2 "" "must enter 1 setting of .* fuel .gaseous-liquid, .* of stack-2" rules run $large "$TMPDIR/two.xml" "${said[@]}" --setting stack-1/fuel=gas-turbine
try 0 "^accepted" "is not signed" rules run $large "$TMPDIR/two.xml" "${said[@]}" --setting stack-1/fuel=gas-turbine --setting stack-2/fuel=engine -o "$TMPDIR/two"
is "one stack has a limit" test "$(grep -c 'name="limit-day" value="50"' "$TMPDIR/two/two.daily.xml")" = 1
is "the other is told as not judged" test "$(grep -c '<not-judged component="NOx"' "$TMPDIR/two/two.daily.xml")" = 1
try 0 "^accepted" "is not signed" rules run $large "$TMPDIR/two.xml" "${said[@]}" --setting fuel=gas-turbine --permit "stack-2/limit-day.NOx=40 mg/m3" -o "$TMPDIR/two"
is "a permit of one stack" test "$(grep -c 'name="limit-day" value="40"' "$TMPDIR/two/two.daily.xml")" = 1
is "leaves the other" test "$(grep -c 'name="limit-day" value="50"' "$TMPDIR/two/two.daily.xml")" = 1
try 2 "" "two entries state the same setting" rules run $large "$TMPDIR/two.xml" "${said[@]}" --setting stack-1/fuel=engine --setting stack-1/fuel=engine
try 2 "" "is not one of components" rules run $large "$TMPDIR/two.xml" "${said[@]}" --setting stack-1/fuel.NOx=engine
try 2 "" "did you mean .fuel" rules run $large "$TMPDIR/two.xml" "${said[@]}" --setting stack-1/fuels=engine
try 2 "" "has not the form" rules run $large "$TMPDIR/two.xml" --setting stack-1/=engine
cp -r $large "$TMPDIR/stacks"
cp "$TMPDIR/two.xml" "$TMPDIR/stacks/tests/two.xml"
cases='<case name="two-stacks" report="tests/two.xml" outcome="accepted">
    <setting name="fuel" source="stack-2" word="engine"/>
    <expect on="daily" path="count(//a:series)" equals="1"/></case>
  <case name="one-stack" report="tests/two.xml" outcome="denied">
    <without setting="fuel"/><setting name="fuel" source="stack-2" word="engine"/></case>'
awk -v cases="$cases" '/<\/tests>/ { print cases } { print }' $large/tests/tests.xml >"$TMPDIR/stacks/tests/tests.xml"
try 0 "ok +two-stacks" "is not signed" rules test "$TMPDIR/stacks"
try 0 "ok +one-stack" "is not signed" rules test "$TMPDIR/stacks"
"$EMGATE" pki init "$TMPDIR/stated" --plant plant-1 --regime bimschv13 --zone +01:00 >"$TMPDIR/init"
stated=$TMPDIR/stated/directory.xml
entries=
for one in 'name="turbine" word="other"' 'name="stock" word="new"' 'name="cleaned" word="no"' \
    'name="measured" word="standard-dry"' 'name="fuel" source="stack-1" word="gas-turbine"' \
    'name="fuel" source="stack-2" word="engine" from="2023-03-02"'; do
    entries+="<setting package=\"de.bimschv13.continuous\" citation=\"Permit 1\" $one/>"
done
sed -i "s|</plant>|$entries</plant>|" "$stated"
of=(--directory "$stated" --plant plant-1)
try 2 "" "signature is not checked" rules run $large "$TMPDIR/two.xml" "${of[@]}"
try 2 "" "must enter 1 setting of plant-1 .*: fuel .* of stack-2" rules run $large "$TMPDIR/two.xml" "${of[@]}"
try 0 "^accepted" "signature is not checked" rules run $large "$TMPDIR/two.xml" "${of[@]}" --setting stack-2/fuel=engine
try 0 "^accepted" "signature is not checked" rules run $large "$TMPDIR/two.xml" "${of[@]}" --setting stack-2/fuel=engine --setting stack-1/fuel=engine
try 2 "" "states no plant plant-2" rules run $large "$TMPDIR/two.xml" --directory "$stated" --plant plant-2
try 2 "" "needs --directory FILE" rules run $large "$TMPDIR/two.xml" --plant plant-1
try 2 "" "needs --plant ID" rules run $large "$TMPDIR/two.xml" --directory "$stated"
try 2 "" "does not judge continuous reports of plant-1" rules run rules/de.bimschv44.continuous "$TMPDIR/two.xml" "${of[@]}"
sed 's/plant="plant-1"/plant="plant-9"/' "$TMPDIR/two.xml" >"$TMPDIR/nine.xml"
try 2 "" "is of plant-9, not of plant-1" rules run $large "$TMPDIR/nine.xml" "${of[@]}"
try 2 "" "directory.xml:" rules run $large "$TMPDIR/two.xml" --directory "$TMPDIR/two.xml" --plant plant-1
try 2 "" "can not be opened" rules run $large "$TMPDIR/two.xml" --directory "$TMPDIR/none.xml" --plant plant-1
try 2 "" "is not of the form .01:00" pki init "$TMPDIR/no-zone" --zone CET

try 0 "accepted" "is not signed" rules run $package "$day" --facts-out "$TMPDIR/facts"
try 0 "accepted" "is not signed" rules run $package "$day" --facts "$TMPDIR/facts"
is "facts of both components" grep -q "^component CO$" "$TMPDIR/facts"
sed '/<series component="CO"/,/<\/series>/d' "$day" >"$TMPDIR/corrected.xml"
try 0 "accepted" "is not signed" rules run $package "$TMPDIR/corrected.xml" --facts "$TMPDIR/facts" --facts-out "$TMPDIR/corrected" \
    --permit monitoring.CO=exempt
is "a correction replaces all facts of its source and day" test "$(grep -c '^component' "$TMPDIR/corrected")" = 1
sed 's/2011-04-06/2011-04-07/' "$TMPDIR/facts" >"$TMPDIR/day-after"
try 0 "accepted" "is not signed" rules run $package "$day" --facts "$TMPDIR/day-after" -o "$TMPDIR/late"
is "a late report names the windows that it touches" grep -q '<touched window="month" from="2011-04-07"' "$TMPDIR/late/turbine-2011-04-06.daily.xml"
echo "no facts" >"$TMPDIR/no-facts"
try 2 "" "format" rules run $package "$day" --facts "$TMPDIR/no-facts"
try 2 "" "nothing-here" rules check "$TMPDIR/nothing-here"
try 2 "" "remedy" rules run $package "$TMPDIR/nothing-here.xml"

printf '%s' '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/"><o><xsl:value-of select="/a"/></o></xsl:template></xsl:stylesheet>' >"$TMPDIR/s.xsl"
printf '%s' '<a>7</a>' >"$TMPDIR/a.xml"
try 0 "<o>7</o>" "" rules transform "$TMPDIR/s.xsl" "$TMPDIR/a.xml"
sed 's/1\.0"/2.0"/' "$TMPDIR/s.xsl" >"$TMPDIR/s2.xsl"
try 2 "" "s2.xsl:1" rules transform "$TMPDIR/s2.xsl" "$TMPDIR/a.xml"

trial=$TMPDIR/trial
try 0 "trial authority" "" pki init "$trial"
cp -r $package "$TMPDIR/pkg"
into=(--into "$TMPDIR/installed" --directory "$trial/directory.xml" --anchors "$trial/ca.pem")
try 2 "" "not signed" rules install "$TMPDIR/pkg" "${into[@]}"
try 0 "signed: sha256:" "" rules sign "$TMPDIR/pkg" --key "$trial/operator.key" --cert "$trial/operator.pem"
try 2 "" "publisher" rules install "$TMPDIR/pkg" "${into[@]}"
is "nothing was installed" test ! -e "$TMPDIR/installed"
try 2 "" "remedy" rules sign "$TMPDIR/pkg" --key "$trial/operator.key" --cert "$trial/publisher.pem"
try 0 "signed: sha256:" "" rules sign "$TMPDIR/pkg" --key "$trial/publisher.key" --cert "$trial/publisher.pem"
try 0 "compiles" "" rules check "$TMPDIR/pkg"
try 0 "installed" "" rules install "$TMPDIR/pkg" "${into[@]}"
try 0 "installed" "" rules install "$TMPDIR/pkg" "${into[@]}"
echo "<!-- altered -->" >>"$TMPDIR/pkg/assessment/daily.xml"
try 2 "" "differs from its digest" rules install "$TMPDIR/pkg" "${into[@]}"
try 0 "signed: sha256:" "" rules sign "$TMPDIR/pkg" --key "$trial/publisher.key" --cert "$trial/publisher.pem"
try 2 "" "raise the version" rules install "$TMPDIR/pkg" "${into[@]}"
sed -i 's/<case name="turbine-2011-04-06"/<case name="turbine-2011-04-06-x"/; s/outcome="accepted"/outcome="rejected"/' "$TMPDIR/pkg/tests/tests.xml"
try 2 "" "tests fail" rules sign "$TMPDIR/pkg" --key "$trial/publisher.key" --cert "$trial/publisher.pem"
ln -s /etc/passwd "$TMPDIR/pkg/link"
try 2 "" "link" rules check "$TMPDIR/pkg"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
