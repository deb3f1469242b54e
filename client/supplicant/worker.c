// SPDX-License-Identifier: BSD-2-Clause
/*
 * Threads that wait for requests. One always waits: when the last waiting thread gets a request, it
 * starts another before it begins work, up to a limit, so a slow request holds up no other.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>

#include <tee_client_api.h>

#include "supplicant.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned int threads, waiting; /* under lock */

struct message {
	union {
		struct tee_iocl_supp_recv_arg recv;
		struct tee_iocl_supp_send_arg send;
	};
	struct tee_ioctl_param params[MAX_PARAMS];
};

static int receive(const struct supplicant *s, struct message *m)
{
	struct tee_ioctl_buf_data buf = {(uintptr_t)m, sizeof(*m)};

	do {
		memset(m, 0, sizeof(*m));
		m->recv.num_params = MAX_PARAMS;
		/* A meta parameter says that answers may come in any order. */
		m->params[0].attr = TEE_IOCTL_PARAM_ATTR_META;
		if (!ioctl(s->fd, TEE_IOC_SUPPL_RECV, &buf))
			return 0;
	} while (errno == EINTR);
	return errno;
}

static int answer(const struct supplicant *s, struct message *m, unsigned int nparams, uint32_t res)
{
	struct tee_ioctl_buf_data buf;

	m->send.ret = res;
	m->send.num_params = nparams;
	buf.buf_ptr = (uintptr_t)m;
	buf.buf_len = sizeof(m->send) + nparams * sizeof(m->params[0]);
	if (!ioctl(s->fd, TEE_IOC_SUPPL_SEND, &buf))
		return 0;
	/* The client that the TEE asked for may be gone: nobody waits for this answer any more. */
	if (errno == ENOENT || errno == EINVAL || errno == EINTR) {
		log_debug("an answer was not wanted any more: %s", strerror(errno));
		return 0;
	}
	return errno;
}

static void *thread_main(void *arg);

/* Called by a thread that has a request to do and is no longer waiting. */
static void keep_one_waiting(struct supplicant *s)
{
	pthread_t tid;
	bool start;

	pthread_mutex_lock(&lock);
	start = !--waiting && threads < s->max_threads;
	if (start) {
		threads++;
		waiting++;
	}
	pthread_mutex_unlock(&lock);
	if (!start)
		return;
	if (!pthread_create(&tid, NULL, thread_main, s)) {
		pthread_detach(tid);
		return;
	}
	log_err("no further thread: requests wait for each other; is there a limit on processes?");
	pthread_mutex_lock(&lock);
	threads--;
	waiting--;
	pthread_mutex_unlock(&lock);
}

static int serve_one(struct supplicant *s)
{
	unsigned int meta, nparams;
	struct message m;
	uint32_t res;
	int err;

	err = receive(s, &m);
	if (err)
		return err;
	nparams = m.recv.num_params;
	if (nparams > MAX_PARAMS)
		return EPROTO;
	meta = nparams && (m.params[0].attr & TEE_IOCTL_PARAM_ATTR_META);
	/* Without the meta parameter the driver takes answers in order only: stay alone. */
	if (meta)
		keep_one_waiting(s);
	res = request(s, m.recv.func, m.params + meta, nparams - meta);
	err = answer(s, &m, nparams, res);
	if (meta) {
		pthread_mutex_lock(&lock);
		waiting++;
		pthread_mutex_unlock(&lock);
	}
	return err;
}

static int serve_until_error(struct supplicant *s)
{
	int err;

	do
		err = serve_one(s);
	while (!err);
	return err;
}

static void *thread_main(void *arg)
{
	struct supplicant *s = arg;
	int err = serve_until_error(s);

	/* The device failed for all threads; the first one reports it and ends the program. */
	log_debug("thread ends: %s", strerror(err));
	pthread_mutex_lock(&lock);
	threads--;
	waiting--;
	pthread_mutex_unlock(&lock);
	return NULL;
}

int serve(struct supplicant *s)
{
	threads = 1;
	waiting = 1;
	return serve_until_error(s);
}
