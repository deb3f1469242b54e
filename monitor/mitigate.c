// SPDX-License-Identifier: BSD-2-Clause
/*
 * Bits of CPUID and IA32_ARCH_CAPABILITIES: Intel SDM volume 4, table 2-2, and Intel's "CPUID
 * Enumeration and Architectural MSRs"; AMD's "Indirect Branch Control Extension" and APM volume 3, E.
 */
#include <monitor/arch.h>
#include <monitor/mitigate.h>
#include <monitor/monitor.h>

#define CAPABILITIES   0x10a /* the MSR */
#define CAP_RDCL_NO    (1ull << 0)
#define CAP_SKIP_L1D   (1ull << 3) /* an outer hypervisor does it */
#define CAP_MDS_NO     (1ull << 5)
#define CAP_TAA_NO     (1ull << 8)
#define CAP_FBSDP_NO   (1ull << 14)
#define CAP_FB_CLEAR   (1ull << 17)
#define CAP_RFDS_CLEAR (1ull << 28)
#define LEAF7_IBPB     (1u << 26) /* EDX */
#define LEAF7_L1D      (1u << 28)
#define LEAF7_CAPS     (1u << 29)
#define LEAF7_MD_CLEAR (1u << 10)
#define AMD_IBPB       (1u << 12) /* 80000008, EBX */
#define AMD_IBPB_RSB   (1u << 30)
#define VENDOR_INTEL   0x756e6547u /* leaf 0, EBX: "Genu" */

static const struct {
	const char *name, *needs; /* what it needs of the CPU */
	enum merlon_stat stat;
} kinds[MITIGATE_COUNT] = {
	[MITIGATE_IBPB] = {"ibpb", "IBPB", MERLON_STAT_IBPB},
	[MITIGATE_L1D] = {"l1d", "IA32_FLUSH_CMD", MERLON_STAT_L1D},
	[MITIGATE_VERW] = {"verw", "MD_CLEAR", MERLON_STAT_VERW},
	[MITIGATE_RSB] = {"rsb", "", MERLON_STAT_RSB},
};

/* What is of use before each partition runs, and what is chosen: bit per mitigation. */
static const uint32_t before[PART_COUNT] = {
	[PART_TEE] = 1u << MITIGATE_IBPB | 1u << MITIGATE_RSB,
	[PART_REE] = 1u << MITIGATE_IBPB | 1u << MITIGATE_L1D | 1u << MITIGATE_VERW,
};
static uint32_t chosen;

/* Whether the CPU leaves something to be found. */
static bool needed(const struct mitigate_facts *f, enum mitigation m)
{
	uint64_t caps = f->capabilities;

	switch (m) {
	case MITIGATE_L1D: /* L1TF */
		return f->intel && !(caps & (CAP_RDCL_NO | CAP_SKIP_L1D));
	case MITIGATE_VERW: /* MDS, TAA, MMIO stale data, RFDS */
		return f->intel &&
		       ((caps & (CAP_MDS_NO | CAP_TAA_NO)) != (CAP_MDS_NO | CAP_TAA_NO) ||
			(caps & CAP_FB_CLEAR && !(caps & CAP_FBSDP_NO)) || caps & CAP_RFDS_CLEAR);
	case MITIGATE_RSB:
		return !(!f->lacks[MITIGATE_IBPB] && f->ibpb_clears_rsb &&
			 options.mitigate[MITIGATE_IBPB] != MITIGATE_OFF);
	default: /* no CPU says that its predictors tell worlds apart */
		return true;
	}
}

static bool choose(const struct mitigate_facts *f, enum mitigation m)
{
	static const char *const policies[] = {MITIGATE_WORDS};
	uint32_t policy = options.mitigate[m];
	bool on = policy == MITIGATE_ALWAYS || (policy == MITIGATE_AUTO && needed(f, m));

	if (on && f->lacks[m]) {
		log_msg(policy == MITIGATE_ALWAYS ? LOG_ERR : LOG_WARN,
			"side channels: %s=%s, but this CPU has no %s: nothing is flushed",
			kinds[m].name, policies[policy], kinds[m].needs);
		return false;
	}
	log_msg(LOG_INFO, "side channels: %s is %s (%s)", kinds[m].name, on ? "on" : "off",
		policies[policy]);
	return on;
}

uint32_t mitigate_choose(const struct mitigate_facts *f)
{
	chosen = 0;
	for (unsigned int m = 0; m < MITIGATE_COUNT; m++)
		chosen |= (uint32_t)choose(f, m) << m;
	return chosen;
}

void mitigate_init(void)
{
	struct cpuid c7 = arch_cpuid(7, 0), x8 = arch_cpuid(0x80000008, 0);
	struct mitigate_facts f = {
		.intel = arch_cpuid(0, 0).ebx == VENDOR_INTEL,
		.ibpb_clears_rsb = x8.ebx & AMD_IBPB_RSB,
		.lacks = {[MITIGATE_IBPB] = !(c7.edx & LEAF7_IBPB || x8.ebx & AMD_IBPB),
			  [MITIGATE_L1D] = !(c7.edx & LEAF7_L1D),
			  [MITIGATE_VERW] = !(c7.edx & LEAF7_MD_CLEAR)},
		.capabilities = c7.edx & LEAF7_CAPS ? arch_msr_read(CAPABILITIES) : 0,
	};

	mitigate_choose(&f);
}

void mitigate(struct cpu *c, enum partition_id to)
{
	for (uint32_t todo = chosen & before[to]; todo; todo &= todo - 1) {
		unsigned int m = (unsigned int)__builtin_ctz(todo);

		arch_mitigate(m);
		stat_add(c, kinds[m].stat);
	}
}
