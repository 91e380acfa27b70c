#!/bin/bash
# The life of a package: pack, verify, install, activate, withdraw; every refusal on the way.
set -u
. tests/support/tool.sh
package=rules/eu.ied.annex-v.gas-turbine
id=eu.ied.annex-v.gas-turbine

trial=$TMPDIR/trial
dir=$TMPDIR/installed
try 0 "trial authority" "" pki init "$trial"
trust=(--directory "$trial/directory.xml" --anchors "$trial/ca.pem")
publisher=(--key "$trial/publisher.key" --cert "$trial/publisher.pem")
operator=(--key "$trial/operator.key" --cert "$trial/operator.pem")
version=$(sed -n 's/.*<package .*version="\([^"]*\)".*/\1/p; s/^ *version="\([0-9.]*\)".*/\1/p' $package/package.xml | head -1)

# sign_copy NAME SED-SCRIPT: a signed copy of the package, changed
sign_copy() {
    rm -rf "${TMPDIR:?}/$1"
    cp -r $package "$TMPDIR/$1"
    rm -f "$TMPDIR/$1"/SIGNED*
    sed -i "$2" "$TMPDIR/$1/package.xml"
    try 0 "signed: sha256:" "" rules sign "$TMPDIR/$1" "${publisher[@]}"
}

sign_copy pkg ""
# pack: the same octets twice, and from the zip itself
try 0 "packed: [0-9]+ files" "" rules pack "$TMPDIR/pkg" -o "$TMPDIR/a.zip"
TZ=Asia/Tokyo try 0 '"octets":' "" rules pack --json "$TMPDIR/pkg" -o "$TMPDIR/b.zip"
is "the same octets" cmp -s "$TMPDIR/a.zip" "$TMPDIR/b.zip"
try 0 "packed" "" rules pack "$TMPDIR/a.zip" -o "$TMPDIR/c.zip"
is "the same octets from the zip" cmp -s "$TMPDIR/a.zip" "$TMPDIR/c.zip"
try 0 "compiles" "" rules check "$TMPDIR/a.zip"
try 0 " 0 failed" "" rules test "$TMPDIR/a.zip"
try 2 "" "zip" rules sign "$TMPDIR/a.zip" "${publisher[@]}"
head -c 1000 "$TMPDIR/a.zip" >"$TMPDIR/cut.zip"
try 2 "" "cut short" rules check "$TMPDIR/cut.zip"

# verify
try 0 "^good +$id" "" rules verify "$TMPDIR/a.zip" "${trust[@]}"
try 0 '"good":true' "" rules verify --json "$TMPDIR/pkg" "${trust[@]}"
try 1 "^bad .*not signed" "" rules verify $package "${trust[@]}"
cp -r "$TMPDIR/pkg" "$TMPDIR/altered"
echo "<!-- altered -->" >>"$TMPDIR/altered/package.xml"
try 1 "differs from its digest" "" rules verify "$TMPDIR/altered" "${trust[@]}"
try 1 '"good":false' "" rules verify --json "$TMPDIR/altered" "${trust[@]}"
try 2 "" "nothing" rules verify "$TMPDIR/nothing" "${trust[@]}"
try 2 "" "--directory" rules verify "$TMPDIR/pkg"
cp -r $package "$TMPDIR/theirs"
try 0 "signed" "" rules sign "$TMPDIR/theirs" "${operator[@]}"
try 1 "names publisher publisher, but operator signed it" "" rules verify "$TMPDIR/theirs" "${trust[@]}"
sign_copy elsewhere 's/id="eu.ied/id="org.ied/'
try 1 "may not publish packages of this name" "" rules verify "$TMPDIR/elsewhere" "${trust[@]}"

# a publisher that may publish for one Land only
cp -r "$trial" "$TMPDIR/land"
land=(--directory "$TMPDIR/land/directory.xml" --anchors "$trial/ca.pem")
sed -i 's|    <publishes prefix="de."/>|&\n    <land>DE-NW</land>|; s|\(<directory [^>]*version=\)"1"|\1"2"|' "$TMPDIR/land/directory.xml"
try 2 "" "signature does not fit" rules verify "$TMPDIR/pkg" "${land[@]}"
try 0 "signed: version 2" "" pki sign-directory "$TMPDIR/land/directory.xml" --key "$trial/registrar.key" --cert "$trial/registrar.pem"
try 1 "may not publish for every Land" "" rules verify "$TMPDIR/pkg" "${land[@]}"
try 2 "" "may not publish for every Land" rules install "$TMPDIR/pkg" --into "$dir" "${land[@]}"
sign_copy nw 's/publisher="publisher"/& land="DE-NW"/'
try 0 "^for +DE-NW" "" rules verify "$TMPDIR/nw" "${land[@]}"
sign_copy by 's/publisher="publisher"/& land="DE-BY"/'
try 1 "may not publish for DE-BY" "" rules verify "$TMPDIR/by" "${land[@]}"
is "nothing was installed" test ! -e "$dir"

