// SPDX-License-Identifier: BSD-2-Clause
/* The order of things, from the boot loader to the loops that run for ever. */
#include <abi/hypercall.h>
#include <monitor/arch.h>
#include <monitor/arch/x86/machine.h>
#include <monitor/iommu/iommu.h>
#include <monitor/memory.h>
#include <monitor/monitor.h>
#include <monitor/policy.h>
#include <monitor/share.h>

static const struct virt_backend *const backends[] = {&vmx_backend, &svm_backend};
const struct virt_backend *virt;

static hpa_t roots[PART_COUNT];
static volatile uint32_t cpus_ready;

extern uint64_t boot_tsc; /* entry.S */
void boot_main(uint32_t magic, uint32_t info) __attribute__((noreturn));

static void choose_backend(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(backends) && !virt; i++)
		if (backends[i]->probe())
			virt = backends[i];
	if (!virt)
		panic("this CPU has no virtualization that the monitor can use");
}

static void change(enum mem_verb verb, uint64_t base, uint64_t size, enum mem_owner from,
		   enum mem_owner to, uint32_t access)
{
	struct mem_change c = {verb, base, size, from, to, access};
	int res = memory_change(&c);

	if (res)
		panic("memory at %lx cannot change hands: %d", base, res);
}

/* Who gets which memory. In the world seat the TEE reaches all of Linux's, in seat vm what is shared. */
static void divide_memory(void)
{
	uint64_t base, end;

	memory_init();
	iommu_find();
	timer_init();
	chipset_init();
	change(MEM_DONATE, layout.base, layout.size, OWNER_REE, OWNER_MONITOR, 0);
	change(MEM_DONATE, layout.tee, layout.tee_size, OWNER_MONITOR, OWNER_TEE, 0);
	change(MEM_DONATE, layout.tee_ring, RING_SIZE, OWNER_MONITOR, OWNER_TEE, 0);
	change(MEM_SHARE, layout.monitor_ring, RING_SIZE, OWNER_MONITOR, OWNER_REE, ACCESS_R);
	change(MEM_SHARE, layout.tee_ring, RING_SIZE, OWNER_TEE, OWNER_REE, ACCESS_R);
	for (uint64_t addr = 0; options.seat == MERLON_SEAT_WORLD && addr < layout.ram_end;
	     addr = end) {
		memory_extent(addr, &base, &end);
		if (memory_owner(addr) == OWNER_REE)
			change(MEM_SHARE, addr, end - addr, OWNER_REE, OWNER_TEE,
			       ACCESS_R | ACCESS_W);
	}
	for (unsigned int p = 0; p < PART_COUNT; p++)
		roots[p] = second_level_build(p);
	share_init(roots);
}

/* What every CPU does for itself before it can run partitions. */
static void cpu_start(struct cpu *c)
{
	xstate_cpu_on();
	virt->cpu_on(c);
	for (unsigned int p = 0; p < PART_COUNT; p++) {
		c->vcpu[p].cpu = c;
		c->vcpu[p].part = p;
		arch_xregs_init(&c->vcpu[p].x);
		virt->vcpu_create(&c->vcpu[p], roots[p]);
	}
	c->current = &c->vcpu[PART_REE];
}

static void report_ready(uint64_t entry_tsc)
{
	uint64_t us = (arch_tsc() - entry_tsc) * 1000 / boot.tsc_khz;

	cpus[0].stats[MERLON_STAT_READY_US] = us;
	log_msg(LOG_INFO, "TEE %s on %u CPUs after %lu us", tee_alive() ? "ready" : "DEAD", ncpus,
		us);
}

void ap_main(struct cpu *c)
{
	desc_load(c);
	c->canary = new_canary();
	c->online = 1;
	paging_enable_features();
	lapic_start();
	cpu_start(c);
	tee_boot_cpu(c);
	c->vcpu[PART_REE].state = VCPU_WAIT_SIPI;
	__atomic_fetch_add(&cpus_ready, 1, __ATOMIC_SEQ_CST);
	cpu_loop(c);
}

/* On the guarded stack, in the final address space. */
static void main_high(void)
{
	struct cpu *c = &cpus[0];
	uint32_t apic_id;

	c->canary = new_canary();
	c->online = 1;
	screen_map();
	log_start(hpa(layout.monitor_ring), RING_SIZE);
	log_msg(LOG_INFO, "Merlon monitor, ABI %u.%u, at %lx, TEE at %lx with %lu MiB",
		MERLON_ABI_MAJOR, MERLON_ABI_MINOR, layout.image, layout.tee,
		layout.tee_size >> 20);
	options_report();
	choose_backend();
	apic_id = lapic_start();
	acpi_find_cpus(apic_id);
	smp_init_all();
	boot.tsc_khz = tsc_calibrate(); /* longer than the 10 ms that INIT needs */
	log_msg(LOG_INFO, "%s, %u CPUs, TSC %lu kHz", virt->name, ncpus, boot.tsc_khz);
	mitigate_init();
	divide_memory();
	iommu_start();
	msr_init();
	exchange_init();
	io_init();
	cpu_start(c);
	tee_load();
	tee_boot_cpu(c);
	smp_start();
	while (cpus_ready < ncpus - 1)
		arch_pause();
	report_ready(boot_tsc);
	linux_boot(&c->vcpu[PART_REE]);
	cpu_loop(c);
}

void boot_main(uint32_t magic, uint32_t info)
{
	multiboot_parse(magic, info);
	layout_choose();
	paging_start();
	desc_load(&cpus[0]);
	stack_switch(stack_top(0, STACK_MAIN), main_high);
}
