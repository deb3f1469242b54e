// SPDX-License-Identifier: BSD-2-Clause
/* Intel VMX: turning it on, controls, bitmaps, EPT entries, and running a vCPU. */
#include <monitor/arch.h>
#include <monitor/arch/x86/machine.h>
#include <monitor/arch/x86/x86.h>
#include <monitor/event.h>
#include <monitor/memory.h>
#include <monitor/vmx/vmx.h>
#include <string.h>

#define MSR_RANGE	0x2000u /* MSRs in each of the bitmap's two ranges */
#define MSR_WRITES	0x800 /* second half of the bitmap */
#define IO_BITMAPS_SIZE (2 * PAGE_SIZE)

#define EPT_R	   (1ull << 0)
#define EPT_W	   (1ull << 1)
#define EPT_X	   (1ull << 2)
#define EPT_UC	   (0ull << 3)
#define EPT_WB	   (6ull << 3)
#define EPT_LEAF   (1ull << 7) /* above level 0 */
#define EPTP_WALK4 (3ull << 3)
#define EPTP_WB	   6ull

/*
 * RAM is write-back. Devices are uncached unless the guest's PAT says write-combining, which is
 * what EPT's UC combines to (SDM volume 3, 29.3.7.2).
 */
static struct second_level_format format = {
	.leaf = EPT_UC,
	.ram = EPT_WB,
	.read = EPT_R,
	.write = EPT_W,
	.exec = EPT_X,
	.table = EPT_R | EPT_W | EPT_X,
	.present = EPT_R | EPT_W | EPT_X,
	.kind = EPT_LEAF,
	.large = EPT_LEAF,
};
static uint8_t *msr_bitmap[PART_COUNT], *io_bitmaps;

/* The controls that a capability MSR allows: low half must be set, high half may be. */
static uint32_t adjust(uint32_t msr, uint32_t wanted)
{
	uint64_t cap = rdmsr(msr);

	return (wanted | (uint32_t)cap) & (uint32_t)(cap >> 32);
}

static bool has_all(uint32_t msr, uint32_t needed, const char *what)
{
	uint32_t missing = needed & ~adjust(msr, needed);

	if (missing)
		log_msg(LOG_ERR, "this CPU's VMX lacks %s controls %x", what, missing);
	return !missing;
}

#define PRIMARY_NEEDED                                                                             \
	(PRIMARY_INTERRUPT_WINDOW | PRIMARY_TSC_OFFSET | PRIMARY_NMI_WINDOW | PRIMARY_IO_BITMAPS | \
	 PRIMARY_MSR_BITMAPS | PRIMARY_SECONDARY | PRIMARY_CR8_LOAD | PRIMARY_CR8_STORE)
#define SECONDARY_NEEDED (SECONDARY_EPT | SECONDARY_VPID | SECONDARY_UNRESTRICTED)
#define EXIT_NEEDED                                                                        \
	(EXIT_SAVE_DEBUG | EXIT_HOST_64 | EXIT_SAVE_PAT | EXIT_LOAD_PAT | EXIT_SAVE_EFER | \
	 EXIT_LOAD_EFER)
#define ENTRY_NEEDED (ENTRY_LOAD_DEBUG | ENTRY_LOAD_PAT | ENTRY_LOAD_EFER)

static bool vmx_probe(void)
{
	const uint64_t ept =
		EPT_CAP_WALK4 | EPT_CAP_WB | EPT_CAP_2M | EPT_CAP_INVEPT_ALL | EPT_CAP_INVVPID_ALL;
	uint64_t feature;

	if (!(arch_cpuid(1, 0).ecx & (1u << 5)))
		return false;
	feature = rdmsr(VMX_MSR_FEATURE_CONTROL);
	if (feature & FEATURE_LOCKED && !(feature & FEATURE_VMX)) {
		log_msg(LOG_ERR, "VT-x is disabled by the firmware: enable it in its set-up");
		return false;
	}
	if (!(rdmsr(VMX_MSR_BASIC) & BASIC_TRUE)) {
		log_msg(LOG_ERR, "this CPU's VMX has no unrestricted guests");
		return false;
	}
	if (!has_all(VMX_MSR_PIN, PIN_EXTERNAL_INTERRUPT | PIN_NMI | PIN_VIRTUAL_NMIS, "pin") ||
	    !has_all(VMX_MSR_PRIMARY, PRIMARY_NEEDED, "primary") ||
	    !has_all(VMX_MSR_SECONDARY, SECONDARY_NEEDED, "secondary") ||
	    !has_all(VMX_MSR_EXIT, EXIT_NEEDED, "exit") ||
	    !has_all(VMX_MSR_ENTRY, ENTRY_NEEDED, "entry"))
		return false;
	if ((rdmsr(VMX_MSR_EPT_VPID) & ept) != ept) {
		log_msg(LOG_ERR, "this CPU's EPT lacks what is needed: %lx",
			rdmsr(VMX_MSR_EPT_VPID));
		return false;
	}
	format.max_level = rdmsr(VMX_MSR_EPT_VPID) & EPT_CAP_1G ? 2 : 1;
	return true;
}

