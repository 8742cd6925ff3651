/* words.h - numbers and untrusted text as words for people
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* All strings returned are (transfer full): g_free(). */

/* What a label may show of @text (nullable: ""), which may come from anybody: valid UTF-8, one paragraph,
 * without control characters and those that turn the direction of text around, at most @max characters, "…"
 * at the end when it was longer: behind a whole word, where that does not cost more than half of the text. Still no
 * markup. */
char *arra_words_plain (const char *text, guint max);

/* "3 s", "2 min 5 s", "1 h 10 min"; "less than a second". */
char *arra_words_duration (double seconds);

/* "1.2 GiB" */
char *arra_words_bytes (guint64 bytes);

/* "Row 5 of 16" and the like go with a picture; this is what goes with the work: "Picture 2 of 4 · 143
 * tokens/s · 8 s left". Parts that are not known (@rate 0, @left negative, @count 1) are left out. */
char *arra_words_progress (const char *what, guint picture, guint count, double rate, double left);

/* Whether @link may be opened from a card: an https or http address without anything that hides where it
 * leads. */
gboolean arra_words_is_web_link (const char *link);
