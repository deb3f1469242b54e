// SPDX-License-Identifier: BSD-2-Clause
/* What the TEE can ask for: checks the form of a request, then carries it out. */
#include <string.h>

#include <include/abi/optee_msg.h>
#include <tee_client_api.h>

#include "supplicant.h"

static bool is_value(const struct tee_ioctl_param *p)
{
	uint64_t t = p->attr & TEE_IOCTL_PARAM_ATTR_TYPE_MASK;

	return t >= TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INPUT &&
	       t <= TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INOUT;
}

static bool is_out_memref(const struct tee_ioctl_param *p)
{
	uint64_t t = p->attr & TEE_IOCTL_PARAM_ATTR_TYPE_MASK;

	return t == TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_OUTPUT ||
	       t == TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INOUT;
}

static uint32_t load_ta(const struct supplicant *s, struct tee_ioctl_param *p)
{
	struct shm *shm;
	uint8_t uuid[16];
	void *addr;
	size_t size;
	uint32_t res;

	if (!is_value(&p[0]) || !is_out_memref(&p[1]))
		return TEEC_ERROR_BAD_PARAMETERS;
	res = shm_get(&p[1], &shm, &addr, &size);
	if (res)
		return res;
	memcpy(uuid, &p[0].a, 8);
	memcpy(uuid + 8, &p[0].b, 8);
	res = ta_load(uuid, addr, &size);
	if (!res || res == TEEC_ERROR_SHORT_BUFFER)
		p[1].b = size;
	shm_put(shm);
	return res;
}

static uint32_t shm_alloc(const struct supplicant *s, struct tee_ioctl_param *p)
{
	if (!is_value(&p[0]) || p[0].a != OPTEE_RPC_SHM_TYPE_APPL)
		return TEEC_ERROR_BAD_PARAMETERS;
	return shm_lend(s->fd, s->gen_caps, p[0].b, (uint64_t *)&p[0].c);
}

static uint32_t shm_free(const struct supplicant *s, struct tee_ioctl_param *p)
{
	if (!is_value(&p[0]) || p[0].a != OPTEE_RPC_SHM_TYPE_APPL)
		return TEEC_ERROR_BAD_PARAMETERS;
	return shm_take_back(p[0].b);
}

static const struct {
	uint32_t (*run)(const struct supplicant *s, struct tee_ioctl_param *p);
	unsigned int params;
} commands[] = {
	[OPTEE_RPC_CMD_LOAD_TA] = {load_ta, 2},
	[OPTEE_RPC_CMD_SHM_ALLOC] = {shm_alloc, 1},
	[OPTEE_RPC_CMD_SHM_FREE] = {shm_free, 1},
};

uint32_t request(const struct supplicant *s, uint32_t cmd, struct tee_ioctl_param *p,
		 unsigned int n)
{
	uint32_t res;

	if (cmd >= sizeof(commands) / sizeof(commands[0]) || !commands[cmd].run) {
		log_err("the TEE asked for service %u, which this version does not have", cmd);
		return TEEC_ERROR_NOT_SUPPORTED;
	}
	if (n != commands[cmd].params) {
		log_err("the TEE asked for service %u with %u parameters instead of %u: refused",
			cmd, n, commands[cmd].params);
		return TEEC_ERROR_BAD_PARAMETERS;
	}
	res = commands[cmd].run(s, p);
	log_debug("service %u: result 0x%x", cmd, res);
	return res;
}
