// SPDX-License-Identifier: BSD-2-Clause
#include <monitor/monitor.h>
#include <string.h>

#define TEE_MEM_DEFAULT (64ull << 20)
#define TEE_MEM_MIN	(16ull << 20)
#define TEE_MEM_MAX	(1ull << 30)

struct options options = {.tee_mem = TEE_MEM_DEFAULT, .log_level = LOG_INFO};

/* Words not understood are kept for a log line: the log does not exist yet while parsing. */
static char unknown[64];

static bool parse_size(const char *s, uint64_t *out)
{
	uint64_t v = 0;

	if (*s < '0' || *s > '9')
		return false;
	for (; *s >= '0' && *s <= '9' && v < (1ull << 40); s++)
		v = v * 10 + (uint64_t)(*s - '0');
	if (*s == 'M' || *s == 'm')
		v <<= 20;
	else if (*s == 'G' || *s == 'g')
		v <<= 30;
	else if (*s)
		return false;
	*out = v;
	return !*s || !s[1];
}

static bool parse_level(const char *s, uint32_t *level)
{
	static const char *const names[] = {
		[LOG_ERR] = "err",
		[LOG_WARN] = "warn",
		[LOG_INFO] = "info",
		[LOG_DEBUG] = "debug",
	};

	for (uint32_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(s, names[i]))
			continue;
		*level = i;
		return true;
	}
	return false;
}

static bool parse_iommu(const char *s)
{
	static const char *const names[] = {
		[IOMMU_AUTO] = "auto",
		[IOMMU_OFF] = "off",
		[IOMMU_REQUIRE] = "require",
	};

	for (uint32_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(s, names[i]))
			continue;
		options.iommu = i;
		return true;
	}
	return false;
}

static bool parse_word(const char *w)
{
	uint64_t size;

	if (!strcmp(w, "serial")) {
		options.serial = true;
		return true;
	}
	if (!strncmp(w, "iommu=", 6))
		return parse_iommu(w + 6);
	if (!strncmp(w, "log=", 4))
		return parse_level(w + 4, &options.log_level);
	if (!strncmp(w, "tee_mem=", 8)) {
		if (!parse_size(w + 8, &size) || size < TEE_MEM_MIN || size > TEE_MEM_MAX)
			return false;
		options.tee_mem = ALIGN_UP(size, LARGE_PAGE);
		return true;
	}
	return guard_option(w);
}

void options_parse(const char *cmdline)
{
	char word[64] = {0};
	size_t n;

	for (const char *s = cmdline; *s; s += n) {
		while (*s == ' ')
			s++;
		for (n = 0; s[n] && s[n] != ' '; n++)
			if (n < sizeof(word) - 1)
				word[n] = s[n];
		word[n < sizeof(word) - 1 ? n : sizeof(word) - 1] = 0;
		if (n && !parse_word(word))
			memcpy(unknown, word, sizeof(unknown));
	}
}

void options_report(void)
{
	if (unknown[0])
		log_msg(LOG_WARN, "option '%s' is not understood; ignored", unknown);
	if (!guard_enabled())
		log_msg(LOG_ERR, "GUARD OFF: TEST BUILD. LINUX CAN READ AND WRITE TEE MEMORY");
}
