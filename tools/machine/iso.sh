# SPDX-License-Identifier: BSD-2-Clause
# make_iso OUTPUT: a disc from which GRUB starts the monitor, with the menu entry that a user
# would write. GRUB 2 leaves the file's name out of a command line, other loaders put it first: hence
# the word "placeholder", as in GRUB's own entries for Xen.
make_iso() {
	rm -rf "$run/iso"
	mkdir -p "$run/iso/boot/grub"
	cp "$MONITOR" "$run/iso/boot/merlon"
	cp "$TEE" "$run/iso/boot/tee.img"
	cp "$O/guest/bzImage" "$run/iso/boot/vmlinuz"
	cp "$O/guest/initramfs.cpio.gz" "$run/iso/boot/initrd.img"
	cat >"$run/iso/boot/grub/grub.cfg" <<END
set timeout=0
menuentry "Linux beside the Merlon TEE" {
	multiboot /boot/merlon placeholder $monitor_args
	module /boot/tee.img placeholder
	module /boot/vmlinuz placeholder $cmdline
	module /boot/initrd.img placeholder
}
END
	grub-mkrescue -o "$1" "$run/iso" >"$run/iso.log" 2>&1 || {
		tail -n 5 "$run/iso.log" >&2
		die "grub-mkrescue failed"
	}
}
