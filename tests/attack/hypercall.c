// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls and messages that no honest driver sends. Each must be refused with the error that
 * the ABI names; afterwards the TEE must own what it owned before, and serve a client.
 */
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/string.h>
#include "hypercall.h"

#define CALL_BYTES ATTACK_PAGE_USED

/* --- Registers --- */

static void expect_status(const char *name, u64 function, struct tee_regs regs, s64 want)
{
	s64 status = attack_hypercall(function, &regs);

	attack_check(name, status == want, "status %lld, not %lld", status, want);
}

static void expect_op(const char *name, struct tee_regs regs, u64 want)
{
	s64 status = attack_hypercall(MERLON_HC_TEE_CALL, &regs);

	attack_check(name, status == MERLON_HC_OK && regs.rdi == want,
		     "status %lld, answer %lld, not %lld", status, (s64)regs.rdi, (s64)want);
}

static void attack_functions(void)
{
	static const u64 unknown[] = {0, 4, 0x0f, 0x11, 0x1f, 0x26, 0x100, ~0ull, 1ull << 63};
	const struct tee_regs none = {};
	unsigned int i, bad = 0;

	for (i = 0; i < ARRAY_SIZE(unknown); i++) {
		struct tee_regs regs = {};

		bad += attack_hypercall(unknown[i], &regs) != MERLON_HC_EINVAL;
	}
	attack_check("unknown_functions", !bad, "%u were not EINVAL", bad);
	expect_status("tee_return_from_ree", MERLON_HC_TEE_RETURN, none, MERLON_HC_EPERM);
	expect_status("tee_panic_from_ree", MERLON_HC_TEE_PANIC, none, MERLON_HC_EPERM);
	expect_status("tee_kick_from_ree", MERLON_HC_TEE_KICK, none, MERLON_HC_EPERM);
	expect_status("tee_timer_from_ree", MERLON_HC_TEE_TIMER, none, MERLON_HC_EPERM);
	expect_status("log_ring_unknown", MERLON_HC_LOG, (struct tee_regs){.rdi = MERLON_LOG_COUNT},
		      MERLON_HC_EINVAL);
	expect_status("log_ring_wild", MERLON_HC_LOG, (struct tee_regs){.rdi = ~0ull},
		      MERLON_HC_EINVAL);
	expect_status("stat_cpu_wild", MERLON_HC_STAT, (struct tee_regs){.rdi = 1 << 20},
		      MERLON_HC_EINVAL);
	expect_status("stat_cpu_negative", MERLON_HC_STAT, (struct tee_regs){.rdi = ~0ull},
		      MERLON_HC_EINVAL);
	expect_status("stat_counter_wild", MERLON_HC_STAT,
		      (struct tee_regs){.rsi = MERLON_STAT_COUNT}, MERLON_HC_EINVAL);
}

static void attack_operations(struct attack_page *p)
{
	const struct tee_regs good = {
		.rdi = TEE_OP_CALL,
		.rsi = p->pa,
		.rdx = CALL_BYTES,
		.rcx = ATTACK_RPC_OFFSET,
	};
	struct tee_regs r;

	expect_op("op_unknown", (struct tee_regs){.rdi = TEE_OP_STAT + 1}, TEE_EINVAL);
	expect_op("op_wild", (struct tee_regs){.rdi = ~0ull}, TEE_EINVAL);
	expect_op("gauge_unknown", (struct tee_regs){.rdi = TEE_OP_STAT, .rsi = TEE_STAT_COUNT},
		  TEE_EINVAL);
	expect_op("gauge_wild", (struct tee_regs){.rdi = TEE_OP_STAT, .rsi = ~0ull}, TEE_EINVAL);
	expect_op("attach_other_abi",
		  (struct tee_regs){.rdi = TEE_OP_ATTACH, .rsi = MERLON_ABI_VERSION + (1 << 16)},
		  TEE_EINVAL);

	memset(p->arg, 0, PAGE_SIZE);
	p->arg->cmd = OPTEE_MSG_CMD_CLOSE_SESSION;
#define CALL_CASE(name, field, value, want) \
	do {                                \
		r = good;                   \
		r.field = value;            \
		expect_op(name, r, want);   \
	} while (0)
	CALL_CASE("call_misaligned", rsi, p->pa + 4, TEE_EINVAL);
	CALL_CASE("call_no_bytes", rdx, 0, TEE_EINVAL);
	CALL_CASE("call_short", rdx, sizeof(struct optee_msg_arg) - 1, TEE_EINVAL);
	CALL_CASE("call_crosses_page", rsi, p->pa + PAGE_SIZE - 64, TEE_EINVAL);
	CALL_CASE("call_large", rdx, PAGE_SIZE + 8, TEE_EINVAL);
	CALL_CASE("call_huge", rdx, 1ull << 40, TEE_EINVAL);
	CALL_CASE("call_wraps", rdx, ~0ull - 7, TEE_EINVAL);
	CALL_CASE("rpc_misaligned", rcx, ATTACK_RPC_OFFSET + 4, TEE_EINVAL);
	CALL_CASE("rpc_beyond", rcx, CALL_BYTES, TEE_EINVAL);
	CALL_CASE("rpc_no_room", rcx, ATTACK_RPC_OFFSET + 8, TEE_EINVAL);
	CALL_CASE("rpc_wild", rcx, ~7ull, TEE_EINVAL);
#undef CALL_CASE
}

