// SPDX-License-Identifier: BSD-2-Clause
/* What the REE hands in: instructions, APIC writes, MSRs, page tables; and the command line. */
#include <string.h>
#include "tests/monitor/fake.h"

#define CODE	   0x300000ull
#define TABLES	   0x400000ull
#define CR0_PG	   (1ull << 31)
#define CR4_PAE	   (1ull << 5)
#define EFER_LMA   (1ull << 10)
#define EFER_LME   (1ull << 8)
#define EFER_SVME  (1ull << 12)
#define CODE_VA	   0xffffffff80300000ull
#define PRESENT_RW 3

static struct fake_vcpu *f;
static struct vcpu *v;

static int setup(void **state)
{
	fake_machine(3);
	v = &cpus[0].vcpu[PART_REE];
	f = fake(0, PART_REE);
	return 0;
}

static void test_decode(void **state)
{
	static const struct {
		uint8_t bytes[12], n, bits, len, reg;
		bool ok, exchange, immediate;
		uint32_t imm;
	} cases[] = {
		/* mov %edi, 0xffffffffff5fb300 */
		{{0x89, 0x3c, 0x25, 0, 0xb3, 0x5f, 0xff}, 7, 64, 7, 7, true, false, false, 0},
		/* mov %r9d, (%rax) */
		{{0x44, 0x89, 0x08}, 3, 64, 3, 9, true, false, false, 0},
		/* movl $0x12345678, 0xb0(%rbx) */
		{{0xc7, 0x83, 0xb0, 0, 0, 0, 0x78, 0x56, 0x34, 0x12},
		 10,
		 64,
		 10,
		 0,
		 true,
		 false,
		 true,
		 0x12345678},
		/* movl $1, 4(%rip) */
		{{0xc7, 0x05, 4, 0, 0, 0, 1, 0, 0, 0}, 10, 64, 10, 0, true, false, true, 1},
		/* xchg %edx, 0x10(%rsp) */
		{{0x87, 0x54, 0x24, 0x10}, 4, 64, 4, 2, true, true, false, 0},
		/* ds mov %eax, moffs64; moffs32 */
		{{0x3e, 0xa3, 1, 2, 3, 4, 5, 6, 7, 8}, 10, 64, 10, 0, true, false, false, 0},
		{{0xa3, 1, 2, 3, 4}, 5, 32, 5, 0, true, false, false, 0},
		/* mov %rcx, (%r11) */
		{{0x49, 0x89, 0x0b}, 3, 64, 3, 1, true, false, false, 0},
		/* refused: 16 bits wide, exchange of 64, register operand, C7 /1, other opcode, real mode */
		{{0x66, 0x89, 0x08}, 3, 64, 0, 0, false, false, false, 0},
		{{0x48, 0x87, 0x08}, 3, 64, 0, 0, false, false, false, 0},
		{{0x89, 0xc8}, 2, 64, 0, 0, false, false, false, 0},
		{{0xc7, 0x08, 1, 0, 0, 0}, 6, 64, 0, 0, false, false, false, 0},
		{{0x0f, 0x11, 0x00}, 3, 64, 0, 0, false, false, false, 0},
		{{0x89, 0x08}, 2, 16, 0, 0, false, false, false, 0},
		/* cut short: after the opcode, in the displacement, in the immediate */
		{{0x89}, 1, 64, 0, 0, false, false, false, 0},
		{{0x89, 0x3c, 0x25, 0, 0xb3}, 5, 64, 0, 0, false, false, false, 0},
		{{0xc7, 0x00, 1, 0}, 4, 64, 0, 0, false, false, false, 0},
		{{0x3e, 0x3e, 0x3e}, 3, 64, 0, 0, false, false, false, 0},
	};
	struct insn i;

	for (size_t n = 0; n < ARRAY_SIZE(cases); n++) {
		bool ok = insn_decode_store(cases[n].bytes, cases[n].n, cases[n].bits, &i);

		assert_int_equal(ok, cases[n].ok);
		if (!ok)
			continue;
		assert_int_equal(i.len, cases[n].len);
		assert_int_equal(i.wide, cases[n].bytes[0] == 0x49);
		assert_int_equal(i.exchange, cases[n].exchange);
		assert_int_equal(i.immediate, cases[n].immediate);
		if (i.immediate)
			assert_int_equal(i.imm, cases[n].imm);
		else
			assert_int_equal(i.reg, cases[n].reg);
	}
}

