#!/bin/bash
# emgate pki and cert check: a trial folder, one more identity, revocation, and each kind of refusal.
set -u
. tests/support/tool.sh
D="$TMPDIR/a trial"

check() { # STATUS STDOUT WORDS...
    local status=$1 out=$2
    shift 2
    try "$status" "$out" "" cert check --anchor "$D/ca.pem" "$@"
}

try 0 "log log.example.org" "" pki init "$D" --origin log.example.org --plant gt-1
try 2 "" "not empty.*\[exists\]" pki init "$D"
try 2 "" "\[usage\]" pki init "$TMPDIR/other" --origin "two words"
try 2 "" "\[usage\]" pki init "$TMPDIR/other" --key dsa
try 2 "" "\[usage\]" pki init "$TMPDIR/other" --endpoint-door nowhere

# The registrar signs what it edited; nothing is signed that a gateway would not read.
R=(--key "$D/registrar.key" --cert "$D/registrar.pem")
sed -i 's/version="1" not-after/version="2" not-after/' "$D/directory.xml"
try 0 "signed: version 2, 6 participants, 1 plants" "" pki sign-directory "$D/directory.xml" "${R[@]}"
try 0 '^\{"version":2,.*"digest":"sha256:' "" pki sign-directory "$D/directory.xml" "${R[@]}" --json
try 2 "" "role registrar" pki sign-directory "$D/directory.xml" --key "$D/operator.key" --cert "$D/operator.pem"
sed 's/ id="gt-1"//' "$D/directory.xml" >"$D/broken.xml"
try 2 "" "broken.xml|directory" pki sign-directory "$D/broken.xml" "${R[@]}"
[ ! -e "$D/broken.xml.p7s" ] && passed=$((passed + 1)) || { failed=$((failed + 1)); echo "FAILED: signed a broken directory"; }
sed 's/not-after="[^"]*"/not-after="2020-01-01T00:00:00.000Z"/' "$D/directory.xml" >"$D/old.xml"
try 2 "" "not-after has passed" pki sign-directory "$D/old.xml" "${R[@]}"
try 2 "" "\[not-found\]|No such file" pki sign-directory "$D/none.xml" "${R[@]}"

try 0 "CN=AMS 1" "" pki issue "$D" device-1 --profile device --name "AMS 1"
try 0 '^\{"file":.*"digest":"sha256:' "" pki issue "$D" body-1 --profile measuring-body --key rsa3072 --json
try 2 "" "\[exists\]" pki issue "$D" device-1 --profile device
try 2 "" "no role" pki issue "$D" x --profile root
try 2 "" "\[usage\]" pki issue "$D" ../x --profile device
try 2 "" "\[usage\]" pki issue "$D" x --profile device --days 0
try 2 "" "\[not-found\]" pki issue "$TMPDIR/nowhere" x --profile device
try 0 "list +0 revoked" "" pki show "$D/gateway.pem" "$D/crl.pem"
try 2 "" "\[format\]" pki show "$D/card"

check 0 "^valid +CN=AMS 1" "$D/device-1.pem"
check 0 "^valid" --crl "$D/crl.pem" --purpose device "$D/device-1.pem"
check 0 '^\{"valid":true,"code":"ok"' --json --purpose measuring-body "$D/body-1.pem"
check 1 "cert-purpose" --purpose operator "$D/ca.pem"
check 1 "cert-expired" --at 2020-01-01 "$D/device-1.pem"
check 1 "cert-expired" --at 2090-01-01T00:00:00Z "$D/device-1.pem"
check 1 "cert-expired" --at @0 "$D/device-1.pem"
check 1 "cert-path" --explicit-policy --policy 1.2.3.4 "$D/device-1.pem"
check 1 "revocation-stale" --crl "$D/crl.pem" --at "$(date -u -d '+400 days' +%F)" "$D/device-1.pem"
try 1 "cert-path" "" cert check --anchor "$D/gateway.pem" "$D/device-1.pem"

try 0 "revoked certificates: 1" "" pki revoke "$D" "$D/device-1.pem"
try 2 "" "revoked already.*\[exists\]" pki revoke "$D" "$D/device-1.pem"
check 1 "cert-revoked" --crl "$D/crl.pem" "$D/device-1.pem"
check 0 "^valid" --crl "$D/crl.pem" "$D/body-1.pem"
try 0 '"revoked":1' "" pki crl "$D" --days 10 --json
check 1 '"code":"cert-revoked"' --json --crl "$D/crl.pem" "$D/device-1.pem"

# RSA with 2048 bits: refused by the algorithm policy, valid without it. And DER in place of PEM.
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$TMPDIR/weak.key" -subj /CN=weak -days 30 \
    -out "$TMPDIR/weak.pem" 2>"$TMPDIR/openssl.log"
openssl x509 -in "$TMPDIR/weak.pem" -outform DER -out "$TMPDIR/weak.der"
try 1 "cms-algorithm" "" cert check --anchor "$TMPDIR/weak.pem" "$TMPDIR/weak.pem"
try 0 "^valid" "" cert check --anchor "$TMPDIR/weak.der" --algorithms any "$TMPDIR/weak.der"

try 2 "" "\[usage\]" cert check "$D/device-1.pem"
try 2 "" "\[not-found\]" cert check --anchor "$D/none.pem" "$D/device-1.pem"
try 2 "" "\[format\]" cert check --anchor "$D/card" "$D/device-1.pem"
try 2 "" "\[usage\]" cert check --anchor "$D/ca.pem" --at yesterday "$D/device-1.pem"
try 2 "" "\[usage\]" cert check --anchor "$D/ca.pem" --purpose king "$D/device-1.pem"
try 2 "" "\[usage\]" cert check --anchor "$D/ca.pem" --algorithms some "$D/device-1.pem"
try 2 "" "\[usage\]" cert check --anchor "$D/ca.pem" --policy nonsense "$D/device-1.pem"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
