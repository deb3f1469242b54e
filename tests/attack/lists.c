// SPDX-License-Identifier: GPL-2.0-only
/* Page lists and registered memory. */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include "hypercall.h"

/* A name that the driver does not use. */
#define COOKIE 0x5eed000000000001ull

static struct optee_msg_page_list *list;
static u64 list_pa, data_pa;

static void fill(u64 page)
{
	unsigned int i;

	for (i = 0; i < OPTEE_MSG_LIST_ENTRIES; i++)
		list->pages[i] = page;
	list->next = 0;
}

static void registration(struct attack_page *p, u64 attr, u64 ptr, u64 size, u64 cookie)
{
	struct optee_msg_arg *arg = hc_message(p, OPTEE_MSG_CMD_REGISTER_SHM, 1);

	arg->params[0].attr = attr;
	arg->params[0].u.tmem.buf_ptr = ptr;
	arg->params[0].u.tmem.size = size;
	arg->params[0].u.tmem.shm_ref = cookie;
}

static void unregistration(struct attack_page *p, u64 cookie)
{
	struct optee_msg_arg *arg = hc_message(p, OPTEE_MSG_CMD_UNREGISTER_SHM, 1);

	arg->params[0].attr = OPTEE_MSG_ATTR_TYPE_RMEM_INPUT;
	arg->params[0].u.rmem.shm_ref = cookie;
}

#define NONCONTIG (OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT | OPTEE_MSG_ATTR_NONCONTIG)

static void attack_registration(struct attack_page *p, u64 foreign)
{
	/* What needs more than one list page when all point at one data page. */
	const u64 long_size = (OPTEE_MSG_LIST_ENTRIES + 1) * PAGE_SIZE;

#define LIST_CASE(name, attr, ptr, size)                  \
	do {                                              \
		registration(p, attr, ptr, size, COOKIE); \
		hc_expect_refused(name, p);               \
	} while (0)
	fill(data_pa);
	LIST_CASE("list_empty", NONCONTIG, list_pa, 0);
	LIST_CASE("list_huge", NONCONTIG, list_pa, 1ull << 42);
	LIST_CASE("list_wraps", NONCONTIG, list_pa | 0xfff, ~0ull);
	LIST_CASE("list_in_tee", NONCONTIG, foreign, PAGE_SIZE);
	LIST_CASE("list_beyond_ram", NONCONTIG, 1ull << 45, PAGE_SIZE);
	LIST_CASE("list_wrong_attr", OPTEE_MSG_ATTR_TYPE_VALUE_INPUT, list_pa, PAGE_SIZE);
	LIST_CASE("list_next_missing", NONCONTIG, list_pa, long_size + PAGE_SIZE);
	fill(foreign);
	LIST_CASE("list_foreign_page", NONCONTIG, list_pa, PAGE_SIZE);
	fill(data_pa);
	list->pages[2] = foreign;
	LIST_CASE("list_foreign_third", NONCONTIG, list_pa, 3 * PAGE_SIZE);
	fill(data_pa + 8);
	LIST_CASE("list_misaligned_page", NONCONTIG, list_pa, PAGE_SIZE);
	fill(~0ull << PAGE_SHIFT);
	LIST_CASE("list_wild_page", NONCONTIG, list_pa, PAGE_SIZE);
	fill(data_pa);
	list->next = foreign;
	LIST_CASE("list_next_in_tee", NONCONTIG, list_pa, long_size);
	list->next = list_pa + 8;
	LIST_CASE("list_next_misaligned", NONCONTIG, list_pa, long_size);
	/* A loop is only as long as the size says, and that is bounded. */
	list->next = list_pa;
	LIST_CASE("list_loop", NONCONTIG, list_pa, 1ull << 36);
#undef LIST_CASE
}

