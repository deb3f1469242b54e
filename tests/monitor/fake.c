// SPDX-License-Identifier: BSD-2-Clause
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/monitor/fake.h"
#include <monitor/iommu/iommu.h>
#include <monitor/share.h>

struct cpu cpus[MAX_CPUS];
uint32_t ncpus;
struct boot_facts boot;
struct layout layout;

struct vexit fake_next_exit;
uint32_t fake_apic[MAX_CPUS][0x400 / 4];
uint32_t fake_ioapic[256], fake_ioapic_select;
unsigned int fake_nmis[MAX_CPUS];
unsigned int fake_apic_resets, fake_waits, fake_switches, fake_resets;
unsigned int fake_wipes, fake_outs, fake_flushes, fake_iommu_flushes;
uint32_t fake_out;
uint32_t fake_pci_address, fake_pci[256][64];
uint64_t fake_mcfg, fake_msr[3][12];
unsigned int fake_msr_writes;
unsigned int fake_mitigated[MITIGATE_COUNT];
bool fake_guard = true;
struct cpuid fake_cpuid;
uint64_t fake_tsc = 1000;
uint32_t *fake_hpet;
bool fake_timer;

hpa_t fake_roots[PART_COUNT];
static uint8_t *ram;
static uint64_t pool;
static uint32_t current;
static bool dead;
static struct fake_vcpu vcpus[MAX_CPUS][PART_COUNT];

void log_msg(enum merlon_log_level level, const char *fmt, ...)
{
}

bool ratelimit_ok(struct ratelimit *r, const char *what)
{
	return true;
}

void panic(const char *fmt, ...)
{
	mock_assert(0, fmt, __FILE__, __LINE__);
	abort();
}

bool __attribute__((weak)) guard_enabled(void)
{
	return fake_guard;
}

struct options __attribute__((weak)) options = {.log_level = LOG_DEBUG};

bool tee_alive(void)
{
	return !dead;
}

void tee_kill(const char *why)
{
	dead = true;
	cpu_post(this_cpu(), EVENT_TEE_DEAD);
}

void tee_wipe(const char *why)
{
	tee_kill(why);
	fake_wipes++;
}

void *pool_alloc(size_t bytes)
{
	void *p = ram + pool;

	pool += ALIGN_UP(bytes, PAGE_SIZE);
	return memset(p, 0, bytes);
}

void *pool_page(void)
{
	return pool_alloc(PAGE_SIZE);
}

/* --- arch.h --- */
struct cpu *this_cpu(void)
{
	return &cpus[current];
}

struct cpuid arch_cpuid(uint32_t leaf, uint32_t subleaf)
{
	return leaf == 0x80000008 ? (struct cpuid){.eax = 36} : fake_cpuid;
}

/* x87, SSE, AVX and the first of AVX-512's */
uint64_t arch_xcr0(void)
{
	return 0x27;
}

uint64_t arch_tsc(void)
{
	return fake_tsc;
}

const void *acpi_find(const char *signature, size_t *size)
{
	static uint8_t table[60];
	const bool mcfg = !strcmp(signature, "MCFG");
	const uint64_t base = mcfg ? fake_mcfg : fake_hpet ? 0xfed00000 : 0;

	assert_true(mcfg || !strcmp(signature, "HPET"));
	memset(table, 0, sizeof(table));
	memcpy(table + 44, &base, sizeof(base)); /* in both */
	*size = base ? sizeof(table) : 0;
	return base ? table : NULL;
}

void acpi_hide(const char *signature)
{
}

volatile void *arch_map_device(hpa_t addr, size_t bytes)
{
	assert_int_equal(addr.v, 0xfed00000);
	return fake_hpet;
}

void arch_mitigate(unsigned int which)
{
	fake_mitigated[which]++;
}

bool iommu_active(void)
{
	return false;
}

void iommu_poll(void)
{
}

int iommu_open(uint64_t addr)
{
	return 0;
}

void iommu_set(uint64_t addr)
{
}

void iommu_flush(void)
{
	fake_iommu_flushes++;
}

void arch_pause(void)
{
}

void arch_wbinvd(void)
{
}

uint32_t arch_in(uint16_t port, unsigned int size)
{
	if (port == PCI_ADDRESS)
		return fake_pci_address;
	if (port == PCI_DATA && size == 4 && fake_pci_address >> 31)
		return fake_pci[fake_pci_address >> 8 & 0xff][fake_pci_address >> 2 & 0x3f];
	return 0x87654321;
}

