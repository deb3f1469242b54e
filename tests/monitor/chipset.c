// SPDX-License-Identifier: BSD-2-Clause
/* What reaches around the second-level tables: the chipset's registers, SMM's entry, performance counters. */
#include <string.h>
#include "tests/monitor/fake.h"

#define ADDRESS(device, function, reg) (0x80000000u | (device) << 11 | (function) << 8 | (reg))
#define CONFIG			       0xb0000000ull /* configuration memory */
#define CODE			       0x300000ull

static struct fake_vcpu *f;
static struct vcpu *v;

static void function(unsigned int device, unsigned int n, uint32_t id, uint32_t class)
{
	fake_pci[device << 3 | n][0] = id;
	fake_pci[device << 3 | n][2] = class << 16 | 0x02;
}

static int setup(void **state)
{
	static bool done;

	fake_machine(1);
	v = &cpus[0].vcpu[PART_REE];
	f = fake(0, PART_REE);
	if (done)
		return 0;
	done = true;
	function(0, 0, 0x29c08086, 0x0600);
	function(1, 0, 0x11e81234, 0x00ff);
	function(2, 0, 0x34208086, 0x0604); /* between PCI's buses */
	function(3, 0, 0x00011af4, 0x0600);
	function(4, 2, 0x14191022, 0x0806); /* AMD-Vi */
	function(31, 0, 0x29188086, 0x0601);
	function(31, 2, 0x29228086, 0x0106);
	fake_mcfg = CONFIG;
	chipset_init();
	return 0;
}

static void port(uint16_t at, uint8_t size, bool write, uint32_t value)
{
	v->regs.rax = value;
	fake_turn(0, (struct vexit){.reason = EXIT_IO,
				    .port = at,
				    .size = size,
				    .write = write,
				    .insn_len = 1});
}

/* Whether a write of so many bytes reaches a register. */
static bool reaches(uint32_t address, unsigned int byte, uint8_t size)
{
	bool did;

	port(PCI_ADDRESS, 4, true, address);
	fake_out = 0;
	port(PCI_DATA + byte, size, true, 0x5a5a5a5a);
	did = fake_out == 0x5a5a5a5a;
	assert_int_equal(f->injected, -1);
	assert_int_equal(fake_pci_address, address);
	return did;
}

static void test_registers(void **state)
{
	assert_false(reaches(ADDRESS(0, 0, 0x60), 0, 4)); /* PCIEXBAR */
	assert_false(reaches(ADDRESS(0, 0, 0x9c), 1, 1)); /* SMRAM */
	assert_false(reaches(ADDRESS(0, 0, 0x9c), 2, 2));
	assert_false(reaches(ADDRESS(31, 0, 0x40), 0, 4)); /* PMBASE */
	assert_false(reaches(ADDRESS(31, 0, 0xf0), 3, 1)); /* RCBA */
	assert_false(reaches(ADDRESS(31, 0, 0x6c), 0, 1));
	assert_false(reaches(ADDRESS(4, 2, 0x44), 0, 4)); /* where its registers are */
	/* bits that have no meaning */
	assert_false(reaches(ADDRESS(31, 0, 0xf0) | 0x7f000003, 0, 4));
	/* the header, PIRQs, other functions, other buses, no address */
	assert_true(reaches(ADDRESS(0, 0, 0x3c), 0, 4));
	assert_true(reaches(ADDRESS(31, 0, 4), 0, 2));
	assert_true(reaches(ADDRESS(31, 0, 0x60), 0, 1));
	assert_true(reaches(ADDRESS(31, 0, 0x68), 3, 1));
	assert_true(reaches(ADDRESS(1, 0, 0x40), 0, 4));
	assert_true(reaches(ADDRESS(2, 0, 0x40), 0, 4));
	assert_true(reaches(ADDRESS(3, 0, 0x40), 0, 4));
	assert_true(reaches(ADDRESS(31, 2, 0x90), 0, 4));
	assert_true(reaches(ADDRESS(0, 0, 0x60) | 1 << 16, 0, 4));
	assert_true(reaches(ADDRESS(0, 0, 0x60) & ~0x80000000u, 0, 4));
}

static void test_reads(void **state)
{
	port(PCI_ADDRESS, 4, true, ADDRESS(31, 0, 0));
	port(PCI_DATA, 4, false, 0);
	assert_int_equal(v->regs.rax, 0x29188086);
	port(PCI_ADDRESS, 4, false, 0);
	assert_int_equal(v->regs.rax, ADDRESS(31, 0, 0));
}