/* --- Addresses that are not Linux's --- */

#define MAX_FOREIGN 10

struct foreign {
	const char *what;
	u64 pa;
};

static unsigned int foreign_pages(struct foreign *f)
{
	struct attack_range range, ring;
	unsigned int n = 0;

	if (!attack_find_range(&range)) {
		f[n++] = (struct foreign){"tee_first", range.base};
		f[n++] = (struct foreign){"tee_middle", range.base + SZ_1M};
		f[n++] = (struct foreign){"range_last", range.base + range.size - PAGE_SIZE};
	}
	if (attack_ring(MERLON_LOG_MONITOR, &ring)) {
		f[n++] = (struct foreign){"monitor", ring.base - PAGE_SIZE};
		f[n++] = (struct foreign){"log", ring.base};
	}
	f[n++] = (struct foreign){"apic", 0xfee00000};
	f[n++] = (struct foreign){"pci_config", 0xb0000000};
	f[n++] = (struct foreign){"beyond_ram", 1ull << 45};
	f[n++] = (struct foreign){"beyond_physical", 1ull << 56};
	f[n++] = (struct foreign){"end", ~0ull << PAGE_SHIFT};
	return n;
}

static void attack_call_addresses(const struct foreign *f, unsigned int n)
{
	char name[48];
	unsigned int i;

	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "call_at_%s", f[i].what);
		expect_op(name,
			  (struct tee_regs){.rdi = TEE_OP_CALL,
					    .rsi = f[i].pa,
					    .rdx = CALL_BYTES,
					    .rcx = ATTACK_RPC_OFFSET},
			  TEE_EADDR);
	}
}

/* --- Messages --- */

static void attack_messages(struct attack_page *p)
{
	static const u32 nobody[] = {0, 1, 0x7fffffff, 0xffffffff, 0x12345678};
	unsigned int i, bad = 0;

	hc_message(p, 0xffff, 0);
	hc_expect_refused("command_unknown", p);
	hc_message(p, ~0u, 0);
	hc_expect_refused("command_wild", p);
	hc_message(p, OPTEE_MSG_CMD_INVOKE_COMMAND, TEE_MSG_MAX_PARAMS + 1);
	hc_expect_refused("too_many_params", p);
	hc_message(p, OPTEE_MSG_CMD_INVOKE_COMMAND, ~0u);
	hc_expect_refused("params_wild", p);
	hc_message(p, OPTEE_MSG_CMD_INVOKE_COMMAND, 0x08000000); /* 32 * this wraps 32 bits */
	hc_expect_refused("params_wrap", p);
	hc_message(p, OPTEE_MSG_CMD_OPEN_SESSION, 0);
	hc_expect_refused("open_without_meta", p);
	hc_message(p, OPTEE_MSG_CMD_OPEN_SESSION, 2); /* attributes: NONE */
	hc_expect_refused("open_with_none_as_meta", p);

	for (i = 0; i < ARRAY_SIZE(nobody); i++) {
		hc_message(p, OPTEE_MSG_CMD_INVOKE_COMMAND, 0)->session = nobody[i];
		attack_call_through(p, 0);
		bad += p->arg->ret == 0 || p->arg->ret == TEEC_UNANSWERED;
		hc_message(p, OPTEE_MSG_CMD_CLOSE_SESSION, 0)->session = nobody[i];
		attack_call_through(p, 0);
		bad += p->arg->ret == 0 || p->arg->ret == TEEC_UNANSWERED;
		/* A cancellation may be too late, so it need not fail; it must do nothing. */
		hc_message(p, OPTEE_MSG_CMD_CANCEL, 0)->session = nobody[i];
		attack_call_through(p, 0);
		bad += p->arg->ret == TEEC_UNANSWERED;
	}
	attack_check("sessions_of_nobody", !bad, "%u were served", bad);
}

/* --- Sessions and parameters --- */

static void memref(struct optee_msg_param *q, u64 attr, u64 pa, u64 size)
{
	q->attr = attr;
	q->u.tmem.buf_ptr = pa;
	q->u.tmem.size = size;
	q->u.tmem.shm_ref = 0;
}

static struct optee_msg_arg *capitals(struct attack_page *p, u32 session)
{
	struct optee_msg_arg *arg = hc_message(p, OPTEE_MSG_CMD_INVOKE_COMMAND, 2);

