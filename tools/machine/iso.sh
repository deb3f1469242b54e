# SPDX-License-Identifier: BSD-2-Clause
# make_iso OUTPUT PLATFORM VERSION: a disc from which GRUB for this platform (i386-pc: BIOS,
# x86_64-efi: UEFI) starts the monitor by this version of Multiboot (1, 2); 0: Linux alone.
make_iso() {
	rm -rf "$run/iso"
	mkdir -p "$run/iso/boot/grub" "$run/iso/boot/merlon"
	[ "$3" = 0 ] || cp "$MONITOR" "$run/iso/boot/merlon/merlon"
	[ "$3" = 0 ] || cp "$TEE" "$run/iso/boot/merlon/tee.img"
	cp "$O/guest/bzImage" "$run/iso/boot/vmlinuz-guest"
	cp "$O/guest/initramfs.cpio.gz" "$run/iso/boot/initrd.img-guest"
	{
		echo 'set timeout=0'
		menu_entry_"$3"
	} >"$run/iso/boot/grub/grub.cfg"
	grub-mkrescue -d "/usr/lib/grub/$2" -o "$1" "$run/iso" >"$run/iso.log" 2>&1 || {
		tail -n 5 "$run/iso.log" >&2
		die "grub-mkrescue failed"
	}
}

menu_entry_0() {
	cat <<END
menuentry "Linux" {
	linux /boot/vmlinuz-guest $cmdline
	initrd /boot/initrd.img-guest
}
END
}

# What a user would write. GRUB 2 leaves the file's name out of a command line, other loaders put it
# first: hence the word "placeholder", as in GRUB's own entries for Xen.
menu_entry_1() {
	cat <<END
menuentry "Linux beside the Merlon TEE" {
	multiboot /boot/merlon/merlon placeholder $monitor_args
	module /boot/merlon/tee.img placeholder
	module /boot/vmlinuz-guest placeholder $cmdline
	module /boot/initrd.img-guest placeholder
}
END
}

# What update-grub would write. It asks GRUB's programs where /boot is: here, on the disc itself.
menu_entry_2() {
	cat >"$run/probe" <<'END'
#!/bin/sh
case "$*" in
*=fs_uuid*) exit 1 ;;
esac
END
	printf '#!/bin/sh\necho /boot\n' >"$run/mkrelpath"
	chmod +x "$run/probe" "$run/mkrelpath"
	for setting in "MERLON_OPTIONS=$monitor_args" "MERLON_CMDLINE=$cmdline"; do
		printf "%s='%s'\n" "${setting%%=*}" \
			"$(printf '%s' "${setting#*=}" | sed "s/'/'\\\\''/g")"
	done >"$run/default"
	grub_probe=$run/probe grub_mkrelpath=$run/mkrelpath MERLON_BOOT=$run/iso/boot \
		MERLON_DEFAULT=$run/default GRUB_DEVICE_UUID= GRUB_DEVICE= GRUB_DEVICE_BOOT= \
		sh tools/grub/42_merlon 2>"$run/entry.log" || die "$(cat "$run/entry.log")"
}
