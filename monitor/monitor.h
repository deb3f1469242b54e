/* SPDX-License-Identifier: BSD-2-Clause */
/* What every file of the monitor uses: log, options, boot facts. */
#ifndef MONITOR_MONITOR_H
#define MONITOR_MONITOR_H

#include <abi/log.h>
#include <monitor/cpu.h>
#include <monitor/mitigate.h>
#include <monitor/types.h>

#define E_NOMEM 12
#define E_INVAL 22

/* --- log.c --- */
/* One record in the monitor's ring, and on the serial port with option "serial". Any CPU. */
void log_msg(enum merlon_log_level level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void log_start(hpa_t ring, size_t bytes);
/* Our bug, or a machine that cannot be used: says so and stops this CPU for good. */
void panic(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/* For lines that a partition can cause: ten a second, then a count of what was left out. */
struct ratelimit {
	uint64_t window;
	uint32_t count, dropped;
};
bool ratelimit_ok(struct ratelimit *r, const char *what);
#define log_limited(level, what, ...)                                         \
	do {                                                                  \
		static struct ratelimit limit;                                \
		if (level <= options.log_level && ratelimit_ok(&limit, what)) \
			log_msg(level, what ": " __VA_ARGS__);                \
	} while (0)

/* --- options.c --- */
enum iommu_option {
	IOMMU_AUTO, /* if there is one */
	IOMMU_OFF,
	IOMMU_REQUIRE
};
struct options {
	uint64_t tee_mem; /* bytes */
	uint32_t log_level;
	bool serial;
	bool check; /* all invariants, after each hypercall */
	uint32_t iommu; /* enum iommu_option */
	uint32_t seat; /* MERLON_SEAT_WORLD or _VM */
	uint32_t timer; /* 0: the TEE has none */
	uint32_t mitigate[MITIGATE_COUNT]; /* enum mitigate_policy */
};
extern struct options options;
/* Parses the monitor's own command line. Unknown words are logged by options_report. */
void options_parse(const char *cmdline);
void options_report(void);

/* --- guard_on.c or guard_off.c, chosen by the build (GUARD=off) --- */
/* Whether foreign memory is kept out of the REE's second-level tables. */
bool guard_enabled(void);
bool guard_option(const char *word);

/* --- multiboot.c, multiboot2.c --- */
#define BOOT_MAX_RANGES 128 /* as many as Linux takes */
#define BOOT_CMDLINE	2048
#define BOOT_EFI_MAP	0x4000

/* As Linux's zero page has it. */
struct boot_range {
	uint64_t base, size;
	uint32_t type; /* as in e820 */
} __attribute__((packed));
_Static_assert(sizeof(struct boot_range) == 20, "struct boot_e820_entry");
struct boot_module {
	uint64_t base, size;
	char cmdline[BOOT_CMDLINE]; /* without the file name */
};
enum {
	MODULE_TEE,
	MODULE_KERNEL,
	MODULE_INITRD,
	MODULE_COUNT
};
enum {
	SCREEN_RGB = 1, /* a linear framebuffer */
	SCREEN_TEXT, /* VGA text */
};
/* As Multiboot 2's tag has it. */
struct boot_screen {
	uint64_t base;
	uint32_t pitch, width, height; /* pitch in bytes, the others in pixels or characters */
	uint8_t bpp, type;
	uint16_t reserved;
	uint8_t color[6]; /* position and size of red, green, blue in a pixel */
};
/* Of a machine that UEFI started. Memory map as UEFI 2.10, GetMemoryMap has it. */
struct boot_efi {
	uint64_t system_table; /* 0: another firmware */
	uint32_t map_size, entry_size, version; /* larger than `map`: it is not there */
	uint8_t map[BOOT_EFI_MAP] __attribute__((aligned(8)));
};
struct boot_facts {
	uint64_t tsc_khz;
	uint64_t rsdp; /* where it lies; 0 when it does not lie where Linux could find it */
	uint8_t rsdp_copy[36]; /* from the loader; zeros: it gave none */
	uint16_t pm1_control[2]; /* ports where the machine is told to sleep; 0: none */
	uint16_t reset_port; /* where ACPI has the machine reset by reset_value; 0: nowhere */
	uint8_t reset_value;
	uint32_t nranges, nmodules;
	struct boot_range ranges[BOOT_MAX_RANGES]; /* sorted, disjoint; touching ones joined */
	struct boot_module modules[MODULE_COUNT];
	struct boot_screen screen;
	struct boot_efi efi;
};
extern struct boot_facts boot;
void multiboot_parse(uint32_t magic, uint32_t addr);
/* The loader's list of tags, 8-byte aligned, its size in the first word. */
void multiboot2_parse(const void *info);
/* What both versions end in. Command lines of `len` characters. */
void boot_options(const char *cmdline, size_t len);
void boot_add_module(uint32_t start, uint32_t end, const char *cmdline, size_t len);
/* ranges.c */
void ranges_add(uint64_t base, uint64_t size, uint32_t type);

/* --- screen.c --- */
/* Finds the screen in the loader's world, then maps it into our own; then leaves it to Linux. */
void screen_find(void);
void screen_map(void);
void screen_leave(void);
/* One line, if there is a screen; the caller holds the log's lock. */
void screen_write(const char *text, size_t len);

/* --- layout.c --- */
#define E820_RAM      1
#define E820_RESERVED 2
#define E820_ACPI     3
#define E820_NVS      4
#define E820_BAD      5
#define IMAGE_SIZE    LARGE_PAGE
#define POOL_SIZE     (4 * LARGE_PAGE)
#define RING_SIZE     (LARGE_PAGE / 2)
struct layout {
	uint64_t base, size; /* everything that Linux must not use */
	uint64_t image, pool, pool_size, tee, tee_size;
	uint64_t monitor_ring, tee_ring; /* RING_SIZE each */
	uint64_t ram_end; /* highest byte of RAM + 1 */
	uint64_t map_end; /* of RAM and firmware's tables: where the monitor's direct map ends */
};
extern struct layout layout;
/* Chooses where the monitor and the TEE live: the highest free place below 4 GiB. */
void layout_choose(void);
/* The highest pages of RAM below 640 KiB in which nothing lies. Panics if there are none. */
uint64_t layout_low(uint64_t size);
/* Zeroed pages of the monitor's own pool, physically contiguous. Boot only; panics when out. */
void *pool_alloc(size_t bytes);
/* One, at any time; NULL: there is none left. */
void *pool_page(void);

/* --- acpi.c --- */
/* Fills cpus[].apic_id and ncpus from the MADT, the calling CPU first, and boot.pm1_control. */
void acpi_find_cpus(uint32_t bsp_apic_id);
/* After acpi_find_cpus: the table with this signature of four letters, header included, its sum
 * checked; NULL: there is none. Boot only. */
const void *acpi_find(const char *signature, size_t *size);
/* Linux will not see tables of this signature. Boot only. */
void acpi_hide(const char *signature);

/* --- firmware.c: its part of Linux's zero page --- */
#define EFI_MAP_MAX (2 * BOOT_EFI_MAP)
void firmware_screen(uint8_t *zero_page);
/* With a copy of UEFI's memory map at `map`, EFI_MAP_MAX bytes, in which our block is reserved. */
void firmware_efi(uint8_t *zero_page, hpa_t map);
/* That map; its size, or 0 when there is none or it has no room. */
size_t firmware_efi_map(uint8_t *to, size_t room);
/* Whether memory of UEFI's boot services lies in [base, end), and where it begins: it is RAM, but
 * Linux still finds tables there, and firmware may look at it until Linux has moved its services. */
bool firmware_keeps(uint64_t base, uint64_t end, uint64_t *from);

/* --- linux.c, tee.c --- */
void linux_boot(struct vcpu *v);
void tee_load(void);
/* Runs the TEE on this CPU until it is ready. */
void tee_boot_cpu(struct cpu *c);
bool tee_alive(void);
/* The TEE is dead on all CPUs; idempotent. Any CPU. */
void tee_kill(const char *why);
/* The same, and nothing of the TEE is left in memory when it returns. For a CPU in its REE vCPU. */
void tee_wipe(const char *why);

#endif
