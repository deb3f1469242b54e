// SPDX-License-Identifier: BSD-2-Clause
#include <monitor/arch.h>
#include <monitor/iommu/iommu.h>
#include <monitor/monitor.h>

#define WAIT_MS		100
#define POLL_MS		5
#define FAULTS_PER_POLL 32

static const struct iommu_driver *const drivers[] = {&vtd_driver, &amdvi_driver};
static const struct iommu_driver *driver;
static struct iommu_config config;
static hpa_t root;

/* false: its table is there and damaged. */
static bool parse(const struct iommu_driver *d)
{
	size_t size;
	const void *table = acpi_find(d->signature, &size);

	if (!table)
		return true;
	driver = d;
	if (iommu_parse(table, size, &config, d->entry))
		return true;
	log_msg(LOG_ERR, "ACPI table %s is damaged", d->signature);
	return false;
}

/* The registers are the monitor's, so that Linux cannot turn the unit off. */
static bool take_unit(unsigned int i)
{
	const struct iommu_range *r = &config.units[i];
	const char *why;

	memory_claim(r->base, r->end - r->base);
	why = driver->probe(i, arch_map_device(hpa(r->base), r->end - r->base));
	if (why)
		log_msg(LOG_ERR, "%s unit %u %s", driver->name, i, why);
	return !why;
}

/* NULL, or why there is none that can be used. */
static const char *find(void)
{
	if (options.iommu == IOMMU_OFF)
		return "option iommu=off";
	for (size_t i = 0; i < ARRAY_SIZE(drivers) && !driver; i++)
		if (!parse(drivers[i]))
			return "its description by the firmware cannot be used";
	if (!driver)
		return "no IOMMU";
	acpi_hide(driver->signature);
	for (unsigned int i = 0; i < config.nunits; i++)
		if (!take_unit(i))
			return "an IOMMU lacks what is needed";
	return NULL;
}

void iommu_find(void)
{
	const char *why = find();

	if (!why)
		return;
	driver = NULL;
	if (options.iommu == IOMMU_REQUIRE)
		panic("iommu=require: %s; start without this option, or turn VT-d or AMD-Vi on",
		      why);
	log_msg(LOG_WARN,
		"DMA is not contained: %s: a device that Linux drives can reach all memory", why);
}

/* What devices reach beyond Linux's RAM: memory that firmware says they need, and nobody owns. */
static bool reserved_at(uint64_t addr, uint64_t *end)
{
	for (uint32_t i = 0; i < config.nreserved; i++) {
		const struct iommu_range *r = &config.reserved[i];

		if (addr < r->base && r->base < *end)
			*end = r->base;
		if (addr < r->base || addr >= r->end)
			continue;
		*end = r->end < *end ? r->end : *end;
		return true;
	}
	return false;
}

static uint32_t dma_access(uint64_t addr, uint64_t *end)
{
	if (memory_owner(addr) == OWNER_DEVICE)
		return reserved_at(addr, end) ? ACCESS_R | ACCESS_W : 0;
	/* What Linux's CPUs may do, code aside. */
	return memory_access(PART_REE, addr) & (ACCESS_R | ACCESS_W);
}

void iommu_start(void)
{
	if (!driver)
		return;
	root = second_level_build_with(driver->format, dma_access);
	for (unsigned int i = 0; i < config.nunits; i++)
		if (driver->start(i, root))
			panic("the IOMMU at %lx does not start", config.units[i].base);
	log_msg(LOG_INFO, "DMA is contained by %s, %u units", driver->name, config.nunits);
}

bool iommu_wait(const volatile uint32_t *at, uint32_t mask, uint32_t want)
{
	uint64_t end = arch_tsc() + boot.tsc_khz * WAIT_MS;

	while ((*at & mask) != want) {
		if (arch_tsc() > end)
			return false;
		arch_pause();
	}
	return true;
}

bool iommu_active(void)
{
	return root.v;
}

int iommu_open(uint64_t addr)
{
	return iommu_active() ? second_level_open(driver->format, root, addr, NULL, 0) : 0;
}

void iommu_set(uint64_t addr)
{
	uint64_t end = addr + PAGE_SIZE;

	if (iommu_active())
		second_level_set(driver->format, root, addr, dma_access(addr, &end));
}

void iommu_flush(void)
{
	for (unsigned int i = 0; iommu_active() && i < config.nunits; i++)
		if (driver->flush(i))
			panic("the IOMMU at %lx does not forget old tables", config.units[i].base);
}

void iommu_poll(void)
{
	static uint64_t next;
	uint64_t now = arch_tsc();
	struct dma_fault f;

	if (!iommu_active() || now < next)
		return;
	next = now + boot.tsc_khz * POLL_MS;
	for (unsigned int i = 0; i < config.nunits; i++) {
		for (int n = 0; n < FAULTS_PER_POLL && driver->fault(i, &f); n++) {
			stat_add(&cpus[0], MERLON_STAT_DMA_FAULTS);
			log_limited(LOG_WARN, "DMA",
				    "%s of %lx by device %x:%x.%x refused, reason %x",
				    f.write ? "write" : "read", f.addr, f.source >> 8,
				    f.source >> 3 & 31, f.source & 7, f.reason);
		}
	}
}
