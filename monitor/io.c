// SPDX-License-Identifier: BSD-2-Clause
/*
 * The few I/O ports that the REE does not get as they are. Two things it could do with them would
 * take the machine from under the monitor:
 *   - put it to sleep: firmware wakes it with no monitor, jumps to where Linux says, and TEE memory
 *     is as it was. So the TEE is wiped first; likewise before a reset, which may start anything.
 *   - close gate A20: CPU 0 then sees each odd MiB as the even one below it, in the monitor too.
 */
#include <monitor/arch.h>
#include <monitor/monitor.h>
#include <monitor/policy.h>
#include <monitor/spinlock.h>

#define KBD_COMMAND	0x64
#define KBD_WRITE_PORT	0xd1 /* the next data byte sets A20 and the reset line */
#define KBD_CLOSE_A20	0xdd
#define KBD_PULSE	0xf0 /* and above: the lines whose bits are 0; bit 0 is reset */
#define SYSTEM_CONTROL	0x92
#define CONTROL_RESET	1
#define CONTROL_A20	2
#define RESET_CONTROL	0xcf9 /* lies in the middle of PCI_ADDRESS, which takes 32 bits only */
#define RESET_CPU	4
#define FW_CFG_DMA	0x518 /* QEMU's: starts a copy to any memory, past every IOMMU */
#define PM1_SLEEP_BYTE	1
#define PM1_SLEEP_ENTER 0x20 /* SLP_EN, in the second byte of PM1_CNT (ACPI 6.5, 4.8.3.2.1) */

void io_init(void)
{
	virt->io_intercept(KBD_COMMAND);
	virt->io_intercept(SYSTEM_CONTROL);
	virt->io_intercept(RESET_CONTROL);
	if (arch_cpuid(1, 0).ecx >> 31) /* a virtual machine */
		virt->io_intercept(FW_CFG_DMA);
	if (boot.reset_port)
		virt->io_intercept(boot.reset_port);
	for (size_t i = 0; i < ARRAY_SIZE(boot.pm1_control); i++)
		if (boot.pm1_control[i])
			virt->io_intercept(boot.pm1_control[i] + PM1_SLEEP_BYTE);
}

/* Whether a write reaches this port, and what it writes there. */
static bool reaches(const struct vexit *e, uint16_t port, uint32_t value, uint8_t *byte)
{
	unsigned int n = (unsigned int)port - e->port;

	*byte = (uint8_t)(n < e->size ? value >> (8 * n) : 0);
	return n < e->size;
}

static bool asks_for_sleep(const struct vexit *e, uint32_t value)
{
	uint8_t byte;

	for (size_t i = 0; i < ARRAY_SIZE(boot.pm1_control); i++)
		if (boot.pm1_control[i] &&
		    reaches(e, boot.pm1_control[i] + PM1_SLEEP_BYTE, value, &byte) &&
		    byte & PM1_SLEEP_ENTER)
			return true;
	return false;
}

static bool asks_for_reset(const struct vexit *e, uint32_t value)
{
	uint8_t byte;

	return (reaches(e, KBD_COMMAND, value, &byte) && byte >= KBD_PULSE && !(byte & 1)) ||
	       (reaches(e, SYSTEM_CONTROL, value, &byte) && byte & CONTROL_RESET) ||
	       (boot.reset_port && reaches(e, boot.reset_port, value, &byte) &&
		byte == boot.reset_value) ||
	       (!(e->port == PCI_ADDRESS && e->size == 4) &&
		reaches(e, RESET_CONTROL, value, &byte) && byte & RESET_CPU);
}

static bool crosses(const struct vexit *e, uint16_t port)
{
	return e->port < port && e->port + e->size > port;
}

/* fw_cfg's copies; byte ports, PCI's data touched by something wider: nobody does that. */
static bool is_refused(const struct vexit *e)
{
	uint8_t byte;

	return reaches(e, FW_CFG_DMA, 0, &byte) || crosses(e, PCI_DATA) || crosses(e, PCI_END) ||
	       (e->size != 1 &&
		(reaches(e, KBD_COMMAND, 0, &byte) || reaches(e, SYSTEM_CONTROL, 0, &byte)));
}

/* One at a time: whether PCI_DATA takes a write depends on what PCI_ADDRESS was before. */
static uint32_t forward(const struct vexit *e, uint32_t value)
{
	static struct spinlock lock;

	spin_lock(&lock);
	if (!e->write)
		value = arch_in(e->port, e->size);
	else if (e->port < PCI_DATA || e->port >= PCI_END || !chipset_keeps(e->port))
		arch_out(e->port, e->size, value);
	spin_unlock(&lock);
	return value;
}

static void io_write(const struct vexit *e, uint32_t value)
{
	if (asks_for_sleep(e, value))
		tee_wipe("Linux puts the machine to sleep or turns it off");
	if (asks_for_reset(e, value))
		tee_wipe("Linux resets the machine");
	if (e->port == SYSTEM_CONTROL)
		value |= CONTROL_A20;
	if (e->port == KBD_COMMAND &&
	    ((uint8_t)value == KBD_WRITE_PORT || (uint8_t)value == KBD_CLOSE_A20)) {
		log_limited(LOG_WARN, "keyboard controller", "command %x refused", (uint8_t)value);
		return;
	}
	forward(e, value);
}

void handle_io(struct vcpu *v, const struct vexit *e)
{
	uint64_t read = e->size == 4 ? UINT64_MAX : (1ull << (8 * e->size)) - 1;

	stat_add(v->cpu, MERLON_STAT_IO);
	if (v->part != PART_REE || e->string || is_refused(e)) {
		log_limited(LOG_WARN, "I/O", "access to port %x refused, RIP %lx", e->port,
			    virt->get(v, VREG_RIP));
		virt->inject(v, VECTOR_GP);
		return;
	}
	if (e->write)
		io_write(e, (uint32_t)v->regs.rax);
	else
		v->regs.rax = (v->regs.rax & ~read) | (forward(e, 0) & read);
	virt->skip(v, e);
}
