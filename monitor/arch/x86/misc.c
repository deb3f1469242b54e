// SPDX-License-Identifier: BSD-2-Clause
/* One-instruction services, the serial port, and the ways to stop. */
#include <monitor/arch.h>
#include <monitor/arch/x86/machine.h>
#include <monitor/arch/x86/x86.h>

#define COM1	    0x3f8
#define LCR	    3
#define LSR	    5
#define LSR_EMPTY   0x20
#define RESET_PORT  0xcf9
#define KBD_COMMAND 0x64

struct cpuid arch_cpuid(uint32_t leaf, uint32_t subleaf)
{
	struct cpuid c;

	asm volatile("cpuid"
		     : "=a"(c.eax), "=b"(c.ebx), "=c"(c.ecx), "=d"(c.edx)
		     : "a"(leaf), "c"(subleaf));
	return c;
}

uint64_t arch_msr_read(uint32_t msr)
{
	return rdmsr(msr);
}

void arch_msr_write(uint32_t msr, uint64_t value)
{
	wrmsr(msr, value);
}

uint64_t arch_tsc(void)
{
	uint32_t lo, hi;

	asm volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (uint64_t)hi << 32 | lo;
}

uint64_t new_canary(void)
{
	uint64_t v = 0;

	if (arch_cpuid(1, 0).ecx & (1u << 30))
		asm volatile("rdrand %0" : "+r"(v));
	/* A zero byte first, so that a string overflow cannot rebuild it. */
	return (v ^ arch_tsc() * 0x9e3779b97f4a7c15ull) << 8;
}

void arch_pause(void)
{
	asm volatile("pause");
}

void arch_wbinvd(void)
{
	asm volatile("wbinvd" : : : "memory");
}

/* 115200 baud, 8 bits, no parity: firmware that has no console of its own leaves it at 5 bits. */
static void serial_start(void)
{
	arch_out(COM1 + LCR, 1, 0x80);
	arch_out(COM1, 1, 1);
	arch_out(COM1 + 1, 1, 0);
	arch_out(COM1 + LCR, 1, 3);
}

uint32_t arch_in(uint16_t port, unsigned int size)
{
	uint32_t v = 0;

	if (size == 1)
		asm volatile("inb %1, %b0" : "+a"(v) : "Nd"(port));
	else if (size == 2)
		asm volatile("inw %1, %w0" : "+a"(v) : "Nd"(port));
	else
		asm volatile("inl %1, %0" : "+a"(v) : "Nd"(port));
	return v;
}

void arch_out(uint16_t port, unsigned int size, uint32_t value)
{
	if (size == 1)
		asm volatile("outb %b0, %1" : : "a"(value), "Nd"(port));
	else if (size == 2)
		asm volatile("outw %w0, %1" : : "a"(value), "Nd"(port));
	else
		asm volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

/* One line's worth of waiting: where the UART does not get on, the line is lost, not the time. */
#define LINE_POLLS 100000

static void serial_byte(char c, unsigned int *polls)
{
	for (; *polls && !(arch_in(COM1 + LSR, 1) & LSR_EMPTY); --*polls)
		arch_pause();
	arch_out(COM1, 1, (uint8_t)c);
}

void serial_write(const char *text, size_t len)
{
	static bool started;
	unsigned int polls = LINE_POLLS;

	if (!started)
		serial_start();
	started = true;
	for (const char *p = "merlon: "; *p; p++)
		serial_byte(*p, &polls);
	while (len--)
		serial_byte(*text++, &polls);
	serial_byte('\r', &polls);
	serial_byte('\n', &polls);
}

void arch_halt(void)
{
	for (;;)
		asm volatile("cli; hlt");
}

void arch_platform_reset(void)
{
	static const struct table_pointer no_idt;

	arch_out(RESET_PORT, 1, 2);
	arch_out(RESET_PORT, 1, 6);
	arch_out(KBD_COMMAND, 1, 0xfe);
	for (volatile int i = 0; i < 1000000; i++)
		;
	asm volatile("lidt %0; int3" : : "m"(no_idt));
	arch_halt();
}
