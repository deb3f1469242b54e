/* SPDX-License-Identifier: BSD-2-Clause */
#include <asm/prctl.h>
#include <elf.h>
#include <err.h>
#include <link.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#undef PROT_NONE
#undef PROT_READ
#undef PROT_WRITE
#undef PROT_EXEC
#include "abi/boot.h"
#include "abi/optee_msg.h"
#include "tests/runtime/fakekernel.h"

#define PAGE	    4096ul
#define STACK	    (256ul << 10)
#define RFLAGS_TF   0x100
#define MAX_HANDLES 16

#define NOT_FOUND   0xffff0008u
#define TARGET_DEAD 0xffff3024u

struct memobj {
	int fd;
	size_t size;
	bool sealed;
};

struct fake_proc {
	uintptr_t base;
	size_t span;
	uintptr_t entry;
	uint8_t *stack;
	struct merlon_proc_start *start;
	struct merlon_call *frame;
	struct memobj handles[MAX_HANDLES];
	bool dead;
	/* While an upcall runs: */
	jmp_buf env;
	uint32_t result;
	struct fake_proc *client;
	uint32_t granted;
};

char fake_log[256];
bool fake_panicked;

static struct runtime_image *image;
static struct fake_proc *current, *loader;
static const void *ree_ta;
static size_t ree_ta_size;
static volatile uint8_t selector = SYSCALL_DISPATCH_FILTER_ALLOW;

static uintptr_t get_fs(void)
{
	uintptr_t fs;

	__asm__ volatile("rdfsbase %0" : "=r"(fs));
	return fs;
}

/* By system call: a host kernel that does not announce FSGSBASE forgets, when it next schedules, what
 * WRFSBASE has set. No call of the C library: it may look for errno behind FS. */
static void set_fs(uintptr_t fs)
{
	long res = SYS_arch_prctl;

	__asm__ volatile("syscall"
			 : "+a"(res)
			 : "D"(ARCH_SET_FS), "S"(fs)
			 : "rcx", "r11", "memory");
}

static int host_prot(uint32_t prot)
{
	return (prot & PROT_READ ? 1 : 0) | (prot & PROT_WRITE ? 2 : 0) |
	       (prot & PROT_EXEC ? 4 : 0);
}

static size_t page_up(size_t n)
{
	return (n + PAGE - 1) & -PAGE;
}

static long map(size_t len, uint32_t prot, uintptr_t addr, int fd, size_t offset)
{
	void *p = mmap((void *)addr, page_up(len), host_prot(prot),
		       (fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED) | (addr ? MAP_FIXED : 0),
		       fd, offset);

	return p == MAP_FAILED ? -MERLON_ENOMEM : (long)p;
}

/* --- Memory objects ---------------------------------------------------------------------- */

static long new_handle(struct fake_proc *p, struct memobj obj)
{
	for (long i = 1; i < MAX_HANDLES; i++) {
		if (p->handles[i].size)
			continue;
		p->handles[i] = obj;
		return i;
	}
	return -MERLON_ENOSPC;
}

static long memobj_create(struct fake_proc *p, size_t size)
{
	struct memobj obj = {.fd = memfd_create("memobj", 0), .size = page_up(size)};

	if (obj.fd < 0 || ftruncate(obj.fd, obj.size))
		return -MERLON_ENOMEM;
	return new_handle(p, obj);
}

static struct memobj *memobj(uint64_t handle)
{
	return handle < MAX_HANDLES && current->handles[handle].size ? &current->handles[handle]
								     : NULL;
}

static long memobj_map(uint64_t handle, size_t offset, size_t len, uint32_t prot, uintptr_t addr)
{
	struct memobj *obj = memobj(handle);

	if (!obj)
		return -MERLON_EBADF;
	if (offset + page_up(len) > obj->size || (obj->sealed && (prot & PROT_WRITE)))
		return -MERLON_EINVAL;
	return map(len, prot, addr, obj->fd, offset);
}

static long memobj_grant(uint64_t handle)
{
	struct memobj *obj = memobj(handle);
	struct memobj copy;

	if (!obj || !obj->sealed || !current->client)
		return -MERLON_EBADF;
	copy = *obj;
	copy.fd = dup(obj->fd);
	return new_handle(current->client, copy);
}

