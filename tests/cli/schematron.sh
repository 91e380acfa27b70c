#!/bin/bash
# The verb rules sch from outside: SVRL, lines, JSON, exit status, what is refused.
set -u
passed=0
failed=0
work=$TMPDIR/work
mkdir -p "$work/sub"

# try STATUS STDOUT-PATTERN STDERR-PATTERN WORDS...: patterns are grep -E; "" wants nothing there
try() {
    local status=$1 out=$2 err=$3 got
    shift 3
    "$EMGATE" rules sch "$@" >"$TMPDIR/out" 2>"$TMPDIR/err" </dev/null
    got=$?
    if [ $got -eq "$status" ] && said out "$out" && said err "$err"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: emgate rules sch $*: status $got, wanted $status; stdout \"$out\" stderr \"$err\""
        head -5 "$TMPDIR/out" "$TMPDIR/err"
    fi
}
said() {
    if [ -z "$2" ]; then [ ! -s "$TMPDIR/$1" ]; else grep -Eq -- "$2" "$TMPDIR/$1"; fi
}

cat >"$work/grid.sch" <<'SCH'
<schema xmlns="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt" xml:lang="en">
  <title>Grid</title>
  <let name="limit" value="50"/>
  <phase id="quick"><active pattern="head"/></phase>
  <pattern id="head"><rule context="/day"><assert id="kind" test="@kind = 'daily'">a day is daily</assert></rule></pattern>
  <pattern id="values"><rule context="v"><assert id="high" test="@x &lt;= $limit" diagnostics="de" properties="limit"><value-of select="@x"/> is too high</assert></rule></pattern>
  <diagnostics><diagnostic id="de" xml:lang="de"><value-of select="@x"/> ist zu hoch</diagnostic></diagnostics>
  <properties><property id="limit"><value-of select="$limit"/></property></properties>
</schema>
SCH
printf '<day kind="daily"><v x="49"/></day>' >"$work/good.xml"
printf '<day kind="daily">\n<v x="51"/></day>' >"$work/high.xml"
printf '<day kind="x"><v x="51"/></day>' >"$work/bad.xml"
printf '<!DOCTYPE day><day/>' >"$work/doctype.xml"
printf '<schema xmlns="http://purl.oclc.org/dsdl/schematron">\n<pattern>\n<rule context="a"><assert test="$gone"/></rule></pattern></schema>' >"$work/unbound.sch"
printf '<schema xmlns="http://purl.oclc.org/dsdl/schematron">\n<patern/></schema>' >"$work/grammar.sch"
printf '<schema xmlns="http://purl.oclc.org/dsdl/schematron"><include href="../grid.sch#head"/></schema>' >"$work/sub/up.sch"
printf '<schema xmlns="http://purl.oclc.org/dsdl/schematron"><include href="grid.sch#head"/></schema>' >"$work/part.sch"

try 0 'schematron-output.*title="Grid"' "" "$work/grid.sch" "$work/good.xml"
try 1 'failed-assert id="high" location="/day/v\[1\]"' "" "$work/grid.sch" "$work/high.xml"
try 1 '<svrl:text xml:lang="de">51 ist zu hoch</svrl:text>' "" "$work/grid.sch" "$work/high.xml"
try 1 'property-reference property="limit"' "" "$work/grid.sch" "$work/high.xml"
try 0 "schematron-output" "" --param limit=60 "$work/grid.sch" "$work/high.xml"
try 0 'phase="quick"' "" --phase quick "$work/grid.sch" "$work/high.xml"
try 1 'phase="quick"' "" --phase quick "$work/grid.sch" "$work/bad.xml"
try 1 "^error +high +line 2  51 is too high$" "" --text "$work/grid.sch" "$work/high.xml"
try 1 "51 ist zu hoch$" "" --text --lang de "$work/grid.sch" "$work/high.xml"
try 1 "^invalid: 1 error, 0 warning, 0 info$" "" --text "$work/grid.sch" "$work/high.xml"
try 0 "^valid: 0 error" "" --text "$work/grid.sch" "$work/good.xml"
try 0 '^\{"valid":true,"omitted":0,"findings":\[\]\}$' "" --json "$work/grid.sch" "$work/good.xml"
try 1 '"rule":"high","location":"/day/v\[1\]","line":2,"values":\{"v1":"51","v2":"51","limit":"50"\},"text":"51 is too high"' \
    "" --json "$work/grid.sch" "$work/high.xml"
try 0 "schematron-output" "" "$work/part.sch" "$work/good.xml"
try 2 "" "unbound.sch:3.*gone.*ISO/IEC 19757-3, 5\.4\.2" "$work/unbound.sch" "$work/good.xml"
try 2 "" "grammar.sch:2.*sch:patern.*ISO/IEC 19757-3, 5\.4\.13" "$work/grammar.sch" "$work/good.xml"
try 2 "" "names no file of the package" "$work/sub/up.sch" "$work/good.xml"
try 2 "" "no phase 'none'" --phase none "$work/grid.sch" "$work/good.xml"
try 2 "" "no NAME=VALUE" --param limit "$work/grid.sch" "$work/good.xml"
try 2 "" "no NAME=VALUE" --param =5 "$work/grid.sch" "$work/good.xml"
try 2 "" "must be de or en" --lang fr "$work/grid.sch" "$work/good.xml"
try 2 "" "DOCTYPE" "$work/grid.sch" "$work/doctype.xml"
try 2 "" "none.xml" "$work/grid.sch" "$work/none.xml"
try 2 "" "none.sch" "$work/none.sch" "$work/good.xml"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