# install from the zip; inactive; neighbours
try 2 "" "not installed in|no such folder" rules withdraw "$TMPDIR/pkg" --reason x "${publisher[@]}" --into "$dir" "${trust[@]}"
try 0 "installed, inactive" "" rules install "$TMPDIR/a.zip" --inactive --into "$dir" "${trust[@]}"
is "held" test -e "$dir/$id/held/$version"
is "octets are those of the folder" diff -r "$TMPDIR/pkg" "$dir/$id/$version"
try 2 "" "installed, but inactive; .*emgate rules activate" rules install "$TMPDIR/pkg" --into "$dir" "${trust[@]}"
try 2 "" "installed, but inactive; withdraw it altogether" rules withdraw "$TMPDIR/pkg" --reason x --from 2021-01-01 "${publisher[@]}" --into "$dir" "${trust[@]}"
is "nothing in place of what is held" test ! -e "$dir/$id/state/$version"
is "still held after another installation" test -e "$dir/$id/held/$version"
mkdir -p "$TMPDIR/broken/$id/held"
touch "$TMPDIR/broken/$id/held/$version"
try 0 "installed: " "" rules install "$TMPDIR/pkg" --into "$TMPDIR/broken" "${trust[@]}"
try 0 "^active +$id $version " "" rules list "$TMPDIR/broken"
sign_copy other 's/id="eu.ied.annex-v.gas-turbine"/id="eu.ied.annex-v.other"/'
try 0 "installed: " "" rules install "$TMPDIR/other" --into "$dir" "${trust[@]}"
activate=(rules activate "$TMPDIR/pkg" --reason "in force" "${publisher[@]}" --into "$dir" "${trust[@]}")
try 2 "" "$id $version and eu.ied.annex-v.other $version judge the same reports in the same period, from .* to .*withdraw one" "${activate[@]}"
is "still held" test -e "$dir/$id/held/$version"
other=(rules withdraw "$TMPDIR/other" --into "$dir" "${trust[@]}")
try 2 "" "--reason" "${other[@]}" "${publisher[@]}"
try 2 "" "publisher's --key" "${other[@]}" --reason x
try 2 "" "operator signed the statement" "${other[@]}" --reason x "${operator[@]}"
is "nothing in place" test ! -e "$dir/eu.ied.annex-v.other/state/$version"
try 0 "withdrawn \(statement 1\): judges periods from .* to 2020-12-31" "" "${other[@]}" --reason "replaced" --from 2021-01-01 "${publisher[@]}"
try 2 "" "judge the same reports" "${activate[@]}"
try 0 '"state":"active","number":1,"first":"2021-01-01"' "" "${activate[@]}" --from 2021-01-01 --json
is "released" test ! -e "$dir/$id/held/$version"
try 2 "" "installed and in force" rules install "$TMPDIR/pkg" --inactive --into "$dir" "${trust[@]}"
try 2 "" "a later one needs a higher number" "${other[@]}" --number 1 --reason x "${publisher[@]}"
try 0 "withdrawn \(statement 2\): judges no new report" "" "${other[@]}" --reason "withdrawn" "${publisher[@]}"

# made by the publisher, put in place by the operator of the gateway
try 0 "statement 7" "" rules withdraw "$TMPDIR/pkg" --reason "amended" --number 7 "${publisher[@]}" -o "$TMPDIR/w"
try 2 "" "says withdrawn" rules activate "$TMPDIR/pkg" --statement "$TMPDIR/w" --into "$dir" "${trust[@]}"
sed 's/amended/amendeD/' "$TMPDIR/w" >"$TMPDIR/w2"
try 2 "" "signature does not fit" rules withdraw "$TMPDIR/pkg" --statement "$TMPDIR/w2" --into "$dir" "${trust[@]}"
try 2 "" "another package" rules withdraw "$TMPDIR/other" --statement "$TMPDIR/w" --into "$dir" "${trust[@]}"
try 0 "statement 7" "" rules withdraw "$TMPDIR/pkg" --statement "$TMPDIR/w" --into "$dir" "${trust[@]}"
is "in place as it was" cmp -s "$TMPDIR/w" "$dir/$id/state/$version"
try 2 "" "either" rules withdraw "$TMPDIR/pkg" --statement "$TMPDIR/w"
try 2 "" "YYYY-MM-DD" rules withdraw "$TMPDIR/pkg" --reason x --from 2021-02-30 "${publisher[@]}" -o "$TMPDIR/w3"
try 2 "" "1 to 999999" rules withdraw "$TMPDIR/pkg" --reason x --number 0 "${publisher[@]}" -o "$TMPDIR/w3"
try 2 "" "--directory" rules withdraw "$TMPDIR/pkg" --reason x "${publisher[@]}" --into "$dir"

