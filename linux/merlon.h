/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the driver's files share.
 *
 * Locks, outermost first: supp.lock; then the TEE subsystem's own; share.lock; client.lock,
 * notif.lock, share.pages_lock and the xarrays' locks are leaves. No lock but share.lock is held
 * across a call into the TEE, and a call that makes no RPC takes only client.lock, for a list
 * insertion.
 */
#ifndef MERLON_H
#define MERLON_H

#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>
#include <linux/tee_core.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/xarray.h>
#include "abi/hypercall.h"
#include "abi/log.h"
#include "abi/optee_msg.h"
#include "transport.h"

/* TEE_Result values and origins that the driver itself produces (TEE Client API 1.0, 4.4). */
#define TEEC_SUCCESS		  0x00000000
#define TEEC_ERROR_CANCEL	  0xffff0002
#define TEEC_ERROR_BAD_PARAMETERS 0xffff0006
#define TEEC_ERROR_NOT_SUPPORTED  0xffff000a
#define TEEC_ERROR_OUT_OF_MEMORY  0xffff000c
#define TEEC_ERROR_COMMUNICATION  0xffff000e
#define TEEC_ERROR_TARGET_DEAD	  0xffff3024
#define TEEC_ERROR_TIMEOUT	  0xffff3001
#define TEEC_ORIGIN_COMMS	  2

/* --- Messages (message.c) --------------------------------------------------------------- */

#define MERLON_CLIENT_PARAMS 4

/* One page: a message, and the argument of the RPCs that the call makes. */
struct merlon_message {
	union {
		struct optee_msg_arg arg;
		u8 arg_bytes[OPTEE_MSG_GET_ARG_SIZE(TEE_MSG_MAX_PARAMS)];
	};
	union {
		struct optee_msg_arg rpc;
		u8 rpc_bytes[OPTEE_MSG_GET_ARG_SIZE(TEE_RPC_MAX_PARAMS)];
	};
};

/* Pages kept ready on each CPU, so that a call allocates nothing. */
#define MERLON_SPARE_PAGES 2

struct merlon_spare {
	void *page[MERLON_SPARE_PAGES];
};

struct merlon;

int merlon_pages_init(struct merlon *m);
void merlon_pages_exit(struct merlon *m);
/* A page with undefined contents, or NULL. May sleep; the page may be put on another CPU. */
void *merlon_page_get(struct merlon *m);
void merlon_page_put(struct merlon *m, void *page);

int merlon_params_to_msg(struct optee_msg_param *msg, const struct tee_param *param, u32 count);
void merlon_params_from_msg(struct tee_param *param, const struct optee_msg_param *msg, u32 count);

/* --- Page lists and shared memory (shm.c) ------------------------------------------------- */

/* The list pages of one OPTEE_MSG_ATTR_NONCONTIG buffer, linked through their `next`. */
struct merlon_list {
	struct optee_msg_page_list *first;
};

int merlon_list_build(struct merlon *m, struct merlon_list *list, struct page **pages,
		      size_t count);
void merlon_list_free(struct merlon *m, struct merlon_list *list);

/* Memory that the TEE asked for by RPC; named by its index in merlon.shms. */
struct merlon_shm {
	u32 type; /* OPTEE_RPC_SHM_TYPE_* */
	int supp_id; /* APPL: the supplicant's name for it, in ... */
	u32 supp_life; /* ... this life of the supplicant */
	size_t size; /* bytes */
	size_t offset; /* of the first byte in pages[0] */
	size_t num_pages;
	bool shared; /* with the TEE: merlon_share() */
	struct page *pages[]; /* a reference is held on each */
};

extern const struct tee_shm_pool_ops merlon_pool_ops;
int merlon_shm_register(struct tee_context *ctx, struct tee_shm *shm, struct page **pages,
			size_t num_pages, unsigned long start);
int merlon_shm_unregister(struct tee_context *ctx, struct tee_shm *shm);
void merlon_shm_put(struct merlon *m, struct merlon_shm *shm);
/* Frees all that the TEE still holds: only when it can no longer use it. */
void merlon_shm_exit(struct merlon *m);

/* --- Sharing pages with the TEE, where the seat asks for it (share.c) ----------------------- */

struct gen_pool;

