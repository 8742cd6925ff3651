/* completion.h - words that a checkpoint learnt, offered while they are being written
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

typedef struct _ArraCompletion ArraCompletion;

/* Of what is written into @view; lives as long as it. */
ArraCompletion *arra_completion_new (GtkTextView *view);
/* (nullable): NULL-terminated, as ArraCard has them; copied. */
void arra_completion_set_words (ArraCompletion *completion, const char *const *words);
/* The text was changed: words are offered for the one that ends at the cursor. */
void arra_completion_update (ArraCompletion *completion);
void arra_completion_hide (ArraCompletion *completion);
/* Whether a key that was pressed in @view was meant for the words: Tab takes one, arrows choose, Escape hides them;
 * Enter takes one that was chosen. */
gboolean arra_completion_key (ArraCompletion *completion, const GdkEventKey *event);

/* (transfer full) (element-type utf8, borrowed): @words that begin with @begin in any case and go on, at most so many
 */
GPtrArray *arra_completion_find (const char *const *words, const char *begin);
