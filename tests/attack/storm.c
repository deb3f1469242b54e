// SPDX-License-Identifier: GPL-2.0-only
/*
 * A storm of interprocessor interrupts, from every CPU at every CPU at once: all kinds but INIT, which Linux
 * could not take back, and all ways to name who gets them. Clients call the TEE meanwhile.
 */
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/kthread.h>
#include <linux/moduleparam.h>
#include <linux/prandom.h>
#include <linux/smp.h>
#include <asm/irq_vectors.h>
#include <asm/msr.h>
#include <asm/nmi.h>
#include <asm/processor.h>
#include "apic.h"
#include "attack.h"

static unsigned int count = 20000;
module_param(count, uint, 0444);
MODULE_PARM_DESC(count, "interrupts that each CPU sends");

static u8 __iomem *apic_page;
static atomic_t nmis = ATOMIC_INIT(0);

struct sender {
	struct rnd_state rnd;
	struct completion done;
};

static struct sender senders[8];

/* Counts those that come, and spares Linux's log the question where they are from. */
static int on_nmi(unsigned int type, struct pt_regs *regs)
{
	atomic_inc(&nmis);
	return NMI_HANDLED;
}

static u32 pick(struct sender *s, u32 n)
{
	return prandom_u32_state(&s->rnd) % n;
}

/* Vectors are those of Linux's nudge to reschedule. */
static u32 next_icr(struct sender *s)
{
	static const u32 kinds[] = {RESCHEDULE_VECTOR,
				    RESCHEDULE_VECTOR,
				    MODE_LOWEST | RESCHEDULE_VECTOR,
				    MODE_SMI,
				    0x300,
				    MODE_NMI,
				    MODE_SIPI | 0x10,
				    MODE_EXTINT};
	u32 icr = kinds[pick(s, ARRAY_SIZE(kinds))] | pick(s, 4) << 18;

	return pick(s, 4) ? icr : icr | LOGICAL;
}

static int storm(void *data)
{
	struct sender *s = data;
	unsigned int i;

	for (i = 0; i < count; i++) {
		const u32 to = pick(s, 8) ? pick(s, num_online_cpus()) : 0xff;

		attack_ipi(apic_page, to, next_icr(s));
		if (i % 64 == 0)
			cond_resched();
	}
	complete(&s->done);
	return 0;
}

static unsigned int start(void)
{
	unsigned int cpu, n = 0;

	for_each_online_cpu (cpu) {
		struct task_struct *t;

		if (n == ARRAY_SIZE(senders))
			break;
		prandom_seed_state(&senders[n].rnd, 1 + cpu);
		init_completion(&senders[n].done);
		t = kthread_create(storm, &senders[n], "attack-storm/%u", cpu);
		if (IS_ERR(t))
			break;
		kthread_bind(t, cpu);
		wake_up_process(t);
		n++;
	}
	return n;
}

/* On all CPUs; *answered: how many did. */
static u64 smis(unsigned int *answered)
{
	unsigned int cpu;
	u64 sum = 0;

	*answered = 0;
	for_each_online_cpu (cpu)
		*answered += !smp_call_function_single(cpu, attack_count_smis, &sum, true);
	return sum;
}

static void attack_all(void)
{
	unsigned int answered, n, i;
	u64 before = smis(&answered), after;

	n = start();
	for (i = 0; i < n; i++)
		wait_for_completion(&senders[i].done);
	attack_check("storm_on_all_cpus", n == num_online_cpus(), "%u of %u", n, num_online_cpus());
	after = smis(&answered);
	attack_check("all_cpus_answer", answered == num_online_cpus(), "%u", answered);
	attack_check("storm_without_smi", after == before, "%llu came", after - before);
	attack_check("storm_with_nmis", atomic_read(&nmis) > 100, "%d", atomic_read(&nmis));
	pr_info("%s: %d NMIs came\n", KBUILD_MODNAME, atomic_read(&nmis));
	attack_normal_invoke("tee_works_after");
}

static int __init storm_init(void)
{
	int rc = attack_probe();

	if (rc)
		return rc;
	apic_page = ioremap(APIC_PAGE, PAGE_SIZE);
	if (!apic_page)
		return -ENOMEM;
	rc = register_nmi_handler(NMI_LOCAL, on_nmi, 0, "attack_storm");
	if (!rc) {
		attack_all();
		attack_summary(KBUILD_MODNAME);
		unregister_nmi_handler(NMI_LOCAL, "attack_storm");
	}
	iounmap(apic_page);
	return rc;
}

static void __exit storm_exit(void)
{
}

module_init(storm_init);
module_exit(storm_exit);
MODULE_DESCRIPTION("Merlon test: storms of interrupts");
MODULE_LICENSE("GPL");
