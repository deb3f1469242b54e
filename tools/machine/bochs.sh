# SPDX-License-Identifier: BSD-2-Clause
# Bochs' part of tools/launch: Intel VMX (an Intel Skylake-X) or AMD SVM (a Ryzen).
# It has no console to type at, so there is no shell: CMD= or the demonstration.

. tools/machine/iso.sh

machine_name=$MACHINE
machine_hint=', a minute or two to boot'
# CPUID of the Skylake-X tells another frequency than the TSC has, which ips= below sets. Bochs 2.7 stores AVX state where
# it does not look for it in the compacted form of XSAVE (docs/testing.md).
machine_append='nokaslr tsc=unstable idle=halt tsc_early_khz=100000'
hidden=xsavec,xsaves
[ "${ICOUNT:-0}" != 1 ] || die "MACHINE=$MACHINE cannot count instructions; QEMU can"
[ "$BOOT" = direct ] || die "MACHINE=$MACHINE always starts from GRUB's disc: no BOOT="
[ -n "$MERLON_CMD$CONSOLE" ] || [ ! -t 0 ] || die "MACHINE=$MACHINE has no shell: give CMD='hello'"
case $MACHINE in
bochs-vmx) bochs_cpu=corei7_skylake_x ;;
bochs-svm)
	bochs_cpu=ryzen
	# Bochs never wakes from MWAITX.
	hidden=$hidden,mwaitx
	;;
esac
machine_append="$machine_append clearcpuid=$hidden"

# Sets status. Bochs ends with an error when the guest powers off: only the time-out's status counts.
run_machine() {
	console=${CONSOLE:-$run/console}
	magic=0
	[ -z "${TRACE:-}" ] || magic=1
	: >"$console"
	multiboot=1
	[ "$SEAT" != none ] || multiboot=0
	make_iso "$run/boot.iso" i386-pc $multiboot
	cat >"$run/bochsrc" <<END
plugin_ctrl: unmapped=1, biosdev=1, speaker=0, extfpuirq=1, parallel=0, serial=1, iodebug=1
display_library: sdl2
memory: guest=$MEM, host=$MEM
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
boot: cdrom
ata0-master: type=cdrom, path=$run/boot.iso, status=inserted
cpu: model=$bochs_cpu, count=$CPUS, ips=100000000, reset_on_triple_fault=0
clock: sync=none, time0=local
com1: enabled=1, mode=file, dev=$console
com2: enabled=1, mode=file, dev=$RESULT
log: ${CONSOLE:-$run/bochs}.bochs
magic_break: enabled=$magic
panic: action=fatal
error: action=ignore
info: action=ignore
END
	# Debian's Bochs starts in its debugger.
	echo c >"$run/commands"
	[ -z "${TRACE:-}" ] || for _ in 1 2 3; do
		printf 'trace on\nc\ntrace off\nc\n'
	done >>"$run/commands"
	follow=
	[ -n "$CONSOLE" ] || {
		tail -f "$console" &
		follow=$!
	}
	status=0
	SDL_VIDEODRIVER=dummy timeout -k 5 "$limit" bochs-bin -q -f "$run/bochsrc" \
		-rc "$run/commands" >"${TRACE:-$run/bochs.out}" 2>&1 </dev/null || status=$?
	[ -z "$follow" ] || {
		sleep 1
		kill $follow
	}
	[ $status = 124 ] || [ $status = 137 ] || status=0
}
