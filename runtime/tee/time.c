/* SPDX-License-Identifier: BSD-2-Clause */
/* GP Internal Core API 1.3.1, section 7: time. */
#include "runtime/crt/runtime.h"

static void get_time(uint32_t which, TEE_Time *time)
{
	uint64_t now[2] = {0};

	if (sys_time(which, now) < 0)
		rt_panic("no time");
	time->seconds = (uint32_t)now[0];
	time->millis = (uint32_t)(now[1] / 1000000);
}

void TEE_GetSystemTime(TEE_Time *time)
{
	get_time(TIME_SYS, time);
}

void TEE_GetREETime(TEE_Time *time)
{
	get_time(TIME_REE, time);
}

TEE_Result TEE_Wait(uint32_t timeout)
{
	return sys_sleep(timeout) == -MERLON_ECANCELED ? TEE_ERROR_CANCEL : TEE_SUCCESS;
}