# an activation that ended between its two files goes on
try 0 "installed, inactive" "" rules install "$TMPDIR/pkg" --inactive --into "$TMPDIR/half" "${trust[@]}"
try 0 "statement 3" "" rules activate "$TMPDIR/pkg" --reason "again" --number 3 "${publisher[@]}" -o "$TMPDIR/w4"
mkdir -p "$TMPDIR/half/$id/state"
cp "$TMPDIR/w4" "$TMPDIR/half/$id/state/$version"
try 2 "" "a later one needs a higher number" rules activate "$TMPDIR/pkg" --reason "other" --number 3 "${publisher[@]}" --into "$TMPDIR/half" "${trust[@]}"
try 0 "statement 3" "" rules activate "$TMPDIR/pkg" --statement "$TMPDIR/w4" --into "$TMPDIR/half" "${trust[@]}"
is "released at last" test ! -e "$TMPDIR/half/$id/held/$version"

# versions side by side
sign_copy later "s/version=\"$version\"/version=\"$version-next.1\"/"
try 0 "installed: " "" rules install "$TMPDIR/later" --into "$dir" "${trust[@]}"

# list, in both languages
try 0 "^active +$id $version-next.1 " "" rules list "$dir"
try 0 "^withdrawn +eu.ied.annex-v.other $version$" "" rules list "$dir"
try 0 "Erklärung 7: amended" "" rules list "$dir" --lang de
try 0 '"state":"withdrawn","first":null' "" rules list --json "$dir"
try 2 "" "de or en" rules list "$dir" --lang fr
try 2 "" "no such folder" rules list "$TMPDIR/nothing"
mkdir "$dir/$id/9.9.9"
try 2 "" "package.xml|SIGNED" rules list "$dir"
rmdir "$dir/$id/9.9.9"

# diff: what changed in words
cp -r $package "$TMPDIR/diff"
try 0 "^the same$" "" rules diff $package "$TMPDIR/diff"
try 0 '"changes":\[\],"same":true' "" rules diff --json $package "$TMPDIR/diff"
try 0 "^gleich$" "" rules diff $package "$TMPDIR/diff" --lang de
sed -i 's/component="NOx" value="50"/component="NOx" value="45"/; s/until="2026-06-30"/until="2027-06-30"/' "$TMPDIR/diff/package.xml"
sed -i 's/id="day-invalid"/id="day-void"/; s/validated daily mean/validated day mean/' "$TMPDIR/diff/assessment/daily.xml"
mkdir "$TMPDIR/diff/schema"
(cat rules/vocabulary/report.xsd; echo " ") >"$TMPDIR/diff/schema/report.xsd"
try 2 "" "schema/report.xsd: the package's report.xsd is sha256:[0-9a-f]{64}, not what package.xml says" rules diff $package "$TMPDIR/diff"
sed -i '/<vocabulary file="schema/d' "$TMPDIR/diff/package.xml"
try 1 "changed valid until: 2026-06-30 → 2027-06-30" "" rules diff $package "$TMPDIR/diff"
try 1 "changed limit NOx: 50 mg/m3 → 45 mg/m3  \(Annex V Part 2 point 6" "" rules diff $package "$TMPDIR/diff"
try 1 "removed day-invalid: \[info\]" "" rules diff $package "$TMPDIR/diff"
try 1 "added day-void: \[info\]" "" rules diff $package "$TMPDIR/diff"
try 1 "changed day-exceeded: .*daily mean .* → .*day mean.*\(Annex V Part 4 point 1 \(b\)\)" "" rules diff $package "$TMPDIR/diff"
try 1 "changed schema/report.xsd" "" rules diff $package "$TMPDIR/diff"
try 1 "geändert gültig bis: 2026-06-30 → 2027-06-30" "" rules diff $package "$TMPDIR/diff" --lang de
try 1 '"section":"parameter","key":"limit NOx","detail":null,"change":"changed","old":"50 mg/m3","new":"45 mg/m3"' "" rules diff --json $package "$TMPDIR/diff"
try 1 "changed limit NOx" "" rules diff "$TMPDIR/pkg" "$TMPDIR/diff"
try 2 "" "nothing" rules diff $package "$TMPDIR/nothing"
try 2 "" "B" rules diff $package

# show
try 0 "Der validierte Tagesmittelwert" "" rules show $package --lang de
try 0 "the validated daily mean" "" rules show $package
try 0 '"rule":"day-exceeded","severity":"info"' "" rules show $package --json
try 2 "" "de or en" rules show $package --lang x

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