/* Long mode, four levels; the code page at CODE_VA. */
static void page_tables(uint64_t leaf)
{
	uint64_t *t = phys_to_virt(hpa(TABLES));

	memset(t, 0, 4 * PAGE_SIZE);
	t[511] = (TABLES + PAGE_SIZE) | PRESENT_RW;
	t[512 + 510] = (TABLES + 2 * PAGE_SIZE) | PRESENT_RW;
	t[1024 + 1] = (TABLES + 3 * PAGE_SIZE) | PRESENT_RW;
	t[1536 + 256] = leaf;
	f->regs[VREG_CR0] = CR0_PG;
	f->regs[VREG_CR4] = CR4_PAE;
	f->regs[VREG_EFER] = EFER_LMA | EFER_LME;
	f->regs[VREG_CR3] = TABLES;
	f->regs[VREG_CODE_BITS] = 64;
	f->regs[VREG_RIP] = CODE_VA;
}

static void test_guest_read(void **state)
{
	uint8_t buf[8];

	memcpy(phys_to_virt(hpa(CODE)), "abcdefgh", 8);
	page_tables(CODE | PRESENT_RW);
	assert_int_equal(guest_read(v, CODE_VA, buf, 8), 8);
	assert_memory_equal(buf, "abcdefgh", 8);
	/* the next page is not there */
	assert_int_equal(guest_read(v, CODE_VA + 0xffc, buf, 8), 4);
	/* a leaf, then a table, in the TEE's memory; then outside RAM */
	page_tables(FAKE_TEE | PRESENT_RW);
	assert_int_equal(guest_read(v, CODE_VA, buf, 8), 0);
	page_tables(CODE | PRESENT_RW);
	((uint64_t *)phys_to_virt(hpa(TABLES)))[511] = FAKE_TEE | PRESENT_RW;
	assert_int_equal(guest_read(v, CODE_VA, buf, 8), 0);
	f->regs[VREG_CR3] = 0xffffff000ull;
	assert_int_equal(guest_read(v, CODE_VA, buf, 8), 0);
	/* no paging */
	f->regs[VREG_CR0] = 0;
	assert_int_equal(guest_read(v, CODE, buf, 8), 8);
	assert_int_equal(guest_read(v, FAKE_TEE, buf, 8), 0);
}

/* mov %eax, (%rbx) */
static void store(uint64_t addr, uint32_t value)
{
	struct vexit e = {.reason = EXIT_FAULT, .write = true, .addr = addr};

	page_tables(CODE | PRESENT_RW);
	memcpy(phys_to_virt(hpa(CODE)), "\x89\x03", 2);
	v->regs.rax = 0xffffffff00000000ull | value;
	fake_turn(0, e);
}

static void apic_store(uint32_t offset, uint32_t value)
{
	store(APIC_PAGE + offset, value);
}

static void test_apic(void **state)
{
	apic_store(0xb0, 0);
	apic_store(0x80, 0x55);
	assert_int_equal(fake_apic[0][0x80 / 4], 0x55);
	assert_int_equal(f->skipped, 4);
	assert_int_equal(cpus[0].stats[MERLON_STAT_APIC], 2);
	assert_int_equal(cpus[0].stats[MERLON_STAT_VIOLATIONS], 0);
	apic_store(0x20, 5 << 24); /* another APIC ID */
	assert_int_equal(fake_apic[0][0x20 / 4], 0);
	apic_store(0x300, 0x200); /* SMI */
	assert_int_equal(fake_apic[0][0x300 / 4], 0);
	apic_store(0x310, 11 << 24);
	apic_store(0x300, 0x400); /* an NMI becomes an event of the other CPU's */
	assert_int_equal(fake_apic[0][0x300 / 4], 0);
	assert_true(cpus[1].events & EVENT_NMI);
	assert_int_equal(fake_nmis[1], 1); /* the kick's */
	apic_store(0x300, 0x444fd); /* NMI to itself */
	fake_turn(0, (struct vexit){.reason = EXIT_NMI_ENDS});
	assert_true(f->nmi);
	apic_store(0x300, 0x31); /* ordinary vectors go out */
	assert_int_equal(fake_apic[0][0x300 / 4], 0x31);
	apic_store(0x302, 1);
	assert_int_equal(f->injected, VECTOR_GP);
	/* 64 bits */
	f->injected = -1;
	memcpy(phys_to_virt(hpa(CODE)), "\x48\x89\x03", 3);
	fake_turn(0,
		  (struct vexit){.reason = EXIT_FAULT, .write = true, .addr = APIC_PAGE + 0x300});
	assert_int_equal(f->injected, VECTOR_GP);
	assert_int_equal(fake_apic[0][0x300 / 4], 0x31);
}

