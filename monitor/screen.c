// SPDX-License-Identifier: BSD-2-Clause
/*
 * The last words of a monitor that cannot start, on the screen that the loader left: most machines
 * have no serial port. Once Linux runs, the screen is its own.
 */
#include <monitor/arch.h>
#include <monitor/monitor.h>

#define GLYPH_WIDTH  5
#define GLYPH_HEIGHT 7
#define CELL_WIDTH   (GLYPH_WIDTH + 1)
#define CELL_HEIGHT  (GLYPH_HEIGHT + 2)
#define LINES	     16 /* of text that fit in what is mapped */
#define VGA_WHITE    0x0f00u

/* From blank to underline; bit 5 * y + x is the point x from the left, y from the top. */
static const uint64_t glyphs[] = {
	0x000000000, 0x100421084, 0x00000014a, 0x295f57d4a, 0x11f4717c4, 0x632222263, 0x593511526,
	0x000000084, 0x208210888, 0x088842082, 0x009575480, 0x0084f9080, 0x088600000, 0x0000f8000,
	0x18c000000, 0x002222200, 0x3a33ae62e, 0x3884210c4, 0x7c226422e, 0x3a304111f, 0x211f4a988,
	0x3a3083c3f, 0x3a317844c, 0x08422221f, 0x3a317462e, 0x1910f462e, 0x00c6018c0, 0x0886018c0,
	0x208208888, 0x001f07c00, 0x088882082, 0x10044422e, 0x782daf62e, 0x4631fc62e, 0x3e317c62f,
	0x3a210862e, 0x1d318c527, 0x7c217843f, 0x04217843f, 0x7a31e862e, 0x4631fc631, 0x38842108e,
	0x19284211c, 0x452519531, 0x7c2108421, 0x4631ad771, 0x4639ad671, 0x3a318c62e, 0x04217c62f,
	0x59358c62e, 0x45257c62f, 0x3e107043e, 0x10842109f, 0x3a318c631, 0x114a8c631, 0x4775ac631,
	0x462a22a31, 0x108422a31, 0x7c222221f, 0x38421084e, 0x020820820, 0x39084210e, 0x000004544,
	0x7c0000000,
};

static volatile uint8_t *memory; /* NULL: no screen */
static uint32_t line;

/* Points of the screen to a side of one of ours. */
static uint32_t scale(void)
{
	return 1 + boot.screen.width / 1000;
}

/* Bytes that the text may touch; 0: a screen that cannot be used. */
static uint64_t used(void)
{
	const struct boot_screen *s = &boot.screen;
	uint32_t bytes = s->type == SCREEN_TEXT ? 2 : s->type == SCREEN_RGB ? s->bpp / 8u : 0;
	uint64_t rows = s->type == SCREEN_TEXT ? LINES : LINES * CELL_HEIGHT * scale();

	if (bytes < 2 || bytes > 4 || s->width > s->pitch / bytes)
		return 0;
	return s->pitch * (rows < s->height ? rows : s->height);
}

void screen_find(void)
{
	if (used() && boot.screen.base + used() <= FOUR_GIB)
		memory = phys_to_virt(hpa(boot.screen.base));
}

void screen_map(void)
{
	uint64_t offset = boot.screen.base % PAGE_SIZE;
	hpa_t page = hpa(boot.screen.base - offset);

	if (used())
		memory = (volatile uint8_t *)arch_map_device(page,
							     ALIGN_UP(offset + used(), PAGE_SIZE)) +
			 offset;
}

void screen_leave(void)
{
	memory = NULL;
}

static void put_char(uint32_t column, uint32_t row, char c)
{
	uint32_t s = scale(), bytes = boot.screen.bpp / 8u;
	uint8_t index = (uint8_t)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c) - ' ';
	uint64_t glyph = index < ARRAY_SIZE(glyphs) ? glyphs[index] : glyphs['?' - ' '];

	for (uint32_t y = 0; y < CELL_HEIGHT * s; y++) {
		volatile uint8_t *at = memory + (row * CELL_HEIGHT * s + y) * boot.screen.pitch +
				       column * CELL_WIDTH * s * bytes;

		/* White and black have the same bits whatever the order of colours. */
		for (uint32_t x = 0; x < CELL_WIDTH * s * bytes; x++) {
			uint32_t px = x / bytes / s, py = y / s;
			bool on = px < GLYPH_WIDTH && py < GLYPH_HEIGHT &&
				  glyph >> (py * GLYPH_WIDTH + px) & 1;

			at[x] = on ? 0xff : 0;
		}
	}
}

void screen_write(const char *text, size_t len)
{
	static const char who[] = "merlon: ";
	const struct boot_screen *b = &boot.screen;
	bool text_mode = b->type == SCREEN_TEXT;
	uint32_t columns = text_mode ? b->width : b->width / (CELL_WIDTH * scale());
	uint32_t rows = text_mode ? b->height : b->height / (CELL_HEIGHT * scale());
	size_t skip = sizeof(who) - 1, end = skip + len;

	if (!memory || !columns)
		return;
	for (size_t i = 0; i < end && line < rows && line < LINES; line++) {
		for (uint32_t x = 0; x < columns; x++, i++) {
			char c = i >= end ? ' ' : i < skip ? who[i] : text[i - skip];

			if (text_mode)
				*(volatile uint16_t *)(memory + line * b->pitch + x * 2) =
					(uint16_t)(VGA_WHITE | (uint8_t)c);
			else
				put_char(x, line, c);
		}
	}
}