/* What begins before the data or ends behind it. */
static void test_width(void **state)
{
	static const struct {
		uint16_t port;
		uint8_t size;
		bool ok;
	} cases[] = {{0xcfb, 2, false}, {0xcfa, 4, false}, {0xcff, 2, false}, {0xcfd, 4, false},
		     {0xcfe, 2, true},	{0xcfc, 4, true},  {0xcfa, 2, true}};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		f->injected = -1;
		port(cases[i].port, cases[i].size, true, 0);
		assert_int_equal(f->injected, cases[i].ok ? -1 : VECTOR_GP);
	}
}

static void store(uint64_t addr)
{
	static const uint8_t insn[] = {0x89, 0x08}; /* mov %ecx, (%rax) */

	memcpy(phys_to_virt(hpa(CODE)), insn, sizeof(insn));
	f->regs[VREG_RIP] = CODE;
	f->regs[VREG_CODE_BITS] = 64;
	fake_turn(0, (struct vexit){.reason = EXIT_FAULT, .addr = addr, .write = true});
}

static void test_configuration_memory(void **state)
{
	static const unsigned int guarded[] = {0, 4 << 3 | 2, 31 << 3};
	uint64_t base, end;

	for (unsigned int n = 0; n < 256; n++) {
		bool is = n == guarded[0] || n == guarded[1] || n == guarded[2];

		assert_int_equal(memory_access(PART_REE, CONFIG + n * PAGE_SIZE),
				 is ? ACCESS_R : ACCESS_R | ACCESS_W | ACCESS_X);
		assert_int_equal(memory_access(PART_TEE, CONFIG + n * PAGE_SIZE), 0);
	}
	memory_extent(CONFIG + (31 << 3) * PAGE_SIZE, &base, &end);
	assert_int_equal(base, CONFIG + (31 << 3) * PAGE_SIZE);
	assert_int_equal(end, base + PAGE_SIZE);
	store(CONFIG + (31 << 3) * PAGE_SIZE + 0xf0);
	assert_int_equal(f->injected, -1);
	assert_int_equal(f->skipped, 2);
	store(CONFIG + (31 << 3) * PAGE_SIZE + 0xf1);
	assert_int_equal(f->injected, VECTOR_GP);
}

static void test_smm_entry(void **state)
{
	for (uint64_t addr = 0x38000; addr < 0x40000; addr += PAGE_SIZE) {
		assert_int_equal(memory_owner(addr), OWNER_MONITOR);
		assert_int_equal(memory_access(PART_REE, addr), 0);
	}
	assert_int_equal(memory_owner(0x37fff), OWNER_REE);
	assert_int_equal(memory_owner(0x40000), OWNER_REE);
	assert_memory_equal(phys_to_virt(hpa(0x38000)), "\x0f\xaa", 2);
}

static void hypercall(uint64_t function)
{
	cpus[0].current->regs = (struct gprs){.rax = function};
	fake_turn(0, (struct vexit){.reason = EXIT_HYPERCALL, .insn_len = 3});
}

/* One call, while Linux has this value in the registers. What the TEE has, and how many writes there were. */
static void call(uint64_t *msr, unsigned int count, unsigned int step, uint64_t value,
		 unsigned int writes)
{
	for (unsigned int i = 0; i < count; i++)
		msr[i * step] = value;
	fake_msr_writes = 0;
	hypercall(MERLON_HC_TEE_CALL);
	assert_ptr_equal(cpus[0].current, &cpus[0].vcpu[PART_TEE]);
	for (unsigned int i = 0; i < count; i++)
		assert_int_equal(msr[i * step], 0);
	hypercall(MERLON_HC_TEE_RETURN);
	assert_ptr_equal(cpus[0].current, v);
	for (unsigned int i = 0; i < count; i++)
		assert_int_equal(msr[i * step], value);
	assert_int_equal(fake_msr_writes, writes);
}

static void test_counters(void **state)
{
	fake_cpuid = (struct cpuid){0};
	exchange_init();
	call(NULL, 0, 0, 0, 0); /* none */
	fake_cpuid = (struct cpuid){.ecx = 1u << 23};
	exchange_init();
	call(fake_msr[2], 6, 2, 0x430076, 12);
	call(fake_msr[2], 6, 2, 0, 0);
	fake_cpuid = (struct cpuid){.eax = 0x80000101, .ecx = 1u << 23};
	exchange_init();
	call(fake_msr[1], 1, 0, 0x3f, 2);
	call(fake_msr[1], 1, 0, 0, 0);
	fake_cpuid = (struct cpuid){.eax = 0x07300402};
	exchange_init();
	call(fake_msr[0], 1, 0, 0x70000000full, 2);
	call(fake_msr[0], 1, 0, 0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_registers, setup),
		cmocka_unit_test_setup(test_reads, setup),
		cmocka_unit_test_setup(test_width, setup),
		cmocka_unit_test_setup(test_configuration_memory, setup),
		cmocka_unit_test_setup(test_smm_entry, setup),
		cmocka_unit_test_setup(test_counters, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
