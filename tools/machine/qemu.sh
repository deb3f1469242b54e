# SPDX-License-Identifier: BSD-2-Clause
# QEMU's part of tools/launch: AMD SVM, emulated.

machine_name=QEMU
machine_hint='; Ctrl-A X stops the machine'
# Linux counts the ticks of 65 ms of its clock and panics when there are too few: on a busy computer,
# QEMU may not have run for as long as that.
machine_append=no_timer_check
# With a thread for each CPU, QEMU 7.2 has races of its own (docs/testing.md).
accel=tcg,thread=${TCG_THREAD:-single}
if [ "${ICOUNT:-}" = 1 ]; then
	# The guest measures its clock's frequency right, and finds another one.
	CPUS=1
	accel='tcg -icount shift=0,sleep=off'
else
	khz=$("$O/tools/tsc_khz" 2>/dev/null || true)
	[ -z "$khz" ] || machine_append="$machine_append tsc_early_khz=$khz"
fi

# Before 8.1, a CPU of QEMU's now and then executes a breakpoint that Linux, which patches its own
# code while it boots, has taken out again (docs/testing.md). Only this, and only before the guest
# wrote a result.
fell_over_breakpoint() {
	[ ! -s "$RESULT" ] && grep -aqs 'Oops: int3' "${CONSOLE:-$run/console}"
}

case ${IOMMU:-off} in
off) iommu= ;;
# Interrupts are not remapped: nobody programs QEMU's tables for that.
intel) iommu='-device intel-iommu,intremap=off' ;;
amd) iommu='-device amd-iommu,intremap=off' ;;
*) die "IOMMU=$IOMMU is not one of: off, intel, amd" ;;
esac

case $BOOT in
direct) ;;
grub-bios)
	platform=i386-pc
	machine_name="QEMU, BIOS, GRUB from a disc"
	;;
grub-uefi)
	platform=x86_64-efi
	machine_name="QEMU, UEFI, GRUB from a disc"
	ovmf=/usr/share/OVMF
	[ -e $ovmf/OVMF_CODE_4M.fd ] || die "BOOT=grub-uefi needs OVMF: tools/setup grub"
	;;
*) die "BOOT=$BOOT is not one of: direct, grub-bios, grub-uefi" ;;
esac
[ "$BOOT" = direct ] || . tools/machine/iso.sh

# Sets status.
run_machine() {
	# EPYC less what TCG does not have and would warn about.
	cpu=EPYC,svm=on,npt=on
	for feature in rdseed sha-ni fxsr-opt misalignsse 3dnowprefetch osvw topoext nrip-save \
		xsavec; do
		cpu=$cpu,$feature=off
	done

	# -display none with an explicit serial port, rather than -nographic: the firmware then
	# stays away from the serial port and does not clear the user's screen.
	set -- -M q35 -accel $accel -cpu "$cpu" -smp "$CPUS" -m "$MEM" \
		-no-reboot -display none -vga none -nic none $iommu
	if [ -n "$CONSOLE" ]; then
		# The registers at each reset: what remains of a machine that died in a triple fault.
		set -- "$@" -monitor none -serial "file:$CONSOLE" -d cpu_reset -D "$CONSOLE.resets"
	else
		set -- "$@" -chardev "stdio,id=console,mux=on,signal=off,logfile=$run/console" \
			-serial chardev:console -mon chardev=console
	fi
	set -- "$@" -serial "file:$RESULT"
	if [ "$SEAT" = none ]; then
		set -- "$@" -kernel "$O/guest/bzImage" -initrd "$O/guest/initramfs.cpio.gz" \
			-append "$cmdline"
	elif [ "$BOOT" != direct ]; then
		# With a screen, as on a real machine.
		make_iso "$run/boot.iso" $platform 2
		set -- "$@" -cdrom "$run/boot.iso" -vga std
		[ "$BOOT" != grub-uefi ] || {
			cp $ovmf/OVMF_VARS_4M.fd "$run/vars"
			set -- "$@" -drive "if=pflash,unit=0,format=raw,readonly=on,file=$ovmf/OVMF_CODE_4M.fd" \
				-drive "if=pflash,unit=1,format=raw,file=$run/vars"
		}
	else
		# In this option, a comma separates modules and two commas are one.
		args=$(printf '%s' "$cmdline" | sed 's/,/,,/g')
		set -- "$@" -kernel "$MONITOR" -append "$monitor_args" \
			-initrd "$TEE,$O/guest/bzImage $args,$O/guest/initramfs.cpio.gz"
	fi
	[ -t 0 ] && saved=$(stty -g) || saved=
	for try in 1 2 3; do
		status=0
		# shellcheck disable=SC2086
		timeout --foreground -k 5 "$limit" qemu-system-x86_64 "$@" ${QEMU_ARGS:-} ||
			status=$?
		fell_over_breakpoint && [ $try -lt 3 ] || break
		echo "launch: Linux fell over a breakpoint of its own while booting; once more" >&2
	done
	[ -z "$saved" ] || stty "$saved"
}