	arg->session = session;
	arg->func = 1; /* HELLO_CMD_CAPITALS: memref in, memref out */
	return arg;
}

static void attack_params(struct attack_page *p, u32 session, const struct foreign *f,
			  unsigned int n, u64 good)
{
	struct optee_msg_arg *arg;
	char name[48];
	unsigned int i;

	for (i = 0; i < n; i++) {
		arg = capitals(p, session);
		memref(&arg->params[0], OPTEE_MSG_ATTR_TYPE_TMEM_INPUT, f[i].pa, 64);
		memref(&arg->params[1], OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT, good, 64);
		snprintf(name, sizeof(name), "input_at_%s", f[i].what);
		hc_expect_refused(name, p);

		arg = capitals(p, session);
		memref(&arg->params[0], OPTEE_MSG_ATTR_TYPE_TMEM_INPUT, good, 64);
		memref(&arg->params[1], OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT, f[i].pa, 64);
		snprintf(name, sizeof(name), "output_at_%s", f[i].what);
		hc_expect_refused(name, p);
	}
#define PARAM_CASE(name, attr, pa, size)                 \
	do {                                             \
		arg = capitals(p, session);              \
		memref(&arg->params[0], attr, pa, size); \
		memref(&arg->params[1], attr, good, 64); \
		hc_expect_refused(name, p);              \
	} while (0)
	PARAM_CASE("memref_huge", OPTEE_MSG_ATTR_TYPE_TMEM_INOUT, good, 1ull << 40);
	PARAM_CASE("memref_wraps", OPTEE_MSG_ATTR_TYPE_TMEM_INOUT, good, ~0ull);
	PARAM_CASE("memref_runs_into_tee", OPTEE_MSG_ATTR_TYPE_TMEM_INOUT, f[0].pa - 16, 32);
	PARAM_CASE("memref_null_with_size", OPTEE_MSG_ATTR_TYPE_TMEM_INOUT, 0, 1ull << 40);
	PARAM_CASE("memref_name_unknown", OPTEE_MSG_ATTR_TYPE_RMEM_INOUT, 0, 64);
	PARAM_CASE("attr_unknown", 0x77, good, 64);
	PARAM_CASE("attr_wild", ~0ull, good, 64);
	PARAM_CASE("attr_meta", OPTEE_MSG_ATTR_TYPE_TMEM_INOUT | OPTEE_MSG_ATTR_META, good, 64);
#undef PARAM_CASE
}

/* A session that the driver opened is closed behind its back, twice. */
static void attack_sessions(struct attack_page *p)
{
	struct attack_session hello;

	if (attack_hello_open(&hello)) {
		attack_fail("open_to_close", "no session with the hello TA");
		return;
	}
	hc_message(p, OPTEE_MSG_CMD_CLOSE_SESSION, 0)->session = hello.session;
	hc_expect("close_once", p, 0);
	hc_message(p, OPTEE_MSG_CMD_CLOSE_SESSION, 0)->session = hello.session;
	hc_expect_refused("close_twice", p);
	hc_message(p, OPTEE_MSG_CMD_INVOKE_COMMAND, 0)->session = hello.session;
	hc_expect_refused("invoke_closed", p);
	attack_session_close(&hello);
}

/* --- All --- */

static void attack_all(struct attack_page *p, u64 good)
{
	struct foreign f[MAX_FOREIGN];
	unsigned int n = foreign_pages(f);
	struct attack_gauges before;
	struct attack_session hello;

	attack_functions();
	attack_operations(p);
	attack_call_addresses(f, n);

	attack_check("hello_works", !attack_hello(), "no hello TA");
	if (attack_hello_open(&hello)) {
		attack_fail("open_hello", "no session with the hello TA");
		return;
	}
	attack_gauges_read(&before);
	attack_messages(p);
	attack_params(p, hello.session, f, n, good);
	attack_sessions(p);
	hc_attack_lists(p, hello.session, f[0].pa);
	hc_attack_tokens(p);
	hc_attack_answers(p, f[0].pa);
	hc_attack_races(p, hello.session);
	attack_gauges_check("nothing_left_behind", &before);
	attack_session_close(&hello);
	attack_normal_invoke("tee_works_after");
}

static int __init hypercall_init(void)
{
	struct attack_page page;
	unsigned long good;
	int rc = attack_probe();

	if (rc)
		return rc;
	rc = attack_page_init(&page);
	if (rc)
		return rc;
	good = attack_shared_page();
	if (good)
		attack_all(&page, virt_to_phys((void *)good));
	attack_summary(KBUILD_MODNAME);
	attack_unshare_page(good);
	attack_page_free(&page);
	return 0;
}

static void __exit hypercall_exit(void)
{
}

module_init(hypercall_init);
module_exit(hypercall_exit);
MODULE_DESCRIPTION("Merlon test: hostile hypercalls and messages");
MODULE_LICENSE("GPL");
