// SPDX-License-Identifier: BSD-2-Clause
/* Starts the other CPUs, one after the other, on their own stacks. */
#include <monitor/arch.h>
#include <monitor/arch/x86/machine.h>
#include <monitor/arch/x86/x86.h>
#include <monitor/monitor.h>
#include <string.h>

#define ICR_INIT 0x4500u
#define ICR_SIPI 0x4600u

extern char trampoline[], trampoline_end[], trampoline_cpu[], trampoline_cr3[];

struct cpu cpus[MAX_CPUS];
uint32_t ncpus;

void smp_init_all(void)
{
	for (uint32_t i = 1; i < ncpus; i++)
		lapic_send(cpus[i].apic_id, ICR_INIT);
}

static bool start_one(struct cpu *c, uint64_t page)
{
	c->stack_top = stack_top(c->id, STACK_MAIN);
	put_at(phys_to_virt(hpa(page)), (size_t)(trampoline_cpu - trampoline), (uint64_t)c, 8);
	for (int i = 0; i < 2; i++) {
		lapic_send(c->apic_id, ICR_SIPI | (uint32_t)(page >> 12));
		/* The second SIPI is for CPUs that lost the first; wait longer after it. */
		for (int us = 0; us < (i ? 500000 : 1000); us += 10) {
			if (c->online)
				return true;
			tsc_delay_us(10);
		}
	}
	return c->online;
}

void smp_start(void)
{
	uint64_t page;
	void *code;

	if (ncpus == 1)
		return;
	/* Linux gets the page back. */
	page = layout_low(PAGE_SIZE);
	code = phys_to_virt(hpa(page));
	memcpy(code, trampoline, (size_t)(trampoline_end - trampoline));
	put_at(code, (size_t)(trampoline_cr3 - trampoline), read_cr3(), 8);
	paging_map_trampoline(page, true);
	for (uint32_t i = 1; i < ncpus; i++)
		if (!start_one(&cpus[i], page))
			panic("CPU %u (APIC ID %u) does not start", i, cpus[i].apic_id);
	paging_map_trampoline(page, false);
	memset(code, 0, PAGE_SIZE);
}
