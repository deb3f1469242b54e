/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What policy asks of the machine, apart from virtualization. arch/x86/ provides it; a fake
 * does in the tests that run on the host.
 */
#ifndef MONITOR_ARCH_H
#define MONITOR_ARCH_H

#include <monitor/cpu.h>
#include <monitor/types.h>

struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

/* The CPU that runs this. */
struct cpu *this_cpu(void);

struct cpuid arch_cpuid(uint32_t leaf, uint32_t subleaf);
uint64_t arch_tsc(void);
void arch_pause(void);
void arch_wbinvd(void);
/* An MSR that this CPU has; the value must be one that it takes. */
uint64_t arch_msr_read(uint32_t msr);
void arch_msr_write(uint32_t msr, uint64_t value);
/* I/O ports; size 1, 2 or 4. */
#define PCI_ADDRESS 0xcf8 /* of PCI's configuration space: 32 bits, for all CPUs */
#define PCI_ENABLE  0x80000000u
#define PCI_DATA    0xcfc
#define PCI_END	    0xd00
uint32_t arch_in(uint16_t port, unsigned int size);
void arch_out(uint16_t port, unsigned int size, uint32_t value);

/* The monitor's window on physical RAM. Machine memory outside RAM is not there. */
void *phys_to_virt(hpa_t addr);
hpa_t virt_to_phys(const void *p);

/* A device's registers, uncached; whole pages. Boot only. */
volatile void *arch_map_device(hpa_t addr, size_t bytes);

/* Local APIC of the calling CPU; offsets in bytes. */
#define APIC_TPR 0x80 /* task priority */
uint32_t arch_apic_read(uint32_t offset);
void arch_apic_write(uint32_t offset, uint32_t value);
/* The I/O APIC; likewise. */
#define IOAPIC_SELECT 0x00 /* which register is at ... */
#define IOAPIC_WINDOW 0x10
#define IOAPIC_PIN(n) (0x10 + 2 * (n)) /* a pin's first register of two; the mode is in it */
uint32_t arch_ioapic_read(uint32_t offset);
void arch_ioapic_write(uint32_t offset, uint32_t value);
void arch_apic_reset(void); /* to what an INIT leaves */
void arch_apic_nmi(uint32_t apic_id);

/* XCR0 of the vCPU that exited: a world switch exchanges it, an exit does not. */
uint64_t arch_xcr0(void);
/* Bytes of one vCPU's extended state area; 0 without XSAVE. */
size_t arch_xstate_size(void);
void arch_xregs_init(struct xregs *x);
/* Puts away the extended state of one vCPU and brings in another's. */
void arch_xregs_switch(struct xregs *from, const struct xregs *to);
/* One of enum mitigation, which this CPU can do. */
void arch_mitigate(unsigned int which);

/* Resets the machine; does not return. */
void arch_platform_reset(void) __attribute__((noreturn));
void arch_halt(void) __attribute__((noreturn));

#endif