static bool vmx_has_timer(void)
{
	return adjust(VMX_MSR_PIN, PIN_TIMER) & PIN_TIMER;
}

static void vmx_cpu_on(struct cpu *c)
{
	struct vmx_cpu *x = pool_alloc(sizeof(*x));
	uint32_t *region = pool_alloc(PAGE_SIZE);
	uint64_t feature = rdmsr(VMX_MSR_FEATURE_CONTROL), pa = virt_to_phys(region).v;
	bool failed;

	if (!(feature & FEATURE_LOCKED))
		wrmsr(VMX_MSR_FEATURE_CONTROL, feature | FEATURE_LOCKED | FEATURE_VMX);
	write_cr0(read_cr0() | rdmsr(VMX_MSR_CR0_FIXED0));
	write_cr4(read_cr4() | CR4_VMXE | rdmsr(VMX_MSR_CR4_FIXED0));
	*region = BASIC_REVISION(rdmsr(VMX_MSR_BASIC));
	c->virt = x;
	nmi_windows[0] = (struct nmi_window){vmx_enter_begin, vmx_enter_end, vmx_abort};
	nmi_windows[1] = (struct nmi_window){vmx_wait_begin, vmx_wait_end, vmx_wait_end};
	asm volatile("vmxon %1" : "=@ccbe"(failed) : "m"(pa) : "memory");
	if (failed)
		panic("CPU %u: VMXON failed", c->id);
	x->timer_shift = rdmsr(VMX_MSR_MISC) & 31;
}

static uint8_t *msr_map(enum partition_id part)
{
	if (!msr_bitmap[part])
		msr_bitmap[part] = memset(pool_alloc(PAGE_SIZE), 0xff, PAGE_SIZE);
	return msr_bitmap[part];
}

/* MSRs outside the bitmap's two ranges always exit. */
static void vmx_msr_intercept(enum partition_id part, uint32_t first, uint32_t last, bool read,
			      bool write)
{
	static const uint32_t bases[] = {0, 0xc0000000};
	uint8_t *map = msr_map(part);

	for (uint32_t n = 0; n < ARRAY_SIZE(bases) * MSR_RANGE; n++) {
		uint32_t msr = bases[n / MSR_RANGE] + n % MSR_RANGE;

		if (msr < first || msr > last)
			continue;
		bitmap_set(map, n, read);
		bitmap_set(map + MSR_WRITES, n, write);
	}
}

static void vmx_io_intercept(uint16_t port)
{
	if (!io_bitmaps)
		io_bitmaps = pool_alloc(IO_BITMAPS_SIZE);
	bitmap_set(io_bitmaps, port, true);
}

