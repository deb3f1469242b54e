/* SPDX-License-Identifier: BSD-2-Clause */
/* What a vCPU starts with on either vendor's CPU (virt.h, enum vcpu_start). What is not here is zero. */
#ifndef MONITOR_START_H
#define MONITOR_START_H

#include <monitor/arch/x86/x86.h>
#include <monitor/virt.h>

/* Rights of a segment: its descriptor's bits 40-47 and 52-55, at their distance. */
#define RIGHTS_CODE16 0x009b
#define RIGHTS_CODE32 0xc09b
#define RIGHTS_CODE64 0xa09b
#define RIGHTS_DATA16 0x0093
#define RIGHTS_DATA32 0xc093
#define RIGHTS_LDT    0x0082
#define RIGHTS_TSS    0x008b

#define RFLAGS_RESET 2
#define DR6_RESET    0xffff0ff0ull
#define DR7_RESET    0x400ull

struct start {
	uint16_t code_selector, code_rights, data_selector, data_rights;
	uint32_t limit; /* of both */
	uint64_t code_base, rip, cr0, cr4, efer;
};

static inline struct start start_state(enum vcpu_start how, uint64_t where)
{
	struct start s = {0x10, RIGHTS_CODE32, 0x18, RIGHTS_DATA32, UINT32_MAX, .rip = where};

	switch (how) {
	case START_FLAT32:
		s.cr0 = CR0_PE;
		break;
	case START_LONG64: /* CR3 was set before */
		s.code_rights = RIGHTS_CODE64;
		s.cr0 = CR0_PE | CR0_MP | CR0_NE | CR0_WP | CR0_PG;
		s.cr4 = CR4_PAE;
		s.efer = EFER_LME | EFER_LMA;
		break;
	case START_SIPI:
		s = (struct start){(uint16_t)(where << 8), RIGHTS_CODE16, 0,
				   RIGHTS_DATA16,	   0xffff,	  .code_base = where << 12};
		break;
	}
	return s;
}

#endif
