/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * REE memory that messages name: registered objects, page lists.
 */
#ifndef KERNEL_SHM_H
#define KERNEL_SHM_H

#include <kernel/include/arch.h>
#include <kernel/include/mm.h>

/* Most pages of one object: what one CPU's scratch list of frames holds. */
#define SHM_MAX_PAGES 4096u

struct tenant;
struct thread;

struct shm {
	struct shm *next;
	uint64_t cookie;
	struct memobj *obj;
	uint64_t off, size; /* of the buffer in obj */
	uint32_t uses; /* calls that use it; under the bucket's lock */
};

/*
 * An object of the pages that buf_ptr/size name. list: buf_ptr is a page list. *off: where the
 * buffer starts in it. Each frame is checked. TEE_Result.
 */
uint32_t shm_object(struct cpu *c, struct tenant *tn, uint64_t buf_ptr, uint64_t size, bool list,
		    struct memobj **out, uint64_t *off);
uint32_t shm_register(struct cpu *c, struct tenant *tn, uint64_t cookie, uint64_t buf_ptr,
		      uint64_t size);
uint32_t shm_unregister(struct tenant *tn, uint64_t cookie);
/* Part of a registered object, used until shm_unuse(). NULL: no such object or out of range. */
struct shm *shm_use(struct tenant *tn, uint64_t cookie, uint64_t offs, uint64_t size);
void shm_unuse(struct tenant *tn, struct shm *s);
/* TEE_OP_MEM_RELEASE. */
struct thread *shm_release(struct cpu *c, struct tenant *tn, const struct tee_regs *in);
/* Tenant reset; no call uses any. */
void shm_drop_all(struct tenant *tn);
uint32_t shm_count(void);

#endif
