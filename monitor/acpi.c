// SPDX-License-Identifier: BSD-2-Clause
/*
 * Just enough ACPI: the processors, how the machine is put to sleep, tables for others, and hiding
 * a table from Linux. The firmware is trusted; sums are still checked.
 */
#include <monitor/arch.h>
#include <monitor/monitor.h>
#include <string.h>

struct rsdp {
	char signature[8];
	uint8_t sum;
	char oem[6];
	uint8_t revision;
	uint32_t rsdt;
	uint32_t length;
	uint64_t xsdt;
} __attribute__((packed));

struct acpi_header {
	char signature[4];
	uint32_t length;
	uint8_t revision, sum;
	char oem[6], oem_table[8];
	uint32_t oem_revision, creator, creator_revision;
};

struct madt_lapic {
	uint8_t type, length, processor, apic_id;
	uint32_t flags; /* bit 0: enabled */
};

static bool sum_ok(const void *p, size_t n)
{
	const uint8_t *b = p;
	uint8_t sum = 0;

	while (n--)
		sum += *b++;
	return !sum;
}

static uint64_t scan_rsdp(uint64_t base, uint64_t size)
{
	for (uint64_t at = base; at < base + size; at += 16) {
		const struct rsdp *r = phys_to_virt(hpa(at));

		if (!memcmp(r->signature, "RSD PTR ", 8) && sum_ok(r, 20))
			return at;
	}
	return 0;
}

static const struct acpi_header *table_at(uint64_t addr)
{
	const struct acpi_header *t = phys_to_virt(hpa(addr));

	return addr && addr < ALIGN_UP(layout.ram_end, HUGE_PAGE) && sum_ok(t, t->length) ? t
											  : NULL;
}

/* The offset in a root table of the entry (step bytes) that names a table; 0: none. */
static size_t find_entry(const struct acpi_header *root, size_t step, const char *signature)
{
	for (size_t at = sizeof(*root); root && at + step <= root->length; at += step) {
		const struct acpi_header *t;
		uint64_t addr = 0;

		memcpy(&addr, (const uint8_t *)root + at, step);
		t = table_at(addr);
		if (t && !memcmp(t->signature, signature, 4))
			return at;
	}
	return 0;
}

static const struct rsdp *rsdp(void)
{
	return boot.rsdp ? phys_to_virt(hpa(boot.rsdp)) : NULL;
}

const void *acpi_find(const char *signature, size_t *size)
{
	const struct rsdp *r = rsdp();
	bool wide = r && r->revision >= 2 && r->xsdt;
	const struct acpi_header *root = r ? table_at(wide ? r->xsdt : r->rsdt) : NULL, *t;
	size_t step = wide ? 8 : 4, at = find_entry(root, step, signature);
	uint64_t addr = 0;

	if (!root || !at)
		return NULL;
	memcpy(&addr, (const uint8_t *)root + at, step);
	t = table_at(addr);
	*size = t->length;
	return t;
}

static void drop_entry(uint64_t root_addr, size_t step, const char *signature)
{
	struct acpi_header *root = (struct acpi_header *)table_at(root_addr);
	uint8_t *bytes = (uint8_t *)root;
	size_t at;

	while (root && (at = find_entry(root, step, signature))) {
		memmove(bytes + at, bytes + at + step, root->length - at - step);
		root->length -= (uint32_t)step;
		root->sum = 0;
		for (size_t i = 0; i < root->length; i++)
			root->sum -= i == offsetof(struct acpi_header, sum) ? 0 : bytes[i];
	}
}

void acpi_hide(const char *signature)
{
	const struct rsdp *r = rsdp();

	if (!r)
		return;
	drop_entry(r->rsdt, 4, signature);
	if (r->revision >= 2)
		drop_entry(r->xsdt, 8, signature);
}

static void add_cpu(uint32_t apic_id)
{
	if (ncpus == MAX_CPUS) {
		log_msg(LOG_WARN, "CPU with APIC ID %u stays off: at most %u are supported",
			apic_id, MAX_CPUS);
		return;
	}
	cpus[ncpus].id = ncpus;
	cpus[ncpus].apic_id = apic_id;
	ncpus++;
}

/* ACPI 6.5, table 5.9: PM1a_CNT_BLK and PM1b_CNT_BLK. */
static void read_fadt(const struct acpi_header *fadt)
{
	uint32_t port;

	for (unsigned int i = 0; fadt && i < ARRAY_SIZE(boot.pm1_control); i++) {
		if (fadt->length < 64 + 4 * (i + 1))
			return;
		memcpy(&port, (const uint8_t *)fadt + 64 + 4 * i, sizeof(port));
		boot.pm1_control[i] = (uint16_t)port;
	}
}

void acpi_find_cpus(uint32_t bsp_apic_id)
{
	const struct acpi_header *madt = NULL;
	const struct madt_lapic *e;
	size_t size;

	add_cpu(bsp_apic_id);
	/* ACPI 6.5, 5.2.5.1: the first KiB of the EBDA, then the BIOS area. */
	boot.rsdp = scan_rsdp((uint64_t) * (uint16_t *)phys_to_virt(hpa(0x40e)) << 4, 1024);
	if (!boot.rsdp)
		boot.rsdp = scan_rsdp(0xe0000, 0x20000);
	read_fadt(acpi_find("FACP", &size));
	madt = acpi_find("APIC", &size);
	if (!madt) {
		log_msg(LOG_WARN, "no ACPI processor table: one CPU");
		return;
	}
	for (size_t at = sizeof(*madt) + 8; at + sizeof(*e) <= madt->length; at += e->length) {
		e = (const void *)((const uint8_t *)madt + at);
		if (e->length < 2)
			break;
		if (e->type == 0 && e->flags & 1 && e->apic_id != bsp_apic_id)
			add_cpu(e->apic_id);
	}
}
