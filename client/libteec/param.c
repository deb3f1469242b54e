// SPDX-License-Identifier: BSD-2-Clause
/* Parameters: from GP's form to that of the ioctl, and the answers back. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

/* GP's memory reference types are numbered so that their low two bits are these. */
#define DIR_IN	     1u
#define DIR_OUT	     2u
#define dir_of(t)    ((t)&3u)
#define attr_of(dir) (TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INPUT - 1 + (dir))

_Static_assert(dir_of(TEEC_MEMREF_TEMP_INOUT) == (DIR_IN | DIR_OUT), "GP types");
_Static_assert(dir_of(TEEC_MEMREF_PARTIAL_OUTPUT) == DIR_OUT, "GP types");
_Static_assert(TEEC_MEM_INPUT == DIR_IN && TEEC_MEM_OUTPUT == DIR_OUT, "GP flags");
_Static_assert(attr_of(DIR_IN | DIR_OUT) == TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INOUT, "attr");

static void set_memref(struct tee_ioctl_param *p, unsigned int dir, size_t offset, size_t size,
		       uint64_t id)
{
	p->attr = attr_of(dir);
	p->a = offset;
	p->b = size;
	p->c = id;
}

/* Too large to be worth copying: the buffer itself is shared for the time of the call. */
static bool temp_register(struct teec_ctx *ctx, unsigned int dir,
			  const TEEC_TempMemoryReference *ref, struct tee_ioctl_param *p,
			  struct temp *t)
{
	int id;

	if (ref->size <= pool_max() || !(ctx->gen_caps & TEE_GEN_CAP_REG_MEM))
		return false;
	t->fd = shm_register(ctx->fd, ref->buffer, ref->size, &id);
	if (t->fd < 0)
		return false; /* read-only memory, say: then it is copied after all */
	t->buf = NULL;
	set_memref(p, dir, 0, ref->size, id);
	return true;
}

static TEEC_Result temp_in(struct teec_ctx *ctx, uint32_t serial, unsigned int dir,
			   const TEEC_TempMemoryReference *ref, struct tee_ioctl_param *p,
			   struct temp *t)
{
	bool null = !ref->buffer;

	if (null) {
		if (ref->size)
			return TEEC_ERROR_BAD_PARAMETERS;
		if (ctx->gen_caps & TEE_GEN_CAP_MEMREF_NULL) {
			t->buf = NULL;
			t->fd = -1;
			set_memref(p, dir, 0, 0, TEE_MEMREF_NULL);
			return TEEC_SUCCESS;
		}
	}
	if (temp_register(ctx, dir, ref, p, t))
		return TEEC_SUCCESS;
	t->fd = -1;
	t->buf = pool_get(ctx, ref->size, serial, dir & DIR_IN ? ref->size : 0);
	if (!t->buf)
		return result_of_errno(errno);
	if (!null && (dir & DIR_IN))
		memcpy(t->buf->addr, ref->buffer, ref->size);
	set_memref(p, dir, 0, ref->size, t->buf->id);
	return TEEC_SUCCESS;
}

static TEEC_Result registered_in(uint32_t type, const TEEC_RegisteredMemoryReference *ref,
				 struct tee_ioctl_param *p)
{
	const TEEC_SharedMemory *shm = ref->parent;
	size_t offset = ref->offset, size = ref->size;
	unsigned int dir = dir_of(type);

	if (!shm || shm->imp.id < 0)
		return TEEC_ERROR_BAD_PARAMETERS;
	if (type == TEEC_MEMREF_WHOLE) {
		dir = shm->flags & (DIR_IN | DIR_OUT);
		offset = 0;
		size = shm->size;
	}
	if (!dir || (shm->flags & dir) != dir || offset > shm->size || size > shm->size - offset)
		return TEEC_ERROR_BAD_PARAMETERS;
	if (shm->imp.shadow && (dir & DIR_IN))
		memcpy((char *)shm->imp.shadow + offset, (char *)shm->buffer + offset, size);
	set_memref(p, dir, offset, size, shm->imp.id);
	return TEEC_SUCCESS;
}

