// SPDX-License-Identifier: BSD-2-Clause
/*
 * The few I/O ports that the REE does not get as they are. Two things it could do with them would
 * take the machine from under the monitor:
 *   - put it to sleep: firmware wakes it with no monitor, jumps to an address of Linux's, and the
 *     TEE's memory is as it was. So the TEE is wiped first.
 *   - close gate A20: CPU 0 then sees each odd MiB as the even one below it, in the monitor too.
 */
#include <monitor/arch.h>
#include <monitor/monitor.h>
#include <monitor/policy.h>

#define KBD_COMMAND	0x64
#define KBD_WRITE_PORT	0xd1 /* the next data byte sets A20 and the reset line */
#define KBD_CLOSE_A20	0xdd
#define SYSTEM_CONTROL	0x92
#define CONTROL_A20	2
#define PM1_SLEEP_BYTE	1
#define PM1_SLEEP_ENTER 0x20 /* SLP_EN, in the second byte of PM1_CNT (ACPI 6.5, 4.8.3.2.1) */

void io_init(void)
{
	virt->io_intercept(KBD_COMMAND);
	virt->io_intercept(SYSTEM_CONTROL);
	for (size_t i = 0; i < ARRAY_SIZE(boot.pm1_control); i++)
		if (boot.pm1_control[i])
			virt->io_intercept(boot.pm1_control[i] + PM1_SLEEP_BYTE);
}

static bool asks_for_sleep(const struct vexit *e, uint32_t value)
{
	for (size_t i = 0; i < ARRAY_SIZE(boot.pm1_control); i++) {
		unsigned int byte = boot.pm1_control[i] + PM1_SLEEP_BYTE - e->port;

		if (boot.pm1_control[i] && byte < e->size &&
		    (value >> (8 * byte)) & PM1_SLEEP_ENTER)
			return true;
	}
	return false;
}

/* Byte ports that are touched by something wider: nobody does that. */
static bool is_wide(const struct vexit *e)
{
	return e->size != 1 && ((e->port <= KBD_COMMAND && e->port + e->size > KBD_COMMAND) ||
				(e->port <= SYSTEM_CONTROL && e->port + e->size > SYSTEM_CONTROL));
}

static void io_write(const struct vexit *e, uint32_t value)
{
	if (asks_for_sleep(e, value))
		tee_wipe("Linux puts the machine to sleep or turns it off");
	if (e->port == SYSTEM_CONTROL)
		value |= CONTROL_A20;
	if (e->port == KBD_COMMAND &&
	    ((uint8_t)value == KBD_WRITE_PORT || (uint8_t)value == KBD_CLOSE_A20)) {
		log_limited(LOG_WARN, "keyboard controller", "command %x refused", (uint8_t)value);
		return;
	}
	arch_out(e->port, e->size, value);
}

static void io_read(struct vcpu *v, const struct vexit *e)
{
	uint64_t mask = e->size == 4 ? UINT64_MAX : (1ull << (8 * e->size)) - 1;
	uint32_t value = arch_in(e->port, e->size);

	v->regs.rax = (v->regs.rax & ~mask) | (value & mask);
}

void handle_io(struct vcpu *v, const struct vexit *e)
{
	stat_add(v->cpu, MERLON_STAT_IO);
	if (v->part != PART_REE || e->string || is_wide(e)) {
		log_limited(LOG_WARN, "I/O", "access to port %x refused, RIP %llx", e->port,
			    (unsigned long long)virt->get(v, VREG_RIP));
		virt->inject(v, VECTOR_GP);
		return;
	}
	if (e->write)
		io_write(e, (uint32_t)v->regs.rax);
	else
		io_read(v, e);
	virt->skip(v, e);
}
