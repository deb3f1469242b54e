// SPDX-License-Identifier: BSD-2-Clause
#include "fake_arch.h"

#include <kernel/include/thread.h>
#include <kernel/include/process.h>
#include <kernel/mm/layout.h>
#include <lib/include/string.h>

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <ucontext.h>

#define TEE_SIZE   (48u << 20)
#define STACK_SIZE (96u << 10)
#define LOG_SIZE   (64u << 10)

enum user_event {
	EVENT_SYSCALL,
	EVENT_FAULT,
	EVENT_PREEMPT
};

struct arch_uctx {
	ucontext_t user, kernel;
	void *stack;
	bool started;
	enum user_event event;
	uint64_t entry, sp, init[3];
	uint64_t nr, args[6], fault;
	int64_t ret;
};

struct user {
	struct arch_uctx *ctx;
	struct process *proc; /* host tests may look at the kernel's side */
	const struct program *prog;
	uint64_t frame;
};

const uint64_t arch_user_base = 0x10000, arch_user_end = 0x7ffffff00000;
uint64_t mm_direct_offset, mm_ree_offset;
const struct program *fake_programs;
uint8_t *fake_ree;
uint64_t fake_time, fake_timer[TEE_MAX_CPUS];

static struct cpu cpus[TEE_MAX_CPUS];
static __thread unsigned cpu_id;

static char log_text[LOG_SIZE];
static size_t log_len;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;

/* --- CPU, locks, time ------------------------------------------------------------------------------ */

struct cpu *arch_cpu(void)
{
	cpus[cpu_id].id = cpu_id;
	return &cpus[cpu_id];
}

unsigned arch_ncpus(void)
{
	return TEE_MAX_CPUS;
}

void fake_cpu_set(unsigned id)
{
	cpu_id = id;
}

void spin_lock(spinlock_t *l)
{
	while (__atomic_exchange_n(&l->v, 1, __ATOMIC_ACQUIRE))
		sched_yield();
}

void spin_unlock(spinlock_t *l)
{
	if (!l->v)
		panic("unlock of a free lock");
	__atomic_store_n(&l->v, 0, __ATOMIC_RELEASE);
}

uint64_t arch_tsc(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000ull + ts.tv_nsec / 1000 + fake_time;
}

void arch_timer(uint64_t tsc)
{
	fake_timer[cpu_id] = tsc;
}

uint64_t arch_tsc_khz(void)
{
	return 1000;
}

int arch_entropy(void *buf, size_t n)
{
	static uint64_t state = 88172645463325252ull;
	uint8_t *b = buf;

	while (n--) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		*b++ = state;
	}
	return 0;
}

void memzero_explicit(void *dst, size_t n)
{
	explicit_bzero(dst, n);
}

/* --- Log ------------------------------------------------------------------------------------------------ */

void klog_text(unsigned level, unsigned source, unsigned pid, const char *text, size_t n)
{
	pthread_mutex_lock(&log_lock);
	if (log_len + n + 2 > sizeof(log_text))
		log_len = 0;
	memcpy(log_text + log_len, text, n);
	log_len += n;
	log_text[log_len++] = '\n';
	log_text[log_len] = 0;
	pthread_mutex_unlock(&log_lock);
	if (getenv("TEST_LOG"))
		fprintf(stderr, "[%u] %.*s\n", pid, (int)n, text);
}

