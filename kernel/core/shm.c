// SPDX-License-Identifier: BSD-2-Clause
/*
 * Page lists and registered shared memory. A list is read once into this CPU's scratch array,
 * where each frame is checked; the loop is bounded by the size that the message names.
 */
#include <kernel/include/shm.h>
#include <kernel/include/result.h>
#include <kernel/include/stat.h>
#include <kernel/include/tenant.h>
#include <include/abi/optee_msg.h>
#include <include/abi/syscall.h>

/* Interrupts are off in the kernel, so a CPU's array has one user. */
static raddr_t scratch[TEE_MAX_CPUS][SHM_MAX_PAGES];
static uint32_t shms;

uint32_t shm_count(void)
{
	return __atomic_load_n(&shms, __ATOMIC_RELAXED);
}

/* Reads the first n entries of a list page, and the address of the next page. */
static int read_page(struct tenant *tn, uint64_t *list, uint64_t n, raddr_t *frames)
{
	raddr_t page = raddr(*list);

	if (ree_pin(&page, 1, &tn->quota))
		return -MERLON_EFAULT;
	ree_copy_in(frames, page, n * sizeof(*frames));
	ree_copy_in(list, raddr(page.v + offsetof(struct optee_msg_page_list, next)),
		    sizeof(*list));
	ree_unpin(page);
	return 0;
}

/* Reads n page addresses from the chain of list pages that starts at `list`. */
static int read_list(struct tenant *tn, uint64_t list, uint64_t n, raddr_t *frames)
{
	uint64_t take;

	for (; n; n -= take, frames += take) {
		take = n < OPTEE_MSG_LIST_ENTRIES ? n : OPTEE_MSG_LIST_ENTRIES;
		if (read_page(tn, &list, take, frames))
			return -MERLON_EFAULT;
	}
	return 0;
}

uint32_t shm_object(struct cpu *c, struct tenant *tn, uint64_t buf_ptr, uint64_t size, bool list,
		    struct memobj **out, uint64_t *off)
{
	raddr_t *frames = scratch[c->id];
	uint64_t start = buf_ptr & PAGE_MASK, end, n;
	int err;

	*off = buf_ptr & ~PAGE_MASK;
	if (!size || add_overflow(*off, size, &end) || end > SHM_MAX_PAGES * PAGE_SIZE) {
		refuse("shm: %llu bytes are not a buffer", (unsigned long long)size);
		return size ? TEE_ERROR_OUT_OF_MEMORY : TEE_ERROR_BAD_PARAMETERS;
	}
	n = (end + PAGE_SIZE - 1) >> PAGE_SHIFT;
	if (list) {
		if (read_list(tn, start, n, frames)) {
			refuse("shm: page list is not in memory that the REE shares");
			return TEE_ERROR_BAD_PARAMETERS;
		}
	} else {
		/* Wraps only when the addresses are no RAM, which ree_pin() sees. */
		for (uint64_t i = 0; i < n; i++)
			frames[i] = raddr(start + i * PAGE_SIZE);
	}
	err = memobj_create_ree(&tn->quota, frames, n, out);
	if (err == -MERLON_EFAULT)
		refuse("shm: a page is not memory that the REE shares");
	return !err		       ? TEE_SUCCESS
	       : err == -MERLON_EFAULT ? TEE_ERROR_BAD_PARAMETERS
				       : TEE_ERROR_OUT_OF_MEMORY;
}

static struct shm_bucket *bucket(struct tenant *tn, uint64_t cookie)
{
	/* Cookies are kernel pointers of the REE, or small numbers. */
	return &tn->shm[(cookie ^ cookie >> 6 ^ cookie >> 12) % SHM_BUCKETS];
}

static struct shm *find(struct shm_bucket *b, uint64_t cookie)
{
	struct shm *s = b->first;

	while (s && s->cookie != cookie)
		s = s->next;
	return s;
}

static void shm_free(struct tenant *tn, struct shm *s)
{
	memobj_put(s->obj);
	kfree(s);
	tenant_uncharge(&tn->shms);
	__atomic_sub_fetch(&shms, 1, __ATOMIC_RELAXED);
}

static struct shm *shm_make(struct tenant *tn, uint64_t cookie)
{
	struct shm *s;

	if (!tenant_charge(&tn->shms, TENANT_MAX_SHM))
		return NULL;
	s = kalloc(sizeof(*s));
	if (!s) {
		tenant_uncharge(&tn->shms);
		return NULL;
	}
	s->cookie = cookie;
	__atomic_add_fetch(&shms, 1, __ATOMIC_RELAXED);
	return s;
}