static void attack_names(struct attack_page *p)
{
	fill(data_pa);
	registration(p, NONCONTIG, list_pa, PAGE_SIZE, COOKIE);
	hc_expect("register", p, 0);
	registration(p, NONCONTIG, list_pa, PAGE_SIZE, COOKIE);
	hc_expect_refused("register_same_name", p);
	unregistration(p, COOKIE + 1);
	hc_expect_refused("unregister_unknown", p);
	unregistration(p, COOKIE);
	hc_expect("unregister", p, 0);
	unregistration(p, COOKIE);
	hc_expect_refused("unregister_twice", p);
}

static void name_part(struct optee_msg_param *q, u64 type, u64 offs, u64 size)
{
	q->attr = type;
	q->u.rmem.offs = offs;
	q->u.rmem.size = size;
	q->u.rmem.shm_ref = COOKIE;
}

static void attack_parts(struct attack_page *p, u32 session)
{
	static const struct {
		const char *name;
		u64 offs, size;
	} cases[] = {
		{"part_behind_end", PAGE_SIZE, 1},
		{"part_too_long", 0, PAGE_SIZE + 1},
		{"part_wraps", ~0ull, 2},
		{"part_size_wild", 8, ~0ull},
	};
	struct optee_msg_arg *arg;
	unsigned int i;

	registration(p, NONCONTIG, list_pa, PAGE_SIZE, COOKIE);
	hc_expect("register_for_parts", p, 0);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		arg = hc_message(p, OPTEE_MSG_CMD_INVOKE_COMMAND, 2);
		arg->session = session;
		arg->func = 1;
		name_part(&arg->params[0], OPTEE_MSG_ATTR_TYPE_RMEM_INPUT, 0, 16);
		name_part(&arg->params[1], OPTEE_MSG_ATTR_TYPE_RMEM_OUTPUT, cases[i].offs,
			  cases[i].size);
		hc_expect_refused(cases[i].name, p);
	}
	unregistration(p, COOKIE);
	hc_expect("unregister_after_parts", p, 0);
}

/* While a call that was given the memory waits for its RPC, the memory cannot be taken away. */
static void attack_in_use(struct attack_page *p)
{
	struct attack_page other;
	struct optee_msg_arg *arg;
	u64 ret;

	if (attack_page_init(&other))
		return;
	registration(p, NONCONTIG, list_pa, PAGE_SIZE, COOKIE);
	hc_expect("register_for_use", p, 0);

	arg = hc_message(p, OPTEE_MSG_CMD_OPEN_SESSION, 3);
	arg->params[0].attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT | OPTEE_MSG_ATTR_META;
	arg->params[0].u.value.a = 0x1234; /* of no TA: the loader asks for its image */
	arg->params[1].attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT | OPTEE_MSG_ATTR_META;
	name_part(&arg->params[2], OPTEE_MSG_ATTR_TYPE_RMEM_INOUT, 0, 64);
	ret = attack_call(p);
	attack_check("open_asks_for_image", ret == TEE_RET_RPC, "answer %lld", (s64)ret);

	unregistration(&other, COOKIE);
	hc_expect("unregister_in_use", &other, TEEC_ERROR_BUSY);
	while (ret == TEE_RET_RPC) {
		p->rpc->ret = TEEC_ERROR_COMMUNICATION;
		ret = attack_resume(p, 0);
	}
	attack_check("open_ends", ret == TEE_RET_DONE && arg->ret, "answer %lld, result 0x%x",
		     (s64)ret, arg->ret);
	unregistration(&other, COOKIE);
	hc_expect("unregister_after_use", &other, 0);
	attack_page_free(&other);
}

void hc_attack_lists(struct attack_page *p, u32 session, u64 foreign)
{
	unsigned long data = attack_shared_page();

	list = (void *)attack_shared_page();
	if (list && data) {
		list_pa = virt_to_phys(list);
		data_pa = virt_to_phys((void *)data);
		attack_registration(p, foreign);
		attack_names(p);
		attack_parts(p, session);
		attack_in_use(p);
	}
	attack_unshare_page((unsigned long)list);
	attack_unshare_page(data);
}
