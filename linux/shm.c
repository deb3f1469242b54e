// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shared memory: the pool that TEE_IOC_SHM_ALLOC takes from, client memory that is registered
 * with the TEE, and page lists.
 *
 * Contiguous memory is named by its address in each message and needs no registration: the
 * pool's always is (the subsystem maps it to user space by one physical range), and so is a
 * client's buffer inside one page. The rest is registered, and named by a number of ours.
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/slab.h>
#include "merlon.h"

/* --- Page lists --- */

void merlon_list_free(struct merlon *m, struct merlon_list *list)
{
	struct optee_msg_page_list *page = list->first, *next;

	for (; page; page = next) {
		next = page->next ? phys_to_virt(page->next) : NULL;
		merlon_page_put(m, page);
	}
	list->first = NULL;
}

int merlon_list_build(struct merlon *m, struct merlon_list *list, struct page **pages, size_t count)
{
	struct optee_msg_page_list *page = NULL, *next;
	size_t i, slot = OPTEE_MSG_LIST_ENTRIES;

	list->first = NULL;
	for (i = 0; i < count; i++) {
		if (slot == OPTEE_MSG_LIST_ENTRIES) {
			next = merlon_page_get(m);
			if (!next) {
				merlon_list_free(m, list);
				return -ENOMEM;
			}
			next->next = 0;
			if (page)
				page->next = virt_to_phys(next);
			else
				list->first = next;
			page = next;
			slot = 0;
		}
		page->pages[slot++] = page_to_phys(pages[i]);
	}
	return 0;
}

/* --- The pool --- */

/* The TEE may hold pages of its memory after it has freed it: see struct merlon_shm. */
static bool is_supplicant(struct merlon *m, struct tee_context *ctx)
{
	return ctx && ctx->teedev == m->suppdev;
}

static int pool_alloc(struct tee_shm_pool *pool, struct tee_shm *shm, size_t size, size_t align)
{
	size_t bytes = PAGE_ALIGN(size);
	struct merlon *m = container_of(pool, struct merlon, pool);
	void *va;

	if (align > PAGE_SIZE || bytes < size)
		return -EINVAL;
	/* Above the buddy allocator's limit this fails, and libteec registers memory instead. */
	va = merlon_buffer_get(m, bytes, !is_supplicant(m, shm->ctx));
	if (!va)
		return -ENOMEM;
	shm->kaddr = va;
	shm->paddr = virt_to_phys(va);
	shm->size = bytes;
	return 0;
}

static void pool_free(struct tee_shm_pool *pool, struct tee_shm *shm)
{
	merlon_buffer_put(container_of(pool, struct merlon, pool), shm->kaddr, shm->size);
	shm->kaddr = NULL;
}

static void pool_destroy(struct tee_shm_pool *pool)
{
	/* It is part of struct merlon and owns nothing. */
}

const struct tee_shm_pool_ops merlon_pool_ops = {
	.alloc = pool_alloc,
	.free = pool_free,
	.destroy_pool = pool_destroy,
};

/* --- Client memory --- */

static bool contiguous(struct page **pages, size_t count)
{
	size_t i;

	for (i = 1; i < count; i++)
		if (page_to_pfn(pages[i]) != page_to_pfn(pages[0]) + i)
			return false;
	return true;
}

/* The TEE would not let go of them: they must never be used for anything else. */
static void keep_pages(struct page **pages, size_t count, int rc, u32 result)
{
	size_t i;

	for (i = 0; i < count; i++)
		get_page(pages[i]);
	pr_err_ratelimited("merlon: unregistering failed (%d, 0x%x): %zu pages stay allocated\n",
			   rc, result, count);
}

static int register_result(int rc, u32 result)
{
	if (rc)
		return rc == -EINTR ? -ERESTARTSYS : rc;
	switch (result) {
	case TEEC_SUCCESS:
		return 0;
	case TEEC_ERROR_OUT_OF_MEMORY:
		return -ENOMEM;
	default:
		return -EINVAL;
	}
}

int merlon_shm_register(struct tee_context *ctx, struct tee_shm *shm, struct page **pages,
			size_t num_pages, unsigned long start)
{
	struct merlon *m = tee_get_drvdata(ctx->teedev);
	struct optee_msg_arg *arg;
	struct merlon_call call;
	u32 id, result;
	int rc;

	if (!num_pages)
		return -EINVAL;
	rc = merlon_share(m, pages, num_pages);
	if (rc || contiguous(pages, num_pages))
		return rc;

	rc = xa_alloc_cyclic(&m->shms, &id, xa_mk_value(0), xa_limit_31b, &m->next_shm, GFP_KERNEL);
	if (rc < 0)
		goto out_share;
	arg = merlon_call_get(&call, m, ctx, OPTEE_MSG_CMD_REGISTER_SHM);
	if (!arg) {
		rc = -ENOMEM;
		goto out_id;
	}
	rc = merlon_list_build(m, &call.list, pages, num_pages);
	if (rc) {
		merlon_call_put(&call);
		goto out_id;
	}
	arg->num_params = 1;
	arg->params[0].attr = OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT | OPTEE_MSG_ATTR_NONCONTIG;
	arg->params[0].u.tmem.buf_ptr = virt_to_phys(call.list.first) | shm->offset;
	arg->params[0].u.tmem.size = shm->size;
	arg->params[0].u.tmem.shm_ref = id;
	rc = merlon_call_finish(&call, &result);
	rc = register_result(rc, result);
	if (rc)
		goto out_id;
	shm->sec_world_id = id;
	return 0;

out_id:
	xa_erase(&m->shms, id);
out_share:
	if (merlon_unshare(m, pages, num_pages))
		keep_pages(pages, num_pages, rc, 0);
	return rc;
}

int merlon_shm_unregister(struct tee_context *ctx, struct tee_shm *shm)
{
	struct merlon *m = tee_get_drvdata(ctx->teedev);
	struct optee_msg_arg *arg;
	struct merlon_call call;
	u32 result = 0;
	int rc = -ENOMEM;

	if (!shm->sec_world_id)
		goto unshare;
	arg = merlon_call_get(&call, m, ctx, OPTEE_MSG_CMD_UNREGISTER_SHM);
	if (arg) {
		call.must = true;
		arg->num_params = 1;
		arg->params[0].attr = OPTEE_MSG_ATTR_TYPE_RMEM_INPUT;
		arg->params[0].u.rmem.offs = 0;
		arg->params[0].u.rmem.size = 0;
		arg->params[0].u.rmem.shm_ref = shm->sec_world_id;
		rc = merlon_call_finish(&call, &result);
	}
	/* A dead TEE uses no memory. */
	if (rc != -EPIPE && (rc || result != TEEC_SUCCESS)) {
		keep_pages(shm->pages, shm->num_pages, rc, result);
		return rc ? rc : -EBUSY;
	}
	xa_erase(&m->shms, shm->sec_world_id);
unshare:
	rc = merlon_unshare(m, shm->pages, shm->num_pages);
	if (rc)
		keep_pages(shm->pages, shm->num_pages, rc, 0);
	return rc;
}

void merlon_shm_exit(struct merlon *m)
{
	unsigned long id;
	void *entry;

	xa_for_each (&m->shms, id, entry)
		if (!xa_is_value(entry))
			merlon_shm_put(m, entry);
	xa_destroy(&m->shms);
}
