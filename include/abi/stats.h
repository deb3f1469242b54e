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
	MERLON_STAT_NMI, /* NMIs given to the REE */
	MERLON_STAT_OTHER,
	MERLON_STAT_READY_US, /* CPU 0: microseconds from the monitor's entry to the TEE ready on all CPUs */
	MERLON_STAT_DMA_FAULTS, /* CPU 0: refused accesses of devices, as far as the IOMMU told */
	MERLON_STAT_SHARED, /* seat vm: pages that Linux offered to the TEE ... */
	MERLON_STAT_RECLAIMED, /* ... and took back; */
	MERLON_STAT_RETRIEVED, /* that the TEE took ... */
	MERLON_STAT_RELINQUISHED, /* ... and gave back */
	MERLON_STAT_IBPB, /* at world switches: branch predictors flushed; */
	MERLON_STAT_L1D, /* first-level data cache flushed; */
	MERLON_STAT_VERW, /* internal buffers flushed; */
	MERLON_STAT_RSB, /* return predictions overwritten */
	MERLON_STAT_TIMER, /* entries of the TEE because its timer took the CPU from Linux ... */
	MERLON_STAT_SLICES, /* ... and preemptions of it because a call had had its time */
	MERLON_STAT_COUNT
};

#define MERLON_STAT_NAMES                                                                          \
	{                                                                                          \
		"exits", "exits_tee", "hypercalls", "tee_calls", "preempts", "cpuid", "msr", "io", \
			"apic", "npf", "violations", "init", "nmi", "other", "ready_us",           \
			"dma_faults", "shared", "reclaimed", "retrieved", "relinquished", "ibpb",  \
			"l1d", "verw", "rsb", "timer", "slices",                                   \
	}

enum tee_stat {
	TEE_STAT_PAGES_TOTAL, /* 4 KiB pages the kernel's allocator manages */
	TEE_STAT_PAGES_FREE, /* and those of share_index */
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
	TEE_STAT_WAKES, /* sleeping threads that the TEE's own timer woke */
	TEE_STAT_SHARE_INDEX, /* seat vm: pages of the index of shared pages, kept until DETACH */
	TEE_STAT_TIMERS, /* hypercalls that set the TEE's timer ... */
	TEE_STAT_KICKS, /* ... and that called another CPU out of user mode */
	TEE_STAT_COUNT
};

#define TEE_STAT_NAMES                                                                             \
	{                                                                                          \
		"pages_total", "pages_free", "threads", "sessions", "processes", "shm", "memobjs", \
			"calls", "rpcs", "preempts", "panics", "refused", "wakes", "share_index",  \
			"timers", "kicks",                                                         \
	}

#endif
