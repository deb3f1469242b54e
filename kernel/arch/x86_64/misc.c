// SPDX-License-Identifier: BSD-2-Clause
/*
 * Locks, time, randomness, hypercalls.
 */
#include <kernel/arch/x86_64/arch.h>
#include <kernel/arch/x86_64/asm.h>
#include <kernel/arch/x86_64/hypercall.h>
#include <kernel/transport/transport.h>
#include <include/abi/syscall.h>
#include <string.h>

void spin_lock(spinlock_t *l)
{
	while (__atomic_exchange_n(&l->v, 1, __ATOMIC_ACQUIRE))
		while (__atomic_load_n(&l->v, __ATOMIC_RELAXED))
			cpu_relax();
}

void spin_unlock(spinlock_t *l)
{
	__atomic_store_n(&l->v, 0, __ATOMIC_RELEASE);
}

uint64_t arch_tsc(void)
{
	return rdtsc();
}

uint64_t arch_tsc_khz(void)
{
	return boot_params.bi.tsc_khz;
}

void arch_timer(uint64_t tsc)
{
	transport_timer(tsc);
}

/* RDRAND may have nothing for a moment (SDM volume 1, 7.3.17.1: ten tries). */
static bool random_word(uint64_t *v)
{
	for (int i = 0; i < 10; i++)
		if (rdrand64(v))
			return true;
	return false;
}

int arch_entropy(void *buf, size_t n)
{
	uint8_t *at = buf;
	uint64_t v;

	if (boot_params.weak_random)
		return -MERLON_EIO;
	while (n) {
		size_t k = n < sizeof(v) ? n : sizeof(v);

		if (!random_word(&v)) {
			memzero_explicit(buf, (size_t)(at - (uint8_t *)buf));
			return -MERLON_EIO;
		}
		memcpy(at, &v, k);
		at += k;
		n -= k;
	}
	memzero_explicit(&v, sizeof(v));
	return 0;
}

#define HYPERCALL(insn, fn, r, r8_, r9_)                                                         \
	asm volatile(insn                                                                        \
		     : "+a"(fn), "+D"((r)->rdi), "+S"((r)->rsi), "+d"((r)->rdx), "+c"((r)->rcx), \
		       "+r"(r8_), "+r"(r9_)                                                      \
		     :                                                                           \
		     : "memory")

int64_t arch_hypercall(uint64_t fn, struct tee_regs *r)
{
	register uint64_t r8_ asm("r8") = r->r8;
	register uint64_t r9_ asm("r9") = r->r9;

	if (boot_params.intel)
		HYPERCALL("vmcall", fn, r, r8_, r9_);
	else
		HYPERCALL("vmmcall", fn, r, r8_, r9_);
	r->r8 = r8_;
	r->r9 = r9_;
	return (int64_t)fn;
}
