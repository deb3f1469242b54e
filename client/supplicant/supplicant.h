/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tee-supplicant: does for the TEE what only a Linux process can: find a TA's file, lend memory.
 *
 * What the TEE asks for is not trusted: every size, id and type is checked here, and a file name
 * is only ever made of a UUID's digits. Handlers run in several threads at once.
 */
#ifndef SUPPLICANT_H
#define SUPPLICANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/tee.h>

#define MAX_PARAMS 5 /* 4, and one meta parameter in front */

/* --- log.c ---------------------------------------------------------------------------------- */

void log_init(bool to_syslog, bool verbose);
/* At most a few lines a second: what makes us log may be under the control of others. */
void log_err(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* --- shm.c ---------------------------------------------------------------------------------- */

/* Lends `size` bytes to the TEE. TEEC_Result. */
uint32_t shm_lend(int fd, uint32_t gen_caps, uint64_t size, uint64_t *id);
/* Takes memory back that shm_lend lent. */
uint32_t shm_take_back(uint64_t id);
/*
 * The memory that a parameter of the TEE names, held until shm_put. *addr is NULL for a
 * parameter without memory (c = TEE_MEMREF_NULL, or size 0). TEEC_Result.
 */
struct shm;
uint32_t shm_get(const struct tee_ioctl_param *p, struct shm **shm, void **addr, size_t *size);
void shm_put(struct shm *shm); /* NULL is allowed */

/* --- ta.c ----------------------------------------------------------------------------------- */

#define TA_MAX_DIRS 16
#define TA_MAX_SIZE (64u << 20)

/* Before any other use. A name without a leading slash is below /lib. false: too many, too long. */
bool ta_add_dir(const char *dir);
/* Appends the standard directories. */
bool ta_add_default_dirs(void);
const char *ta_dir(unsigned int n); /* NULL after the last */
/* The file name of a TA in a directory: false when it does not fit. */
bool ta_path(char *path, size_t size, const char *dir, const uint8_t uuid[16]);
/*
 * Reads a TA into addr[0..*size); *size becomes the file's size. TEEC_ERROR_SHORT_BUFFER when it
 * does not fit, without an error when addr is NULL: only the size is asked.
 */
uint32_t ta_load(const uint8_t uuid[16], void *addr, size_t *size);

/* --- request.c ------------------------------------------------------------------------------ */

struct supplicant {
	int fd; /* of /dev/teeprivN */
	uint32_t gen_caps;
	unsigned int max_threads;
};

/* Carries out one request of the TEE. TEEC_Result; outputs go to p. */
uint32_t request(const struct supplicant *s, uint32_t cmd, struct tee_ioctl_param *p,
		 unsigned int n);

/* --- worker.c ------------------------------------------------------------------------------- */

/* Serves until the device fails: 0, or errno. */
int serve(struct supplicant *s);

#endif