/* INIT and SMI by any way but the command register: nothing of it reaches the hardware. */
static void test_apic_vectors(void **state)
{
	apic_store(0x350, 0x10400); /* LINT0: NMI, masked */
	assert_int_equal(fake_apic[0][0x350 / 4], 0x10400);
	apic_store(0x350, 0x500); /* INIT */
	apic_store(0x340, 0x200); /* performance counter: SMI */
	assert_int_equal(fake_apic[0][0x350 / 4], 0x10400);
	assert_int_equal(fake_apic[0][0x340 / 4], 0);
	apic_store(0x000, 0x500); /* no register: an MSI on some machines */
	apic_store(0x3f0, 0x500);
	assert_int_equal(fake_apic[0][0], 0);
	assert_int_equal(fake_apic[0][0x3f0 / 4], 0);
}

static void ioapic_store(uint32_t offset, uint32_t value)
{
	store(IOAPIC_PAGE + offset, value);
}

static void test_ioapic(void **state)
{
	ioapic_store(0, 0x12); /* pin 1 */
	ioapic_store(0x10, 0x10031);
	assert_int_equal(fake_ioapic[0x12], 0x10031);
	ioapic_store(0x10, 0x500); /* INIT */
	ioapic_store(0x10, 0x200); /* SMI */
	ioapic_store(0x110, 0x500); /* the window's other name on some machines */
	assert_int_equal(fake_ioapic[0x12], 0x10031);
	ioapic_store(0x10, 0x400); /* NMI */
	assert_int_equal(fake_ioapic[0x12], 0x400);
	ioapic_store(0, 0x13); /* its destination may be any number */
	ioapic_store(0x10, 0x05000000);
	assert_int_equal(fake_ioapic[0x13], 0x05000000);
	assert_int_equal(f->injected, -1);
}

static void port(uint16_t at, uint8_t size, bool write, uint32_t value)
{
	v->regs.rax = 0x1122334400000000ull | value;
	fake_turn(0, (struct vexit){.reason = EXIT_IO,
				    .port = at,
				    .size = size,
				    .write = write,
				    .insn_len = 1});
}

static void test_ports(void **state)
{
	boot.pm1_control[0] = 0x604;
	port(0x64, 1, false, 0x55aa);
	assert_int_equal(v->regs.rax, 0x1122334400005521ull);
	port(0x604, 2, false, 0);
	assert_int_equal(v->regs.rax, 0x1122334400004321ull);
	port(0x64, 1, true, 0xad);
	assert_int_equal(fake_outs, 1);
	port(0x64, 1, true, 0xd1); /* A20 and reset line */
	port(0x64, 1, true, 0xdd);
	assert_int_equal(fake_outs, 1);
	port(0x92, 1, true, 0);
	assert_int_equal(fake_out & 0xff, 2); /* A20 stays open */
	assert_int_equal(f->injected, -1);
	port(0x63, 2, true, 0xd100);
	assert_int_equal(f->injected, VECTOR_GP);
	assert_int_equal(fake_outs, 2);
}

/* What starts a copy of QEMU's fw_cfg; the rest of that device is Linux's. */
static void test_fw_cfg(void **state)
{
	port(0x514, 4, true, 0);
	port(0x510, 2, true, 0);
	assert_int_equal(f->injected, -1);
	assert_int_equal(fake_outs, 2);
	port(0x518, 4, true, 0x1000);
	assert_int_equal(f->injected, VECTOR_GP);
	f->injected = -1;
	port(0x516, 4, true, 0x1000);
	assert_int_equal(f->injected, VECTOR_GP);
	assert_int_equal(fake_outs, 2);
}

/* Firmware wakes the machine without the monitor: nothing of the TEE may be left. */
static void test_sleep(void **state)
{
	boot.pm1_control[0] = 0x604;
	boot.pm1_control[1] = 0;
	port(0x604, 2, true, 0x0401);
	port(0x605, 1, true, 0x04);
	assert_int_equal(fake_wipes, 0);
	port(0x604, 2, true, 0x2401);
	assert_int_equal(fake_wipes, 1);
	port(0x605, 1, true, 0x24);
	assert_int_equal(fake_wipes, 2);
	port(0x602, 4, true, 0x20000000);
	assert_int_equal(fake_wipes, 3);
	assert_int_equal(fake_outs, 5);
}

