/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * /dev/merlon (mode 0600): what merlonctl uses.
 * read():  log records of both rings in time order, each a struct merlon_log_record with
 *          its padding; whole records only; blocks unless O_NONBLOCK; poll() works. A new open
 *          starts at the oldest record kept. `cpu` and `tsc` are as the writer put them; convert
 *          with tsc_khz of the status.
 * ioctl(): below. Errors: ENOTTY, EFAULT, ENODEV (no monitor), EPIPE (the TEE has panicked).
 */
#ifndef ABI_MERLON_IOCTL_H
#define ABI_MERLON_IOCTL_H

#include <linux/ioctl.h>
#include <linux/types.h>

struct merlon_ioc_status {
	__u32 abi_version; /* MERLON_ABI_VERSION of the monitor */
	__u32 features; /* MERLON_FEAT_* */
	__u32 seat; /* MERLON_SEAT_* */
	__u32 ncpus;
	__u32 partition;
	__u32 tee_alive; /* 0 after a TEE panic */
	__u64 tsc_khz;
	__u32 max_threads;
	__u32 reserved;
};

struct merlon_ioc_stat {
	__u32 which; /* in: 0 = monitor counter, 1 = TEE gauge */
	__u32 cpu; /* in: CPU of a monitor counter */
	__u32 index; /* in: enum merlon_stat or enum tee_stat */
	__u32 reserved;
	__u64 value; /* out */
};

#define MERLON_IOC_STATUS _IOR(0xa5, 0, struct merlon_ioc_status)
#define MERLON_IOC_STAT	  _IOWR(0xa5, 1, struct merlon_ioc_stat)

#endif
