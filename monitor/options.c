// SPDX-License-Identifier: BSD-2-Clause
#include <abi/hypercall.h>
#include <monitor/monitor.h>
#include <string.h>

#define TEE_MEM_DEFAULT (64ull << 20)
#define TEE_MEM_MIN	(16ull << 20)
#define TEE_MEM_MAX	(1ull << 30)

struct options options = {.tee_mem = TEE_MEM_DEFAULT, .log_level = LOG_INFO, .timer = 1};

/* Words not understood are kept for a log line: the log does not exist yet while parsing. */
static char unknown[64];

/* Bytes; 0: not a number, or not this alone. */
static uint64_t parse_size(const char *s)
{
	uint64_t v = 0;

	for (; *s >= '0' && *s <= '9' && v < (1ull << 40); s++)
		v = v * 10 + (uint64_t)(*s - '0');
	if (*s == 'M' || *s == 'm')
		v <<= 20;
	else if (*s == 'G' || *s == 'g')
		v <<= 30;
	else if (*s)
		return 0;
	return !*s || !s[1] ? v : 0;
}

/* Words of the form name=value, with the values that there are. */
static const struct named {
	const char *name, *values[4];
	uint32_t *out;
} named[] = {
	{"iommu=",
	 {[IOMMU_AUTO] = "auto", [IOMMU_OFF] = "off", [IOMMU_REQUIRE] = "require"},
	 &options.iommu},
	{"seat=", {[MERLON_SEAT_WORLD] = "world", [MERLON_SEAT_VM] = "vm"}, &options.seat},
	{"timer=", {"off", "auto"}, &options.timer},
	{"log=",
	 {[LOG_ERR] = "err", [LOG_WARN] = "warn", [LOG_INFO] = "info", [LOG_DEBUG] = "debug"},
	 &options.log_level},
	{"ibpb=", {MITIGATE_WORDS}, &options.mitigate[MITIGATE_IBPB]},
	{"l1d=", {MITIGATE_WORDS}, &options.mitigate[MITIGATE_L1D]},
	{"verw=", {MITIGATE_WORDS}, &options.mitigate[MITIGATE_VERW]},
	{"rsb=", {MITIGATE_WORDS}, &options.mitigate[MITIGATE_RSB]},
};

static bool parse_value(const struct named *n, const char *value)
{
	for (uint32_t i = 0; i < ARRAY_SIZE(n->values) && n->values[i]; i++) {
		if (strcmp(value, n->values[i]))
			continue;
		*n->out = i;
		return true;
	}
	return false;
}

static bool parse_word(const char *w)
{
	bool serial = !strcmp(w, "serial"), check = !strcmp(w, "check");
	uint64_t size;

	if (serial || check) {
		options.serial |= serial;
		options.check |= check;
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(named); i++) {
		size_t n = strlen(named[i].name);

		if (!strncmp(w, named[i].name, n))
			return parse_value(&named[i], w + n);
	}
	if (!strncmp(w, "tee_mem=", 8)) {
		size = parse_size(w + 8);
		if (size < TEE_MEM_MIN || size > TEE_MEM_MAX)
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
