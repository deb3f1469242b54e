// SPDX-License-Identifier: BSD-2-Clause
/* Loads the TEE image, starts it on each CPU, and buries it when it has died. */
#include <abi/boot.h>
#include <monitor/arch.h>
#include <monitor/memory.h>
#include <monitor/monitor.h>
#include <monitor/policy.h>
#include <monitor/share.h>
#include <string.h>

static uint64_t entry;
/* The boot image: the runtime and the services as they came, public, and never written. */
static uint64_t boot_start, boot_end;
static volatile bool dead;

bool tee_alive(void)
{
	return !dead;
}

static bool header_ok(const struct tee_image_header *h, uint64_t size)
{
	return h->header_size >= sizeof(*h) && h->entry >= h->header_size && h->entry < size &&
	       h->kernel_size <= h->kernel_mem && h->kernel_mem <= h->boot_offset &&
	       !(h->boot_offset % PAGE_SIZE) && h->boot_offset <= size &&
	       h->boot_size <= size - h->boot_offset;
}

/* What of the RAM map is left to Linux. */
static void fill_ree(struct tee_boot_info *info)
{
	struct tee_range *last = NULL;
	uint64_t base, end;

	for (uint64_t addr = 0; addr < layout.ram_end; addr = end) {
		memory_extent(addr, &base, &end);
		if (memory_owner(addr) != OWNER_REE)
			continue;
		if (last && last->base + last->size == addr) {
			last->size += end - addr;
			continue;
		}
		if (info->nranges == TEE_MAX_RANGES) {
			log_msg(LOG_WARN, "RAM above %lx cannot be named in messages", addr);
			return;
		}
		last = &info->ree[info->nranges++];
		*last = (struct tee_range){addr, end - addr};
	}
}

void tee_load(void)
{
	const struct boot_module *m = &boot.modules[MODULE_TEE];
	struct tee_image_header *h = phys_to_virt(hpa(layout.tee));
	struct tee_boot_info *info = phys_to_virt(hpa(layout.tee + layout.tee_size - PAGE_SIZE));

	if (m->size > layout.tee_size - PAGE_SIZE)
		panic("the TEE image has %lu KiB, its memory %lu KiB", m->size >> 10,
		      layout.tee_size >> 10);
	memcpy(h, phys_to_virt(hpa(m->base)), m->size);
	if (!header_ok(h, m->size))
		panic("the TEE image's header is damaged");
	entry = layout.tee + h->entry;
	boot_start = layout.tee + h->boot_offset;
	boot_end = ALIGN_DOWN(boot_start + h->boot_size, PAGE_SIZE);
	memset(info, 0, sizeof(*info));
	info->magic = TEE_BOOT_MAGIC;
	info->size = sizeof(*info);
	info->seat = options.seat;
	info->ncpus = ncpus;
	info->tee_base = layout.tee;
	info->tee_size = layout.tee_size;
	info->image_size = m->size;
	info->log_base = layout.tee_ring;
	info->log_size = RING_SIZE;
	info->tsc_khz = boot.tsc_khz;
	info->log_level = options.log_level;
	fill_ree(info);
	memset(phys_to_virt(hpa(layout.tee_ring)), 0, RING_SIZE);
}

void tee_boot_cpu(struct cpu *c)
{
	struct vcpu *tee = &c->vcpu[PART_TEE], *ree = &c->vcpu[PART_REE];

	virt->vcpu_start(tee, START_FLAT32, entry);
	tee->regs.rax = c->id ? TEE_BOOT_AP_MAGIC : TEE_BOOT_MAGIC;
	tee->regs.rbx = c->id ? c->id : layout.tee + layout.tee_size - PAGE_SIZE;
	tee->state = VCPU_RUN;
	tee->preempted = true; /* no interrupts while it starts */
	exchange(ree, tee);
	while (!tee->ready && tee_alive())
		cpu_step(c);
	tee->preempted = false;
	exchange(tee, ree);
}

void tee_wipe(const char *why)
{
	tee_kill(why);
	for (uint32_t i = 0; i < ncpus; i++) {
		struct vcpu *tee = &cpus[i].vcpu[PART_TEE];

		while (__atomic_load_n(&cpus[i].current, __ATOMIC_ACQUIRE) == tee)
			arch_pause();
		memset(&tee->regs, 0, sizeof(tee->regs));
		memset(tee->x.xsave, 0, arch_xstate_size());
	}
	/*
	 * All but the boot image. An emulator has translations of the runtime's code for each process
	 * that ever ran, looks through all of them at each write there, and takes minutes for it.
	 */
	share_wipe();
	memset(phys_to_virt(hpa(layout.tee)), 0, boot_start - layout.tee);
	memset(phys_to_virt(hpa(boot_end)), 0, layout.tee + layout.tee_size - boot_end);
}

void tee_kill(const char *why)
{
	if (__atomic_exchange_n(&dead, true, __ATOMIC_SEQ_CST))
		return;
	log_msg(LOG_ERR, "CPU %u: the TEE is dead: %s; Linux goes on", this_cpu()->id, why);
	for (uint32_t i = 0; i < ncpus; i++)
		if (cpus[i].online)
			cpu_post(&cpus[i], EVENT_TEE_DEAD);
}
