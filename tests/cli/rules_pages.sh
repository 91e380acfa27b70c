#!/bin/bash
# The pages of the shipped packages are up to date, and tell the same on every machine.
set -u
passed=0
failed=0
is() { # NAME COMMAND...
    local name=$1
    shift
    if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED: $name"; fi
}

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

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
