// SPDX-License-Identifier: BSD-2-Clause
/*
 * Just enough ACPI: the processors, how the machine is put to sleep, tables for others, and hiding
 * a table from Linux. The firmware is trusted; sums are still checked.
 */
#include <monitor/arch.h>
#include <monitor/monitor.h>
#include <string.h>

struct acpi_header {
	char signature[4];
	uint32_t length;
	uint8_t revision, sum;
	char oem[6], oem_table[8];
	uint32_t oem_revision, creator, creator_revision;
};

#define RSDP_REVISION	 15
#define RSDP_RSDT	 16
#define RSDP_XSDT	 24
#define FADT_PM1	 64
#define FADT_RESET	 116 /* a generic address: its space, three bytes, the address */
#define FADT_RESET_VALUE 128
#define SPACE_IO	 1
#define MADT_ENTRIES	 (sizeof(struct acpi_header) + 8)

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

static bool is_rsdp(const void *p)
{
	return !memcmp(p, "RSD PTR ", 8) && sum_ok(p, 20);
}

static uint64_t scan_rsdp(uint64_t base, uint64_t size)
{
	for (uint64_t at = base; at < base + size; at += 16)
		if (is_rsdp(phys_to_virt(hpa(at))))
			return at;
	return 0;
}

static const struct acpi_header *table_at(uint64_t addr)
{
	const struct acpi_header *t = phys_to_virt(hpa(addr));

	return addr && addr < layout.map_end && sum_ok(t, t->length) ? t : NULL;
}

/* The table that a root table names, and where the entry (step bytes) for it is; NULL: none. */
static const struct acpi_header *find_entry(const struct acpi_header *root, size_t step,
					    const char *signature, size_t *at)
{
	const struct acpi_header *t;

	for (*at = sizeof(*root); root && *at + step <= root->length; *at += step) {
		t = table_at(get_at(root, *at, step));
		if (t && !memcmp(t->signature, signature, 4))
			return t;
	}
	return NULL;
}

static const uint8_t *rsdp(void)
{
	if (boot.rsdp_copy[0])
		return boot.rsdp_copy;
	return boot.rsdp ? phys_to_virt(hpa(boot.rsdp)) : NULL;
}

const void *acpi_find(const char *signature, size_t *size)
{
	const uint8_t *r = rsdp();
	bool wide = r && r[RSDP_REVISION] >= 2 && get_at(r, RSDP_XSDT, 8);
	uint64_t addr = !r ? 0 : wide ? get_at(r, RSDP_XSDT, 8) : get_at(r, RSDP_RSDT, 4);
	const struct acpi_header *root = table_at(addr), *t;
	size_t at;

	t = find_entry(root, wide ? 8 : 4, signature, &at);
	*size = t ? t->length : 0;
	return t;
}

static void drop_entry(uint64_t root_addr, size_t step, const char *signature)
{
	struct acpi_header *root = (struct acpi_header *)table_at(root_addr);
	uint8_t *bytes = (uint8_t *)root;
	size_t at;

	while (find_entry(root, step, signature, &at)) {
		memmove(bytes + at, bytes + at + step, root->length - at - step);
		root->length -= (uint32_t)step;
		root->sum = 0;
		for (size_t i = 0; i < root->length; i++)
			root->sum -= i == offsetof(struct acpi_header, sum) ? 0 : bytes[i];
	}
}

void acpi_hide(const char *signature)
{
	const uint8_t *r = rsdp();

	if (!r)
		return;
	drop_entry(get_at(r, RSDP_RSDT, 4), 4, signature);
	if (r[RSDP_REVISION] >= 2)
		drop_entry(get_at(r, RSDP_XSDT, 8), 8, signature);
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

/* ACPI 6.5, table 5.9: PM1a_CNT_BLK and PM1b_CNT_BLK; RESET_REG, where it is an I/O port. */
static void read_fadt(void)
{
	size_t size;
	const uint8_t *fadt = acpi_find("FACP", &size);

	if (size > FADT_RESET_VALUE && fadt[FADT_RESET] == SPACE_IO) {
		boot.reset_port = (uint16_t)get_at(fadt, FADT_RESET + 4, 2);
		boot.reset_value = fadt[FADT_RESET_VALUE];
	}
	for (size_t i = 0; i < ARRAY_SIZE(boot.pm1_control) && size >= FADT_PM1 + 4 * (i + 1); i++)
		boot.pm1_control[i] = (uint16_t)get_at(fadt, FADT_PM1 + 4 * i, 2);
}

static void find_rsdp(void)
{
	/* UEFI has no fixed place for it, but then the loader hands it on. */
	if (is_rsdp(boot.rsdp_copy))
		return;
	boot.rsdp_copy[0] = 0;
	/* ACPI 6.5, 5.2.5.1: the first KiB of the EBDA, then the BIOS area. */
	boot.rsdp = scan_rsdp(get_at(phys_to_virt(hpa(0x40e)), 0, 2) << 4, 1024);
	if (!boot.rsdp)
		boot.rsdp = scan_rsdp(0xe0000, 0x20000);
}

void acpi_find_cpus(uint32_t bsp_apic_id)
{
	const struct madt_lapic *e;
	const uint8_t *madt;
	size_t size;

	add_cpu(bsp_apic_id);
	find_rsdp();
	read_fadt();
	madt = acpi_find("APIC", &size);
	if (!madt)
		log_msg(LOG_WARN, "no ACPI processor table: one CPU");
	for (size_t at = MADT_ENTRIES; at + sizeof(*e) <= size; at += e->length) {
		e = (const void *)(madt + at);
		if (e->length < 2)
			break;
		if (e->type == 0 && e->flags & 1 && e->apic_id != bsp_apic_id)
			add_cpu(e->apic_id);
	}
}
