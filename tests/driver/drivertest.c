// SPDX-License-Identifier: BSD-2-Clause
/*
 * usage: drivertest COMMAND [ARGUMENTS]: clients, good and bad, for tests/suite/driver.sh. The
 * status is 0 when all was as it should be.
 *
 *   null N              N invokes; prints nanoseconds per call (instructions under -icount)
 *   spin                a call that never ends
 *   wait MS             a call that sleeps in the TEE
 *   waits N MS          N of them at the same time, each in a session of its own
 *   cancel              one that is cancelled after a moment
 *   panic               the TA panics: TARGET_DEAD, and so it stays
 *   memory              buffers of many sizes and places, registered and temporary
 *   foreign             sessions and memory of another client are refused
 *   hold                a session, kept open until killed
 *   expect RESULT       opens a session, which must fail with this TEEC_Result (hexadecimal)
 *   mute                a supplicant that takes one request and never answers
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <linux/tee.h>
#include <tee_client_api.h>

#include "ta/include/driver_ta.h"

static const TEEC_UUID uuid = DRIVER_TA_UUID;

struct client {
	TEEC_Context ctx;
	TEEC_Session sess;
};

static void die(const char *what, unsigned int value)
{
	printf("drivertest: %s: 0x%x\n", what, value);
	exit(1);
}

static void client_open(struct client *c)
{
	TEEC_Result res = TEEC_InitializeContext(NULL, &c->ctx);

	if (res)
		die("context", res);
	res = TEEC_OpenSession(&c->ctx, &c->sess, &uuid, TEEC_LOGIN_PUBLIC, NULL, NULL, NULL);
	if (res)
		die("open", res);
}

static void client_close(struct client *c)
{
	TEEC_CloseSession(&c->sess);
	TEEC_FinalizeContext(&c->ctx);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static int cmd_null(int argc, char **argv)
{
	unsigned int n = argc ? atoi(argv[0]) : 1000, i;
	struct client c;
	uint64_t start;
	TEEC_Result res;

	client_open(&c);
	res = TEEC_InvokeCommand(&c.sess, DRIVER_CMD_NULL, NULL, NULL);
	start = now_ns();
	for (i = 0; i < n && !res; i++)
		res = TEEC_InvokeCommand(&c.sess, DRIVER_CMD_NULL, NULL, NULL);
	printf("%llu\n", (unsigned long long)(now_ns() - start) / n);
	client_close(&c);
	return res != 0;
}

static int cmd_spin(int argc, char **argv)
{
	struct client c;

	client_open(&c);
	printf("spinning\n");
	fflush(stdout);
	die("spin ended", TEEC_InvokeCommand(&c.sess, DRIVER_CMD_SPIN, NULL, NULL));
	return 1;
}

static TEEC_Result wait_ms(struct client *c, TEEC_Operation *op, uint32_t ms, bool cancellable)
{
	op->paramTypes = TEEC_PARAM_TYPES(TEEC_VALUE_INPUT, TEEC_NONE, TEEC_NONE, TEEC_NONE);
	op->params[0].value.a = ms;
	op->params[0].value.b = cancellable;
	return TEEC_InvokeCommand(&c->sess, DRIVER_CMD_WAIT, op, NULL);
}

static int cmd_wait(int argc, char **argv)
{
	unsigned int ms = argc ? atoi(argv[0]) : 100;
	uint64_t start = now_ns();
	TEEC_Operation op = {0};
	struct client c;
	TEEC_Result res;

	client_open(&c);
	printf("waiting\n");
	fflush(stdout);
	res = wait_ms(&c, &op, ms, false);
	client_close(&c);
	if (res)
		die("wait", res);
	return now_ns() - start < ms * 1000000ull;
}

static void *waits_thread(void *arg)
{
	uint32_t ms = *(uint32_t *)arg;
	TEEC_Operation op = {0};
	struct client c;
	TEEC_Result res;

	client_open(&c);
	res = wait_ms(&c, &op, ms, false);
	client_close(&c);
	return (void *)(uintptr_t)res;
}

static int cmd_waits(int argc, char **argv)
{
	unsigned int n = argc > 0 ? atoi(argv[0]) : 40, i;
	uint32_t ms = argc > 1 ? atoi(argv[1]) : 300;
	pthread_t t[256];
	int bad = 0;

	if (n > 256)
		die("too many", n);
	for (i = 0; i < n; i++)
		if (pthread_create(&t[i], NULL, waits_thread, &ms))
			die("thread", i);
	for (i = 0; i < n; i++) {
		void *res;

		pthread_join(t[i], &res);
		bad += res != NULL;
	}
	if (bad)
		printf("drivertest: %d of %u waits failed\n", bad, n);
	return bad != 0;
}

static void *cancel_thread(void *op)
{
	usleep(300000);
	TEEC_RequestCancellation(op);
	return NULL;
}

static int cmd_cancel(int argc, char **argv)
{
	TEEC_Operation op = {0};
	uint64_t start = now_ns();
	struct client c;
	TEEC_Result res;
	pthread_t t;

	client_open(&c);
	op.started = 0;
	pthread_create(&t, NULL, cancel_thread, &op);
	res = wait_ms(&c, &op, 30000, true);
	pthread_join(t, NULL);
	client_close(&c);
	if (res != TEEC_ERROR_CANCEL)
		die("cancelled wait", res);
	return now_ns() - start > 10000000000ull;
}

static int cmd_panic(int argc, char **argv)
{
	struct client c;
	TEEC_Result res;

	client_open(&c);
	res = TEEC_InvokeCommand(&c.sess, DRIVER_CMD_PANIC, NULL, NULL);
	if (res != TEEC_ERROR_TARGET_DEAD)
		die("panic", res);
	res = TEEC_InvokeCommand(&c.sess, DRIVER_CMD_NULL, NULL, NULL);
	if (res != TEEC_ERROR_TARGET_DEAD)
		die("after panic", res);
	client_close(&c);
	client_open(&c);
	client_close(&c);
	return 0;
}

/* --- Memory --- */

