/* SPDX-License-Identifier: BSD-2-Clause */
/* A machine for the monitor's policy: memory is a buffer, CPUs are taken in turns. */
#ifndef FAKE_H
#define FAKE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <abi/hypercall.h>
#include <monitor/arch.h>
#include <monitor/memory.h>
#include <monitor/monitor.h>
#include <monitor/policy.h>

#define FAKE_RAM     (16ull << 20)
#define FAKE_TEE     (8ull << 20)
#define FAKE_MONITOR (10ull << 20)

struct fake_vcpu {
	uint64_t regs[VREG_COUNT];
	int injected; /* vector, or -1 */
	bool nmi, event_queued, virq;
	unsigned int skipped, started;
	uint64_t start;
};

extern struct vexit fake_next_exit;
extern uint32_t fake_apic[MAX_CPUS][0x400 / 4];
extern uint32_t fake_ioapic[256], fake_ioapic_select; /* registers; the one selected */
extern unsigned int fake_nmis[MAX_CPUS]; /* that were sent to each */
extern unsigned int fake_apic_resets, fake_waits, fake_switches, fake_resets;
extern unsigned int fake_wipes; /* of the TEE's memory */
extern unsigned int fake_outs; /* writes that reached I/O ports ... */
extern uint32_t fake_out; /* ... and the last one's value */
extern uint32_t fake_pci_address, fake_pci[256][64]; /* configuration space of bus 0 */
extern uint64_t fake_mcfg; /* where it is in memory; 0: nowhere */
extern uint64_t fake_msr[3][12]; /* from 38f, c0000301, c0010200 on */
extern unsigned int fake_msr_writes;
extern unsigned int fake_flushes, fake_iommu_flushes; /* of a vCPU's translations; of devices' */
extern unsigned int fake_mitigated[MITIGATE_COUNT]; /* how often each was done */
extern bool fake_guard;
extern uint64_t fake_tsc;
extern uint32_t *fake_hpet; /* its registers; NULL: there is none */
extern bool fake_timer; /* the backend has one */
extern hpa_t fake_roots[PART_COUNT];
extern struct cpuid fake_cpuid; /* what the hardware answers to every leaf */

/* n CPUs, REE running on CPU 0, TEE ready on all; RAM divided as options.seat says. */
void fake_machine(uint32_t n);
/* The CPU that the next calls run on. */
void fake_on(uint32_t cpu);
struct fake_vcpu *fake(uint32_t cpu, enum partition_id part);
/* One turn of the CPU's loop. */
void fake_turn(uint32_t cpu, struct vexit e);
/* The fake second-level entry for an address: access bits, or 0. */
uint32_t fake_access(hpa_t root, uint64_t addr);

#endif