void arch_out(uint16_t port, unsigned int size, uint32_t value)
{
	if (port == PCI_ADDRESS && size == 4)
		fake_pci_address = value;
	fake_outs++;
	fake_out = value;
}

/* The three places where counters are turned on. */
static uint64_t *msr_at(uint32_t msr)
{
	static const uint32_t first[] = {0x38f, 0xc0000301, 0xc0010200};

	for (size_t i = 0; i < ARRAY_SIZE(first); i++)
		if (msr >= first[i] && msr - first[i] < ARRAY_SIZE(fake_msr[i]))
			return &fake_msr[i][msr - first[i]];
	fail_msg("MSR %x", msr);
	return NULL;
}

uint64_t arch_msr_read(uint32_t msr)
{
	return *msr_at(msr);
}

void arch_msr_write(uint32_t msr, uint64_t value)
{
	*msr_at(msr) = value;
	fake_msr_writes++;
}

void ranges_add(uint64_t base, uint64_t size, uint32_t type)
{
}

void *phys_to_virt(hpa_t addr)
{
	assert_true(addr.v < FAKE_RAM);
	return ram + addr.v;
}

hpa_t virt_to_phys(const void *p)
{
	return hpa((uint64_t)((const uint8_t *)p - ram));
}

uint32_t arch_apic_read(uint32_t offset)
{
	return fake_apic[current][offset / 4];
}

void arch_apic_write(uint32_t offset, uint32_t value)
{
	fake_apic[current][offset / 4] = value;
}

uint32_t arch_ioapic_read(uint32_t offset)
{
	return offset == 0x10 ? fake_ioapic[fake_ioapic_select] : fake_ioapic_select;
}

void arch_ioapic_write(uint32_t offset, uint32_t value)
{
	if (offset == 0x10)
		fake_ioapic[fake_ioapic_select] = value;
	else if (!offset)
		fake_ioapic_select = value & 0xff;
}

void arch_apic_reset(void)
{
	fake_apic_resets++;
}

void arch_apic_nmi(uint32_t apic_id)
{
	for (uint32_t i = 0; i < ncpus; i++)
		fake_nmis[i] += cpus[i].apic_id == apic_id;
}

void arch_xregs_switch(struct xregs *from, const struct xregs *to)
{
	fake_switches++;
}

void arch_platform_reset(void)
{
	fake_resets++;
	mock_assert(0, "reset", __FILE__, __LINE__);
	abort();
}

/* --- virt.h --- */
struct fake_vcpu *fake(uint32_t cpu, enum partition_id part)
{
	return &vcpus[cpu][part];
}

static struct fake_vcpu *of(struct vcpu *v)
{
	return v->control;
}

static void fake_run(struct vcpu *v, struct vexit *e)
{
	assert_ptr_equal(v, this_cpu()->current);
	*e = fake_next_exit;
}

static void fake_skip(struct vcpu *v, const struct vexit *e)
{
	of(v)->skipped += e->insn_len;
}

static void fake_inject(struct vcpu *v, uint8_t vector)
{
	of(v)->injected = vector;
}

static bool fake_inject_nmi(struct vcpu *v)
{
	if (of(v)->event_queued)
		return false;
	of(v)->nmi = true;
	return true;
}

static void fake_preempt(struct vcpu *v, bool on)
{
	of(v)->virq = on;
}

static uint64_t fake_get(struct vcpu *v, enum vreg reg)
{
	return of(v)->regs[reg];
}

static void fake_set(struct vcpu *v, enum vreg reg, uint64_t value)
{
	of(v)->regs[reg] = value;
}

static void fake_start(struct vcpu *v, enum vcpu_start how, uint64_t where)
{
	of(v)->started++;
	of(v)->start = where;
}

static size_t fake_insn_bytes(struct vcpu *v, uint8_t *buf, size_t size)
{
	return 0;
}

static void fake_wait(void)
{
	fake_waits++;
}

/* access in the low bits, bit 3 = table, bit 7 = leaf above 4 KiB */
static const struct second_level_format format = {
	.read = ACCESS_R,
	.write = ACCESS_W,
	.exec = ACCESS_X,
	.table = 8 | 7,
	.max_level = 2,
	.present = 7,
	.kind = 0x80,
	.large = 0x80,
};

static void fake_msr_intercept(enum partition_id part, uint32_t first, uint32_t last, bool read,
			       bool write)
{
}

static void fake_io_intercept(uint16_t port)
{
}