static void fill(unsigned char *p, size_t n, unsigned int seed)
{
	for (size_t i = 0; i < n; i++)
		p[i] = i * 7 + seed;
}

static void check_added(const char *what, const unsigned char *p, size_t n, unsigned int seed)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] == (unsigned char)(i * 7 + seed + 1))
			continue;
		printf("drivertest: %s: of %zu bytes, number %zu is wrong\n", what, n, i);
		exit(1);
	}
}

static void try_temp(struct client *c, unsigned char *p, size_t n)
{
	TEEC_Operation op = {0};
	TEEC_Result res;

	fill(p, n, n);
	op.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_INOUT, TEEC_NONE, TEEC_NONE, TEEC_NONE);
	op.params[0].tmpref.buffer = p;
	op.params[0].tmpref.size = n;
	res = TEEC_InvokeCommand(&c->sess, DRIVER_CMD_ADD, &op, NULL);
	if (res || op.params[0].tmpref.size != n)
		die("temporary memory", res ? res : op.params[0].tmpref.size);
	check_added("temporary memory", p, n, n);
}

static void try_shm(struct client *c, unsigned char *p, size_t n)
{
	TEEC_SharedMemory shm = {.buffer = p, .size = n, .flags = TEEC_MEM_INPUT | TEEC_MEM_OUTPUT};
	TEEC_Operation op = {0};
	TEEC_Result res;

	res = p ? TEEC_RegisterSharedMemory(&c->ctx, &shm)
		: TEEC_AllocateSharedMemory(&c->ctx, &shm);
	if (res)
		die(p ? "register" : "allocate", res);
	fill(shm.buffer, n, n);
	op.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_WHOLE, TEEC_NONE, TEEC_NONE, TEEC_NONE);
	op.params[0].memref.parent = &shm;
	res = TEEC_InvokeCommand(&c->sess, DRIVER_CMD_ADD, &op, NULL);
	if (res)
		die("shared memory", res);
	check_added("shared memory", shm.buffer, n, n);
	/* Part of it, across a page. */
	if (n > 6000) {
		fill((unsigned char *)shm.buffer + 4000, 1000, 5);
		op.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_PARTIAL_INOUT, TEEC_NONE, TEEC_NONE,
						 TEEC_NONE);
		op.params[0].memref.offset = 4000;
		op.params[0].memref.size = 1000;
		res = TEEC_InvokeCommand(&c->sess, DRIVER_CMD_ADD, &op, NULL);
		if (res)
			die("part of shared memory", res);
		check_added("part of shared memory", (unsigned char *)shm.buffer + 4000, 1000, 5);
	}
	TEEC_ReleaseSharedMemory(&shm);
}

