// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices that Linux drives are told to read and write the memory of the TEE and the monitor: QEMU's
 * "edu", which copies on command, and an e1000, whose descriptor ring names the memory and whose
 * loopback brings it back. Where the guard is off the cases say FAIL with LEAK in the reason.
 *
 * What a device gives when its read was refused is its own affair: old contents of its buffer, or
 * zeroes. So each buffer is filled with one pattern and then with another before the same read: only
 * what came from the memory is the same both times.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/pci.h>
#include "attack.h"

#define BYTES	96 /* of a read or write */
#define SAMPLES 8 /* pages tried by each device */

struct attacker {
	const char *name;
	unsigned int vendor, id;
	void (*setup)(struct attacker *d);
	/* Has the device read BYTES at an address and put them at d->in. false: it never ended. */
	bool (*fetch)(struct attacker *d, dma_addr_t from);
	/* Has it write what it fetched last; NULL: it cannot choose what it writes. */
	bool (*put)(struct attacker *d, dma_addr_t to);
	struct pci_dev *pci;
	u8 __iomem *regs;
	u8 *own; /* a page of Linux's: what goes out, what comes in, rings */
	dma_addr_t own_dma;
};

#define OUT_OFFSET 0
#define IN_OFFSET  1024
#define TX_OFFSET  3072 /* rings of the e1000 */
#define RX_OFFSET  3328

/* --- edu: docs/specs/edu.txt of QEMU --- */

#define EDU_SOURCE    0x80
#define EDU_TARGET    0x88
#define EDU_COUNT     0x90
#define EDU_COMMAND   0x98
#define EDU_BUFFER    0x40000
#define EDU_START     1
#define EDU_TO_MEMORY 2

static bool edu_copy(struct attacker *d, u64 from, u64 to, u32 direction)
{
	unsigned int i;

	writeq(from, d->regs + EDU_SOURCE);
	writeq(to, d->regs + EDU_TARGET);
	writeq(BYTES, d->regs + EDU_COUNT);
	writeq(EDU_START | direction, d->regs + EDU_COMMAND);
	for (i = 0; i < 5000; i++) {
		if (!(readq(d->regs + EDU_COMMAND) & EDU_START))
			return true;
		usleep_range(200, 1000);
	}
	return false;
}

static bool edu_fetch(struct attacker *d, dma_addr_t from)
{
	return edu_copy(d, from, EDU_BUFFER, 0) &&
	       edu_copy(d, EDU_BUFFER, d->own_dma + IN_OFFSET, EDU_TO_MEMORY);
}

static bool edu_put(struct attacker *d, dma_addr_t to)
{
	return edu_copy(d, EDU_BUFFER, to, EDU_TO_MEMORY);
}

static void edu_setup(struct attacker *d)
{
}

/* --- e1000: Intel 8254x software developer's manual --- */

#define E1000_MDIC  0x20
#define E1000_RCTL  0x100
#define E1000_TCTL  0x400
#define E1000_RX    0x2800 /* base low, high, length, head, tail at 0, 4, 8, 16, 24 */
#define E1000_TX    0x3800
#define MDIC_WRITE  (1u << 26 | 1u << 21) /* PHY 1, register 0 */
#define PHY_LOOP    (1u << 14)
#define RCTL_ON	    (1u << 1 | 1u << 3 | 1u << 4 | 1u << 15) /* everything is received */
#define TCTL_ON	    (1u << 1 | 1u << 3)
#define TX_COMMAND  (1u << 24 | 1u << 25 | 1u << 27) /* whole packet, FCS, report */
#define RING_BYTES  128
#define RING_LENGTH 8
#define DONE	    1

struct e1000_desc {
	__le64 addr;
	__le32 length, status; /* their halves differ between directions */
};

static void e1000_ring(struct attacker *d, unsigned int at, unsigned int offset)
{
	writel(lower_32_bits(d->own_dma + offset), d->regs + at);
	writel(upper_32_bits(d->own_dma + offset), d->regs + at + 4);
	writel(RING_BYTES, d->regs + at + 8);
	writel(0, d->regs + at + 16);
	writel(0, d->regs + at + 24);
}

/* After RCTL is written, QEMU's takes no packet for a second. */
static void e1000_setup(struct attacker *d)
{
	writel(MDIC_WRITE | PHY_LOOP, d->regs + E1000_MDIC);
	e1000_ring(d, E1000_RX, RX_OFFSET);
	writel(RCTL_ON, d->regs + E1000_RCTL);
	writel(TCTL_ON, d->regs + E1000_TCTL);
	msleep(1500);
}

static bool e1000_fetch(struct attacker *d, dma_addr_t from)
{
	struct e1000_desc *tx = (void *)d->own + TX_OFFSET, *rx = (void *)d->own + RX_OFFSET;
	unsigned int i;

	memset(tx, 0, RING_BYTES);
	memset(rx, 0, RING_BYTES);
	tx->addr = cpu_to_le64(from);
	tx->length = cpu_to_le32(BYTES | TX_COMMAND);
	for (i = 0; i < RING_LENGTH; i++)
		rx[i].addr = cpu_to_le64(d->own_dma + IN_OFFSET);
	e1000_ring(d, E1000_RX, RX_OFFSET);
	e1000_ring(d, E1000_TX, TX_OFFSET);
	writel(RING_LENGTH - 1, d->regs + E1000_RX + 24);
	writel(1, d->regs + E1000_TX + 24);
	for (i = 0; i < 200; i++) {
		if (READ_ONCE(rx->status) & cpu_to_le32(DONE))
			return true;
		usleep_range(500, 1000);
	}
	return false;
}

