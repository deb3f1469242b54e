/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>
#include <tee_internal_api_extensions.h>
#include "runtime/crt/runtime.h"

void rt_uuid_to_octets(uint8_t octets[16], const TEE_UUID *uuid)
{
	uint32_t low = __builtin_bswap32(uuid->timeLow);
	uint16_t mid = __builtin_bswap16(uuid->timeMid);
	uint16_t high = __builtin_bswap16(uuid->timeHiAndVersion);

	memcpy(octets, &low, 4);
	memcpy(octets + 4, &mid, 2);
	memcpy(octets + 6, &high, 2);
	memcpy(octets + 8, uuid->clockSeqAndNode, 8);
}

void rt_uuid_from_octets(TEE_UUID *uuid, const uint8_t octets[16])
{
	memcpy(&uuid->timeLow, octets, 4);
	memcpy(&uuid->timeMid, octets + 4, 2);
	memcpy(&uuid->timeHiAndVersion, octets + 6, 2);
	memcpy(uuid->clockSeqAndNode, octets + 8, 8);
	uuid->timeLow = __builtin_bswap32(uuid->timeLow);
	uuid->timeMid = __builtin_bswap16(uuid->timeMid);
	uuid->timeHiAndVersion = __builtin_bswap16(uuid->timeHiAndVersion);
}

/* A hyphen comes before these octets. */
static bool hyphen_before(unsigned int i)
{
	return i == 4 || i == 6 || i == 8 || i == 10;
}

void rt_uuid_text(char text[RT_UUID_TEXT], const uint8_t octets[16])
{
	static const char digits[] = "0123456789abcdef";

	for (unsigned int i = 0; i < 16; i++) {
		if (hyphen_before(i))
			*text++ = '-';
		*text++ = digits[octets[i] >> 4];
		*text++ = digits[octets[i] & 15];
	}
	*text = 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

TEE_Result tee_uuid_from_str(TEE_UUID *uuid, const char *s)
{
	uint8_t octets[16];

	for (unsigned int i = 0; i < 16; i++) {
		int high, low;

		if (hyphen_before(i) && *s++ != '-')
			return TEE_ERROR_BAD_PARAMETERS;
		high = hex_digit(s[0]);
		low = high < 0 ? -1 : hex_digit(s[1]);
		if (low < 0)
			return TEE_ERROR_BAD_PARAMETERS;
		octets[i] = high << 4 | low;
		s += 2;
	}
	if (*s)
		return TEE_ERROR_BAD_PARAMETERS;
	rt_uuid_from_octets(uuid, octets);
	return TEE_SUCCESS;
}
