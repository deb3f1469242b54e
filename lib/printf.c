// SPDX-License-Identifier: BSD-2-Clause
#include <printf.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct out {
	char *buf;
	size_t size, len;
};

struct spec {
	bool left, zero, alt;
	int width, prec; /* prec: -1 when not given */
	int size; /* bytes of the integer argument */
	char conv;
};

static void put(struct out *o, char c)
{
	if (o->len + 1 < o->size)
		o->buf[o->len] = c;
	o->len++;
}

static void pad(struct out *o, char c, int n)
{
	for (; n > 0; n--)
		put(o, c);
}

static void put_text(struct out *o, const struct spec *s, const char *text)
{
	size_t n = strnlen(text, s->prec < 0 ? SIZE_MAX : (size_t)s->prec);
	int fill = s->width - (int)n;

	if (!s->left)
		pad(o, ' ', fill);
	for (size_t i = 0; i < n; i++)
		put(o, text[i]);
	if (s->left)
		pad(o, ' ', fill);
}

static void put_number(struct out *o, const struct spec *s, uint64_t v, bool negative)
{
	const char *digits = s->conv == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
	unsigned int base = s->conv == 'x' || s->conv == 'X' ? 16 : 10;
	const char *prefix = negative ? "-" : s->alt && base == 16 ? "0x" : "";
	char tmp[24];
	int n = 0, zeroes, fill;

	do {
		tmp[n++] = digits[v % base];
		v /= base;
	} while (v);
	zeroes = s->prec - n;
	fill = s->width - n - (int)strlen(prefix) - (zeroes > 0 ? zeroes : 0);
	if (s->zero && !s->left && s->prec < 0) {
		zeroes = fill;
		fill = 0;
	}
	if (!s->left)
		pad(o, ' ', fill);
	while (*prefix)
		put(o, *prefix++);
	pad(o, '0', zeroes);
	while (n)
		put(o, tmp[--n]);
	if (s->left)
		pad(o, ' ', fill);
}

static const char *parse_count(const char *f, int *count, va_list *ap)
{
	if (*f == '*') {
		*count = va_arg(*ap, int);
		return f + 1;
	}
	for (*count = 0; *f >= '0' && *f <= '9'; f++)
		*count = *count * 10 + (*f - '0');
	return f;
}

static const char *parse(const char *f, struct spec *s, va_list *ap)
{
	*s = (struct spec){.prec = -1, .size = sizeof(int)};
	for (;; f++) {
		if (*f == '-')
			s->left = true;
		else if (*f == '0')
			s->zero = true;
		else if (*f == '#')
			s->alt = true;
		else
			break;
	}
	f = parse_count(f, &s->width, ap);
	if (*f == '.')
		f = parse_count(f + 1, &s->prec, ap);
	for (; *f == 'l' || *f == 'z' || *f == 'h'; f++)
		s->size = *f == 'h' ? s->size / 2 : 8;
	s->conv = *f;
	return *f ? f + 1 : f;
}

static uint64_t truncate(uint64_t v, int size)
{
	return size == 8 ? v : v & ((1ull << (8 * size)) - 1);
}

static void convert(struct out *o, struct spec *s, va_list *ap)
{
	const char *text;
	char c[2] = {0};
	int64_t i;

	switch (s->conv) {
	case 'd':
	case 'i':
		i = s->size == 8 ? va_arg(*ap, int64_t) : va_arg(*ap, int);
		put_number(o, s, i < 0 ? -(uint64_t)i : (uint64_t)i, i < 0);
		break;
	case 'u':
	case 'x':
	case 'X':
		put_number(
			o, s,
			truncate(s->size == 8 ? va_arg(*ap, uint64_t) : va_arg(*ap, unsigned int),
				 s->size),
			false);
		break;
	case 'p':
		s->conv = 'x';
		s->alt = true;
		put_number(o, s, (uintptr_t)va_arg(*ap, void *), false);
		break;
	case 's':
		text = va_arg(*ap, const char *);
		put_text(o, s, text ? text : "(null)");
		break;
	case 'c':
		c[0] = (char)va_arg(*ap, int);
		put_text(o, s, c);
		break;
	default:
		put(o, s->conv ? s->conv : '%');
	}
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
	struct out o = {.buf = buf, .size = size};
	struct spec s;
	va_list args;

	va_copy(args, ap);
	while (*fmt) {
		if (*fmt != '%') {
			put(&o, *fmt++);
			continue;
		}
		fmt = parse(fmt + 1, &s, &args);
		convert(&o, &s, &args);
	}
	va_end(args);
	if (size)
		buf[o.len < size ? o.len : size - 1] = 0;
	return (int)o.len;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return n;
}