uint32_t shm_register(struct cpu *c, struct tenant *tn, uint64_t cookie, uint64_t buf_ptr,
		      uint64_t size)
{
	struct shm_bucket *b = bucket(tn, cookie);
	struct shm *s, *old;
	struct memobj *obj;
	uint64_t off;
	uint32_t res;

	res = shm_object(c, tn, buf_ptr, size, true, &obj, &off);
	if (res)
		return res;
	s = shm_make(tn, cookie);
	if (!s) {
		memobj_put(obj);
		return TEE_ERROR_OUT_OF_MEMORY;
	}
	s->obj = obj;
	s->off = off;
	s->size = size;

	spin_lock(&b->lock);
	old = find(b, cookie);
	if (!old) {
		s->next = b->first;
		b->first = s;
	}
	spin_unlock(&b->lock);
	if (!old)
		return TEE_SUCCESS;
	shm_free(tn, s);
	refuse("shm: name is taken");
	return TEE_ERROR_BAD_PARAMETERS;
}

uint32_t shm_unregister(struct tenant *tn, uint64_t cookie)
{
	struct shm_bucket *b = bucket(tn, cookie);
	uint32_t res = TEE_ERROR_BAD_PARAMETERS;
	struct shm **pp, *s;

	spin_lock(&b->lock);
	for (pp = &b->first; *pp && (*pp)->cookie != cookie; pp = &(*pp)->next)
		;
	s = *pp;
	if (s && s->uses) {
		res = TEE_ERROR_BUSY;
		s = NULL;
	} else if (s) {
		res = TEE_SUCCESS;
		*pp = s->next;
	}
	spin_unlock(&b->lock);
	if (s)
		shm_free(tn, s);
	else
		refuse("shm: unregister of a name that is %s",
		       res == TEE_ERROR_BUSY ? "in use" : "unknown");
	return res;
}

struct shm *shm_use(struct tenant *tn, uint64_t cookie, uint64_t offs, uint64_t size)
{
	struct shm_bucket *b = bucket(tn, cookie);
	uint64_t end;
	struct shm *s;

	if (add_overflow(offs, size, &end))
		return NULL;
	spin_lock(&b->lock);
	s = find(b, cookie);
	if (s && end > s->size)
		s = NULL;
	if (s)
		s->uses++;
	spin_unlock(&b->lock);
	return s;
}

void shm_unuse(struct tenant *tn, struct shm *s)
{
	struct shm_bucket *b = bucket(tn, s->cookie);

	spin_lock(&b->lock);
	s->uses--;
	spin_unlock(&b->lock);
}

struct thread *shm_release(struct cpu *c, struct tenant *tn, const struct tee_regs *in)
{
	raddr_t *frames = scratch[c->id];
	uint64_t list = in->rsi;
	uint64_t ret = TEE_EINVAL;
	int err;

	/* No reset takes the pins away while it looks. */
	__atomic_add_fetch(&tn->visitors, 1, __ATOMIC_SEQ_CST);
	if (!in->rdx || in->rdx > REE_LIST_MAX || list & ~PAGE_MASK) {
		refuse("release: not a list of pages");
	} else if (!__atomic_load_n(&tn->attached, __ATOMIC_SEQ_CST)) {
		ret = TEE_ENOTATT;
	} else if (read_page(tn, &list, in->rdx, frames)) {
		refuse("release: page list is not in memory that the REE shares");
		ret = TEE_EADDR;
	} else {
		err = ree_release(frames, in->rdx);
		ret = !err ? TEE_RET_DONE : err == -MERLON_EBUSY ? TEE_EBUSY : TEE_EINVAL;
	}
	__atomic_sub_fetch(&tn->visitors, 1, __ATOMIC_SEQ_CST);
	c->ret = (struct tee_regs){.rdi = ret};
	return NULL;
}

void shm_drop_all(struct tenant *tn)
{
	for (unsigned i = 0; i < SHM_BUCKETS; i++) {
		struct shm *s, *next;

		spin_lock(&tn->shm[i].lock);
		s = tn->shm[i].first;
		tn->shm[i].first = NULL;
		spin_unlock(&tn->shm[i].lock);
		for (; s; s = next) {
			next = s->next;
			shm_free(tn, s);
		}
	}
}
