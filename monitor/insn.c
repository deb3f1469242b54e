// SPDX-License-Identifier: BSD-2-Clause
/*
 * Decodes the stores that drivers use on the local APIC: MOV r/m32, r32 (89), MOV r/m32, imm32
 * (C7 /0), XCHG r/m32, r32 (87), MOV moffs32, EAX (A3). The address itself is not computed: the
 * fault gave it.
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
	switch (b) {
	case 0x66:
		*size16 = true;
		return true;
	case 0x26:
	case 0x2e:
	case 0x36:
	case 0x3e:
	case 0x64:
	case 0x65:
	case 0xf0:
		return true;
	}
	return false;
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
	if (size16 || rex & 8)
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
