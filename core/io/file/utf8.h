/* utf8.h - UTF-8 from strangers: decoding, validation, character classes, quoting in messages
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* Decodes the character at @text[0 .. @length): returns its length in bytes (1..4) and sets *@c, or, when it is
 * ill-formed, minus the length of its maximal subpart (Unicode chapter 3, "U+FFFD substitution of maximal subparts").
 * @length must be at least 1. */
gint arra_utf8_decode (const char *text, gsize length, gunichar *c);

/* Whether @text is UTF-8 throughout (U+0000 is a character like others); *@bad (nullable) is the offset of the first
 * fault. */
gboolean arra_utf8_valid (const char *text, gsize length, gsize *bad);

/* @text with every maximal ill-formed subpart replaced by U+FFFD; @out has room for 3 * @length bytes. Returns the
 * bytes written. */
gsize arra_utf8_make_valid (const char *text, gsize length, char *out);

gboolean arra_char_is_letter (gunichar c);      /* category L */
gboolean arra_char_is_number (gunichar c);      /* category N */
gboolean arra_char_is_space (gunichar c);       /* property White_Space */
gboolean arra_char_is_punctuation (gunichar c); /* ASCII punctuation and category P */
gboolean arra_char_is_word (gunichar c);        /* UTS 18's \w: Alphabetic, M, Nd, Pc, Join_Control */

/* (transfer full): @text between quotation marks for a message: at most 48 characters, controls and ill-formed bytes as
 * '?'. */
char *arra_quote (const char *text, gsize length);