static void fake_flush(struct vcpu *v)
{
	fake_flushes++;
}

static bool fake_has_timer(void)
{
	return fake_timer;
}

static const struct virt_backend backend = {
	.has_timer = fake_has_timer,
	.run = fake_run,
	.flush = fake_flush,
	.skip = fake_skip,
	.inject = fake_inject,
	.inject_nmi = fake_inject_nmi,
	.preempt = fake_preempt,
	.get = fake_get,
	.set = fake_set,
	.vcpu_start = fake_start,
	.insn_bytes = fake_insn_bytes,
	.wait = fake_wait,
	.format = &format,
	.msr_intercept = fake_msr_intercept,
	.io_intercept = fake_io_intercept,
};
const struct virt_backend *virt = &backend;

uint32_t fake_access(hpa_t root, uint64_t addr)
{
	uint64_t *t = phys_to_virt(root), e;

	for (int shift = 39;; shift -= 9) {
		e = t[(addr >> shift) & 511];
		if (!(e & 8))
			return e & 7;
		t = phys_to_virt(hpa(ALIGN_DOWN(e, PAGE_SIZE)));
	}
}

static void share(uint64_t base, uint64_t size, enum mem_owner from, enum mem_owner to,
		  enum mem_verb verb, uint32_t access)
{
	struct mem_change c = {verb, base, size, from, to, access};

	assert_int_equal(memory_change(&c), 0);
}

static void fake_memory(void)
{
	static bool done;

	if (done)
		return;
	done = true;
	ram = aligned_alloc(PAGE_SIZE, FAKE_RAM);
	memset(ram, 0, FAKE_RAM);
	pool = FAKE_MONITOR;
	boot.nranges = 2;
	boot.ranges[0] = (struct boot_range){0, 0x9fc00, E820_RAM};
	boot.ranges[1] = (struct boot_range){1 << 20, FAKE_RAM - (1 << 20), E820_RAM};
	boot.tsc_khz = 1000;
	layout.ram_end = FAKE_RAM;
	layout.tee_ring = 0x123000;
	memory_init();
	share(FAKE_TEE, 2 << 20, OWNER_REE, OWNER_TEE, MEM_DONATE, 0);
	share(FAKE_MONITOR, FAKE_RAM - FAKE_MONITOR, OWNER_REE, OWNER_MONITOR, MEM_DONATE, 0);
	if (options.seat == MERLON_SEAT_WORLD)
		share(1 << 20, FAKE_TEE - (1 << 20), OWNER_REE, OWNER_TEE, MEM_SHARE,
		      ACCESS_R | ACCESS_W);
	for (unsigned int p = 0; p < PART_COUNT; p++)
		fake_roots[p] = second_level_build(p);
	share_init(fake_roots);
}

void fake_machine(uint32_t n)
{
	fake_memory();
	memset(cpus, 0, sizeof(cpus));
	memset(vcpus, 0, sizeof(vcpus));
	memset(fake_apic, 0, sizeof(fake_apic));
	memset(fake_ioapic, 0, sizeof(fake_ioapic));
	memset(fake_nmis, 0, sizeof(fake_nmis));
	fake_apic_resets = fake_waits = fake_switches = fake_resets = 0;
	fake_wipes = fake_outs = fake_flushes = fake_iommu_flushes = 0;
	fake_guard = true;
	dead = false;
	current = 0;
	ncpus = n;
	for (uint32_t i = 0; i < n; i++) {
		cpus[i].id = i;
		cpus[i].apic_id = 10 + i;
		cpus[i].online = 1;
		cpus[i].current = &cpus[i].vcpu[PART_REE];
		for (unsigned int p = 0; p < PART_COUNT; p++) {
			struct vcpu *v = &cpus[i].vcpu[p];

			v->cpu = &cpus[i];
			v->part = p;
			v->state = i && p == PART_REE ? VCPU_WAIT_SIPI : VCPU_RUN;
			v->ready = p == PART_TEE;
			v->control = &vcpus[i][p];
			vcpus[i][p].injected = -1;
		}
	}
}

void fake_on(uint32_t cpu)
{
	current = cpu;
}

void fake_turn(uint32_t cpu, struct vexit e)
{
	fake_on(cpu);
	fake_next_exit = e;
	if (cpus[cpu].events)
		events_handle(&cpus[cpu]);
	cpu_step(&cpus[cpu]);
	if (cpus[cpu].events)
		events_handle(&cpus[cpu]);
}
