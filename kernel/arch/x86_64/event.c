// SPDX-License-Identifier: BSD-2-Clause
/*
 * The life of a CPU in the TEE: an event comes in, the portable kernel says which thread runs
 * next, and that thread or the REE gets the CPU. All of it on an empty stack.
 */
#include <kernel/arch/x86_64/arch.h>
#include <kernel/arch/x86_64/asm.h>
#include <kernel/arch/x86_64/uctx.h>
#include <kernel/include/mm.h>
#include <kernel/transport/transport.h>
#include <include/abi/hypercall.h>

static const char *const fault_names[32] = {
	[0] = "divide error",
	[1] = "debug exception",
	[3] = "breakpoint",
	[4] = "overflow",
	[5] = "bound range",
	[6] = "invalid opcode",
	[7] = "no coprocessor",
	[11] = "segment not present",
	[12] = "stack fault",
	[13] = "general protection",
	[14] = "page fault",
	[16] = "x87 error",
	[17] = "alignment check",
	[19] = "SIMD error",
	[20] = "virtualization exception",
	[21] = "control protection",
};

static const char *fault_name(unsigned vector)
{
	if (vector < 32 && fault_names[vector])
		return fault_names[vector];
	return "unexpected interrupt";
}

/* Gives the CPU to the REE until a call or the timer makes a thread run. */
static struct thread *run_ree(struct percpu *p)
{
	struct tee_regs in;
	struct thread *t;

	do {
		if (p->ext_owner) {
			ext_save(p->ext_owner);
			p->ext_owner = NULL;
		}
		p->cpu.current = NULL;
		if (transport_return(&p->cpu.ret, &in))
			t = event_call(&p->cpu, &in);
		else
			t = event_timer(&p->cpu);
	} while (!t);
	return t;
}

_Noreturn void cpu_run(struct thread *t)
{
	struct percpu *p = this_cpu();
	struct arch_uctx *u;

	if (!t)
		t = run_ree(p);
	u = thread_uctx(t);
	p->cpu.current = t;
	if (p->ext_owner != u) {
		if (p->ext_owner)
			ext_save(p->ext_owner);
		ext_load(u);
		p->ext_owner = u;
	}
	p->uctx = u;
	p->tss.rsp[0] = (uint64_t)u + UC_HW_END;
	pt_enter(p, aspace_pt(thread_aspace(t)));
	if (u->vector == UC_SYSCALL)
		user_sysret(u);
	user_iret(u);
}

_Noreturn void syscall_event(void)
{
	struct percpu *p = this_cpu();

	cpu_run(event_syscall(&p->cpu, p->cpu.current));
}

_Noreturn void exception_event(struct arch_uctx *u)
{
	struct percpu *p = this_cpu();
	struct fault_info f = {
		.vector = (uint8_t)u->vector,
		.error = u->error,
	};

	if (u->vector == MERLON_VEC_PREEMPT)
		cpu_run(event_preempt(&p->cpu, p->cpu.current));
	if (f.vector == 14)
		f.addr = read_cr2();
	f.name = fault_name(f.vector);
	cpu_run(event_fault(&p->cpu, p->cpu.current, &f));
}

/* Where in the image, or 0 when it is not in the kernel at all. */
static uint64_t image_offset(uint64_t va)
{
	uint64_t off = va - boot_params.kernel_base;

	return off < boot_params.cpu_slots - boot_params.kernel_base ? off : 0;
}

/* An exception in ring 0: never a user's doing, always our bug. No address leaves the kernel. */
_Noreturn void kernel_fault(const struct arch_uctx *frame)
{
	panic("%s in the kernel, error %#llx, at +%#llx", fault_name((unsigned)frame->vector),
	      (unsigned long long)frame->error, (unsigned long long)image_offset(frame->rip));
}

_Noreturn void ist_fault(unsigned vector, const uint64_t *hw_frame)
{
	/* #DF has an error code on top of RIP, #MC has none. */
	uint64_t rip = vector == 8 ? hw_frame[1] : hw_frame[0];

	panic("%s, at +%#llx", vector == 8 ? "double fault" : "machine check",
	      (unsigned long long)image_offset(rip));
}