static long handle_close(uint64_t handle)
{
	struct memobj *obj = memobj(handle);

	if (!obj)
		return -MERLON_EBADF;
	if (obj->fd >= 0)
		close(obj->fd);
	memset(obj, 0, sizeof(*obj));
	return 0;
}

/* --- The REE and other processes ------------------------------------------------------------ */

static long shm_alloc(size_t size, uint64_t *addr)
{
	long handle = memobj_create(current, size);

	if (handle > 0)
		*addr = memobj_map(handle, 0, size, PROT_READ | PROT_WRITE, 0);
	return handle;
}

static long rpc(struct merlon_rpc *r)
{
	struct memobj *obj = memobj(r->params[1].handle);

	r->result = ree_ta ? 0 : NOT_FOUND;
	if (obj && r->params[1].u.mem.size >= ree_ta_size &&
	    pwrite(obj->fd, ree_ta, ree_ta_size, 0) != (ssize_t)ree_ta_size)
		return -MERLON_EIO;
	r->params[1].u.mem.size = ree_ta_size;
	return 0;
}

static long invoke(struct fake_proc *to, enum merlon_upcall upcall, struct merlon_call *call)
{
	struct fake_proc *from = current;
	struct merlon_call c = *call;

	if (!to)
		return -MERLON_ENOENT;
	to->client = from;
	c.client.login = LOGIN_TRUSTED_APP;
	memcpy(c.client.uuid, from->start->uuid, 16);
	call->result = fake_call(to, upcall, &c);
	memcpy(call->params, c.params, sizeof(call->params));
	to->client = NULL;
	current = from;
	return 1;
}

static long get_time(uint64_t out[2])
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	out[0] = ts.tv_sec;
	out[1] = ts.tv_nsec;
	return 0;
}

static long take_log(const char *text, size_t len)
{
	snprintf(fake_log, sizeof(fake_log), "%.*s", (int)len, text);
	if (getenv("FAKE_LOG"))
		fprintf(stderr, "log: %s\n", fake_log);
	return 0;
}

static long query(uintptr_t addr, struct merlon_query *q)
{
	q->base = addr & -PAGE;
	q->size = PAGE;
	q->prot = PROT_READ | PROT_WRITE;
	q->flags = 0;
	return 0;
}

static long do_syscall(const long *a, long nr)
{
	switch (nr) {
	case SYS_LOG:
		return take_log((const char *)a[1], a[2]);
	case SYS_READY:
		current->entry = ((struct merlon_ready *)a[0])->entry;
		return 0;
	case SYS_MAP:
		return map(a[0], a[1], a[2], -1, 0);
	case SYS_UNMAP:
		return munmap((void *)a[0], page_up(a[1]));
	case SYS_PROTECT:
		return mprotect((void *)a[0], page_up(a[1]), host_prot(a[2])) ? -MERLON_EINVAL : 0;
	case SYS_MEMOBJ_CREATE:
		return memobj_create(current, a[0]);
	case SYS_MEMOBJ_MAP:
		return memobj_map(a[0], a[1], a[2], a[3], a[4]);
	case SYS_MEMOBJ_SEAL:
		return memobj(a[0]) ? (memobj(a[0])->sealed = true, 0) : -MERLON_EBADF;
	case SYS_MEMOBJ_GRANT:
		return memobj_grant(a[0]);
	case SYS_CLOSE:
		return handle_close(a[0]);
	case SYS_QUERY:
		return query(a[0], (struct merlon_query *)a[1]);
	case SYS_OPEN:
		return invoke(loader, UPCALL_OPEN, (struct merlon_call *)a[0]);
	case SYS_INVOKE:
		return invoke(loader, UPCALL_INVOKE, (struct merlon_call *)a[0]);
	case SYS_SHM_ALLOC:
		return shm_alloc(a[0], (uint64_t *)a[2]);
	case SYS_RPC:
		return rpc((struct merlon_rpc *)a[0]);
	case SYS_TIME:
		return get_time((uint64_t *)a[1]);
	case SYS_ENTROPY:
		return getrandom((void *)a[0], a[1], 0) == a[1] ? 0 : -MERLON_EIO;
	case SYS_CLOSE_SESSION:
	case SYS_SLEEP:
	case SYS_CANCEL:
	case SYS_FUTEX_WAKE:
		return 0;
	default:
		return -MERLON_ENOSYS;
	}
}

