/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory of the kernel: pages, memory objects, address spaces (kernel/mm/).
 *
 * Everything that a process has mapped is a range of a memory object, so there is one rule for
 * who frees a page: the last reference to its object. All mappings are made at once; a page
 * fault is never served, it is a crash of the process.
 * Errors are -MERLON_E* (abi/syscall.h). Nothing here blocks. Every call may come from any CPU.
 */
#ifndef KERNEL_MM_H
#define KERNEL_MM_H

#include <kernel/include/addr.h>
#include <include/abi/boot.h>

/* --- Quota: what a tenant may hold. Charged and uncharged without a lock. ----------------- */
struct quota {
	uint32_t max_pages;
	uint32_t pages; /* in use; atomic */
};
/* A NULL quota is the kernel's own and has no limit. -ENOMEM when n pages more are too many. */
int quota_charge(struct quota *q, uint32_t n);
void quota_uncharge(struct quota *q, uint32_t n);

/* --- Pages (page.c). Lock: one short spinlock behind per-CPU caches. ---------------------- */
void page_init(paddr_t base, uint64_t size);
/* A zeroed page charged to q. -ENOMEM when memory or quota is short. */
int page_alloc(struct quota *q, paddr_t *out);
/* Wipes the page before anybody else can have it. */
void page_free(struct quota *q, paddr_t p);
/* Where the kernel sees a page of its own; never user or REE memory. */
void *page_ptr(paddr_t p);
uint64_t page_total(void);
uint64_t page_free_count(void);

/* --- Memory objects (memobj.c). Reference counted, atomic. --------------------------------- */
enum memobj_kind {
	MEMOBJ_ANON, /* pages of the TEE, charged to a quota */
	MEMOBJ_BOOT, /* part of the boot image: never freed, sealed */
	MEMOBJ_REE, /* pages of an REE: never executable; frames checked when it was made */
};

struct memobj;
int memobj_create(struct quota *q, uint64_t size, struct memobj **out);
int memobj_create_boot(paddr_t base, uint64_t size, struct memobj **out);
/* frames: n REE page addresses; copied, and pinned (ree_pin) as long as the object lives. Charged for
 * the list itself. -EFAULT as ree_pin. */
int memobj_create_ree(struct quota *q, const raddr_t *frames, uint64_t n, struct memobj **out);
struct memobj *memobj_get(struct memobj *o);
void memobj_put(struct memobj *o);
uint64_t memobj_size(const struct memobj *o);
enum memobj_kind memobj_kind(const struct memobj *o);
/* From now on only READ and READ|EXEC mappings. -EBUSY while a writable mapping exists. */
int memobj_seal(struct memobj *o);
bool memobj_sealed(const struct memobj *o);
/* Copies between an object (any kind) and kernel memory. -EINVAL beyond its end. */
int memobj_read(struct memobj *o, uint64_t off, void *dst, uint64_t n);
int memobj_write(struct memobj *o, uint64_t off, const void *src, uint64_t n);
uint64_t memobj_count(void);

/* --- Address spaces (aspace.c): sorted ranges over arch page tables. Own lock inside. -------- */
#define MAP_FIXED_REPLACE (1u << 0) /* all of the range must be mapped already; it is replaced */
#define MAP_PARAM	  (1u << 1) /* a memref parameter of another owner: QUERY_PARAM */
#define MAP_KERNEL	  (1u << 2) /* the process cannot unmap or replace it */

struct aspace;
struct arch_pt;
/* For the architecture, which loads them. */
struct arch_pt *aspace_pt(struct aspace *as);
/* Random layout: every call of aspace_map with no address lands at a place of its own. */
int aspace_create(struct quota *q, struct aspace **out);
/* No CPU may be in it. Drops all objects. */
void aspace_destroy(struct aspace *as);
/*
 * Maps [off, off+len) of o (page aligned, inside the object) with prot (PROT_*; W^X is enforced).
 * o = NULL reserves with PROT_NONE. *va in: address with MAP_FIXED_REPLACE, else ignored; out:
 * address. name ("runtime", "image", "stack", "heap", "param") must be a literal: crash dumps.
 */
