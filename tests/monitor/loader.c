// SPDX-License-Identifier: BSD-2-Clause
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/monitor/loader.h"
#include <monitor/share.h>

struct options options = {.tee_mem = 64ull << 20};
char loader_options[BOOT_CMDLINE];
uint8_t loader_low[LOADER_LOW];
void *loader_device;

void options_parse(const char *cmdline)
{
	snprintf(loader_options, sizeof(loader_options), "%s", cmdline);
}

uint64_t share_pool_size(void)
{
	return 0;
}

void log_msg(enum merlon_log_level level, const char *fmt, ...)
{
}

void *phys_to_virt(hpa_t addr)
{
	return addr.v < LOADER_LOW ? loader_low + addr.v : NULL;
}

volatile void *arch_map_device(hpa_t addr, size_t bytes)
{
	return loader_device;
}

void loader_reset(void)
{
	memset(&boot, 0, sizeof(boot));
	memset(&layout, 0, sizeof(layout));
	memset(loader_options, 0, sizeof(loader_options));
}
