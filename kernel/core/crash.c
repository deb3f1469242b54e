// SPDX-License-Identifier: BSD-2-Clause
/*
 * The crash dump of a process, in the log, for tools/symbolize. Everything in it is the
 * process's own: no kernel address can appear.
 */
#include <kernel/include/process.h>
#include <kernel/include/thread.h>
#include <include/abi/log.h>
#include <lib/include/printf.h>
#include <lib/include/string.h>

#define MAPS_MAX   48
#define FRAMES_MAX 24

static void line(struct process *p, const char *text)
{
	unsigned src = p->priv ? LOG_SRC_SERVICE : LOG_SRC_TA;

	klog_text(LOG_ERR, src, p->pid, text, strlen(text));
}

static void register_line(void *arg, const char *text)
{
	char buf[MERLON_LOG_TEXT_MAX + 1];

	snprintf(buf, sizeof(buf), "crash: %s", text);
	line(arg, buf);
}

static void dump_maps(struct process *p)
{
	struct aspace_info i;
	uaddr_t va = uaddr(arch_user_base);
	char buf[96];

	for (unsigned n = 0; n < MAPS_MAX && !aspace_find(p->as, va, &i); n++) {
		const char *name = i.name;

		va = uaddr(i.base.v + i.size);
		if (!i.prot)
			continue; /* a guard, or address space kept for later */
		if (i.base.v - p->info.image_base < p->info.image_size)
			name = "image";
		snprintf(buf, sizeof(buf), "crash: map 0x%llx-0x%llx %c%c%c %s",
			 (unsigned long long)i.base.v, (unsigned long long)va.v,
			 i.prot & PROT_READ ? 'r' : '-', i.prot & PROT_WRITE ? 'w' : '-',
			 i.prot & PROT_EXEC ? 'x' : '-', name);
		line(p, buf);
	}
}

static void frame_line(struct process *p, unsigned n, uint64_t pc)
{
	unsigned long long a = pc;
	struct aspace_info i;
	char buf[96];

	if (pc - p->runtime_base.v < p->runtime_size)
		snprintf(buf, sizeof(buf), "crash: #%u 0x%llx runtime+0x%llx", n, a,
			 a - p->runtime_base.v);
	else if (pc - p->info.image_base < p->info.image_size)
		snprintf(buf, sizeof(buf), "crash: #%u 0x%llx image+0x%llx", n, a,
			 a - p->info.image_base);
	else if (!aspace_find(p->as, uaddr(pc), &i) && pc - i.base.v < i.size)
		snprintf(buf, sizeof(buf), "crash: #%u 0x%llx %s+0x%llx", n, a, i.name,
			 a - i.base.v);
	else
		snprintf(buf, sizeof(buf), "crash: #%u 0x%llx ?+0x0", n, a);
	line(p, buf);
}

/* Follows saved frame pointers; they are the process's data, so each step must go up. */
static void dump_frames(struct process *p, const struct arch_uctx *u)
{
	uint64_t fp = arch_uctx_fp(u), frame[2];

	frame_line(p, 0, arch_uctx_pc(u));
	for (unsigned n = 1; n < FRAMES_MAX; n++) {
		if (!fp || fp & 7 || copy_in(p->as, frame, uaddr(fp), sizeof(frame)))
			return;
		if (!frame[1])
			return;
		frame_line(p, n, frame[1]);
		if (frame[0] <= fp)
			return;
		fp = frame[0];
	}
}

void crash_line(struct process *p, const char *reason, uint64_t addr, uint64_t code)
{
	const uint8_t *u = p->uuid;
	char buf[192];

	snprintf(buf, sizeof(buf),
		 "crash: pid %u uuid %02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
		 "%02x%02x%02x%02x%02x%02x %s addr=0x%llx code=0x%llx",
		 p->pid, u[0], u[1], u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11],
		 u[12], u[13], u[14], u[15], reason, (unsigned long long)addr,
		 (unsigned long long)code);
	line(p, buf);
}

void crash_dump(struct thread *t, const char *reason, uint64_t addr, uint64_t code)
{
	struct activation *act = thread_top(t);
	struct process *p = act->proc;

	crash_line(p, reason, addr, code);
	arch_uctx_dump(act->uctx, register_line, p);
	dump_maps(p);
	dump_frames(p, act->uctx);
}
