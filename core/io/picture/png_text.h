/* png_text.h - texts in PNG files
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* The first text with that keyword in a PNG file, of a tEXt chunk or of an iTXt chunk that is not compressed. Latin-1
 * becomes UTF-8; what is said to be UTF-8 is not checked. ARRA_ERROR_NOT_FOUND when there is none, or the file is no
 * PNG. Returns: (transfer full): arra_mem memory. */
char *arra_png_text (const char *path, const char *keyword, GError **error);
