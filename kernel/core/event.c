// SPDX-License-Identifier: BSD-2-Clause
/*
 * The entries of the portable kernel: start, and one function per kind of event.
 */
#include <kernel/include/arch.h>
#include <kernel/include/bootimg.h>
#include <kernel/include/process.h>
#include <kernel/include/shm.h>
#include <kernel/include/stat.h>
#include <kernel/include/sys.h>
#include <kernel/include/tenant.h>
#include <kernel/include/thread.h>
#include <include/abi/hypercall.h>

void kernel_init(const struct tee_boot_info *bi)
{
	time_start_tsc = arch_tsc();
	bootimg_init(bi);
	tenant_init();
}

static struct thread *answer(struct cpu *c, uint64_t rdi, uint64_t rsi)
{
	c->ret = (struct tee_regs){.rdi = rdi, .rsi = rsi};
	return NULL;
}

static struct thread *op_attach(struct cpu *c, struct tenant *tn, const struct tee_regs *in)
{
	if (in->rsi >> 16 != MERLON_ABI_MAJOR) {
		refuse("attach: the driver speaks another ABI");
		return answer(c, TEE_EINVAL, 0);
	}
	return tenant_reset(c, tn, true);
}

static struct thread *op_detach(struct cpu *c, struct tenant *tn, const struct tee_regs *in)
{
	return tenant_reset(c, tn, false);
}

static struct thread *op_resume(struct cpu *c, struct tenant *tn, const struct tee_regs *in)
{
	struct thread *t;

	if (in->rdx & ~(uint64_t)(TEE_RESUME_CANCEL | TEE_RESUME_KILL)) {
		refuse("resume: unknown flags");
		return answer(c, TEE_EINVAL, 0);
	}
	if (!__atomic_load_n(&tn->attached, __ATOMIC_SEQ_CST))
		return answer(c, TEE_ENOTATT, 0);
	t = thread_claim(tn, in->rsi);
	if (!t) {
		if (thread_is_alone(tn, in->rsi))
			return answer(c, TEE_EBUSY, 0);
		refuse("resume: stale thread token");
		return answer(c, TEE_ENOTHREAD, 0);
	}
	if (in->rdx & TEE_RESUME_CANCEL)
		__atomic_store_n(&t->cancel, 1, __ATOMIC_RELAXED);
	if (in->rdx & TEE_RESUME_KILL)
		__atomic_store_n(&t->kill, 1, __ATOMIC_RELAXED);
	return thread_back(c, t);
}

static struct thread *op_stat(struct cpu *c, struct tenant *tn, const struct tee_regs *in)
{
	uint64_t value;

	if (!stat_read(in->rsi, &value))
		return answer(c, TEE_EINVAL, 0);
	return answer(c, TEE_RET_DONE, value);
}

static struct thread *(*const ops[])(struct cpu *, struct tenant *, const struct tee_regs *) = {
	[TEE_OP_ATTACH] = op_attach, [TEE_OP_DETACH] = op_detach,
	[TEE_OP_CALL] = msg_call,    [TEE_OP_RESUME] = op_resume,
	[TEE_OP_STAT] = op_stat,     [TEE_OP_MEM_RELEASE] = shm_release,
};
#define OPS (sizeof(ops) / sizeof(ops[0]))
_Static_assert(OPS == TEE_OP_MEM_RELEASE + 1, "one each");

struct thread *event_call(struct cpu *c, const struct tee_regs *in)
{
	if (in->rdi >= OPS) {
		refuse("call: unknown operation");
		return answer(c, TEE_EINVAL, 0);
	}
	return ops[index_nospec(in->rdi, OPS)](c, &tenants[TENANT_REE], in);
}

struct thread *event_syscall(struct cpu *c, struct thread *t)
{
	/* Dead, or to be killed: thread_next() sees to it before anything else happens. */
	if (!process_dead(thread_top(t)->proc))
		syscall_run(c, t);
	return thread_next(c, t);
}

struct thread *event_fault(struct cpu *c, struct thread *t, const struct fault_info *f)
{
	process_crash(c, t, f->name, f->addr, f->error);
	return thread_next(c, t);
}

struct thread *event_preempt(struct cpu *c, struct thread *t)
{
	struct tenant *tn = t->tenant;
	bool resetting = t->resetting;

	stat_add(c, TEE_STAT_PREEMPTS);
	timer_preempted(t);
	thread_suspend(c, t, TEE_RET_PREEMPTED);
	/* Not ours any more. A reset goes on when the REE asks again. */
	if (resetting)
		tenant_reset_pause(c, tn);
	return NULL;
}
