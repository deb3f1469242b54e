/* SPDX-License-Identifier: BSD-2-Clause */
/* The C library, memory, time, UUIDs. */
#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include "tests/runtime/ta/check.h"

static int by_value(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

TEE_Result check_libc(void)
{
	int numbers[] = {5, 1, 4, 2, 3}, key = 4;
	char text[64];
	volatile int jumped = 0;
	jmp_buf env;

	EXPECT(snprintf(text, sizeof(text), "%d %s %#x %5.2f %lld", -7, "abc", 255, 2.5,
			1ll << 40) == 31);
	EXPECT(!strcmp(text, "-7 abc 0xff  2.50 1099511627776"));
	EXPECT(snprintf(text, 4, "%s", "abcdef") == 6 && !strcmp(text, "abc"));
	EXPECT(strtol("-0x10", NULL, 16) == -16 && strtoul("777", NULL, 8) == 0777);
	errno = 0;
	EXPECT(strtol("99999999999999999999", NULL, 10) == INT64_MAX && errno == ERANGE);
	qsort(numbers, 5, sizeof(int), by_value);
	EXPECT(numbers[0] == 1 && numbers[4] == 5);
	EXPECT(bsearch(&key, numbers, 5, sizeof(int), by_value) == &numbers[3]);
	EXPECT(!strcmp(strstr("merlon", "lo"), "lon") && strlen("four") == 4);
	EXPECT(!strncasecmp("HeLLo", "hEllO", 5) && !memcmp("ab", "ab", 2));
	if (!setjmp(env)) {
		jumped = 1;
		longjmp(env, 1);
	}
	EXPECT(jumped == 1);
	return TEE_SUCCESS;
}

#define BLOCKS 200

/* Random sizes in random order; every block keeps its own pattern. */
TEE_Result check_heap(void)
{
	static uint8_t *p[BLOCKS];
	static size_t size[BLOCKS];
	uint32_t r = 12345;

	for (unsigned int round = 0; round < 20000; round++) {
		unsigned int i;

		r = r * 1664525 + 1013904223;
		i = (r >> 16) % BLOCKS;
		for (size_t j = 0; j < size[i]; j++)
			EXPECT(p[i][j] == (uint8_t)i);
		r = r * 1664525 + 1013904223;
		size[i] = (r >> 8) % (r & 0x80 ? 20000 : 200);
		if (r & 0x40) {
			p[i] = realloc(p[i], size[i]);
		} else {
			free(p[i]);
			p[i] = malloc(size[i]);
		}
		EXPECT(p[i] && !((uintptr_t)p[i] % 16));
		memset(p[i], (int)i, size[i]);
	}
	for (unsigned int i = 0; i < BLOCKS; i++)
		free(p[i]);
	EXPECT(!malloc(SIZE_MAX) && !malloc(1ul << 40) && !calloc(1ul << 33, 1ul << 33));
	return TEE_SUCCESS;
}

TEE_Result check_memory(void)
{
	uint8_t *p = TEE_Malloc(100, TEE_MALLOC_FILL_ZERO);

	EXPECT(p && !p[0] && !p[99]);
	TEE_MemFill(p, 0x1ff, 100);
	p = TEE_Realloc(p, 5000);
	EXPECT(p && p[99] == 0xff && !p[100] && !p[4999]);
	TEE_MemMove(p + 1, p, 100);
	EXPECT(p[100] == 0xff && !p[101]);
	EXPECT(TEE_MemCompare("abc", "abd", 3) < 0 && TEE_MemCompare("b\0", "a\xff", 2) > 0);
	EXPECT(TEE_MemCompare("abc", "abd", 2) == 0 && TEE_MemCompare("\xff", "\x01", 1) > 0);
	EXPECT(TEE_CheckMemoryAccessRights(TEE_MEMORY_ACCESS_READ | TEE_MEMORY_ACCESS_WRITE, p,
					   5000) == TEE_SUCCESS);
	EXPECT(TEE_CheckMemoryAccessRights(TEE_MEMORY_ACCESS_READ, p, SIZE_MAX) ==
	       TEE_ERROR_ACCESS_DENIED);
	TEE_Free(p);
	TEE_SetInstanceData(p);
	EXPECT(TEE_GetInstanceData() == p);
	EXPECT(!TEE_Malloc(16, 0x40000000));
	p = TEE_Malloc(0, 0);
	EXPECT(p && TEE_Realloc(p, 0) == p);
	p = TEE_Realloc(p, 10);
	EXPECT(p && !p[9]);
	TEE_Free(TEE_Realloc(p, 0));
	return TEE_SUCCESS;
}

TEE_Result check_uuid(void)
{
	const TEE_UUID want = PROBE_UUID;
	TEE_UUID uuid;

	EXPECT(tee_uuid_from_str(&uuid, "5ff5f7a5-5a2f-4F0b-9d0c-0d1f5c3b7a01") == TEE_SUCCESS);
	EXPECT(!memcmp(&uuid, &want, sizeof(uuid)));
	EXPECT(tee_uuid_from_str(&uuid, "5ff5f7a5-5a2f-4F0b-9d0c-0d1f5c3b7a0") != TEE_SUCCESS);
	EXPECT(tee_uuid_from_str(&uuid, "5ff5f7a55a2f-4F0b-9d0c-0d1f5c3b7a01-") != TEE_SUCCESS);
	return TEE_SUCCESS;
}

TEE_Result check_random(void)
{
	static uint8_t a[5000], b[5000];
	unsigned int same = 0;

	TEE_GenerateRandom(a, sizeof(a));
	TEE_GenerateRandom(b, sizeof(b));
	for (size_t i = 0; i < sizeof(a); i++)
		same += a[i] == b[i];
	EXPECT(same < 100);
	return TEE_SUCCESS;
}

TEE_Result check_time(void)
{
	TEE_Time t;

	TEE_GetSystemTime(&t);
	EXPECT(t.millis < 1000);
	TEE_GetREETime(&t);
	EXPECT(t.seconds > 1700000000 && t.millis < 1000);
	EXPECT(TEE_Wait(1) == TEE_SUCCESS);
	return TEE_SUCCESS;
}
