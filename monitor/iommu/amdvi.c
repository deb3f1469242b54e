// SPDX-License-Identifier: BSD-2-Clause
/*
 * AMD-Vi: one page table for all devices of all units, and no INIT, SMI or system management message
 * from any of them. AMD I/O Virtualization Technology Specification, chapters 2 and 3.
 */
#include <monitor/arch.h>
#include <monitor/iommu/iommu.h>
#include <monitor/monitor.h>

#define REG_DEVICES	  0x00
#define REG_COMMANDS	  0x08
#define REG_EVENTS	  0x10
#define REG_CONTROL	  0x18
#define REG_FEATURES	  0x30
#define REG_COMMANDS_HEAD 0x2000
#define REG_COMMANDS_TAIL 0x2008
#define REG_EVENTS_HEAD	  0x2010
#define REG_EVENTS_TAIL	  0x2018
#define REG_STATUS	  0x2020

#define CONTROL_ENABLE	       (1ull << 0)
#define CONTROL_EVENTS	       (1ull << 2)
#define CONTROL_COHERENT       (1ull << 10)
#define CONTROL_COMMANDS       (1ull << 12)
#define CONTROL_ALL	       (CONTROL_ENABLE | CONTROL_EVENTS | CONTROL_COHERENT | CONTROL_COMMANDS)
#define FEATURE_INVALIDATE_ALL (1ull << 6)
#define STATUS_EVENT_OVERFLOW  1ull

#define CPUID_HYPERVISOR (1u << 31) /* leaf 1, ECX */
#define DEVICE_COUNT	 65536u
#define DEVICE_WORDS	 4u
#define DEVICES_SIZE	 (DEVICE_COUNT * DEVICE_WORDS * 8)
#define RING_ENTRIES	 256u
#define RING_BYTES	 (RING_ENTRIES * 16)
#define RING_LENGTH_CODE (8ull << 56) /* 2^8 entries */

/* Device table entry, words 0 to 2 */
#define DTE_VALID	(1ull << 0)
#define DTE_TRANSLATE	(1ull << 1)
#define DTE_LEVELS	(4ull << 9)
#define DTE_READ	(1ull << 61)
#define DTE_WRITE	(1ull << 62)
#define DTE_DOMAIN	1ull
#define DTE_INT_VALID	(1ull << 0) /* the next four have a meaning; INIT is not passed on */
#define DTE_PASS_EXTINT (1ull << 57)
#define DTE_PASS_NMI	(1ull << 58)
#define DTE_PASS_FIXED	(1ull << 60) /* fixed and arbitrated, as they are */
#define DTE_PASS_LINT	(3ull << 62)

#define COMMAND_WAIT		 (1ull << 60 | 1) /* and store a word */
#define COMMAND_INVALIDATE_PAGES (3ull << 60) /* of a domain, bits 32 to 47 */
#define COMMAND_INVALIDATE_ALL	 (8ull << 60)
#define INVALIDATE_ALL_PAGES	 0x7ffffffffffff003ull /* the largest size, and tables too */
#define WAIT_TOKEN		 0x6d65726cu

#define EVENT_DEVICE(e)	  ((uint16_t)(e))
#define EVENT_CODE(e)	  ((uint8_t)((e) >> 60))
#define EVENT_IS_WRITE(e) ((e) >> 53 & 1)

#define PTE_PRESENT (1ull << 0)
#define PTE_NEXT(l) ((uint64_t)(l) << 9)
#define PTE_R	    (1ull << 61)
#define PTE_W	    (1ull << 62)

static struct unit {
	volatile uint8_t *regs;
	uint64_t *commands, *events, head; /* of the events */
	volatile uint32_t *token; /* what a unit stores has 64 bits */
	uint64_t features;
} units[IOMMU_MAX_UNITS];

/* Any bit but PRESENT may be set in an absent entry; with one set, QEMU reports the fault. */
static const struct second_level_format format = {
	.leaf = PTE_PRESENT,
	.read = PTE_R,
	.write = PTE_W,
	.table = PTE_PRESENT | PTE_R | PTE_W,
	.level = PTE_NEXT(1),
	.absent = PTE_NEXT(1),
	.max_level = 2,
	.present = PTE_PRESENT,
	.kind = PTE_NEXT(7),
};
static uint64_t *devices;

static const char *amdvi_probe(unsigned int i, volatile void *registers)
{
	units[i] = (struct unit){registers, .features = iommu_read64(registers, REG_FEATURES)};
	return NULL;
}

