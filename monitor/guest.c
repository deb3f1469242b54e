// SPDX-License-Identifier: BSD-2-Clause
/*
 * Reads a partition's memory through its own page tables. Tables and data are only followed into
 * RAM that the partition owns: a table entry that points at the TEE reads nothing.
 */
#include <monitor/arch.h>
#include <monitor/memory.h>
#include <monitor/policy.h>
#include <string.h>

#define PTE_P	  (1ull << 0)
#define PTE_PS	  (1ull << 7)
#define ADDR_MASK 0x000ffffffffff000ull
#define CR0_PG	  (1ull << 31)
#define CR4_PSE	  (1ull << 4)
#define CR4_PAE	  (1ull << 5)
#define CR4_LA57  (1ull << 12)
#define EFER_LMA  (1ull << 10)

static bool own_ram(struct vcpu *v, uint64_t addr)
{
	return memory_owner(addr) == (v->part == PART_TEE ? OWNER_TEE : OWNER_REE);
}

static bool read_entry(struct vcpu *v, uint64_t addr, size_t size, uint64_t *pte)
{
	if (!own_ram(v, addr))
		return false;
	*pte = get_at(phys_to_virt(hpa(addr)), 0, size);
	return *pte & PTE_P;
}

struct walk {
	int levels;
	size_t entry; /* bytes */
	unsigned int index_bits;
	uint64_t root;
};

static struct walk walk_of(struct vcpu *v)
{
	uint64_t cr3 = virt->get(v, VREG_CR3), cr4 = virt->get(v, VREG_CR4);

	if (virt->get(v, VREG_EFER) & EFER_LMA)
		return (struct walk){cr4 & CR4_LA57 ? 5 : 4, 8, 9, cr3 & ADDR_MASK};
	if (cr4 & CR4_PAE)
		return (struct walk){3, 8, 9, cr3 & 0xffffffe0};
	return (struct walk){2, 4, 10, cr3 & 0xfffff000};
}

static bool translate(struct vcpu *v, uint64_t va, uint64_t *pa)
{
	struct walk w = walk_of(v);
	uint64_t table = w.root, pte, mask;

	*pa = va;
	if (!(virt->get(v, VREG_CR0) & CR0_PG))
		return true;
	for (int level = w.levels - 1; level >= 0; level--) {
		unsigned int shift = 12 + w.index_bits * (unsigned int)level;
		uint64_t index = (va >> shift) & ((1ull << w.index_bits) - 1);

		if (!read_entry(v, table + index * w.entry, w.entry, &pte))
			return false;
		if (!level || (pte & PTE_PS && level < 3 &&
			       (w.entry == 8 || virt->get(v, VREG_CR4) & CR4_PSE))) {
			mask = (1ull << shift) - 1;
			*pa = (pte & ADDR_MASK & ~mask) | (va & mask);
			return true;
		}
		table = pte & ADDR_MASK;
	}
	return false;
}

size_t guest_read(struct vcpu *v, uint64_t va, void *buf, size_t n)
{
	size_t done = 0, part;
	uint64_t pa;

	while (done < n && translate(v, va + done, &pa) && own_ram(v, pa)) {
		part = PAGE_SIZE - pa % PAGE_SIZE;
		if (part > n - done)
			part = n - done;
		memcpy((uint8_t *)buf + done, phys_to_virt(hpa(pa)), part);
		done += part;
	}
	return done;
}