static void write_controls(struct vcpu *v, hpa_t root)
{
	uint32_t primary = PRIMARY_TSC_OFFSET | PRIMARY_MSR_BITMAPS | PRIMARY_SECONDARY;
	uint32_t secondary = SECONDARY_NEEDED | SECONDARY_RDTSCP | SECONDARY_INVPCID;
	struct vmx_vcpu *s = vmx_of(v);

	if (v->part == PART_TEE) /* the task priority is Linux's: the TEE does not touch it */
		primary |= PRIMARY_CR8_LOAD | PRIMARY_CR8_STORE;
	else if (io_bitmaps)
		primary |= PRIMARY_IO_BITMAPS;
	/* A guest has RDTSCP, INVPCID and the user waits if the machine has them. */
	if (arch_cpuid(7, 0).ecx & (1u << 5))
		secondary |= SECONDARY_WAITPKG;
	s->pin = adjust(VMX_MSR_PIN, PIN_NMI | PIN_VIRTUAL_NMIS | PIN_TIMER);
	s->primary = adjust(VMX_MSR_PRIMARY, primary);
	vmwrite(VMCS_PIN, s->pin);
	vmwrite(VMCS_PRIMARY, s->primary);
	vmwrite(VMCS_SECONDARY, adjust(VMX_MSR_SECONDARY, secondary));
	vmwrite(VMCS_EXIT_CTL, adjust(VMX_MSR_EXIT, EXIT_NEEDED));
	vmwrite(VMCS_ENTRY_CTL, adjust(VMX_MSR_ENTRY, ENTRY_NEEDED));
	/* A vCPU never leaves its CPU and a CPU has one of each partition: two VPIDs do, and
	 * nothing is flushed on a world switch. */
	vmwrite(VMCS_VPID, 1 + v->part);
	vmwrite(VMCS_EPTP, root.v | EPTP_WALK4 | EPTP_WB);
	vmwrite(VMCS_MSR_BITMAP, virt_to_phys(msr_map(v->part)).v);
	if (s->primary & PRIMARY_IO_BITMAPS) {
		vmwrite(VMCS_IO_BITMAP_A, virt_to_phys(io_bitmaps).v);
		vmwrite(VMCS_IO_BITMAP_B, virt_to_phys(io_bitmaps).v + PAGE_SIZE);
	}
	if (s->pin & PIN_TIMER)
		vmwrite(VMCS_TIMER, UINT32_MAX);
	vmwrite(VMCS_LINK, UINT64_MAX);
	vmwrite(VMCS_CR0_MASK, CR0_OURS);
	vmwrite(VMCS_CR4_MASK, ~CR4_GUEST);
	vmwrite(VMCS_GUEST_PAT, PAT_RESET);
}

/* What the CPU has after an exit: what it has now. */
static void write_host_state(struct cpu *c)
{
	struct table_pointer gdt, idt;
	uint64_t *tss;

	asm volatile("sgdt %0" : "=m"(gdt));
	asm volatile("sidt %0" : "=m"(idt));
	tss = (uint64_t *)(gdt.base + SEL_TSS);
	vmwrite(VMCS_HOST_CR0, read_cr0());
	vmwrite(VMCS_HOST_CR3, read_cr3());
	vmwrite(VMCS_HOST_CR4, read_cr4());
	vmwrite(VMCS_HOST_CS_SEL, SEL_CODE);
	vmwrite(VMCS_HOST_SS_SEL, SEL_DATA);
	vmwrite(VMCS_HOST_DS_SEL, SEL_DATA);
	vmwrite(VMCS_HOST_ES_SEL, SEL_DATA);
	vmwrite(VMCS_HOST_TR_SEL, SEL_TSS);
	vmwrite(VMCS_HOST_GS_BASE, (uint64_t)c);
	vmwrite(VMCS_HOST_TR_BASE,
		(tss[0] >> 16 & 0xffffff) | (tss[0] >> 56 & 0xff) << 24 | tss[1] << 32);
	vmwrite(VMCS_HOST_GDTR_BASE, gdt.base);
	vmwrite(VMCS_HOST_IDTR_BASE, idt.base);
	vmwrite(VMCS_HOST_PAT, rdmsr(MSR_PAT));
	vmwrite(VMCS_HOST_EFER, rdmsr(MSR_EFER));
	vmwrite(VMCS_HOST_RIP, (uint64_t)vmx_exit);
}

void vmx_use(struct vcpu *v)
{
	struct vmx_cpu *c = v->cpu->virt;
	bool failed;

	if (c->current == v)
		return;
	asm volatile("vmptrld %1" : "=@ccbe"(failed) : "m"(vmx_of(v)->vmcs_pa) : "memory");
	if (failed)
		panic("CPU %u: VMPTRLD failed", v->cpu->id);
	c->current = v;
}

static void vmx_vcpu_create(struct vcpu *v, hpa_t root)
{
	struct vmx_vcpu *s = pool_alloc(sizeof(*s));
	uint32_t *vmcs = pool_alloc(PAGE_SIZE);
	bool failed;

	*vmcs = BASIC_REVISION(rdmsr(VMX_MSR_BASIC));
	s->vmcs_pa = virt_to_phys(vmcs).v;
	v->control = s;
	asm volatile("vmclear %1" : "=@ccbe"(failed) : "m"(s->vmcs_pa) : "memory");
	if (failed)
		panic("CPU %u: VMCLEAR failed", v->cpu->id);
	vmx_use(v);
	write_controls(v, root);
	write_host_state(v->cpu);
}

