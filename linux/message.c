// SPDX-License-Identifier: GPL-2.0-only
/*
 * Message pages, and parameters between the TEE subsystem's form and the message's.
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include "merlon.h"

/* A message never crosses a page, and holds exactly what abi/tee_call.h promises. */
static_assert(sizeof(struct merlon_message) <= PAGE_SIZE);
static_assert(offsetof(struct merlon_message, rpc) % 8 == 0);
static_assert((int)TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INOUT == OPTEE_MSG_ATTR_TYPE_VALUE_INOUT);
static_assert((int)TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INPUT == OPTEE_MSG_ATTR_TYPE_RMEM_INPUT);

int merlon_pages_init(struct merlon *m)
{
	m->spare = alloc_percpu(struct merlon_spare);
	return m->spare ? 0 : -ENOMEM;
}

void merlon_pages_exit(struct merlon *m)
{
	unsigned int cpu, i;

	if (!m->spare)
		return;
	for_each_possible_cpu (cpu)
		for (i = 0; i < MERLON_SPARE_PAGES; i++)
			merlon_shared_page_put(m, per_cpu_ptr(m->spare, cpu)->page[i]);
	free_percpu(m->spare);
}

void *merlon_page_get(struct merlon *m)
{
	unsigned int i;

	for (i = 0; i < MERLON_SPARE_PAGES; i++) {
		void *page = this_cpu_xchg(m->spare->page[i], NULL);

		if (page)
			return page;
	}
	return merlon_shared_page_get(m);
}

void merlon_page_put(struct merlon *m, void *page)
{
	unsigned int i;

	/* What lay in a slot moves on to the next, and the last one's leaves. */
	for (i = 0; page && i < MERLON_SPARE_PAGES; i++)
		page = this_cpu_xchg(m->spare->page[i], page);
	merlon_shared_page_put(m, page);
}

static int memref_to_msg(struct optee_msg_param *msg, const struct tee_param *param)
{
	const struct tee_param_memref *ref = &param->u.memref;
	const struct tee_shm *shm = ref->shm;
	phys_addr_t pa;

	if (!shm) {
		msg->attr = param->attr - OPTEE_MSG_ATTR_TYPE_RMEM_INPUT +
			    OPTEE_MSG_ATTR_TYPE_TMEM_INPUT;
		msg->u.tmem.buf_ptr = 0;
		msg->u.tmem.size = ref->size;
		msg->u.tmem.shm_ref = 0;
		return 0;
	}
	if (ref->shm_offs > shm->size || ref->size > shm->size - ref->shm_offs)
		return -EINVAL;

	if (shm->sec_world_id) {
		msg->attr = param->attr;
		msg->u.rmem.offs = ref->shm_offs;
		msg->u.rmem.size = ref->size;
		msg->u.rmem.shm_ref = shm->sec_world_id;
		return 0;
	}

	/* Physically contiguous: the TEE needs no name for it. */
	if (shm->flags & TEE_SHM_POOL)
		pa = shm->paddr;
	else
		pa = page_to_phys(shm->pages[0]) + shm->offset;
	msg->attr = param->attr - OPTEE_MSG_ATTR_TYPE_RMEM_INPUT + OPTEE_MSG_ATTR_TYPE_TMEM_INPUT;
	msg->u.tmem.buf_ptr = pa + ref->shm_offs;
	msg->u.tmem.size = ref->size;
	msg->u.tmem.shm_ref = 0;
	return 0;
}

int merlon_params_to_msg(struct optee_msg_param *msg, const struct tee_param *param, u32 count)
{
	u32 i;
	int rc;

	for (i = 0; i < count; i++) {
		switch (param[i].attr) {
		case TEE_IOCTL_PARAM_ATTR_TYPE_NONE:
			msg[i].attr = OPTEE_MSG_ATTR_TYPE_NONE;
			break;
		case TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INPUT:
		case TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_OUTPUT:
		case TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INOUT:
			msg[i].attr = param[i].attr;
			msg[i].u.value.a = param[i].u.value.a;
			msg[i].u.value.b = param[i].u.value.b;
			msg[i].u.value.c = param[i].u.value.c;
			break;
		case TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INPUT:
		case TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_OUTPUT:
		case TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INOUT:
			rc = memref_to_msg(&msg[i], &param[i]);
			if (rc)
				return rc;
			break;
		default:
			return -EINVAL;
		}
	}
	return 0;
}

void merlon_params_from_msg(struct tee_param *param, const struct optee_msg_param *msg, u32 count)
{
	u32 i;

	/* Types are ours, not the answer's: only outputs are read back. */
	for (i = 0; i < count; i++) {
		switch (param[i].attr) {
		case TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_OUTPUT:
		case TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INOUT:
			param[i].u.value.a = msg[i].u.value.a;
			param[i].u.value.b = msg[i].u.value.b;
			param[i].u.value.c = msg[i].u.value.c;
			break;
		case TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_OUTPUT:
		case TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INOUT:
			/* size is at the same place in tmem and rmem */
			param[i].u.memref.size = msg[i].u.rmem.size;
			break;
		}
	}
}

static_assert(offsetof(struct optee_msg_param_tmem, size) ==
	      offsetof(struct optee_msg_param_rmem, size));
