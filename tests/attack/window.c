// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/attack: a window on the memory of the TEE and the monitor that a program can map with all
 * rights, for attacks from user mode (user/). Parameter "size" says how large it is.
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include "attack.h"

static unsigned long base, size;
module_param(base, ulong, 0444);
module_param(size, ulong, 0444);
MODULE_PARM_DESC(size, "this range rather than what is found");

static int window_mmap(struct file *file, struct vm_area_struct *vma)
{
	const unsigned long bytes = vma->vm_end - vma->vm_start, pages = size >> PAGE_SHIFT;

	if (vma->vm_pgoff > pages || bytes >> PAGE_SHIFT > pages - vma->vm_pgoff)
		return -EINVAL;
	return remap_pfn_range(vma, vma->vm_start, (base >> PAGE_SHIFT) + vma->vm_pgoff, bytes,
			       vma->vm_page_prot);
}

static const struct file_operations window_fops = {
	.owner = THIS_MODULE,
	.mmap = window_mmap,
};

static struct miscdevice window = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "attack",
	.fops = &window_fops,
};

static int __init window_init(void)
{
	struct attack_range r;
	int rc = attack_probe();

	if (!rc && !size) {
		rc = attack_find_closed(&r);
		base = r.base;
		size = r.size;
	}
	return rc ?: misc_register(&window);
}

static void __exit window_exit(void)
{
	misc_deregister(&window);
}

module_init(window_init);
module_exit(window_exit);
MODULE_DESCRIPTION("Merlon test: TEE memory for programs");
MODULE_LICENSE("GPL");