/* The same before a reset, by each of its ports. */
static void test_reset(void **state)
{
	boot.reset_port = 0x70;
	boot.reset_value = 6;
	port(0x64, 1, true, 0xff); /* pulses nothing */
	port(0x64, 1, true, 0xad);
	port(0x92, 1, true, 2);
	port(0xcf9, 1, true, 2); /* the kind of reset, not yet the reset */
	port(0xcf8, 4, true, 0x80000400); /* a PCI address */
	port(0x70, 1, true, 7);
	assert_int_equal(fake_wipes, 0);
	port(0x64, 1, true, 0xfe);
	assert_int_equal(fake_wipes, 1);
	port(0x92, 1, true, 3);
	assert_int_equal(fake_wipes, 2);
	port(0xcf9, 1, true, 6);
	assert_int_equal(fake_wipes, 3);
	port(0xcf8, 2, true, 0x0600);
	assert_int_equal(fake_wipes, 4);
	port(0x6f, 2, true, 0x0600);
	assert_int_equal(fake_wipes, 5);
	assert_int_equal(fake_outs, 11);
	boot.reset_port = 0;
}

static void test_init_sipi(void **state)
{
	fake_apic[0][0x310 / 4] = 11u << 24; /* CPU 1 */
	apic_store(0x300, 0xc500);
	assert_int_equal(cpus[1].events, EVENT_INIT | EVENT_KICK);
	assert_int_equal(cpus[2].events, 0);
	apic_store(0x300, 0x8500); /* de-assert */
	apic_store(0x300, 0x4699);
	assert_int_equal(cpus[1].events, EVENT_INIT | EVENT_SIPI | 0x99 | EVENT_KICK);
	assert_int_equal(fake_nmis[1], 1);
	assert_int_equal(fake_apic[0][0x300 / 4], 0); /* nothing reached the hardware */
	/* to a CPU that does not exist */
	fake_apic[0][0x310 / 4] = 77u << 24;
	apic_store(0x300, 0x4500);
	/* by logical ID */
	cpus[2].ldr = 4;
	fake_apic[0][0x310 / 4] = 4u << 24;
	apic_store(0x300, 0x4d00);
	assert_int_equal(cpus[2].events, EVENT_INIT | EVENT_KICK);
	/* all others */
	cpus[1].events = cpus[2].events = 0;
	apic_store(0x300, 0xc4500);
	assert_int_equal(cpus[0].events, 0);
	assert_int_equal(cpus[1].events, EVENT_INIT | EVENT_KICK);
	assert_int_equal(cpus[2].events, EVENT_INIT | EVENT_KICK);
}

static bool msr(bool write, uint32_t number, uint64_t value)
{
	struct vexit e = {.reason = EXIT_MSR, .write = write, .insn_len = 2};

	f->injected = -1;
	v->regs.rcx = number;
	v->regs.rax = (uint32_t)value;
	v->regs.rdx = value >> 32;
	fake_turn(0, e);
	return f->injected < 0;
}

static void test_msr(void **state)
{
	f->regs[VREG_EFER] = EFER_LMA | EFER_LME;
	f->regs[VREG_CR0] = CR0_PG;
	assert_true(msr(true, 0xc0000080, EFER_LMA | EFER_LME | 1));
	assert_int_equal(f->regs[VREG_EFER], EFER_LMA | EFER_LME | 1);
	assert_false(msr(true, 0xc0000080, EFER_LMA | EFER_LME | EFER_SVME));
	assert_false(msr(true, 0xc0000080, EFER_LMA)); /* LME with paging on */
	assert_int_equal(f->regs[VREG_EFER], EFER_LMA | EFER_LME | 1);
	assert_true(msr(false, 0xc0000080, 0));
	assert_int_equal(v->regs.rax, EFER_LMA | EFER_LME | 1);
	assert_true(msr(true, 0x1b, APIC_PAGE | 0x900));
	assert_true(msr(true, 0x1b, APIC_PAGE | 0x800));
	assert_false(msr(true, 0x1b, APIC_PAGE + PAGE_SIZE + 0x900)); /* moved */
	assert_false(msr(true, 0x1b, APIC_PAGE | 0xd00)); /* x2APIC */
	assert_false(msr(true, 0x1b, APIC_PAGE)); /* off */
	assert_true(msr(true, 0x277, 0x0007040600070406ull));
	assert_false(msr(true, 0x277, 0x0007040600070402ull)); /* type 2 does not exist */
	assert_int_equal(f->regs[VREG_PAT], 0x0007040600070406ull);
	assert_true(msr(true, 0x200, 0)); /* MTRR: ignored */
	assert_true(msr(true, 0x10, 5000)); /* TSC: an offset */
	assert_int_equal(f->regs[VREG_TSC_OFFSET], 4000);
	assert_false(msr(false, 0xc0010114, 0)); /* VM_CR */
	assert_false(msr(true, 0xc0010117, 0)); /* HSAVE_PA */
	assert_false(msr(true, 0x12345678, 0)); /* unknown */
	assert_false(msr(true, 0x80b, 0)); /* x2APIC registers */
}

