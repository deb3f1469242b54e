// SPDX-License-Identifier: GPL-2.0-only
/*
 * The seats `world` and `vm`: the TEE is behind our monitor, and runs on the calling CPU for as long
 * as the hypercall takes. In `world` it sees all of our memory, in `vm` what we share.
 */
#include <linux/errno.h>
#include <asm/alternative.h>
#include <asm/cpufeatures.h>
#include <asm/processor.h>
#include "abi/hypercall.h"
#include "transport.h"

static int world_errno(u64 status)
{
	switch ((s64)status) {
	case MERLON_HC_EPERM:
		return -EPERM;
	case MERLON_HC_EDEAD:
		return -EPIPE;
	case MERLON_HC_EBUSY:
		return -EBUSY;
	case MERLON_HC_ENOMEM:
		return -ENOMEM;
	default:
		return -EINVAL;
	}
}

static int world_hypercall(u64 function, struct tee_regs *regs)
{
	register u64 r8 asm("r8") = regs->r8;
	register u64 r9 asm("r9") = regs->r9;
	u64 status = function;

	asm volatile(ALTERNATIVE("vmcall", "vmmcall", X86_FEATURE_VMMCALL)
		     : "+a"(status), "+D"(regs->rdi), "+S"(regs->rsi), "+d"(regs->rdx),
		       "+c"(regs->rcx), "+r"(r8), "+r"(r9)
		     :
		     : "memory", "cc");
	regs->r8 = r8;
	regs->r9 = r9;
	return likely(status == MERLON_HC_OK) ? 0 : world_errno(status);
}

static int probe_seat(struct merlon_info *info, u32 seat)
{
	struct tee_regs regs = {};
	u32 eax, ebx, ecx, edx;
	int rc;

	/* Without the monitor a hypercall is #UD: ask CPUID first. */
	cpuid(MERLON_CPUID_LEAF, &eax, &ebx, &ecx, &edx);
	if (ebx != MERLON_CPUID_EBX || ecx != MERLON_CPUID_ECX || edx != MERLON_CPUID_EDX)
		return -ENODEV;

	rc = world_hypercall(MERLON_HC_INFO, &regs);
	if (rc)
		return rc;
	if (regs.rdx != seat)
		return -ENODEV;
	info->abi_version = regs.rdi;
	info->features = regs.rsi;
	info->seat = regs.rdx;
	info->ncpus = regs.rcx;
	info->partition = regs.r8;
	info->tsc_khz = regs.r9;
	return 0;
}

static int world_probe(struct merlon_info *info)
{
	return probe_seat(info, MERLON_SEAT_WORLD);
}

static int vm_probe(struct merlon_info *info)
{
	return probe_seat(info, MERLON_SEAT_VM);
}

static int world_call(struct tee_regs *regs)
{
	return world_hypercall(MERLON_HC_TEE_CALL, regs);
}

static int world_log(unsigned int ring, phys_addr_t *pa, size_t *size)
{
	struct tee_regs regs = {.rdi = ring};
	int rc = world_hypercall(MERLON_HC_LOG, &regs);

	*pa = regs.rdi;
	*size = regs.rsi;
	return rc;
}

static int world_stat(unsigned int cpu, unsigned int index, u64 *value)
{
	struct tee_regs regs = {.rdi = cpu, .rsi = index};
	int rc = world_hypercall(MERLON_HC_STAT, &regs);

	*value = regs.rdi;
	return rc;
}

const struct merlon_transport merlon_world = {
	.name = "world",
	.probe = world_probe,
	.call = world_call,
	.log = world_log,
	.stat = world_stat,
};

static int vm_mem_share(phys_addr_t list, unsigned int n)
{
	struct tee_regs regs = {.rdi = list, .rsi = n, .rdx = MERLON_MEM_SHARED};

	return world_hypercall(MERLON_HC_MEM_SHARE, &regs);
}

static int vm_mem_reclaim(phys_addr_t list, unsigned int n)
{
	struct tee_regs regs = {.rdi = list, .rsi = n};

	return world_hypercall(MERLON_HC_MEM_RECLAIM, &regs);
}

static int vm_mem_reclaim_all(void)
{
	struct tee_regs regs = {.rdi = MERLON_MEM_ALL};
	int rc = world_hypercall(MERLON_HC_MEM_RECLAIM, &regs);

	return rc ? rc : regs.rsi ? -EBUSY : 0;
}

const struct merlon_transport merlon_vm = {
	.name = "vm",
	.probe = vm_probe,
	.call = world_call,
	.log = world_log,
	.stat = world_stat,
	.mem_share = vm_mem_share,
	.mem_reclaim = vm_mem_reclaim,
	.mem_reclaim_all = vm_mem_reclaim_all,
};
