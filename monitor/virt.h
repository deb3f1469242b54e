/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The vendor-neutral contract: what policy asks of AMD SVM or Intel VMX. One backend is chosen
 * once, by CPUID; no policy file knows more than this header. All calls act on the calling CPU
 * or on one of its vCPUs.
 */
#ifndef MONITOR_VIRT_H
#define MONITOR_VIRT_H

#include <monitor/cpu.h>
#include <monitor/types.h>

enum exit_reason {
	EXIT_HYPERCALL,
	EXIT_CPUID,
	EXIT_MSR, /* vexit.write */
	EXIT_IO, /* an I/O port: vexit.port, size, string, write */
	EXIT_FAULT, /* second-level fault: vexit.addr, write, exec */
	EXIT_INTERRUPT, /* one for the REE waits; only while the TEE runs */
	EXIT_NMI, /* has been taken off the CPU */
	EXIT_INIT, /* likewise */
	EXIT_SMI, /* has been let in, and did what firmware has it do */
	EXIT_TIMER, /* v->timer has come, or nearly: only if has_timer() */
	EXIT_NMI_ENDS, /* the REE is about to end its NMI handler: NMIs stay masked */
	EXIT_NMI_DONE, /* it has ended it */
	EXIT_HIDDEN, /* an instruction that this machine pretends not to have */
	EXIT_CACHE, /* INVD: cache lines of others must not be thrown away */
	EXIT_SHUTDOWN, /* triple fault */
	EXIT_BROKEN, /* the hardware refused our control block, or an exit that nobody asked for */
	EXIT_COUNT
};

struct vexit {
	enum exit_reason reason;
	bool write, exec;
	bool string; /* INS or OUTS */
	bool user; /* EXIT_HYPERCALL: of a program */
	uint8_t size; /* bytes */
	uint16_t port;
	uint8_t insn_len; /* of an instruction that was intercepted */
	uint64_t addr; /* guest-physical; for EXIT_BROKEN the vendor's exit code */
};

/* Registers that the backend keeps. */
enum vreg {
	VREG_RIP,
	VREG_RSP,
	VREG_RFLAGS,
	VREG_CR0,
	VREG_CR2,
	VREG_CR3,
	VREG_CR4,
	VREG_EFER, /* as the guest sees it */
	VREG_PAT,
	VREG_CS_BASE,
	VREG_CODE_BITS, /* 16, 32 or 64; read only */
	VREG_TSC_OFFSET,
	VREG_GDT, /* base; set only, limit one page */
	VREG_COUNT
};

#define RFLAGS_IF (1ull << 9)

/* Where a vCPU starts. */
enum vcpu_start {
	START_FLAT32, /* protected mode, paging off, RIP = where */
	START_LONG64, /* paging with tables at VREG_CR3, GDT with selectors 0x10 and 0x18 */
	START_SIPI, /* real mode at where << 12 */
};

#define VECTOR_UD 6
#define VECTOR_GP 13

/* Second-level rights. */
#define ACCESS_R 1u
#define ACCESS_W 2u
#define ACCESS_X 4u

struct virt_backend {
	const char *name;
	/* Whether this CPU has all that the backend needs; says in the log what is missing. */
	bool (*probe)(void);
	/* Whether it reports EXIT_TIMER; NULL: it does not. */
	bool (*has_timer)(void);
	/* Turns virtualization on for this CPU. */
	void (*cpu_on)(struct cpu *c);
	/* Which accesses to MSRs first..last exit, for all vCPUs of a partition. Boot only; until
	 * told otherwise, all do. */
	void (*msr_intercept)(enum partition_id part, uint32_t first, uint32_t last, bool read,
			      bool write);
	/* Accesses of the REE that touch this port exit. Boot only; until told otherwise, none do. */
	void (*io_intercept)(uint16_t port);
	/* Gives a vCPU its control block, with the root of its second-level tables. */
	void (*vcpu_create)(struct vcpu *v, hpa_t second_level_root);
	/* Architectural reset, general registers included. */
	void (*vcpu_start)(struct vcpu *v, enum vcpu_start how, uint64_t where);
	/* Runs it until something needs policy. Physical interrupts: REE takes its own; for the TEE
	 * they end the run unless v->preempted. */
	void (*run)(struct vcpu *v, struct vexit *e);
	/* Drops all translations that this CPU has for it, before it next runs. */
	void (*flush)(struct vcpu *v);
	/* Steps over the instruction that exited. */
	void (*skip)(struct vcpu *v, const struct vexit *e);
	/* Queues an exception with error code 0 (if its vector has one), merged as the CPU would
	 * with an event whose delivery was interrupted by the exit. */
	void (*inject)(struct vcpu *v, uint8_t vector);
	/* Queues an NMI, and has EXIT_NMI_DONE reported; false: an event is queued already. */
	bool (*inject_nmi)(struct vcpu *v);
	/* Makes MERLON_VEC_PREEMPT pending for the TEE, or not. */
	void (*preempt)(struct vcpu *v, bool on);
	uint64_t (*get)(struct vcpu *v, enum vreg reg);
	void (*set)(struct vcpu *v, enum vreg reg, uint64_t value);
	/* Copies the bytes of the instruction that exited, when the CPU gives them: count, or 0. */
	size_t (*insn_bytes)(struct vcpu *v, uint8_t *buf, size_t size);
	/* Sleeps until an NMI, which it takes. */
	void (*wait)(void);
	/* Of second-level entries (monitor/memory.h), as probe() found it. */
	const struct second_level_format *format;
};

extern const struct virt_backend *virt;
extern const struct virt_backend svm_backend, vmx_backend;

#endif
