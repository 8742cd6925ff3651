/* wrap.h - long texts on terminals, broken between words
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* @text (UTF-8) for lines of @width characters, the first of which begins behind @indent of them, and the others with
 * as many spaces. As it is where that leaves too little room; a word that is longer than a line stays whole. Returns:
 * (transfer full). */
char *cli_wrap (const char *text, guint indent, guint width);
/* Characters in a line of standard output; 0: it is no terminal. */
guint cli_wrap_width (void);
