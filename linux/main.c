// SPDX-License-Identifier: GPL-2.0-only
/*
 * Merlon's driver for the Linux TEE subsystem: finds the TEE, attaches to it, and offers it as
 * /dev/tee0 (clients), /dev/teepriv0 (tee-supplicant) and /dev/merlon (merlonctl).
 */
#include <linux/err.h>
#include <linux/module.h>
#include "merlon.h"

static struct merlon merlon;

static const struct merlon_transport *const transports[] = {
	&merlon_world,
	&merlon_vm,
};

static const struct tee_desc client_desc = {
	.name = "merlon-clnt",
	.ops = &merlon_client_ops,
	.owner = THIS_MODULE,
};

static const struct tee_desc supp_desc = {
	.name = "merlon-supp",
	.ops = &merlon_supp_ops,
	.owner = THIS_MODULE,
	.flags = TEE_DESC_PRIVILEGED,
};

static int find_tee(struct merlon *m)
{
	size_t i;
	int rc = -ENODEV;

	for (i = 0; i < ARRAY_SIZE(transports) && rc == -ENODEV; i++) {
		m->transport = transports[i];
		rc = m->transport->probe(&m->info);
	}
	if (rc)
		return rc;
	if (m->info.abi_version >> 16 != MERLON_ABI_MAJOR) {
		pr_err("merlon: the monitor speaks ABI %#x, this driver %#x\n", m->info.abi_version,
		       MERLON_ABI_VERSION);
		return -EPROTO;
	}
	return 0;
}

/*
 * ATTACH or DETACH. An interrupt ends the TEE's work on it, with EBUSY: it goes on when it is
 * asked again. The limit is for a thread that never comes to its end.
 */
static int reset(struct merlon *m, struct tee_regs *regs)
{
	const struct tee_regs start = *regs;
	unsigned long end = jiffies + 5 * HZ;
	int rc;

	for (;;) {
		*regs = start;
		rc = merlon_op(m, regs);
		if (rc != -EBUSY || time_after(jiffies, end))
			return rc;
		schedule_timeout_uninterruptible(1);
	}
}

/* Begins afresh: what an earlier driver left in the TEE goes. */
static int attach(struct merlon *m)
{
	struct tee_regs regs = {.rdi = TEE_OP_ATTACH, .rsi = MERLON_ABI_VERSION};
	int rc = reset(m, &regs);

	if (rc)
		return rc;
	if (regs.rcx < sizeof(struct merlon_message) || !(regs.rsi & TEE_CAP_REG_MEM) ||
	    !(regs.rsi & TEE_CAP_MEMREF_NULL))
		return -EPROTO;
	m->max_threads = regs.rdx;
	return 0;
}

static void detach(struct merlon *m)
{
	struct tee_regs regs = {.rdi = TEE_OP_DETACH};

	if (reset(m, &regs) && !m->dead)
		pr_err("merlon: the TEE refused to detach\n");
}

static struct tee_device *device_new(struct merlon *m, const struct tee_desc *desc)
{
	struct tee_device *dev = tee_device_alloc(desc, NULL, &m->pool, m);
	int rc;

	if (IS_ERR(dev))
		return dev;
	rc = tee_device_register(dev);
	if (rc) {
		tee_device_unregister(dev);
		return ERR_PTR(rc);
	}
	return dev;
}

static int devices_register(struct merlon *m)
{
	m->suppdev = device_new(m, &supp_desc);
	if (IS_ERR(m->suppdev))
		return PTR_ERR(m->suppdev);
	m->teedev = device_new(m, &client_desc);
	if (IS_ERR(m->teedev)) {
		tee_device_unregister(m->suppdev);
		return PTR_ERR(m->teedev);
	}
	return 0;
}

static int start(struct merlon *m)
{
	int rc = attach(m);

	if (rc == -EPIPE) {
		/* Its last words can still be read. */
		pr_err("merlon: the TEE is dead: only /dev/merlon is offered\n");
		return 0;
	}
	if (rc)
		return rc;
	rc = merlon_share_init(m);
	if (!rc)
		rc = devices_register(m);
	if (rc)
		detach(m);
	return rc;
}

static void stop(struct merlon *m)
{
	if (!m->teedev)
		return;
	/* Clients first: closing their sessions may need the supplicant. */
	tee_device_unregister(m->teedev);
	tee_device_unregister(m->suppdev);
	detach(m);
}

static int __init merlon_init(void)
{
	struct merlon *m = &merlon;
	int rc = find_tee(m);

	if (rc)
		return rc;
	init_waitqueue_head(&m->thread_wq);
	xa_init_flags(&m->shms, XA_FLAGS_ALLOC1);
	m->pool.ops = &merlon_pool_ops;
	merlon_notif_init(&m->notif);
	merlon_supp_init(&m->supp);
	rc = merlon_pages_init(m);
	if (rc)
		return rc;
	merlon_log_init(m);
	rc = start(m);
	if (rc)
		goto out_log;
	rc = merlon_ctl_init(m);
	if (rc)
		goto out_stop;
	pr_info("merlon: %s seat, ABI %#x, %u CPUs, %u threads\n", m->transport->name,
		m->info.abi_version, m->info.ncpus, m->max_threads);
	return 0;

out_stop:
	stop(m);
out_log:
	merlon_log_exit(m);
	merlon_pages_exit(m);
	merlon_share_exit(m);
	return rc;
}

static void __exit merlon_exit(void)
{
	struct merlon *m = &merlon;

	merlon_ctl_exit();
	stop(m);
	/* Detached: nothing of ours is in the TEE's hands any more. */
	merlon_shm_exit(m);
	merlon_notif_exit(&m->notif);
	merlon_supp_exit(&m->supp);
	merlon_log_exit(m);
	merlon_pages_exit(m);
	merlon_share_exit(m);
}

module_init(merlon_init);
module_exit(merlon_exit);

MODULE_DESCRIPTION("Merlon trusted execution environment");
MODULE_LICENSE("GPL");
