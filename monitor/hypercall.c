// SPDX-License-Identifier: BSD-2-Clause
#include <abi/hypercall.h>
#include <monitor/arch.h>
#include <monitor/iommu/iommu.h>
#include <monitor/memory.h>
#include <monitor/monitor.h>
#include <monitor/policy.h>
#include <monitor/share.h>

typedef uint64_t (*hypercall)(struct vcpu *v);

uint32_t features(void)
{
	return (options.seat == MERLON_SEAT_WORLD ? MERLON_FEAT_REE_MAPPED : 0) |
	       (iommu_active() ? MERLON_FEAT_DMA_CONTAINED : 0) |
	       (tee_slice ? MERLON_FEAT_TIMER : 0) | (guard_enabled() ? 0 : MERLON_FEAT_GUARD_OFF);
}

static uint64_t hc_info(struct vcpu *v)
{
	v->regs.rdi = MERLON_ABI_VERSION;
	v->regs.rsi = features();
	v->regs.rdx = options.seat;
	v->regs.rcx = ncpus;
	v->regs.r8 = v->part == PART_TEE ? 0 : 1;
	v->regs.r9 = boot.tsc_khz;
	return MERLON_HC_OK;
}

static uint64_t hc_log(struct vcpu *v)
{
	const uint64_t rings[MERLON_LOG_COUNT] = {
		[MERLON_LOG_MONITOR] = layout.monitor_ring,
		[MERLON_LOG_TEE] = layout.tee_ring,
	};

	if (v->regs.rdi >= MERLON_LOG_COUNT)
		return (uint64_t)MERLON_HC_EINVAL;
	v->regs.rdi = rings[v->regs.rdi];
	v->regs.rsi = RING_SIZE;
	return MERLON_HC_OK;
}

static uint64_t hc_stat(struct vcpu *v)
{
	if (v->regs.rdi >= ncpus || v->regs.rsi >= MERLON_STAT_COUNT)
		return (uint64_t)MERLON_HC_EINVAL;
	v->regs.rdi = cpus[v->regs.rdi].stats[v->regs.rsi];
	return MERLON_HC_OK;
}

static uint64_t hc_tee_return(struct vcpu *v)
{
	if (v->ready)
		switch_to_ree(v, MERLON_HC_OK);
	v->ready = true;
	return MERLON_HC_OK;
}

static uint64_t hc_tee_panic(struct vcpu *v)
{
	tee_kill("it panicked");
	return MERLON_HC_OK;
}

static uint64_t hc_tee_kick(struct vcpu *v)
{
	if (v->regs.rdi >= ncpus)
		return (uint64_t)MERLON_HC_EINVAL;
	cpu_post(&cpus[v->regs.rdi], EVENT_TEE_KICK);
	return MERLON_HC_OK;
}

static const struct {
	uint16_t function;
	uint16_t parts; /* bit per partition that may call it */
	hypercall call;
} table[] = {
	{MERLON_HC_TEE_CALL, 1 << PART_REE, switch_to_tee},
	{MERLON_HC_TEE_RETURN, 1 << PART_TEE, hc_tee_return},
	{MERLON_HC_INFO, 1 << PART_REE | 1 << PART_TEE, hc_info},
	{MERLON_HC_LOG, 1 << PART_REE | 1 << PART_TEE, hc_log},
	{MERLON_HC_STAT, 1 << PART_REE, hc_stat},
	{MERLON_HC_TEE_PANIC, 1 << PART_TEE, hc_tee_panic},
	{MERLON_HC_TEE_KICK, 1 << PART_TEE, hc_tee_kick},
	{MERLON_HC_TEE_TIMER, 1 << PART_TEE, switch_set_timer},
	{MERLON_HC_MEM_SHARE, 1 << PART_REE, share_offer},
	{MERLON_HC_MEM_RECLAIM, 1 << PART_REE, share_reclaim},
	{MERLON_HC_MEM_RETRIEVE, 1 << PART_TEE, share_retrieve},
	{MERLON_HC_MEM_RELINQUISH, 1 << PART_TEE, share_relinquish},
};

static uint64_t dispatch(struct vcpu *v)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		if (table[i].function != v->regs.rax)
			continue;
		if (!(table[i].parts & 1u << v->part))
			return (uint64_t)MERLON_HC_EPERM;
		return table[i].call(v);
	}
	return (uint64_t)MERLON_HC_EINVAL;
}

void handle_hypercall(struct vcpu *v, const struct vexit *e)
{
	stat_add(v->cpu, MERLON_STAT_HYPERCALLS);
	if (e->user) {
		virt->inject(v, VECTOR_UD);
		return;
	}
	virt->skip(v, e);
	/* For TEE_CALL this status is replaced when the TEE answers. */
	v->regs.rax = dispatch(v);
	if (options.check)
		memory_check();
}
