// SPDX-License-Identifier: BSD-2-Clause
/* AMD SVM: turning it on, control blocks, MSR maps, nested page table entries. */
#include <monitor/arch.h>
#include <monitor/arch/x86/machine.h>
#include <monitor/arch/x86/x86.h>
#include <monitor/memory.h>
#include <monitor/monitor.h>
#include <monitor/svm/svm.h>
#include <string.h>

#define VM_CR_R_INIT  (1u << 1) /* an INIT becomes #SX instead of a reset */
#define VM_CR_SVMDIS  (1u << 4)
#define NESTED_PAGING 1
#define MSRPM_SIZE    (2 * PAGE_SIZE)
#define MSRPM_RANGE   0x2000u /* MSRs in each of the three ranges */
#define IOPM_SIZE     (3 * PAGE_SIZE)

#define NPT_P  (1ull << 0)
#define NPT_W  (1ull << 1)
#define NPT_U  (1ull << 2) /* the CPU counts all guest accesses as user's */
#define NPT_PS (1ull << 7)
#define NPT_NX (1ull << 63)

static struct second_level_format format = {
	.leaf = NPT_P | NPT_U,
	.write = NPT_W,
	.no_exec = NPT_NX,
	.table = NPT_P | NPT_U | NPT_W,
	.present = NPT_P,
	.kind = NPT_PS,
	.large = NPT_PS,
};
static uint8_t *msrpm[PART_COUNT], *iopm;

static bool svm_probe(void)
{
	if (!(arch_cpuid(0x80000001, 0).ecx & (1u << 2)))
		return false;
	if (!(arch_cpuid(0x8000000a, 0).edx & 1)) {
		log_msg(LOG_ERR, "this CPU has SVM without nested paging");
		return false;
	}
	if (rdmsr(MSR_VM_CR) & VM_CR_SVMDIS) {
		log_msg(LOG_ERR, "SVM is disabled by the firmware");
		return false;
	}
	format.max_level = arch_cpuid(0x80000001, 0).edx & (1u << 26) ? 2 : 1;
	return true;
}

static void svm_cpu_on(struct cpu *c)
{
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SVME);
	wrmsr(MSR_VM_HSAVE, virt_to_phys(pool_alloc(PAGE_SIZE)).v);
	wrmsr(MSR_VM_CR, rdmsr(MSR_VM_CR) | VM_CR_R_INIT);
	c->virt = pool_alloc(PAGE_SIZE); /* what VMSAVE keeps of the monitor */
	nmi_windows[0] = (struct nmi_window){svm_wait_begin, svm_wait_end, svm_wait_end};
	/* From here on interrupts, NMIs and INITs only come in where we say STGI. */
	asm volatile("clgi; vmsave %0" : : "a"(virt_to_phys(c->virt).v) : "memory");
}

static uint8_t *msr_map(enum partition_id part)
{
	if (!msrpm[part])
		msrpm[part] = memset(pool_alloc(MSRPM_SIZE), 0xff, MSRPM_SIZE);
	return msrpm[part];
}

/* MSRs outside the map's three ranges always exit. */
static void svm_msr_intercept(enum partition_id part, uint32_t first, uint32_t last, bool read,
			      bool write)
{
	static const uint32_t bases[] = {0, 0xc0000000, 0xc0010000};
	uint8_t *map = msr_map(part);

	for (uint32_t n = 0; n < ARRAY_SIZE(bases) * MSRPM_RANGE; n++) {
		uint32_t msr = bases[n / MSRPM_RANGE] + n % MSRPM_RANGE;

		if (msr < first || msr > last)
			continue;
		bitmap_set(map, 2 * n, read);
		bitmap_set(map, 2 * n + 1, write);
	}
}

static void svm_io_intercept(uint16_t port)
{
	if (!iopm)
		iopm = pool_alloc(IOPM_SIZE);
	bitmap_set(iopm, port, true);
}

static void svm_vcpu_create(struct vcpu *v, hpa_t root)
{
	struct svm_vcpu *s = pool_alloc(sizeof(*s));
	struct vmcb *b = pool_alloc(sizeof(*b));

	s->vmcb = b;
	s->vmcb_pa = virt_to_phys(b).v;
	s->host_pa = virt_to_phys(v->cpu->virt).v;
	v->control = s;
	b->intercept1 =
		I1_NMI | I1_SMI | I1_INIT | I1_CPUID | I1_INVD | I1_INVLPGA | I1_MSR | I1_SHUTDOWN;
	b->intercept2 = I2_ALL_SVM;
	if (v->part == PART_TEE) {
		b->intercept1 |= I1_INTR;
		b->int_ctl = V_INTR_MASKING;
	} else if (iopm) {
		b->intercept1 |= I1_IOIO;
		b->iopm = virt_to_phys(iopm).v;
	}
	b->msrpm = virt_to_phys(msr_map(v->part)).v;
	/* A vCPU never leaves its CPU and a CPU has one of each partition: two ASIDs do, and
	 * nothing is flushed on a world switch. */
	b->asid = 1 + v->part;
	b->nested_ctl = NESTED_PAGING;
	b->nested_cr3 = root.v;
	b->pat = PAT_RESET;
}

static void svm_run(struct vcpu *v, struct vexit *e)
{
	struct svm_vcpu *s = v->control;
	struct vmcb *b = s->vmcb;

	if (s->shutdown) {
		*e = (struct vexit){.reason = EXIT_SHUTDOWN};
		return;
	}
	b->rax = v->regs.rax;
	svm_enter(v, s->vmcb_pa, s->host_pa, v->part == PART_TEE && !v->preempted);
	v->regs.rax = b->rax;
	b->tlb_control = 0;
	svm_decode(v, e);
}

static void svm_flush(struct vcpu *v)
{
	vmcb_of(v)->tlb_control = TLB_FLUSH_ALL;
}

const struct virt_backend svm_backend = {
	.name = "AMD SVM",
	.probe = svm_probe,
	.cpu_on = svm_cpu_on,
	.msr_intercept = svm_msr_intercept,
	.io_intercept = svm_io_intercept,
	.vcpu_create = svm_vcpu_create,
	.vcpu_start = svm_vcpu_start,
	.run = svm_run,
	.flush = svm_flush,
	.skip = svm_skip,
	.inject = svm_inject,
	.inject_nmi = svm_inject_nmi,
	.preempt = svm_preempt,
	.get = svm_get,
	.set = svm_set,
	.insn_bytes = svm_insn_bytes,
	.wait = svm_wait,
	.format = &format,
};