void klog(unsigned level, const char *fmt, ...)
{
	char buf[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	klog_text(level, 1, 0, buf, strlen(buf));
}

const char *fake_log_find(const char *text)
{
	return strstr(log_text, text);
}

void fake_log_clear(void)
{
	log_len = 0;
	log_text[0] = 0;
}

void panic(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("KERNEL PANIC: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	abort();
}

/* --- Page tables: aspace.c keeps the ranges, which is all that the host needs ------------------------------ */

struct arch_pt {
	paddr_t page;
};

int arch_pt_create(struct quota *q, struct arch_pt **out)
{
	paddr_t p;

	if (page_alloc(q, &p))
		return -MERLON_ENOMEM;
	*out = page_ptr(p);
	(*out)->page = p;
	return 0;
}

void arch_pt_destroy(struct quota *q, struct arch_pt *pt)
{
	page_free(q, pt->page);
}

int arch_pt_prepare(struct quota *q, struct arch_pt *pt, uaddr_t va, uint64_t len)
{
	return 0;
}

void arch_pt_set(struct arch_pt *pt, uaddr_t va, uint64_t frame, unsigned prot)
{
}

void arch_pt_clear(struct arch_pt *pt, uaddr_t va, uint64_t len)
{
}

void arch_pt_flush(struct arch_pt *pt, uaddr_t va, uint64_t len)
{
}

/* Not of the heap: the leak checker does not look into pages of the fake TEE. */
static void *map_memory(size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		panic("no memory");
	return p;
}

/* --- Contexts --------------------------------------------------------------------------------------------------- */

int arch_uctx_create(struct quota *q, struct arch_uctx **out)
{
	paddr_t p;

	_Static_assert(sizeof(struct arch_uctx) <= PAGE_SIZE, "one page");
	if (page_alloc(q, &p))
		return -MERLON_ENOMEM;
	*out = page_ptr(p);
	return 0;
}

void arch_uctx_destroy(struct quota *q, struct arch_uctx *u)
{
	if (u->stack)
		munmap(u->stack, STACK_SIZE);
	page_free(q, paddr((uint64_t)u));
}

void arch_uctx_init(struct arch_uctx *u, uaddr_t entry, uaddr_t sp, uint64_t a0, uint64_t a1,
		    uint64_t a2)
{
	u->started = false;
	u->entry = entry.v;
	u->sp = sp.v;
	u->init[0] = a0;
	u->init[1] = a1;
	u->init[2] = a2;
}

uint64_t arch_sys_nr(const struct arch_uctx *u)
{
	return u->nr;
}

uint64_t arch_sys_arg(const struct arch_uctx *u, unsigned i)
{
	return u->args[i];
}

void arch_sys_ret(struct arch_uctx *u, int64_t v)
{
	u->ret = v;
}

uint64_t arch_uctx_pc(const struct arch_uctx *u)
{
	return u->entry + 4;
}

uint64_t arch_uctx_sp(const struct arch_uctx *u)
{
	return u->sp;
}

uint64_t arch_uctx_fp(const struct arch_uctx *u)
{
	return 0;
}

void arch_uctx_dump(const struct arch_uctx *u, void (*line)(void *arg, const char *text), void *arg)
{
	line(arg, "rip=0x1 rsp=0x2 rax=0x3");
}

void arch_thread_park(struct cpu *c, struct thread *t)
{
	c->current = NULL;
}

/* --- User mode ------------------------------------------------------------------------------------------------------ */

static void enter_kernel(struct user *u, enum user_event e)
{
	u->ctx->event = e;
	swapcontext(&u->ctx->user, &u->ctx->kernel);
}

int64_t usys(struct user *u, unsigned nr, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3,
	     uint64_t a4)
{
	u->ctx->nr = nr;
	u->ctx->args[0] = a0;
	u->ctx->args[1] = a1;
	u->ctx->args[2] = a2;
	u->ctx->args[3] = a3;
	u->ctx->args[4] = a4;
	enter_kernel(u, EVENT_SYSCALL);
	return u->ctx->ret;
}

void ufault(struct user *u, uint64_t addr)
{
	u->ctx->fault = addr;
	enter_kernel(u, EVENT_FAULT);
}

void upreempt(struct user *u)
{
	enter_kernel(u, EVENT_PREEMPT);
}

void uread(struct user *u, void *dst, uint64_t va, size_t n)
{
	if (copy_in(u->proc->as, dst, uaddr(va), n))
		ufault(u, va);
}

void uwrite(struct user *u, uint64_t va, const void *src, size_t n)
{
	if (copy_out(u->proc->as, uaddr(va), src, n))
		ufault(u, va);
}

uint64_t uscratch(struct user *u)
{
	/* The writable page of the fake runtime. */
	return u->proc->runtime_base.v + PAGE_SIZE;
}

struct process *uprocess(struct user *u)
{
	return u->proc;
}

uint64_t ustack(struct user *u)
{
	return u->ctx->sp - 8;
}

static const struct program *program_of(const uint8_t uuid[16])
{
	for (const struct program *p = fake_programs; p->uuid; p++)
		if (!memcmp(p->uuid, uuid, 16))
			return p;
	return NULL;
}

static uint32_t run_start(struct user *u, struct merlon_call *call)
{
	struct merlon_ready r = {
		.entry = u->proc->runtime_base.v + 0x20,
		.image_base = u->proc->runtime_base.v,
		.image_size = PAGE_SIZE,
	};
	uint32_t res;

	if (!u->prog)
		return 0xffff0008; /* no such TA */
	r.flags = u->prog->flags;
	r.stack_size = u->prog->stack_size;
	if (u->prog->start) {
		res = u->prog->start(u, call);
		if (res)
			return res;
	}
	uwrite(u, uscratch(u), &r, sizeof(r));
	if (usys(u, SYS_READY, uscratch(u), 0, 0, 0, 0))
		return 0xffff0000;
	return 0;
}

static void user_main(unsigned lo, unsigned hi)
{
	struct arch_uctx *ctx = (struct arch_uctx *)((uint64_t)hi << 32 | lo);
	struct user u = {.ctx = ctx, .frame = ctx->init[0]};
	struct thread *t = arch_cpu()->current;
	struct merlon_call call;
	uint32_t res;

	u.proc = thread_top(t)->proc;
	u.prog = program_of(u.proc->uuid);
	uread(&u, &call, u.frame, sizeof(call));
	if (call.upcall == UPCALL_START)
		res = run_start(&u, &call);
	else
		res = u.prog->upcall(&u, &call);
	uwrite(&u, u.frame, &call, sizeof(call));
	for (;;)
		usys(&u, SYS_RETURN, res, 0, 0, 0, 0);
}

/* Runs t in user mode until it enters the kernel. */
static void run_user(struct cpu *c, struct thread *t)
{
	struct arch_uctx *u = thread_uctx(t);

	c->current = t;
	if (!u->started) {
		if (!u->stack)
			u->stack = map_memory(STACK_SIZE);
		getcontext(&u->user);
		u->user.uc_stack.ss_sp = u->stack;
		u->user.uc_stack.ss_size = STACK_SIZE;
		u->user.uc_link = NULL;
		makecontext(&u->user, (void (*)(void))user_main, 2, (unsigned)(uint64_t)u,
			    (unsigned)((uint64_t)u >> 32));
		u->started = true;
	}
	swapcontext(&u->kernel, &u->user);
}

static void run(struct cpu *c, struct thread *t)
{
	struct fault_info f = {.vector = 14, .error = 4, .name = "page fault"};

	while (t) {
		run_user(c, t);
		switch (thread_uctx(t)->event) {
		case EVENT_SYSCALL:
			t = event_syscall(c, t);
			break;
		case EVENT_FAULT:
			f.addr = thread_uctx(t)->fault;
			t = event_fault(c, t, &f);
			break;
		case EVENT_PREEMPT:
			t = event_preempt(c, t);
			break;
		}
	}
	c->current = NULL;
}

struct tee_regs fake_tee_call(const struct tee_regs *in)
{
	struct cpu *c = arch_cpu();

	run(c, event_call(c, in));
	return c->ret;
}

void fake_timer_event(void)
{
	struct cpu *c = arch_cpu();

	fake_timer[c->id] = 0;
	run(c, event_timer(c));
}

/* --- Boot -------------------------------------------------------------------------------------------------------------- */

/* Header page, boot image page, runtime (header, code, data), one page per service. */
static uint64_t build_image(uint8_t *base, const struct fake_service *services, unsigned n)
{
	struct tee_image_header *h = (void *)base;
	struct boot_image *img = (void *)(base + PAGE_SIZE);
	struct runtime_image *rt = (void *)(base + 2 * PAGE_SIZE);
	uint64_t size = (5 + n) * PAGE_SIZE;

	*h = (struct tee_image_header){TEE_IMAGE_MAGIC, sizeof(*h),	 0, 0, 0,
				       PAGE_SIZE,	size - PAGE_SIZE};
	img->magic = BOOT_IMAGE_MAGIC;
	img->count = 1 + n;
	img->entries[0] = (struct boot_entry){.name = "runtime",
					      .type = BOOT_RUNTIME,
					      .offset = PAGE_SIZE,
					      .size = 3 * PAGE_SIZE};
	for (unsigned i = 0; i < n; i++) {
		struct boot_entry *e = &img->entries[1 + i];

		*e = (struct boot_entry){.name = "service",
					 .type = BOOT_SERVICE,
					 .priv = services[i].priv,
					 .offset = (4 + i) * PAGE_SIZE,
					 .size = 100};
		memcpy(e->uuid, services[i].uuid, 16);
	}
	*rt = (struct runtime_image){
		.magic = RUNTIME_MAGIC, .nsegs = 2, .entry = 0x10, .mem_size = 3 * PAGE_SIZE};
	rt->segs[0].offset = PAGE_SIZE;
	rt->segs[0].file_size = rt->segs[0].mem_size = PAGE_SIZE;
	rt->segs[0].prot = PROT_READ | PROT_EXEC;
	rt->segs[1].offset = 2 * PAGE_SIZE;
	rt->segs[1].vaddr = PAGE_SIZE;
	rt->segs[1].file_size = 16;
	rt->segs[1].mem_size = 2 * PAGE_SIZE;
	rt->segs[1].prot = PROT_READ | PROT_WRITE;
	return size;
}

void fake_boot(const struct fake_service *services, unsigned n)
{
	static struct tee_boot_info bi;
	uint8_t *ram = map_memory(TEE_SIZE);
	uint64_t image = build_image(ram, services, n);

	fake_ree = map_memory(REE_SIZE);
	bi = (struct tee_boot_info){
		.magic = TEE_BOOT_MAGIC,
		.ncpus = TEE_MAX_CPUS,
		.tee_base = (uint64_t)ram,
		.tee_size = TEE_SIZE,
		.image_size = image,
		.tsc_khz = 1000,
		.nranges = 1,
		.ree = {{(uint64_t)fake_ree, REE_SIZE}},
	};
	page_init(paddr((uint64_t)ram + image), TEE_SIZE - image);
	ree_init(&bi);
	kernel_init(&bi);
}
