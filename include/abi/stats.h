/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Counters. Monitor counters are per CPU and only grow (MERLON_HC_STAT); TEE gauges are for the
 * whole TEE (TEE_OP_STAT) and are what leak tests compare.
 */
#ifndef ABI_STATS_H
#define ABI_STATS_H

enum merlon_stat {
	MERLON_STAT_EXITS, /* all VM exits of this CPU, whatever the partition */
	MERLON_STAT_EXITS_TEE, /* of these, exits from the TEE's vCPU */
	MERLON_STAT_HYPERCALLS,
	MERLON_STAT_TEE_CALLS, /* switches REE -> TEE by TEE_CALL */
	MERLON_STAT_PREEMPTS, /* exits of the TEE because an interrupt for Linux waited */
	MERLON_STAT_CPUID,
	MERLON_STAT_MSR,
	MERLON_STAT_IO,
	MERLON_STAT_APIC, /* writes to the local APIC page */
	MERLON_STAT_NPF, /* second-level faults other than APIC */
	MERLON_STAT_VIOLATIONS, /* refused accesses to memory of another owner */
	MERLON_STAT_INIT, /* INIT and SIPI events handled */
	MERLON_STAT_NMI, /* NMIs that arrived while the TEE ran */
	MERLON_STAT_OTHER,
	MERLON_STAT_READY_US, /* CPU 0: microseconds from the monitor's entry to the TEE ready on all CPUs */
	MERLON_STAT_DMA_FAULTS, /* CPU 0: refused accesses of devices, as far as the IOMMU told */
	MERLON_STAT_COUNT
};

#define MERLON_STAT_NAMES                                                                          \
	{                                                                                          \
		"exits", "exits_tee", "hypercalls", "tee_calls", "preempts", "cpuid", "msr", "io", \
			"apic", "npf", "violations", "init", "nmi", "other", "ready_us",           \
			"dma_faults",                                                              \
	}

enum tee_stat {
	TEE_STAT_PAGES_TOTAL, /* 4 KiB pages the kernel's allocator manages */
	TEE_STAT_PAGES_FREE,
	TEE_STAT_THREADS, /* in use */
	TEE_STAT_SESSIONS,
	TEE_STAT_PROCESSES,
	TEE_STAT_SHM, /* registered shared memory objects */
	TEE_STAT_MEMOBJS,
	TEE_STAT_CALLS, /* standard calls since start */
	TEE_STAT_RPCS,
	TEE_STAT_PREEMPTS,
	TEE_STAT_PANICS, /* TAs that panicked, faulted or were killed */
	TEE_STAT_REFUSED, /* hostile or malformed requests refused */
	TEE_STAT_COUNT
};

#define TEE_STAT_NAMES                                                                             \
	{                                                                                          \
		"pages_total", "pages_free", "threads", "sessions", "processes", "shm", "memobjs", \
			"calls", "rpcs", "preempts", "panics", "refused",                          \
	}

#endif