/* --- Upcalls ---------------------------------------------------------------------------------- */

static uintptr_t host_fs;

static void finish(uint32_t result)
{
	current->result = result;
	longjmp(current->env, 1);
}

static void handle(ucontext_t *uc)
{
	greg_t *r = uc->uc_mcontext.gregs;
	const long args[5] = {r[REG_RDI], r[REG_RSI], r[REG_RDX], r[REG_R10], r[REG_R8]};
	long nr = r[REG_RAX];

	if (nr == SYS_RETURN)
		finish((uint32_t)args[0]);
	if (nr == SYS_PANIC) {
		fake_panicked = true;
		current->dead = true;
		finish(TARGET_DEAD);
	}
	r[REG_RAX] = do_syscall(args, nr);
}

/* Runs with the imitated process's FS base until it sets the host's: no stack guard here. */
__attribute__((no_stack_protector)) static void on_sigsys(int sig, siginfo_t *si, void *uc)
{
	uintptr_t fs = get_fs();

	selector = SYSCALL_DISPATCH_FILTER_ALLOW;
	set_fs(host_fs);
	handle(uc);
	set_fs(fs);
	selector = SYSCALL_DISPATCH_FILTER_BLOCK;
}

/* For the same reason the runtime's WRFSBASE R8, a few instructions behind its entry, is done here. */
__attribute__((no_stack_protector)) static void on_sigtrap(int sig, siginfo_t *si, void *uc)
{
	static const uint8_t wrfsbase_r8[] = {0xf3, 0x49, 0x0f, 0xae, 0xd0};
	greg_t *r = ((ucontext_t *)uc)->uc_mcontext.gregs;
	const uint8_t *insn = (const uint8_t *)r[REG_RIP];

	selector = SYSCALL_DISPATCH_FILTER_ALLOW;
	for (size_t i = 0; i < sizeof(wrfsbase_r8); i++)
		if (insn[i] != wrfsbase_r8[i])
			goto out;
	set_fs(r[REG_R8]);
	r[REG_RIP] += sizeof(wrfsbase_r8);
	r[REG_EFL] &= ~RFLAGS_TF;
out:
	selector = SYSCALL_DISPATCH_FILTER_BLOCK;
}

__attribute__((noreturn)) static void enter(uintptr_t rip, uintptr_t sp, const void *rdi,
					    const void *rdx)
{
	selector = SYSCALL_DISPATCH_FILTER_BLOCK;
	__asm__ volatile("mov %1, %%rsp\n\t"
			 "pushfq\n\t"
			 "orq %5, (%%rsp)\n\t"
			 "popfq\n\t"
			 "xor %%ebp, %%ebp\n\t"
			 "jmp *%0" ::"r"(rip),
			 "r"(sp), "D"(rdi), "S"(0ul), "d"(rdx), "i"(RFLAGS_TF)
			 : "memory");
	__builtin_unreachable();
}

static uint32_t run(struct fake_proc *p, uintptr_t rip)
{
	const struct sigaction sa = {.sa_sigaction = on_sigsys,
				     .sa_flags = SA_SIGINFO | SA_NODEFER};
	const struct sigaction step = {.sa_sigaction = on_sigtrap, .sa_flags = SA_SIGINFO};
	struct fake_proc *before = current;

	sigaction(SIGSYS, &sa, NULL); /* cmocka sets its own for each test */
	sigaction(SIGTRAP, &step, NULL);
	fake_panicked = false;
	current = p;
	if (!setjmp(p->env))
		enter(rip, (uintptr_t)p->stack + STACK - 8, p->frame, p->start);
	set_fs(host_fs);
	current = before;
	return p->result;
}