int aspace_map(struct aspace *as, struct memobj *o, uint64_t off, uint64_t len, unsigned prot,
	       unsigned flags, const char *name, uaddr_t *va);
/*
 * Unmaps. On return no CPU can reach the pages through this address space any more (remote
 * translations included; how is aspace.c's business).
 */
int aspace_unmap(struct aspace *as, uaddr_t va, uint64_t len, bool by_kernel);
/* Never adds EXEC. */
int aspace_protect(struct aspace *as, uaddr_t va, uint64_t len, unsigned prot);
/* After this EXEC mappings are refused: SYS_READY. */
void aspace_seal_exec(struct aspace *as);

struct aspace_info {
	uaddr_t base;
	uint64_t size;
	unsigned prot, flags;
	const char *name;
	struct memobj *obj; /* not referenced: valid only while the range stays mapped */
	uint64_t off;
};
/* The range that holds va, or the next one above it. -ENOENT when there is none. */
int aspace_find(struct aspace *as, uaddr_t va, struct aspace_info *out);
/* True when all of [va, +len) is mapped with at least prot. len 0 is fine anywhere. */
bool aspace_check(struct aspace *as, uaddr_t va, uint64_t len, unsigned prot);

/*
 * Copies between kernel and process memory, of this address space whether or not it is the
 * current one. -EFAULT when a byte is not mapped with the needed right; then a part may have
 * been copied.
 */
int copy_in(struct aspace *as, void *dst, uaddr_t src, uint64_t n);
int copy_out(struct aspace *as, uaddr_t dst, const void *src, uint64_t n);

/* --- REE memory: reached through the kernel's non-executable map of REE RAM. --------------- */
void ree_init(const struct tee_boot_info *bi);
/* True when all of [a, a+n) is REE RAM that this TEE may touch (never TEE memory, never MMIO). */
bool ree_range_ok(raddr_t a, uint64_t n);
/* Checked, single-pass copies of pinned memory; what is read may change right after. -EFAULT when not
 * REE RAM. */
int ree_copy_in(void *dst, raddr_t src, uint64_t n);
int ree_copy_out(raddr_t dst, const void *src, uint64_t n);

/*
 * Pins (pin.c): memory of the REE is touched only between these two. Where the REE shares pages one by
 * one, ree_pin() takes those that the REE has offered, and the REE cannot have them back before the
 * last ree_unpin(); elsewhere they only check. Nothing is pinned after an error: -EFAULT: a page that
 * is not page aligned, not REE RAM, or not offered; -ENOMEM: q is used up.
 */
#define REE_LIST_MAX 512u
int ree_pin(const raddr_t *pages, uint64_t n, struct quota *q);
void ree_unpin(raddr_t page);
/* The REE wants these back, at most REE_LIST_MAX. -EBUSY: one is pinned, the others went back. */
int ree_release(const raddr_t *pages, unsigned n);
/* All that were charged to q go back. Nobody pins one, or will before this returns. */
void ree_release_all(struct quota *q);
/* Pages that the index of all this takes, at most a thousandth of REE RAM: until ree_release_all(). */
uint64_t ree_pin_pages(void);
/* How to ask the monitor: `list` is a page of ours that holds n addresses. 0, or negative. */
struct ree_share_ops {
	int64_t (*retrieve)(paddr_t list, unsigned n);
	int64_t (*relinquish)(paddr_t list, unsigned n);
};
/* NULL: the seat needs none of this. After page_init. */
void ree_share_init(const struct ree_share_ops *ops);

/* --- Small kernel objects: fixed-size, zeroed, from pages charged to the kernel. ------------ */
/* -> NULL when memory is short. Size at most 2048. kfree wipes. */
void *kalloc(size_t n);
void kfree(void *p);

#endif
