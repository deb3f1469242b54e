// SPDX-License-Identifier: BSD-2-Clause
#include <monitor/arch.h>
#include <monitor/iommu/iommu.h>
#include <monitor/monitor.h>

#define POLL_MS		5
#define FAULTS_PER_POLL 32

static const struct iommu_driver *const drivers[] = {&vtd_driver, &amdvi_driver};
static const struct iommu_driver *driver;
static struct iommu_config config;
static bool active;

static void missing(const char *why)
{
	driver = NULL;
	if (options.iommu == IOMMU_REQUIRE)
		panic("iommu=require: %s; start without this option, or turn VT-d or AMD-Vi on",
		      why);
	log_msg(LOG_WARN,
		"DMA is not contained: %s: a device that Linux drives can reach all memory", why);
}

static bool parse(const struct iommu_driver *d)
{
	size_t size;
	const void *table = acpi_find(d->signature, &size);

	if (!table)
		return false;
	driver = d;
	if (d->parse(table, size, &config))
		return true;
	log_msg(LOG_ERR, "ACPI table %s is damaged", d->signature);
	return false;
}

/* The registers are the monitor's, so that Linux cannot turn the unit off. */
static int take_unit(unsigned int i)
{
	const struct iommu_range *r = &config.units[i];

	memory_claim(r->base, r->end - r->base);
	return driver->probe(i, arch_map_device(hpa(r->base), r->end - r->base));
}

void iommu_find(void)
{
	if (options.iommu == IOMMU_OFF) {
		missing("option iommu=off");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(drivers) && !driver; i++) {
		if (parse(drivers[i]))
			break;
		if (driver) {
			missing("its description by the firmware cannot be used");
			return;
		}
	}
	if (!driver) {
		missing("no IOMMU");
		return;
	}
	for (unsigned int i = 0; i < config.nunits; i++) {
		if (!take_unit(i))
			continue;
		missing("an IOMMU lacks what is needed");
		return;
	}
	acpi_hide(driver->signature);
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
	switch (memory_owner(addr)) {
	case OWNER_DEVICE:
		return reserved_at(addr, end) ? ACCESS_R | ACCESS_W : 0;
	default: /* what Linux's CPUs may do, code aside */
		return memory_access(PART_REE, addr) & (ACCESS_R | ACCESS_W);
	}
}

void iommu_start(void)
{
	hpa_t root;

	if (!driver)
		return;
	root = second_level_build_with(driver->format(), dma_access);
	arch_wbinvd(); /* a unit may not look into caches */
	for (unsigned int i = 0; i < config.nunits; i++)
		if (driver->start(i, root))
			panic("the IOMMU at %llx does not start",
			      (unsigned long long)config.units[i].base);
	active = true;
	log_msg(LOG_INFO, "DMA is contained by %s, %u units", driver->name, config.nunits);
}

bool iommu_active(void)
{
	return active;
}

void iommu_poll(void)
{
	static uint64_t next;
	uint64_t now = arch_tsc();
	struct dma_fault f;

	if (!active || now < next)
		return;
	next = now + boot.tsc_khz * POLL_MS;
	for (unsigned int i = 0; i < config.nunits; i++) {
		for (int n = 0; n < FAULTS_PER_POLL && driver->fault(i, &f); n++) {
			stat_add(&cpus[0], MERLON_STAT_DMA_FAULTS);
			log_limited(LOG_WARN, "DMA",
				    "%s of %llx by device %x:%x.%x refused, reason %x",
				    f.write ? "write" : "read", (unsigned long long)f.addr,
				    f.source >> 8, f.source >> 3 & 31, f.source & 7, f.reason);
		}
	}
}
