// SPDX-License-Identifier: GPL-2.0-only
/* attack_machine.ko: see machine.h. */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include "machine.h"

static unsigned long base, size;
module_param(base, ulong, 0444);
module_param(size, ulong, 0444);
MODULE_PARM_DESC(size, "the TEE's memory is here: sleep, and do nothing else");

bool machine_monitor;
u64 machine_secret;

static void attack_all(void)
{
	machine_attack_msrs();
	machine_attack_ports();
	machine_attack_chipset();
	machine_attack_hpet();
	machine_attack_interrupts();
	if (machine_monitor)
		attack_normal_invoke("tee_works_after");
}

static int __init machine_init(void)
{
	const struct attack_range tee = {base, size};
	struct attack_range r;
	unsigned long page = 0;
	int rc = 0;

	machine_monitor = !attack_probe();
	if (machine_monitor) {
		rc = attack_find_closed(&r);
		machine_secret = r.base;
	} else {
		page = get_zeroed_page(GFP_KERNEL);
		machine_secret = page ? virt_to_phys((void *)page) : 0;
		rc = page ? 0 : -ENOMEM;
	}
	if (rc)
		return rc;
	if (size)
		machine_attack_sleep(&tee);
	else
		attack_all();
	attack_summary(KBUILD_MODNAME);
	free_page(page);
	return 0;
}

static void __exit machine_exit(void)
{
}

module_init(machine_init);
module_exit(machine_exit);
MODULE_DESCRIPTION("Merlon test: attacks by way of the machine");
MODULE_LICENSE("GPL");
