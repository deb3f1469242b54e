// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/merlon: log, status and counters, for merlonctl (abi/merlon_ioctl.h).
 */
#include <linux/cpumask.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "abi/merlon_ioctl.h"
#include "abi/stats.h"
#include "merlon.h"

static struct merlon *ctl_merlon;

struct reader {
	struct mutex lock; /* one read at a time, so that no record comes out twice */
	struct merlon_log_pos pos;
	struct merlon_log_line line;
};

static int ctl_open(struct inode *inode, struct file *file)
{
	struct reader *reader = kzalloc(sizeof(*reader), GFP_KERNEL);

	if (!reader)
		return -ENOMEM;
	mutex_init(&reader->lock);
	file->private_data = reader;
	return stream_open(inode, file);
}

static int ctl_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}

/* Whole records into @buf, as many as fit and are there. */
static ssize_t read_records(struct reader *reader, char __user *buf, size_t len)
{
	struct merlon_log_pos before;
	size_t done = 0, size;

	for (;;) {
		before = reader->pos;
		size = merlon_log_next(&ctl_merlon->log, &reader->pos, &reader->line);
		if (!size)
			return done;
		if (size > len - done) {
			reader->pos = before;
			return done ? done : -EINVAL;
		}
		if (copy_to_user(buf + done, &reader->line, size)) {
			reader->pos = before;
			return done ? done : -EFAULT;
		}
		done += size;
	}
}

static ssize_t ctl_read(struct file *file, char __user *buf, size_t len, loff_t *off)
{
	struct reader *reader = file->private_data;
	struct merlon_log *log = &ctl_merlon->log;
	ssize_t rc;

	for (;;) {
		if (mutex_lock_interruptible(&reader->lock))
			return -ERESTARTSYS;
		rc = read_records(reader, buf, len);
		mutex_unlock(&reader->lock);
		if (rc)
			return rc;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		merlon_log_wait_begin(log);
		if (wait_event_interruptible(log->wq, merlon_log_pending(log, &reader->pos)))
			return -ERESTARTSYS;
	}
}

static __poll_t ctl_poll(struct file *file, poll_table *wait)
{
	struct reader *reader = file->private_data;
	struct merlon_log *log = &ctl_merlon->log;

	poll_wait(file, &log->wq, wait);
	if (merlon_log_pending(log, &reader->pos))
		return EPOLLIN | EPOLLRDNORM;
	merlon_log_wait_begin(log);
	return 0;
}

static int ctl_status(struct merlon *m, struct merlon_ioc_status *st)
{
	struct tee_regs regs = {.rdi = TEE_OP_STAT, .rsi = TEE_STAT_THREADS};

	*st = (struct merlon_ioc_status){
		.abi_version = m->info.abi_version,
		.features = m->info.features,
		.seat = m->info.seat,
		.ncpus = m->info.ncpus,
		.partition = m->info.partition,
		.tsc_khz = m->info.tsc_khz,
		.max_threads = m->max_threads,
	};
	/* A TEE that died while nobody called is found out here. */
	st->tee_alive = merlon_op(m, &regs) != -EPIPE;
	return 0;
}

static int ctl_stat(struct merlon *m, struct merlon_ioc_stat *st)
{
	struct tee_regs regs = {.rdi = TEE_OP_STAT, .rsi = st->index};
	int rc;

	switch (st->which) {
	case 0:
		return m->transport->stat(st->cpu, st->index, &st->value);
	case 1:
		rc = merlon_op(m, &regs);
		st->value = regs.rsi;
		return rc;
	default:
		return -EINVAL;
	}
}

static long ctl_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *user = (void __user *)arg;
	union {
		struct merlon_ioc_status status;
		struct merlon_ioc_stat stat;
	} u;
	int rc;

	switch (cmd) {
	case MERLON_IOC_STATUS:
		rc = ctl_status(ctl_merlon, &u.status);
		break;
	case MERLON_IOC_STAT:
		if (copy_from_user(&u.stat, user, sizeof(u.stat)))
			return -EFAULT;
		rc = ctl_stat(ctl_merlon, &u.stat);
		break;
	default:
		return -ENOTTY;
	}
	if (!rc && copy_to_user(user, &u, _IOC_SIZE(cmd)))
		rc = -EFAULT;
	return rc;
}

static const struct file_operations ctl_fops = {
	.owner = THIS_MODULE,
	.open = ctl_open,
	.release = ctl_release,
	.read = ctl_read,
	.poll = ctl_poll,
	.unlocked_ioctl = ctl_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice ctl_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "merlon",
	.fops = &ctl_fops,
	.mode = 0600,
};

int merlon_ctl_init(struct merlon *m)
{
	ctl_merlon = m;
	return misc_register(&ctl_device);
}

void merlon_ctl_exit(void)
{
	misc_deregister(&ctl_device);
}