static void test_cpuid(void **state)
{
	struct cpuid c;

	memset(&fake_cpuid, 0xff, sizeof(fake_cpuid));
	c = cpuid_filter(v, 1, 0);
	assert_int_equal(c.ecx & (1 << 5 | 1 << 21 | 1 << 27), 0); /* VMX, x2APIC, OSXSAVE */
	assert_true(c.ecx >> 31);
	f->regs[VREG_CR4] = 1 << 18;
	assert_true(cpuid_filter(v, 1, 0).ecx & 1 << 27);
	assert_int_equal(cpuid_filter(v, 0x80000001, 0).ecx & 4, 0); /* SVM */
	assert_int_equal(cpuid_filter(v, 0x8000000a, 0).eax, 0);
	c = cpuid_filter(v, 0xd, 1);
	assert_int_equal(c.eax & 8, 0); /* XSAVES */
	assert_int_equal(c.ecx | c.edx, 0);
	assert_int_equal(cpuid_filter(v, 0xd, 2).eax, 0); /* a supervisor state */
	c = cpuid_filter(v, 0x40000000, 0);
	assert_int_equal(c.ebx, MERLON_CPUID_EBX);
	assert_int_equal(c.edx, MERLON_CPUID_EDX);
	c = cpuid_filter(v, 0x40000001, 0);
	assert_int_equal(c.eax, MERLON_ABI_VERSION);
	assert_int_equal(c.edx, 3);
	assert_int_equal(cpuid_filter(v, 0x40000010, 0).eax, 0);
}

/* Two states of 258 bytes each behind the legacy area and the header, both aligned. */
static void test_xsave_size(void **state)
{
	fake_cpuid = (struct cpuid){.eax = 0x102, .ecx = 2};
	assert_int_equal(cpuid_filter(v, 0xd, 1).ebx, 576 + 258 + 62 + 258);
	fake_cpuid = (struct cpuid){.eax = 0x102};
	assert_int_equal(cpuid_filter(v, 0xd, 1).ebx, 576 + 258 + 258);
	fake_cpuid = (struct cpuid){.eax = 0x100, .ebx = 5};
	assert_int_equal(cpuid_filter(v, 0xd, 1).ebx, 0); /* no XSAVEC */
}

static void test_options(void **state)
{
	options_parse("tee_mem=48M  serial log=debug");
	assert_int_equal(options.tee_mem, 48 << 20);
	assert_true(options.serial);
	assert_int_equal(options.log_level, LOG_DEBUG);
	options_parse("seat=vm iommu=require ibpb=off l1d=always rsb=always rsb=auto verw=perhaps");
	assert_int_equal(options.seat, MERLON_SEAT_VM);
	assert_int_equal(options.iommu, IOMMU_REQUIRE);
	assert_int_equal(options.mitigate[MITIGATE_IBPB], MITIGATE_OFF);
	assert_int_equal(options.mitigate[MITIGATE_L1D], MITIGATE_ALWAYS);
	assert_int_equal(options.mitigate[MITIGATE_VERW], MITIGATE_AUTO);
	assert_int_equal(options.mitigate[MITIGATE_RSB], MITIGATE_AUTO);
	options_parse("tee_mem=1M log=loud tee_mem=99999999999999999999G tee_mem=64MB guard=off x");
	assert_int_equal(options.tee_mem, 48 << 20);
	assert_int_equal(options.log_level, LOG_DEBUG);
	assert_true(guard_enabled());
	options_parse(
		"a_word_that_is_a_good_deal_longer_than_the_longest_option_that_there_is_today");
}

#define T(t) cmocka_unit_test_setup(t, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_decode),	    T(test_guest_read), T(test_apic),	T(test_apic_vectors),
		T(test_ioapic),	    T(test_ports),	T(test_fw_cfg), T(test_sleep),
		T(test_reset),	    T(test_init_sipi),	T(test_msr),	T(test_cpuid),
		T(test_xsave_size), T(test_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
