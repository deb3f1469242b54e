#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# tools/grub/42_merlon, with a /boot of our own: GRUB's shell accepts what it writes, and takes from it
# the command lines that were meant.
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# Of GRUB's programs, those that look at this machine's discs are played.
mkdir -p "$dir/boot/merlon" "$dir/bin"
cat >"$dir/bin/probe" <<'END'
#!/bin/sh
case "$*" in
*compatibility_hint*) echo hd0,gpt2 ;;
*fs_uuid*) echo 1234-abcd ;;
*partmap*) echo gpt ;;
*abstraction*) ;;
*=fs*) echo ext2 ;;
esac
END
printf '#!/bin/sh\necho /boot\n' >"$dir/bin/mkrelpath"
chmod +x "$dir"/bin/*

# entries: what the script writes now
entries() {
	grub_probe=$dir/bin/probe grub_mkrelpath=$dir/bin/mkrelpath MERLON_BOOT=$dir/boot \
		MERLON_DEFAULT=$dir/default GRUB_DEVICE=/dev/sda2 GRUB_DEVICE_BOOT=/dev/sda2 \
		GRUB_DEVICE_UUID=${uuid-aaaa-bbbb} GRUB_CMDLINE_LINUX_DEFAULT=quiet \
		GRUB_CMDLINE_LINUX="dyndbg='file drivers/pci +p'" sh tools/grub/42_merlon 2>"$dir/err"
}

# ok NAME COMMAND...
ok() {
	name=$1
	shift
	if "$@"; then
		echo "ok grub: $name"
	else
		cat "$dir/cfg" "$dir/err"
		echo "not ok grub: $name: $* gave $?"
	fi
}

echo 1..9
entries >"$dir/cfg"
ok 'nothing without the images' test ! -s "$dir/cfg"
: >"$dir/boot/merlon/merlon"
: >"$dir/boot/merlon/tee.img"
entries >"$dir/cfg"
ok 'nothing without a kernel' test ! -s "$dir/cfg"
for v in 6.1.0-9-amd64 6.1.0-30-amd64; do
	: >"$dir/boot/vmlinuz-$v"
done
: >"$dir/boot/vmlinuz-6.1.0-30-amd64.dpkg-old"
: >"$dir/boot/initrd.img-6.1.0-30-amd64"
echo "MERLON_OPTIONS='serial log=debug'" >"$dir/default"
entries >"$dir/cfg"
ok 'GRUB accepts the entries' grub-script-check "$dir/cfg"
ok 'one for each kernel' test "$(grep -c ^menuentry "$dir/cfg")" = 2
ok 'the newest first' sh -c "grep -m1 ^menuentry '$dir/cfg' | grep -q 6.1.0-30"
ok "options are the monitor's" grep -q 'multiboot2 /boot/merlon/merlon placeholder serial log=debug$' \
	"$dir/cfg"
ok 'an initramfs only where there is one' test "$(grep -c 'initrd.img' "$dir/cfg")" = 1
ok "Linux's command line has what stands in /etc/default/grub" grep -q \
	"vmlinuz-6.1.0-9-amd64 placeholder root=UUID=aaaa-bbbb ro dyndbg='file drivers/pci +p' quiet" \
	"$dir/cfg"
uuid=
entries >"$dir/cfg"
ok 'without a UUID the device' grep -q 'placeholder root=/dev/sda2 ro ' "$dir/cfg"
