/* SPDX-License-Identifier: BSD-2-Clause */
/* What every file of the monitor uses: log, options, boot facts. */
#ifndef MONITOR_MONITOR_H
#define MONITOR_MONITOR_H

#include <abi/log.h>
#include <monitor/cpu.h>
#include <monitor/types.h>

#define E_PERM	1
#define E_NOMEM 12
#define E_EXIST 17
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
struct options {
	uint64_t tee_mem; /* bytes */
	uint32_t log_level;
	bool serial;
	enum {
		IOMMU_AUTO, /* if there is one */
		IOMMU_OFF,
		IOMMU_REQUIRE
	} iommu;
};
extern struct options options;
/* Parses the monitor's own command line. Unknown words are logged by options_report. */
void options_parse(const char *cmdline);
void options_report(void);

/* --- guard_on.c or guard_off.c, chosen by the build (GUARD=off) --- */
/* Whether foreign memory is kept out of the REE's second-level tables. */
bool guard_enabled(void);
bool guard_option(const char *word);

/* --- multiboot.c --- */
#define BOOT_MAX_RANGES 64
#define BOOT_CMDLINE	2048

struct boot_range {
	uint64_t base, size;
	uint32_t type; /* as in e820 */
};
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
struct boot_facts {
	uint64_t entry_tsc;
	uint64_t tsc_khz;
	uint64_t rsdp; /* 0 when there is none */
	uint16_t pm1_control[2]; /* ports where the machine is told to sleep; 0: none */
	uint32_t nranges, nmodules;
	struct boot_range ranges[BOOT_MAX_RANGES]; /* sorted */
	struct boot_module modules[MODULE_COUNT];
};
extern struct boot_facts boot;
void multiboot_parse(uint32_t magic, uint32_t info);

/* --- layout.c --- */
#define E820_RAM      1
#define E820_RESERVED 2
#define IMAGE_SIZE    LARGE_PAGE
#define POOL_SIZE     (4 * LARGE_PAGE)
#define RING_SIZE     (LARGE_PAGE / 2)
struct layout {
	uint64_t base, size; /* everything that Linux must not use */
	uint64_t image, pool, tee, tee_size;
	uint64_t monitor_ring, tee_ring; /* RING_SIZE each */
	uint64_t ram_end; /* highest byte of RAM + 1 */
};
extern struct layout layout;
/* Chooses where the monitor and the TEE live: the highest free place below 4 GiB. */
void layout_choose(void);
/* Zeroed pages of the monitor's own pool, physically contiguous. Boot only; panics when out. */
void *pool_alloc(size_t bytes);

/* --- acpi.c --- */
/* Fills cpus[].apic_id and ncpus from the MADT, the calling CPU first, and boot.pm1_control. */
void acpi_find_cpus(uint32_t bsp_apic_id);
/* After acpi_find_cpus: the table with this signature of four letters, header included, its sum
 * checked; NULL: there is none. Boot only. */
const void *acpi_find(const char *signature, size_t *size);
/* Linux will not see tables of this signature. Boot only. */
void acpi_hide(const char *signature);

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