TEEC_Result params_in(struct teec_ctx *ctx, uint32_t serial, TEEC_Operation *op,
		      struct tee_ioctl_param *p, struct params *st)
{
	TEEC_Result res = TEEC_SUCCESS;
	uint32_t types;
	unsigned int n;

	st->temps = 0;
	types = op ? op->paramTypes & 0xffff : 0;
	for (n = 0; types; n++, types >>= 4) {
		uint32_t type = types & 0xf;
		TEEC_Parameter *from = &op->params[n];

		switch (type) {
		case TEEC_NONE:
			memset(&p[n], 0, sizeof(p[n]));
			break;
		case TEEC_VALUE_INPUT:
		case TEEC_VALUE_OUTPUT:
		case TEEC_VALUE_INOUT:
			p[n].attr = type;
			p[n].a = from->value.a;
			p[n].b = from->value.b;
			p[n].c = 0;
			break;
		case TEEC_MEMREF_TEMP_INPUT:
		case TEEC_MEMREF_TEMP_OUTPUT:
		case TEEC_MEMREF_TEMP_INOUT:
			res = temp_in(ctx, serial, dir_of(type), &from->tmpref, &p[n],
				      &st->temp[n]);
			if (!res)
				st->temps |= 1u << n;
			break;
		case TEEC_MEMREF_WHOLE:
		case TEEC_MEMREF_PARTIAL_INPUT:
		case TEEC_MEMREF_PARTIAL_OUTPUT:
		case TEEC_MEMREF_PARTIAL_INOUT:
			res = registered_in(type, &from->memref, &p[n]);
			break;
		default:
			res = TEEC_ERROR_BAD_PARAMETERS;
		}
		if (res) {
			params_drop(ctx, st);
			return res;
		}
	}
	st->count = n;
	return TEEC_SUCCESS;
}

static void temp_out(TEEC_TempMemoryReference *ref, const struct tee_ioctl_param *p,
		     const struct temp *t)
{
	/* A size larger than the buffer says what is needed: then nothing was written. */
	if (ref->buffer && t->buf && p->b <= ref->size)
		memcpy(ref->buffer, t->buf->addr, p->b);
	ref->size = p->b;
}

static void registered_out(uint32_t type, TEEC_RegisteredMemoryReference *ref,
			   const struct tee_ioctl_param *p)
{
	const TEEC_SharedMemory *shm = ref->parent;
	size_t offset = type == TEEC_MEMREF_WHOLE ? 0 : ref->offset;

	if (shm->imp.shadow && p->b <= shm->size - offset)
		memcpy((char *)shm->buffer + offset, (char *)shm->imp.shadow + offset, p->b);
	ref->size = p->b;
}

void params_out(struct teec_ctx *ctx, TEEC_Operation *op, const struct tee_ioctl_param *p,
		struct params *st)
{
	unsigned int n;

	for (n = 0; n < st->count; n++) {
		uint32_t type = TEEC_PARAM_TYPE_GET(op->paramTypes, n);

		switch (type) {
		case TEEC_VALUE_OUTPUT:
		case TEEC_VALUE_INOUT:
			op->params[n].value.a = p[n].a;
			op->params[n].value.b = p[n].b;
			break;
		case TEEC_MEMREF_TEMP_OUTPUT:
		case TEEC_MEMREF_TEMP_INOUT:
			temp_out(&op->params[n].tmpref, &p[n], &st->temp[n]);
			break;
		case TEEC_MEMREF_WHOLE:
			if (!(op->params[n].memref.parent->flags & TEEC_MEM_OUTPUT))
				break;
			/* fallthrough */
		case TEEC_MEMREF_PARTIAL_OUTPUT:
		case TEEC_MEMREF_PARTIAL_INOUT:
			registered_out(type, &op->params[n].memref, &p[n]);
			break;
		}
	}
	params_drop(ctx, st);
}

void params_drop(struct teec_ctx *ctx, struct params *st)
{
	unsigned int n;

	for (n = 0; st->temps; n++, st->temps >>= 1) {
		if (!(st->temps & 1))
			continue;
		if (st->temp[n].buf)
			pool_put(ctx, st->temp[n].buf);
		else if (st->temp[n].fd >= 0)
			close(st->temp[n].fd);
	}
}