static void make_devices(hpa_t root)
{
	/*
	 * What of interrupt messages a device gets through. QEMU before 9.2 then refuses all that do not
	 * go to CPU 0 in one particular way, so in a machine that is virtual itself nothing is filtered.
	 */
	uint64_t filter =
		DTE_INT_VALID | DTE_PASS_EXTINT | DTE_PASS_NMI | DTE_PASS_FIXED | DTE_PASS_LINT;

	if (arch_cpuid(1, 0).ecx & CPUID_HYPERVISOR)
		filter = 0;
	devices = pool_alloc(DEVICES_SIZE);
	for (size_t i = 0; i < DEVICE_COUNT * DEVICE_WORDS; i += DEVICE_WORDS) {
		devices[i] = root.v | DTE_VALID | DTE_TRANSLATE | DTE_LEVELS | DTE_READ | DTE_WRITE;
		devices[i + 1] = DTE_DOMAIN;
		devices[i + 2] = filter;
	}
	arch_wbinvd(); /* a unit may not look into caches, for this and for the page tables */
}

static void put_command(struct unit *u, uint64_t first, uint64_t second)
{
	uint64_t tail = iommu_read64(u->regs, REG_COMMANDS_TAIL);

	u->commands[tail / 8] = first;
	u->commands[tail / 8 + 1] = second;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	iommu_write64(u->regs, REG_COMMANDS_TAIL, (tail + 16) % RING_BYTES);
}

/* Waits until the unit has done all commands. */
static bool finish(struct unit *u)
{
	*u->token = 0;
	put_command(u, virt_to_phys((const void *)u->token).v | COMMAND_WAIT, WAIT_TOKEN);
	return iommu_wait(u->token, UINT32_MAX, WAIT_TOKEN);
}

static int amdvi_flush(unsigned int i)
{
	struct unit *u = &units[i];

	/* Without this command the unit is at its start as it was after its reset: nothing is cached. */
	if (u->features & FEATURE_INVALIDATE_ALL)
		put_command(u, COMMAND_INVALIDATE_ALL, 0);
	else
		put_command(u, COMMAND_INVALIDATE_PAGES | DTE_DOMAIN << 32, INVALIDATE_ALL_PAGES);
	return finish(u) ? 0 : -E_INVAL;
}

/* Everything is on then, and the log is empty. One that was full had stopped. */
static void start_events(struct unit *u)
{
	iommu_write64(u->regs, REG_CONTROL, CONTROL_ALL & ~CONTROL_EVENTS);
	u->head = 0;
	iommu_write64(u->regs, REG_EVENTS_HEAD, 0);
	iommu_write64(u->regs, REG_EVENTS_TAIL, 0);
	iommu_write64(u->regs, REG_STATUS, STATUS_EVENT_OVERFLOW);
	iommu_write64(u->regs, REG_CONTROL, CONTROL_ALL);
}

static int amdvi_start(unsigned int i, hpa_t root)
{
	struct unit *u = &units[i];

	if (!devices)
		make_devices(root);
	u->commands = pool_alloc(RING_BYTES);
	u->events = pool_alloc(RING_BYTES);
	u->token = pool_alloc(PAGE_SIZE);
	iommu_write64(u->regs, REG_CONTROL, 0);
	iommu_write64(u->regs, REG_DEVICES,
		      virt_to_phys(devices).v | (DEVICES_SIZE / PAGE_SIZE - 1));
	iommu_write64(u->regs, REG_COMMANDS, virt_to_phys(u->commands).v | RING_LENGTH_CODE);
	iommu_write64(u->regs, REG_EVENTS, virt_to_phys(u->events).v | RING_LENGTH_CODE);
	iommu_write64(u->regs, REG_COMMANDS_HEAD, 0);
	iommu_write64(u->regs, REG_COMMANDS_TAIL, 0);
	start_events(u);
	return amdvi_flush(i);
}

/* The entry itself says that it is one: it may lag behind the tail, and QEMU has no tail. */
static bool amdvi_fault(unsigned int i, struct dma_fault *f)
{
	struct unit *u = &units[i];
	volatile uint64_t *e = &u->events[u->head / 8];
	uint64_t first = e[0];

	if (!first) {
		if (iommu_read64(u->regs, REG_STATUS) & STATUS_EVENT_OVERFLOW)
			start_events(u);
		return false;
	}
	*f = (struct dma_fault){.source = EVENT_DEVICE(first),
				.reason = EVENT_CODE(first),
				.write = EVENT_IS_WRITE(first),
				.addr = e[1]};
	e[0] = e[1] = 0;
	u->head = (u->head + 16) % RING_BYTES;
	iommu_write64(u->regs, REG_EVENTS_HEAD, u->head);
	return true;
}

const struct iommu_driver amdvi_driver = {
	.name = "AMD-Vi",
	.signature = "IVRS",
	.entry = ivrs_entry,
	.probe = amdvi_probe,
	.format = &format,
	.start = amdvi_start,
	.flush = amdvi_flush,
	.fault = amdvi_fault,
};
