// SPDX-License-Identifier: BSD-2-Clause
/*
 * One CPU's control registers, descriptor tables and start.
 */
#include <kernel/arch/x86_64/arch.h>
#include <kernel/arch/x86_64/asm.h>
#include <kernel/arch/x86_64/uctx.h>
#include <kernel/include/mm.h>
#include <include/abi/log.h>

struct features features;
extern const uint8_t syscall_entry[];

struct percpu *percpu_of(unsigned id)
{
	return (struct percpu *)(boot_params.cpu_slots + id * CPU_SLOT + CPU_DATA);
}

struct cpu *arch_cpu(void)
{
	return &this_cpu()->cpu;
}

unsigned arch_ncpus(void)
{
	return boot_params.bi.ncpus;
}

static void load_tables(struct percpu *p)
{
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) gdtr = {sizeof(p->gdt) - 1, (uint64_t)p->gdt},
				  idtr = {sizeof(idt) - 1, (uint64_t)idt};
	uint64_t tss = (uint64_t)&p->tss, slot = (uint64_t)p - CPU_DATA;

	for (unsigned i = 1; i <= IST_COUNT; i++)
		p->tss.ist[i - 1] = slot + CPU_IST(i) + PAGE_SIZE - 16;
	p->tss.iomap = sizeof(p->tss); /* beyond the limit: no port is allowed */
	p->gdt[SEL_KCODE / 8] = 0x00af9b000000ffff;
	p->gdt[SEL_KDATA / 8] = 0x00cf93000000ffff;
	p->gdt[SEL_UDATA / 8] = 0x00cff3000000ffff;
	p->gdt[SEL_UCODE / 8] = 0x00affb000000ffff;
	p->gdt[SEL_TSS / 8] = (sizeof(p->tss) - 1) | (tss & 0xffffff) << 16 | 0x89ull << 40 |
			      (tss >> 24 & 0xff) << 56;
	p->gdt[SEL_TSS / 8 + 1] = tss >> 32;
	asm volatile("lgdt %0\n\t"
		     "lidt %1\n\t"
		     "lldt %w2\n\t"
		     "ltr %w3\n\t"
		     "mov %w2, %%ds\n\t"
		     "mov %w2, %%es\n\t"
		     "mov %w2, %%fs\n\t"
		     "mov %w2, %%gs\n\t"
		     "mov %w4, %%ss"
		     :
		     : "m"(gdtr), "m"(idtr), "r"(0), "r"(SEL_TSS), "r"(SEL_KDATA)
		     : "memory");
}

static void find_features(void)
{
	struct cpuid c = cpuid(7, 0);

	features.fsgsbase = c.b & (1u << 0);
	features.smep = c.b & (1u << 7);
	features.smap = c.b & (1u << 20);
	features.umip = c.c & (1u << 2);
}

static void set_control(struct percpu *p)
{
	uint64_t cr4 = CR4_PAE | CR4_PGE | CR4_OSFXSR | CR4_OSXMMEXCPT | CR4_OSXSAVE;

	if (features.smep)
		cr4 |= CR4_SMEP;
	if (features.smap)
		cr4 |= CR4_SMAP;
	if (features.umip)
		cr4 |= CR4_UMIP;
	if (features.fsgsbase)
		cr4 |= CR4_FSGSBASE;
	p->smap = features.smap;
	write_cr4(cr4);
	write_cr0((read_cr0() & ~(CR0_EM | CR0_TS | CR0_AM)) | CR0_MP | CR0_NE | CR0_WP);
}

static void set_msrs(struct percpu *p)
{
	wrmsr(MSR_GS_BASE, (uint64_t)p);
	wrmsr(MSR_KGS_BASE, 0);
	wrmsr(MSR_FS_BASE, 0);
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SCE);
	/* SYSRET takes SS from +8 and CS from +16. */
	wrmsr(MSR_STAR, (uint64_t)(SEL_UCODE - 16) << 48 | (uint64_t)SEL_KCODE << 32);
	wrmsr(MSR_LSTAR, (uint64_t)syscall_entry);
	wrmsr(MSR_CSTAR, 0); /* no 32-bit code segment exists */
	wrmsr(MSR_SFMASK,
	      RFLAGS_TF | RFLAGS_IF | RFLAGS_DF | RFLAGS_IOPL | RFLAGS_NT | RFLAGS_RF | RFLAGS_AC);
	wrmsr(MSR_SYSENTER_CS, 0);
	asm volatile("mov %0, %%dr7" : : "r"(0x400ull));
}

/* Runs before there is a GS: no stack protector (build.mk), no this_cpu(). */
void cpu_init(unsigned id)
{
	struct percpu *p = percpu_of(id);

	p->cpu.id = id;
	if (id == 0)
		find_features();
	load_tables(p);
	set_control(p);
	set_msrs(p);
	ext_init_cpu();
}

void cpu_log_features(void)
{
	klog(LOG_INFO, "smep %s, smap %s, umip %s, fsgsbase %s", features.smep ? "on" : "missing",
	     features.smap ? "on" : "missing", features.umip ? "on" : "missing",
	     features.fsgsbase ? "on" : "missing");
	if (boot_params.weak_random)
		klog(LOG_WARN, "no RDRAND: addresses are guessable");
}
