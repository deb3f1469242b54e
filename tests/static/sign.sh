#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# merlon-sign: what it makes verifies, also by OpenSSL alone; what was changed does not.
O=${O:-build}
sign=$O/sdk/bin/merlon-sign
key=$O/sdk/keys/ta_key.pem
uuid=8aaaf200-2450-11e4-abe2-0002a5d5c51b
elf=$O/examples/hello/$uuid.stripped.elf
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

ok() {
	name=$1
	shift
	if "$@" >"$dir/out" 2>&1; then
		echo "ok sign: $name"
	else
		cat "$dir/out"
		echo "not ok sign: $name: $* gave $?"
	fi
}

refused() {
	name=$1
	shift
	if "$@" >"$dir/out" 2>&1; then
		echo "not ok sign: $name: accepted"
	elif grep -q "^merlon-sign: " "$dir/out"; then
		echo "ok sign: $name is refused"
	else
		echo "not ok sign: $name: refused without a reason"
	fi
}

# patch FILE OFFSET: changes one byte
patch() {
	cp "$dir/a.ta" "$1"
	byte=$(od -An -tu1 -j"$2" -N1 "$1" | tr -d ' ')
	printf "\\$(printf %o $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

echo 1..17
ok 'an image is made' "$sign" --uuid $uuid --key "$key" --in "$elf" --out "$dir/a.ta" --version 3
ok 'it verifies' "$sign" verify --key "$key" --in "$dir/a.ta" --uuid $uuid
openssl rsa -in "$key" -pubout -out "$dir/pub.pem" 2>/dev/null
ok 'it verifies with the public key' "$sign" verify --key "$dir/pub.pem" --in "$dir/a.ta"
ok 'it verifies under the name sign_encrypt.py gives to --version' "$sign" --uuid $uuid \
	--key "$key" --in "$elf" --out "$dir/b.ta" --ta-version 3

# The hash and the signature, taken out of the image and checked without our code.
tail -c +21 "$dir/a.ta" | head -c 32 >"$dir/hash"
tail -c +53 "$dir/a.ta" | head -c 256 >"$dir/sig"
{ head -c 20 "$dir/a.ta"; tail -c +309 "$dir/a.ta"; } | openssl dgst -sha256 -binary >"$dir/hash2"
ok 'the hash is SHA-256 of headers and ELF' cmp "$dir/hash" "$dir/hash2"
ok 'OpenSSL accepts the signature' openssl pkeyutl -verify -pubin -inkey "$dir/pub.pem" \
	-in "$dir/hash" -sigfile "$dir/sig" -pkeyopt digest:sha256 -pkeyopt rsa_padding_mode:pss \
	-pkeyopt rsa_pss_saltlen:32 -pkeyopt rsa_mgf1_md:sha256

# offset in the image: magic, type, size, algorithm, hash size, hash, signature, UUID, ELF
for offset in 0 4 8 12 16 20 60 310 1000; do
	patch "$dir/c.ta" $offset
	refused "a change at $offset" "$sign" verify --key "$key" --in "$dir/c.ta" --uuid $uuid
done

"$sign" digest --uuid $uuid --key "$dir/pub.pem" --in "$elf" --dig "$dir/dig"
base64 -d "$dir/dig" | openssl pkeyutl -sign -inkey "$key" -pkeyopt digest:sha256 \
	-pkeyopt rsa_padding_mode:pss -pkeyopt rsa_pss_saltlen:32 | base64 >"$dir/offline"
ok 'a signature made elsewhere is taken' "$sign" stitch --uuid $uuid --key "$dir/pub.pem" \
	--in "$elf" --sig "$dir/offline" --out "$dir/d.ta"
refused 'a signature of another version' "$sign" stitch --uuid $uuid --key "$dir/pub.pem" \
	--in "$elf" --sig "$dir/offline" --out "$dir/d.ta" --version 1
