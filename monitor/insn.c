// SPDX-License-Identifier: BSD-2-Clause
/*
 * Decodes the stores that drivers use on the local APIC and its like: MOV r/m32, r32 (89), MOV r/m32, imm32
 * (C7 /0), XCHG r/m32, r32 (87), MOV moffs32, EAX (A3). The address itself is not computed: the
 * fault gave it. With REX.W the first two store 64 bits, which not every device takes.
 */
#include <monitor/policy.h>
#include <string.h>

struct cursor {
	const uint8_t *at, *end;
	bool overrun;
};

static uint8_t next(struct cursor *c)
{
	if (c->at < c->end)
		return *c->at++;
	c->overrun = true;
	return 0;
}

static void advance(struct cursor *c, size_t n)
{
	if ((size_t)(c->end - c->at) < n)
		c->overrun = true;
	else
		c->at += n;
}

static bool is_prefix(uint8_t b, bool *size16)
{
	static const uint8_t prefixes[] = {0x66, 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0xf0};
	size_t i = 0;

	while (i < sizeof(prefixes) && prefixes[i] != b)
		i++;
	*size16 |= b == 0x66;
	return i < sizeof(prefixes);
}

/* Steps over ModRM, SIB and displacement; false for a register operand. */
static bool skip_modrm(struct cursor *c, uint8_t modrm)
{
	unsigned int mod = modrm >> 6, rm = modrm & 7;
	size_t disp = mod == 1 ? 1 : mod == 2 ? 4 : 0;

	if (mod == 3)
		return false;
	if (rm == 4 && (next(c) & 7) == 5 && mod == 0)
		disp = 4;
	if (rm == 5 && mod == 0)
		disp = 4;
	advance(c, disp);
	return true;
}

bool insn_decode_store(const uint8_t *bytes, size_t n, unsigned int bits, struct insn *out)
{
	struct cursor c = {bytes, bytes + n, false};
	uint8_t op, rex = 0, modrm;
	bool size16 = false, memory;

	*out = (struct insn){0};
	if (bits < 32)
		return false;
	do
		op = next(&c);
	while (is_prefix(op, &size16));
	if (bits == 64 && (op & 0xf0) == 0x40) {
		rex = op;
		op = next(&c);
	}
	out->wide = rex & 8;
	if (size16 || (out->wide && op != 0x89 && op != 0xc7))
		return false;
	if (op == 0xa3) {
		advance(&c, bits / 8);
		memory = true;
	} else if (op == 0x89 || op == 0x87 || op == 0xc7) {
		modrm = next(&c);
		out->reg = ((modrm >> 3) & 7) | (rex & 4) << 1;
		out->exchange = op == 0x87;
		out->immediate = op == 0xc7;
		memory = skip_modrm(&c, modrm) && (op != 0xc7 || !(modrm & 0x38));
	} else {
		return false;
	}
	if (out->immediate && !c.overrun && c.end - c.at >= 4)
		memcpy(&out->imm, c.at, 4);
	advance(&c, out->immediate ? 4 : 0);
	out->len = (uint8_t)(c.at - bytes);
	return memory && !c.overrun;
}
