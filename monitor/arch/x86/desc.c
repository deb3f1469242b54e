// SPDX-License-Identifier: BSD-2-Clause
/* Segments, task state and interrupt table of each CPU, and what exceptions do: they are bugs. */
#include <monitor/arch.h>
#include <monitor/arch/x86/machine.h>
#include <monitor/arch/x86/x86.h>
#include <monitor/monitor.h>

#define VECTORS	   32
#define VECTOR_NMI 2
#define VECTOR_DF  8

struct tss {
	uint32_t reserved0;
	uint64_t rsp[3], reserved1, ist[7];
	uint8_t reserved2[10];
	uint16_t iomap;
} __attribute__((packed));

struct descriptors {
	uint64_t gdt[5];
	struct tss tss;
};

struct gate {
	uint16_t offset_low, selector;
	uint8_t ist, type;
	uint16_t offset_mid;
	uint32_t offset_high, reserved;
};

struct trap_frame {
	uint64_t vector, error, rip, cs, rflags, rsp, ss;
};

extern char trap_stubs[]; /* trap.S: 16 bytes each */
extern char nmi_entry[];

static struct gate idt[VECTORS];

void trap(const struct trap_frame *f) __attribute__((noreturn));

void trap(const struct trap_frame *f)
{
	panic("CPU %u: exception %lu in the monitor, error %lx, RIP %lx, RSP %lx, CR2 %lx",
	      this_cpu_id(), f->vector, f->error, f->rip, f->rsp, read_cr2());
}

/* Called by compiled code whose stack canary has changed. */
void __stack_chk_fail(void) __attribute__((noreturn));

void __stack_chk_fail(void)
{
	panic("CPU %u: stack overwritten", this_cpu_id());
}

static void set_gate(unsigned int vector, const char *entry, uint8_t ist)
{
	uint64_t at = (uint64_t)entry;

	idt[vector] = (struct gate){(uint16_t)at,	  SEL_CODE, ist, 0x8e, (uint16_t)(at >> 16),
				    (uint32_t)(at >> 32), 0};
}

void desc_load(struct cpu *c)
{
	struct descriptors *d = pool_alloc(sizeof(*d));
	struct table_pointer gdtp = {sizeof(d->gdt) - 1, (uint64_t)d->gdt};
	struct table_pointer idtp = {sizeof(idt) - 1, (uint64_t)idt};
	uint64_t base = (uint64_t)&d->tss;

	c->self = c;
	wrmsr(MSR_GS_BASE, (uint64_t)c);
	d->tss.ist[0] = stack_top(c->id, STACK_FAULT);
	d->tss.ist[1] = stack_top(c->id, STACK_NMI);
	d->tss.iomap = sizeof(d->tss);
	d->gdt[SEL_CODE / 8] = 0x00af9b000000ffffull;
	d->gdt[SEL_DATA / 8] = 0x00cf93000000ffffull;
	d->gdt[SEL_TSS / 8] = (sizeof(d->tss) - 1) | (base & 0xffffff) << 16 | 0x89ull << 40 |
			      (base >> 24 & 0xff) << 56;
	d->gdt[SEL_TSS / 8 + 1] = base >> 32;
	if (!c->id) {
		for (unsigned int v = 0; v < VECTORS; v++)
			set_gate(v, trap_stubs + 16 * v, v == VECTOR_DF ? 1 : 0);
		set_gate(VECTOR_NMI, nmi_entry, 2);
	}
	asm volatile("lgdt %0" : : "m"(gdtp));
	asm volatile("lidt %0" : : "m"(idtp));
	asm volatile("ltr %w0" : : "r"(SEL_TSS));
}

struct cpu *this_cpu(void)
{
	struct cpu *c;

	asm volatile("mov %%gs:0, %0" : "=r"(c));
	return c;
}

uint32_t this_cpu_id(void)
{
	struct cpu *c = this_cpu();

	return c ? c->id : 0;
}
