// SPDX-License-Identifier: BSD-2-Clause
/*
 * The kernel's start at its random place, in order.
 */
#include <kernel/arch/x86_64/arch.h>
#include <kernel/arch/x86_64/asm.h>
#include <kernel/include/mm.h>
#include <kernel/transport/transport.h>

_Noreturn void bsp_main(void)
{
	const struct boot_params *bp = &boot_params;
	const struct tee_boot_info *bi = &bp->bi;

	cpu_init(0);
	klog_init();
	transport_init(bi);
	cpu_log_features();
	page_init(paddr(bp->free_base), bi->tee_base + bi->tee_size - bp->free_base);
	ree_init(bi);
	ree_share_init(transport_shares());
	kernel_init(bi);
	cpu_run(NULL);
}

_Noreturn void ap_main(unsigned id)
{
	cpu_init(id);
	cpu_run(NULL);
}