/* Exchanges what the CPU has only once. The monitor's own code does not touch it. */
static void make_live(struct vcpu *v)
{
	struct vmx_cpu *c = v->cpu->virt;
	struct vmx_vcpu *s;

	if (c->live == v)
		return;
	if (c->live) {
		s = vmx_of(c->live);
		s->star = rdmsr(MSR_STAR);
		s->lstar = rdmsr(MSR_LSTAR);
		s->sfmask = rdmsr(MSR_SFMASK);
		s->kernel_gs = rdmsr(MSR_KERNEL_GS);
		s->cr2 = read_cr2();
		s->dr6 = read_dr6();
	}
	s = vmx_of(v);
	wrmsr(MSR_STAR, s->star);
	wrmsr(MSR_LSTAR, s->lstar);
	wrmsr(MSR_SFMASK, s->sfmask);
	wrmsr(MSR_KERNEL_GS, s->kernel_gs);
	write_cr2(s->cr2);
	write_dr6(s->dr6);
	c->live = v;
}

/*
 * Physical interrupts end the TEE's run, unless it is to be preempted already: then its interrupt
 * flag keeps them out, until an exit for the interrupt window, which comes before them, lets us
 * inject the preemption.
 */
static void choose_pin(struct vcpu *v)
{
	struct vmx_vcpu *s = vmx_of(v);
	uint32_t pin = s->pin & ~PIN_EXTERNAL_INTERRUPT;

	if (v->part == PART_TEE && !v->preempted)
		pin |= PIN_EXTERNAL_INTERRUPT;
	if (pin != s->pin)
		vmwrite(VMCS_PIN, s->pin = pin);
}

/* Without a time it is set as far away as it can be, and its exit then means nothing. */
static void set_timer(struct vcpu *v)
{
	struct vmx_cpu *c = v->cpu->virt;
	struct vmx_vcpu *s = vmx_of(v);
	uint64_t left, value = UINT32_MAX;

	if ((!v->timer && !s->timed) || !(s->pin & PIN_TIMER))
		return;
	s->timed = v->timer;
	if (v->timer) {
		left = v->timer - arch_tsc();
		value = (int64_t)left <= 0 ? 0 : (left >> c->timer_shift) + 1;
	}
	vmwrite(VMCS_TIMER, value < UINT32_MAX ? value : UINT32_MAX);
}

static void vmx_run(struct vcpu *v, struct vexit *e)
{
	struct vmx_vcpu *s = vmx_of(v);
	enum vmx_result result;

	if (s->shutdown) {
		*e = (struct vexit){.reason = EXIT_SHUTDOWN};
		return;
	}
	vmx_use(v);
	make_live(v);
	choose_pin(v);
	for (;;) {
		vmx_prepare_event(v);
		set_timer(v);
		result = (enum vmx_result)vmx_enter(v, s->launched);
		if (result != VMX_EXITED)
			break;
		s->launched = true;
		if (vmx_decode(v, e))
			return;
		stat_add(v->cpu, MERLON_STAT_EXITS);
		stat_add(v->cpu, MERLON_STAT_OTHER);
		if (v->part == PART_TEE)
			stat_add(v->cpu, MERLON_STAT_EXITS_TEE);
	}
	if (result == VMX_REFUSED) {
		vmx_explain(v, true);
		*e = (struct vexit){.reason = EXIT_BROKEN, .addr = vmread(VMCS_INSN_ERROR)};
		return;
	}
	v->cpu->nmi_seen = 0;
	*e = (struct vexit){.reason = EXIT_NMI};
}

/* VMX gives no instruction bytes. */
static size_t vmx_insn_bytes(struct vcpu *v, uint8_t *buf, size_t size)
{
	return 0;
}

const struct virt_backend vmx_backend = {
	.name = "Intel VMX",
	.probe = vmx_probe,
	.has_timer = vmx_has_timer,
	.cpu_on = vmx_cpu_on,
	.msr_intercept = vmx_msr_intercept,
	.io_intercept = vmx_io_intercept,
	.vcpu_create = vmx_vcpu_create,
	.vcpu_start = vmx_vcpu_start,
	.run = vmx_run,
	.flush = vmx_flush,
	.skip = vmx_skip,
	.inject = vmx_inject,
	.inject_nmi = vmx_inject_nmi,
	.preempt = vmx_preempt,
	.get = vmx_get,
	.set = vmx_set,
	.insn_bytes = vmx_insn_bytes,
	.wait = vmx_wait,
	.format = &format,
};
