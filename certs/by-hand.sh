#!/bin/sh
# A certificate authority, identities and signatures with the openssl command alone.
#
#   by-hand.sh authority DIR                     DIR/ca.pem ca.key crl.pem
#   by-hand.sh identity DIR NAME [PROFILE]       DIR/NAME.pem NAME.key  (member, device, gateway)
#   by-hand.sh revoke DIR NAME                   DIR/crl.pem with one certificate more
#   by-hand.sh sign DIR NAME OID FILE            FILE.p7s, signed by NAME, of the kind OID
#
# What the kinds' OIDs are and what the profiles mean: README.md beside this file.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
conf=$here/openssl.cnf
if [ $# -lt 2 ]; then
    sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
verb=$1
dir=$2
export EMGATE_CA="$dir"

new_key() { # FILE
    (umask 077 && openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null) ||
        (umask 077 && openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1")
}

new_list() {
    openssl ca -config "$conf" -gencrl -out "$dir/crl.pem" 2>/dev/null
}

case $verb in
authority)
    mkdir -p "$dir"
    new_key "$dir/ca.key"
    openssl req -new -x509 -config "$conf" -extensions root -key "$dir/ca.key" -sha256 \
        -days 3650 -subj "/O=Example/CN=Root by hand" -out "$dir/ca.pem"
    : >"$dir/index.txt"
    echo 1000 >"$dir/crlnumber"
    new_list
    ;;
identity)
    name=$3
    profile=${4:-member}
    new_key "$dir/$name.key"
    openssl req -new -config "$conf" -key "$dir/$name.key" -subj "/O=Example/CN=$name" \
        -out "$dir/$name.csr"
    openssl x509 -req -in "$dir/$name.csr" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -sha256 \
        -set_serial "0x4$(openssl rand -hex 15)" -days 730 -extfile "$conf" \
        -extensions "$profile" -out "$dir/$name.pem" 2>/dev/null
    rm "$dir/$name.csr"
    ;;
revoke)
    openssl ca -config "$conf" -revoke "$dir/$3.pem" 2>/dev/null
    new_list
    ;;
sign)
    openssl cms -sign -cades -binary -nosmimecap -econtent_type "$4" -outform DER \
        -signer "$dir/$3.pem" -inkey "$dir/$3.key" -in "$5" -out "$5.p7s"
    ;;
*)
    echo "by-hand.sh: no such verb: $verb" >&2
    exit 2
    ;;
esac