static struct attacker devices[] = {
	{"edu", 0x1234, 0x11e8, edu_setup, edu_fetch, edu_put},
	{"e1000", 0x8086, 0x100e, e1000_setup, e1000_fetch, NULL},
};

/* --- The attack --- */

enum outcome {
	REFUSED,
	LEAKED,
	STUCK
};

static bool all_same(const u8 *p)
{
	return !memchr_inv(p, p[0], BYTES);
}

/* Fills the device's own buffer with a pattern, by way of Linux's page. */
static bool prime(struct attacker *d, u8 pattern)
{
	unsigned int i;

	for (i = 0; i < BYTES; i++)
		d->own[OUT_OFFSET + i] = pattern ^ i;
	memset(d->own + IN_OFFSET, 0, BYTES);
	return d->fetch(d, d->own_dma + OUT_OFFSET) &&
	       !memcmp(d->own + IN_OFFSET, d->own + OUT_OFFSET, BYTES);
}

static enum outcome read_at(struct attacker *d, u64 pa, u8 *what)
{
	u8 first[BYTES];

	if (!prime(d, 0x5a))
		return STUCK;
	if (!d->fetch(d, pa))
		return REFUSED; /* it gave up, which is its right */
	memcpy(first, d->own + IN_OFFSET, BYTES);
	if (!prime(d, 0xc3))
		return STUCK;
	if (!d->fetch(d, pa))
		return REFUSED;
	memcpy(what, d->own + IN_OFFSET, BYTES);
	return !memcmp(first, what, BYTES) && !all_same(what) ? LEAKED : REFUSED;
}

static void attack_read(struct attacker *d, const struct attack_range *r)
{
	unsigned int count[3] = {}, i;
	char name[32];
	u8 what[BYTES];

	for (i = 0; i < SAMPLES; i++)
		count[read_at(d, r->base + round_down(r->size / SAMPLES * i, PAGE_SIZE), what)]++;
	snprintf(name, sizeof(name), "%s_reads_nothing", d->name);
	attack_check(name, count[REFUSED] == SAMPLES, "%s: %u leaked, %u stuck",
		     count[LEAKED] ? "LEAK" : "no answer", count[LEAKED], count[STUCK]);
}

/* The write is seen by a read of the same device. What was there is put back. */
static void attack_write(struct attacker *d, u64 pa)
{
	u8 before[BYTES], after[BYTES], pattern[BYTES];
	enum outcome had = read_at(d, pa, before), has;

	prime(d, 0x96);
	memcpy(pattern, d->own + OUT_OFFSET, BYTES);
	d->put(d, pa);
	has = read_at(d, pa, after);
	if (had == LEAKED) {
		memcpy(d->own + OUT_OFFSET, before, BYTES);
		d->fetch(d, d->own_dma + OUT_OFFSET);
		d->put(d, pa);
	}
	attack_check("edu_writes_nothing", has == REFUSED || memcmp(after, pattern, BYTES),
		     "LEAK: %#llx was overwritten", pa);
}

static int device_open(struct attacker *d)
{
	int rc = -ENODEV;

	d->pci = pci_get_device(d->vendor, d->id, NULL);
	if (!d->pci)
		return rc;
	rc = pci_enable_device(d->pci);
	if (rc)
		goto put;
	pci_set_master(d->pci);
	rc = dma_set_mask_and_coherent(&d->pci->dev, DMA_BIT_MASK(32));
	d->regs = rc ? NULL : pci_iomap(d->pci, 0, 0);
	d->own = d->regs ? dma_alloc_coherent(&d->pci->dev, PAGE_SIZE, &d->own_dma, GFP_KERNEL)
			 : NULL;
	if (d->own)
		return 0;
	rc = rc ?: -ENOMEM;
	if (d->regs)
		pci_iounmap(d->pci, d->regs);
	pci_disable_device(d->pci);
put:
	pci_dev_put(d->pci);
	return rc;
}

static void device_close(struct attacker *d)
{
	dma_free_coherent(&d->pci->dev, PAGE_SIZE, d->own, d->own_dma);
	pci_iounmap(d->pci, d->regs);
	pci_disable_device(d->pci);
	pci_dev_put(d->pci);
}

static void attack_by(struct attacker *d, const struct attack_range *r)
{
	char name[32];
	int rc = device_open(d);

	snprintf(name, sizeof(name), "%s_serves_linux", d->name);
	if (rc) {
		attack_fail(name, "cannot be used: %d", rc);
		return;
	}
	d->setup(d);
	attack_check(name, prime(d, 0x11), "it does not copy Linux's own memory");
	attack_read(d, r);
	if (d->put)
		attack_write(d, r->base);
	device_close(d);
}

static int __init dma_init(void)
{
	struct attack_range r;
	unsigned int i;
	int rc = attack_probe();

	if (rc)
		return rc;
	rc = attack_find_range(&r);
	if (rc) {
		attack_fail("find_range", "%d", rc);
	} else {
		for (i = 0; i < ARRAY_SIZE(devices); i++)
			attack_by(&devices[i], &r);
		attack_normal_invoke("tee_works_after");
	}
	attack_summary(KBUILD_MODNAME);
	return 0;
}

static void __exit dma_exit(void)
{
}

module_init(dma_init);
module_exit(dma_exit);
MODULE_DESCRIPTION("Merlon test: attacks on TEE memory by devices");
MODULE_LICENSE("GPL");
