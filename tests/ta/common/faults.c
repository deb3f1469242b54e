// SPDX-License-Identifier: BSD-2-Clause
/* Ways to go wrong. None of them may harm anyone but this TA. */
#include <stdint.h>
#include <string.h>

#include <commands.h>

TEE_Result test_panic(struct test_session *s, TEE_Param p[4], uint32_t types)
{
	TEE_Panic(p[0].value.a);
	return TEE_SUCCESS;
}

TEE_Result test_loop(struct test_session *s, TEE_Param p[4], uint32_t types)
{
	for (;;)
		__asm__ volatile("pause");
	return TEE_SUCCESS;
}

TEE_Result test_stack(struct test_session *s, TEE_Param p[4], uint32_t types)
{
	volatile uint8_t *b;
	size_t size = p[0].value.a;

	if (size > 1 << 20)
		return TEE_ERROR_EXCESS_DATA;
	b = __builtin_alloca(size);
	/* From the top down, as calls would: the page below the stack must stop it. */
	for (size_t n = size; n > 0; n--)
		b[n - 1] = n;
	return TEE_SUCCESS;
}

static uint8_t code_in_data[] = {0xc3}; /* ret */
static int (*const relocated[])(void) = {(int (*)(void))test_loop};

static void run(const void *code)
{
	void (*f)(void);

	memcpy(&f, &code, sizeof(f));
	f();
}

static void read_null(void)
{
	(void)*(volatile uint32_t *)16;
}

static void write_null(void)
{
	*(volatile uint32_t *)16 = 1;
}

static void write_code(void)
{
	*(volatile uint8_t *)(uintptr_t)test_loop = 0xc3;
}

static void run_data(void)
{
	run(code_in_data);
}

static void run_stack(void)
{
	volatile uint8_t code[] = {0xc3};

	run((const void *)code);
}

static void run_heap(void)
{
	uint8_t *code = TEE_Malloc(16, 0);

	if (code) {
		memset(code, 0xc3, 16);
		run(code);
	}
}

static void undefined(void)
{
	__asm__ volatile("ud2");
}

static void divide(void)
{
	__asm__ volatile("xorl %%ecx, %%ecx; movl $1, %%eax; cltd; idivl %%ecx" ::
				 : "eax", "ecx", "edx");
}

static void int3(void)
{
	__asm__ volatile("int3");
}

static void int80(void)
{
	__asm__ volatile("int $0x80" ::: "rax");
}

static void privileged(void)
{
	__asm__ volatile("cli");
}

static void port(void)
{
	__asm__ volatile("outb %%al, $0x80" ::"a"(0));
}

static void noncanonical(void)
{
	(void)*(volatile uint32_t *)0x8000000000000000ull;
}

static void kernel_read(void)
{
	(void)*(volatile uint32_t *)0xffffffff80000000ull;
}

static uint32_t recurse(uint32_t n)
{
	volatile uint8_t frame[512];

	frame[n % sizeof(frame)] = n;
	return recurse(n + 1) + frame[0];
}

static void stack_overflow(void)
{
	recurse(0);
}

static void canary(void)
{
	volatile uint8_t b[16];
	volatile uint8_t *end = b + sizeof(b);

	for (size_t n = 0; n < 8; n++)
		end[n] ^= 0xff;
	for (size_t n = 8; n < 16; n++)
		end[n] ^= 0xff;
}

/* Refused with #UD above CPL 0, whichever of the two the CPU has. */
static void hypercall(void)
{
	__asm__ volatile("vmmcall" ::"a"(1) : "memory");
	__asm__ volatile("vmcall" ::"a"(1) : "memory");
}

static void relro(void)
{
	*(volatile uintptr_t *)(uintptr_t)relocated = 1;
}

static void (*const faults[])(void) = {
	[FAULT_READ_NULL] = read_null,
	[FAULT_WRITE_NULL] = write_null,
	[FAULT_WRITE_CODE] = write_code,
	[FAULT_RUN_DATA] = run_data,
	[FAULT_RUN_STACK] = run_stack,
	[FAULT_RUN_HEAP] = run_heap,
	[FAULT_UNDEFINED] = undefined,
	[FAULT_DIVIDE] = divide,
	[FAULT_INT3] = int3,
	[FAULT_INT80] = int80,
	[FAULT_PRIVILEGED] = privileged,
	[FAULT_PORT] = port,
	[FAULT_NONCANONICAL] = noncanonical,
	[FAULT_KERNEL_READ] = kernel_read,
	[FAULT_STACK_OVERFLOW] = stack_overflow,
	[FAULT_CANARY] = canary,
	[FAULT_HYPERCALL] = hypercall,
	[FAULT_RELRO] = relro,
};

_Static_assert(sizeof(faults) / sizeof(faults[0]) == FAULT_COUNT, "one for each");

/* Returns only when the fault did not happen, which is a failure of the test. */
TEE_Result test_fault(struct test_session *s, TEE_Param p[4], uint32_t types)
{
	if (p[0].value.a >= FAULT_COUNT)
		return TEE_ERROR_BAD_PARAMETERS;
	faults[p[0].value.a]();
	return TEE_SUCCESS;
}
