// SPDX-License-Identifier: BSD-2-Clause
/* Memory that the TEE borrowed from this process. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <tee_client_api.h>

#include "supplicant.h"

#define PAGE_BYTES 4096ul
#define ONE_MAX	   ((uint64_t)TA_MAX_SIZE + (1u << 20))
#define ALL_MAX	   (4 * ONE_MAX)

struct shm {
	struct shm *next;
	void *addr;
	size_t size; /* as asked for */
	size_t mapped;
	int id;
	int fd; /* holds the registration; -1: the mapping does */
	unsigned int refs; /* the list's, and one for each running handler; under lock */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct shm *list;
static uint64_t lent; /* bytes, under lock */

/* Our own pages, registered: they need not be contiguous. */
static bool lend_pages(int fd, struct shm *shm)
{
	struct tee_ioctl_shm_register_data d;

	shm->addr = mmap(NULL, shm->mapped, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (shm->addr == MAP_FAILED)
		return false;
	memset(&d, 0, sizeof(d));
	d.addr = (uintptr_t)shm->addr;
	d.length = shm->mapped;
	shm->fd = ioctl(fd, TEE_IOC_SHM_REGISTER, &d);
	if (shm->fd < 0) {
		munmap(shm->addr, shm->mapped);
		return false;
	}
	shm->id = d.id;
	return true;
}

/* Pages of the driver, mapped. */
static bool lend_driver(int fd, struct shm *shm)
{
	struct tee_ioctl_shm_alloc_data d;
	int mem;

	memset(&d, 0, sizeof(d));
	d.size = shm->mapped;
	mem = ioctl(fd, TEE_IOC_SHM_ALLOC, &d);
	if (mem < 0)
		return false;
	shm->addr = mmap(NULL, shm->mapped, PROT_READ | PROT_WRITE, MAP_SHARED, mem, 0);
	close(mem);
	shm->id = d.id;
	shm->fd = -1;
	return shm->addr != MAP_FAILED;
}

uint32_t shm_lend(int fd, uint32_t gen_caps, uint64_t size, uint64_t *id)
{
	struct shm *shm;
	bool ok;

	if (!size || size > ONE_MAX) {
		log_err("the TEE asked for %llu bytes of memory at once: refused, %llu is the limit",
			(unsigned long long)size, (unsigned long long)ONE_MAX);
		return TEEC_ERROR_OUT_OF_MEMORY;
	}
	shm = calloc(1, sizeof(*shm));
	if (!shm)
		return TEEC_ERROR_OUT_OF_MEMORY;
	shm->size = size;
	shm->mapped = (size + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
	shm->refs = 1;
	pthread_mutex_lock(&lock);
	ok = lent + shm->mapped <= ALL_MAX;
	if (ok)
		lent += shm->mapped;
	pthread_mutex_unlock(&lock);
	if (!ok) {
		log_err("the TEE holds %llu bytes of memory: no more until it gives some back",
			(unsigned long long)ALL_MAX);
		goto err_free;
	}
	ok = (gen_caps & TEE_GEN_CAP_REG_MEM) ? lend_pages(fd, shm) : lend_driver(fd, shm);
	if (!ok) {
		log_err("no shared memory of %zu bytes for the TEE: %s; is the machine out of memory?",
			shm->mapped, strerror(errno));
		goto err_lent;
	}
	*id = shm->id;
	pthread_mutex_lock(&lock);
	shm->next = list;
	list = shm;
	pthread_mutex_unlock(&lock);
	return TEEC_SUCCESS;

err_lent:
	pthread_mutex_lock(&lock);
	lent -= shm->mapped;
	pthread_mutex_unlock(&lock);
err_free:
	free(shm);
	return TEEC_ERROR_OUT_OF_MEMORY;
}

void shm_put(struct shm *shm)
{
	bool last;

	if (!shm)
		return;
	pthread_mutex_lock(&lock);
	last = !--shm->refs;
	if (last)
		lent -= shm->mapped;
	pthread_mutex_unlock(&lock);
	if (!last)
		return;
	if (shm->fd >= 0)
		close(shm->fd);
	munmap(shm->addr, shm->mapped);
	free(shm);
}

uint32_t shm_take_back(uint64_t id)
{
	struct shm **at, *shm = NULL;

	pthread_mutex_lock(&lock);
	for (at = &list; *at; at = &(*at)->next) {
		if ((uint64_t)(*at)->id == id) {
			shm = *at;
			*at = shm->next;
			break;
		}
	}
	pthread_mutex_unlock(&lock);
	if (!shm) {
		log_err("the TEE gave back memory %llu, which it does not have: ignored",
			(unsigned long long)id);
		return TEEC_ERROR_BAD_PARAMETERS;
	}
	shm_put(shm);
	return TEEC_SUCCESS;
}

uint32_t shm_get(const struct tee_ioctl_param *p, struct shm **out, void **addr, size_t *size)
{
	struct shm *shm;

	*out = NULL;
	*addr = NULL;
	*size = 0;
	if (p->c == TEE_MEMREF_NULL || !p->b)
		return TEEC_SUCCESS;
	pthread_mutex_lock(&lock);
	for (shm = list; shm && (uint64_t)shm->id != p->c; shm = shm->next)
		;
	if (shm && p->a <= shm->size && p->b <= shm->size - p->a) {
		shm->refs++;
		*out = shm;
		*addr = (char *)shm->addr + p->a;
		*size = p->b;
	}
	pthread_mutex_unlock(&lock);
	if (*out)
		return TEEC_SUCCESS;
	log_err("the TEE named memory %llu, bytes %llu+%llu, which it does not have: refused",
		(unsigned long long)p->c, (unsigned long long)p->a, (unsigned long long)p->b);
	return TEEC_ERROR_BAD_PARAMETERS;
}