struct merlon_share {
	struct mutex lock; /* counts, list; held across hypercalls that never wait */
	struct xarray counts; /* by page frame number: how many buffers a page is in */
	u64 *list; /* a page: what the next hypercall is about */
	struct gen_pool *buffers; /* warm: shared once, used often */
	spinlock_t pages_lock; /* leaf */
	void *pages; /* warm message and list pages */
	unsigned int page_count;
};

/* After ATTACH; before anything is shared. */
int merlon_share_init(struct merlon *m);
/* After DETACH. What the TEE did not let go of stays allocated. */
void merlon_share_exit(struct merlon *m);
/* All or nothing: 0 or -E. Pages may be shared several times. May sleep. */
int merlon_share(struct merlon *m, struct page **pages, size_t n);
/* Not 0: the TEE still uses some, and nobody may ever use them for anything else. */
int merlon_unshare(struct merlon *m, struct page **pages, size_t n);
/* Zeroed, shared, contiguous memory in whole pages, or NULL. warm: may come from the warm pool,
 * whose memory is somebody else's as soon as it is put: nobody may keep a page of it. */
void *merlon_buffer_get(struct merlon *m, size_t bytes, bool warm);
void merlon_buffer_put(struct merlon *m, void *va, size_t bytes);
/* A shared page with undefined contents. */
void *merlon_shared_page_get(struct merlon *m);
void merlon_shared_page_put(struct merlon *m, void *page);

/* --- The log rings (log.c) ---------------------------------------------------------------- */

struct merlon_ring {
	const struct merlon_log_ring *ring; /* mapped; the REE may only read it */
	u32 size; /* of data, checked once */
	u64 announced; /* head when readers were last woken */
};

struct merlon_log {
	struct merlon_ring rings[MERLON_LOG_COUNT];
	wait_queue_head_t wq;
	struct timer_list timer; /* runs only while somebody waits */
};

/* A reader's place in each ring. */
struct merlon_log_pos {
	u64 at[MERLON_LOG_COUNT];
};

/* One record with its padding. */
struct merlon_log_line {
	struct merlon_log_record record;
	char text[MERLON_LOG_TEXT_MAX];
};

int merlon_log_init(struct merlon *m);
void merlon_log_exit(struct merlon *m);
bool merlon_log_pending(struct merlon_log *log, const struct merlon_log_pos *pos);
/* Takes the oldest record that @pos has not seen: its size in bytes, or 0 for none. */
size_t merlon_log_next(struct merlon_log *log, struct merlon_log_pos *pos,
		       struct merlon_log_line *line);
void merlon_log_wait_begin(struct merlon_log *log);
void merlon_log_announce(struct merlon_log *log);

/* --- Notifications (notif.c) -------------------------------------------------------------- */

struct merlon_notif {
	spinlock_t lock;
	struct list_head waiters; /* oldest first */
	struct list_head kept; /* keys sent before anybody waited */
	unsigned int kept_count;
};

struct merlon_call;

void merlon_notif_init(struct merlon_notif *n);
void merlon_notif_exit(struct merlon_notif *n);
/* Both answer a TEE_Result. */
u32 merlon_notif_wait(struct merlon_call *call, u64 key, u64 timeout_ms);
u32 merlon_notif_send(struct merlon *m, u64 key);

/* --- The supplicant (supp.c) -------------------------------------------------------------- */

struct merlon_supp {
	struct mutex lock;
	struct tee_context *ctx; /* the open /dev/teepriv0, or NULL */
	u32 life; /* counts supplicants */
	u32 next_id;
	struct list_head queue; /* requests nobody has fetched */
	struct xarray served; /* fetched requests, by id */
	struct xarray names; /* stand-ins for shared memory, by id: see supp_name() */
	wait_queue_head_t work; /* its threads wait here for requests */
	wait_queue_head_t started; /* calls wait here for a supplicant to start */
};

struct merlon_supp_param {
	struct tee_param p; /* memref.shm is unused here */
	int shm_id; /* memref: the supplicant's name, negative for none */
};

extern const struct tee_driver_ops merlon_supp_ops;
void merlon_supp_init(struct merlon_supp *s);
void merlon_supp_exit(struct merlon_supp *s);
/*
 * Has the supplicant do @func. *@life says which supplicant (0: any) and on return which it was.
 * Out-parameters are changed in place. Answers a TEE_Result. Waits as merlon_call_wait() does,
 * and for a while for a supplicant to start.
 */