static int cmd_memory(int argc, char **argv)
{
	static const size_t sizes[] = {1,     100,    4095,    4096,	4097,	8192,
				       70000, 262144, 1048576, 2500000, 5000000};
	unsigned char *p =
		mmap(NULL, 12 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct client c;

	if (p == MAP_FAILED)
		die("mmap", errno);
	/* No huge pages in the second half: contiguous and scattered memory take other paths. */
	madvise(p + (6 << 20), 6 << 20, MADV_NOHUGEPAGE);
	client_open(&c);
	for (unsigned int i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		try_temp(&c, p, sizes[i]);
		try_temp(&c, p + 123, sizes[i]);
		try_shm(&c, p, sizes[i]);
		try_shm(&c, p + 4090, sizes[i]);
		try_shm(&c, p + (6 << 20) + 4090, sizes[i]);
		if (sizes[i] <= 4 << 20)
			try_shm(&c, NULL, sizes[i]);
	}
	client_close(&c);
	return 0;
}

/* --- By ioctl --- */

static int tee_open(const char *path)
{
	int fd = open(path, O_RDWR);

	if (fd < 0)
		die(path, errno);
	return fd;
}

/* The errno of an invoke of @session by the client @fd, with memory @id or without. */
static int raw_invoke(int fd, uint32_t session, uint64_t id)
{
	struct {
		struct tee_ioctl_invoke_arg arg;
		struct tee_ioctl_param param;
	} m = {.arg = {.session = session, .num_params = 1}};
	struct tee_ioctl_buf_data data = {.buf_ptr = (uintptr_t)&m, .buf_len = sizeof(m)};

	if (id) {
		m.param.attr = TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INOUT;
		m.param.b = 64;
		m.param.c = id;
	}
	return ioctl(fd, TEE_IOC_INVOKE, &data) ? errno : 0;
}

static int cmd_foreign(int argc, char **argv)
{
	struct tee_ioctl_shm_alloc_data mem = {.size = 4096};
	struct tee_ioctl_close_session_arg close_arg = {0};
	int fd = tee_open("/dev/tee0"), other = tee_open("/dev/tee0"), shm;
	struct client c;
	uint32_t id;

	client_open(&c);
	for (id = 0; id < 4096; id++) {
		if (raw_invoke(fd, id, 0) != EINVAL)
			die("session of another client", id);
		close_arg.session = id;
		if (!ioctl(fd, TEE_IOC_CLOSE_SESSION, &close_arg))
			die("close for another client", id);
	}
	shm = ioctl(other, TEE_IOC_SHM_ALLOC, &mem);
	if (shm < 0 || raw_invoke(fd, 1, mem.id) != EINVAL)
		die("memory of another client", mem.id);
	if (TEEC_InvokeCommand(&c.sess, DRIVER_CMD_NULL, NULL, NULL))
		die("own session", 0);
	client_close(&c);
	return 0;
}

static int cmd_hold(int argc, char **argv)
{
	struct client c;

	client_open(&c);
	printf("holding\n");
	fflush(stdout);
	pause();
	return 1;
}

static int cmd_expect(int argc, char **argv)
{
	uint32_t want = argc ? strtoul(argv[0], NULL, 16) : 0;
	struct client c;
	TEEC_Result res = TEEC_InitializeContext(NULL, &c.ctx);

	if (res)
		die("context", res);
	res = TEEC_OpenSession(&c.ctx, &c.sess, &uuid, TEEC_LOGIN_PUBLIC, NULL, NULL, NULL);
	if (!res)
		TEEC_CloseSession(&c.sess);
	TEEC_FinalizeContext(&c.ctx);
	if (res != want)
		die("open", res);
	return 0;
}

static int cmd_mute(int argc, char **argv)
{
	struct {
		struct tee_iocl_supp_recv_arg arg;
		struct tee_ioctl_param params[5];
	} m = {.arg = {.num_params = 5}};
	struct tee_ioctl_buf_data data = {.buf_ptr = (uintptr_t)&m, .buf_len = sizeof(m)};
	int fd = tee_open("/dev/teepriv0");

	m.params[0].attr = TEE_IOCTL_PARAM_ATTR_META;
	if (ioctl(fd, TEE_IOC_SUPPL_RECV, &data))
		die("receive", errno);
	printf("got request %u\n", m.arg.func);
	fflush(stdout);
	pause();
	return 1;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} commands[] = {
		{"null", cmd_null},	{"spin", cmd_spin},	  {"wait", cmd_wait},
		{"waits", cmd_waits},	{"cancel", cmd_cancel},	  {"panic", cmd_panic},
		{"memory", cmd_memory}, {"foreign", cmd_foreign}, {"hold", cmd_hold},
		{"expect", cmd_expect}, {"mute", cmd_mute},
	};

	for (unsigned int i = 0; argc > 1 && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 2, argv + 2);
	fprintf(stderr, "drivertest: no such command\n");
	return 2;
}
