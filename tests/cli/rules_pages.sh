#!/bin/bash
# The pages of the shipped packages are up to date, and tell the same on every machine.
set -u
. tests/support/tool.sh

for package in rules/*/package.xml; do
    dir=${package%/package.xml}
    page=rules/pages/${dir#rules/}.md
    "$EMGATE" rules show --page "$dir" >"$TMPDIR/page"
    is "$page is up to date (make pages)" cmp -s "$TMPDIR/page" "$page"
    LC_ALL=C.UTF-8 TZ=Asia/Tokyo "$EMGATE" rules show --page "$dir" >"$TMPDIR/again"
    is "$page is the same elsewhere" cmp -s "$TMPDIR/page" "$TMPDIR/again"
done
for page in rules/pages/*.md; do
    name=${page##*/}
    is "$page has a package" test -f "rules/${name%.md}/package.xml"
done
# what must be on a page
page=rules/pages/eu.ied.annex-v.gas-turbine.md
for word in "Directive 2010/75/EU" "day-exceeded" "validated daily mean" "validierte Tagesmittelwert" "| Tests |"; do
    is "$word" grep -Fq -- "$word" $page
done

# the tables of the language's reference are the engine's
tools/reference "$EMGATE" rules/ASSESSMENT.md >"$TMPDIR/reference"
is "rules/ASSESSMENT.md carries the engine's tables (make pages)" cmp -s "$TMPDIR/reference" rules/ASSESSMENT.md
sed 's/^| `EA-ROUND`/| `EA-RUOND`/' rules/ASSESSMENT.md >"$TMPDIR/altered"
tools/reference "$EMGATE" "$TMPDIR/altered" >"$TMPDIR/mended"
is "an altered table is mended" cmp -s "$TMPDIR/mended" rules/ASSESSMENT.md
is "and was altered" test "$(cmp -s "$TMPDIR/altered" rules/ASSESSMENT.md; echo $?)" = 1
grep -v "end of the tables" rules/ASSESSMENT.md >"$TMPDIR/unended"
is "a lost mark is noticed" test "$(tools/reference "$EMGATE" "$TMPDIR/unended" >/dev/null; echo $?)" = 1
"$EMGATE" rules reference >"$TMPDIR/tables"
LC_ALL=C.UTF-8 TZ=Asia/Tokyo "$EMGATE" rules reference >"$TMPDIR/again"
is "the tables are the same elsewhere" cmp -s "$TMPDIR/tables" "$TMPDIR/again"

# every code that the engine says has its row, every row is said somewhere
grep -rhoE '"(EA|LINT)-[A-Z]+' gateway tools/workbench --include=*.c --exclude=refusal.c | tr -d '"' | sort -u >"$TMPDIR/said"
grep -oE '^\| `(EA|LINT)-[A-Z]+' "$TMPDIR/tables" | tr -d '|` ' | sort >"$TMPDIR/rows"
is "codes that are said and codes in the table are the same" cmp -s "$TMPDIR/said" "$TMPDIR/rows"
# every built-in rule has its text
grep -ohE '(#define EG_RULE_[A-Z_]+|X\([A-Z_]+,) "[a-z-]+"' gateway/core/finding.h gateway/base/limits.h |
    sed 's/.*"\(.*\)"/\1/' | sort -u >"$TMPDIR/said"
sed -n '/^### Built-in/,/^### Functions of checks/p' "$TMPDIR/tables" | grep -oE '^\| `[a-z-]+' | tr -d '|` ' | sort >"$TMPDIR/rows"
is "built-in rules and their texts are the same" cmp -s "$TMPDIR/said" "$TMPDIR/rows"

# as JSON: the same rows, cell by cell
"$EMGATE" rules reference --json >"$TMPDIR/json"
cat >"$TMPDIR/compare.py" <<'EOF'
import json
import re
import sys
tables, rows = json.load(open(sys.argv[1], encoding="utf-8")), []
for line in open(sys.argv[2], encoding="utf-8"):
    if line.startswith("| `"):
        cells = [c.strip().replace("\\|", "|") for c in re.split(r"(?<!\\)\|", line.strip())[1:-1]]
        rows.append([cells[0].strip("`"), *cells[1:]])
assert rows == [list(row.values()) for table in tables.values() for row in table], "rows differ"
assert {"elements", "functions", "units", "statuses", "relations", "refusals", "builtin_rules", "xpath_functions"} == set(tables)
EOF
is "JSON has the same cells" python3 "$TMPDIR/compare.py" "$TMPDIR/json" "$TMPDIR/tables"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