u32 merlon_supp_request(struct merlon_call *call, u32 func, struct merlon_supp_param *params,
			u32 count, u32 *life);
/* Tells it to free its memory @id, without waiting; nothing if it is another one by now. */
void merlon_supp_free(struct merlon_supp *s, int id, u32 life);

/* --- Calls (call.c) ------------------------------------------------------------------------ */

/* An open /dev/tee0 (tee_context.data). */
struct merlon_client {
	struct xarray sessions; /* ids of its open sessions */
	spinlock_t lock;
	struct list_head calls; /* in flight */
	wait_queue_head_t wq; /* its calls wait here: to be notified or cancelled */
};

/* How long a killed client's TA may go on: to answer a cancellation, to close a session. */
#define MERLON_GRACE_CALL  HZ
#define MERLON_GRACE_CLOSE (10 * HZ)

/* One call into the TEE, on the caller's stack. */
struct merlon_call {
	struct merlon *m;
	struct merlon_client *client;
	struct merlon_message *msg;
	struct list_head link; /* in client->calls */
	u32 session, cancel_id; /* what a cancellation names it by */
	bool cancelled; /* a cancellation came that no wait has seen */
	bool dying; /* the client was killed or exits: the call has until `deadline` */
	bool must; /* wait for a TEE thread even when killed: it gives something back */
	bool nowait; /* fail rather than wait for a supplicant to start */
	unsigned long grace; /* jiffies that it may go on then */
	unsigned long deadline;
	struct merlon_list list; /* given to the TEE by the last RPC */
};

/* Gets a message ready for @call: NULL when out of memory. End it with merlon_call_put(). */
struct optee_msg_arg *merlon_call_get(struct merlon_call *call, struct merlon *m,
				      struct tee_context *ctx, u32 cmd);
/*
 * Runs it to its end. 0: the answer is in the message. -EPIPE: the TEE is dead. -EINTR: killed
 * before it began. -EIO: the TEE refused it or misbehaved.
 */
int merlon_call_run(struct merlon_call *call);
void merlon_call_put(struct merlon_call *call);
/* Run and put, for messages whose answer is only a TEE_Result. */
int merlon_call_finish(struct merlon_call *call, u32 *result);
/* The TEE_Result that stands for a call that failed with @err. */
u32 merlon_call_result(int err);
/* Jiffies that a dying call has left. */
unsigned long merlon_call_left(const struct merlon_call *call);

/*
 * Waits inside a call for @cond: until the client is killed; or, when it was killed already,
 * until its grace has passed. > 0: @cond is true; 0: time is over; < 0: just killed.
 */
#define merlon_call_wait(call, wq, cond, timeout)                                                  \
	((call)->dying ? wait_event_timeout(wq, cond,                                              \
					    min_t(unsigned long, timeout, merlon_call_left(call))) \
		       : wait_event_killable_timeout(wq, cond, timeout))

/* Milliseconds, as the TEE gives them, to jiffies. */
static inline unsigned long merlon_timeout(u64 ms)
{
	return ms >= INT_MAX ? MAX_SCHEDULE_TIMEOUT : msecs_to_jiffies(ms);
}

extern const struct tee_driver_ops merlon_client_ops;
extern const struct tee_ioctl_version_data merlon_version;

/* rpc.c: answers the request in call->msg->rpc. */
void merlon_rpc(struct merlon_call *call);

/* --- The driver (main.c) and its control device (ctl.c) ------------------------------------ */

struct merlon {
	const struct merlon_transport *transport;
	struct merlon_info info;
	bool dead; /* the TEE panicked */
	u32 max_threads;
	struct merlon_spare __percpu *spare;
	wait_queue_head_t thread_wq; /* calls waiting for a TEE thread */
	struct merlon_share share;
	struct xarray
		shms; /* names given to the TEE: struct merlon_shm, or a value: client memory */
	u32 next_shm;
	struct tee_shm_pool pool;
	struct tee_device *teedev, *suppdev;
	struct merlon_notif notif;
	struct merlon_supp supp;
	struct merlon_log log;
};

int merlon_ctl_init(struct merlon *m);
void merlon_ctl_exit(void);
/* One register-only operation of the TEE: 0 or -E. */
int merlon_op(struct merlon *m, struct tee_regs *regs);
int merlon_op_errno(u64 ret);

#endif