uint32_t fake_call(struct fake_proc *p, enum merlon_upcall upcall, struct merlon_call *call)
{
	uint32_t result;

	if (p->dead)
		return TARGET_DEAD;
	*p->frame = *call;
	p->frame->upcall = upcall;
	result = run(p, p->entry);
	memcpy(call->params, p->frame->params, sizeof(call->params));
	call->ctx = p->frame->ctx;
	return result;
}

/* --- Processes -------------------------------------------------------------------------------- */

static void map_runtime(struct fake_proc *p)
{
	p->span = image->mem_size;
	p->base = map(p->span, PROT_NONE, 0, -1, 0);
	for (unsigned int i = 0; i < image->nsegs; i++) {
		uintptr_t va = p->base + image->segs[i].vaddr;

		map(image->segs[i].mem_size, PROT_READ | PROT_WRITE, va, -1, 0);
		memcpy((void *)va, (uint8_t *)image + image->segs[i].offset,
		       image->segs[i].file_size);
		mprotect((void *)va, image->segs[i].mem_size, host_prot(image->segs[i].prot));
	}
}

struct fake_proc *fake_start(const uint8_t uuid[16], const void *elf, size_t size, uint32_t *result)
{
	struct fake_proc *p = calloc(1, sizeof(*p));
	long obj;

	map_runtime(p);
	p->stack = (uint8_t *)map(STACK + PAGE, PROT_READ | PROT_WRITE, 0, -1, 0);
	p->frame = (void *)(p->stack + STACK);
	p->start = (void *)map(PAGE, PROT_READ | PROT_WRITE, 0, -1, 0);
	p->start->runtime_base = p->base;
	p->start->elf = PROC_NO_ELF;
	memcpy(p->start->uuid, uuid, 16);
	if (getrandom(p->start->random, sizeof(p->start->random), 0) < 0)
		err(1, "getrandom");
	if (elf) {
		obj = memobj_create(p, size);
		if (pwrite(p->handles[obj].fd, elf, size, 0) != (ssize_t)size)
			err(1, "pwrite");
		p->handles[obj].sealed = true;
		p->start->elf = obj;
		p->start->elf_size = size;
	}
	p->frame->upcall = UPCALL_START;
	*result = run(p, p->base + image->entry);
	return p;
}

void fake_end(struct fake_proc *p)
{
	/* What the program mapped itself stays: the test is a short process. */
	munmap((void *)p->base, p->span);
	munmap(p->stack, STACK + PAGE);
	munmap(p->start, PAGE);
	for (int i = 0; i < MAX_HANDLES; i++) {
		if (p->handles[i].size)
			close(p->handles[i].fd);
	}
	free(p);
}

size_t fake_stack_used(const struct fake_proc *p)
{
	size_t untouched = 0;

	while (untouched < STACK && !p->stack[untouched])
		untouched++;
	return STACK - untouched;
}

void fake_set_loader(struct fake_proc *p)
{
	loader = p;
}

void fake_set_ree_ta(const void *ta, size_t size)
{
	ree_ta = ta;
	ree_ta_size = size;
}

/* The object that holds the signal's return path: its system calls always pass. */
static int find_libc(struct dl_phdr_info *info, size_t size, void *out)
{
	uintptr_t *range = out, fn = (uintptr_t)sigaction;

	for (int i = 0; i < info->dlpi_phnum; i++) {
		const Elf64_Phdr *ph = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + ph->p_vaddr;

		if (ph->p_type == PT_LOAD && fn >= start && fn - start < ph->p_memsz) {
			range[0] = start;
			range[1] = ph->p_memsz;
		}
	}
	return 0;
}

bool fake_init(const char *runtime_img)
{
	uintptr_t libc[2] = {0};
	FILE *f = fopen(runtime_img, "rb");
	size_t room = 4u << 20;

	image = malloc(room);
	if (!f || !image || fread(image, 1, room, f) < sizeof(*image))
		err(1, "%s", runtime_img);
	fclose(f);
	host_fs = get_fs();
	dl_iterate_phdr(find_libc, libc);
	return !prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, libc[0], libc[1],
		      &selector);
}
