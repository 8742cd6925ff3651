/* history.h - the prompts that were used, newest first, and the checkpoints that they were for
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#define ARRA_HISTORY_MAX 200

typedef struct _ArraHistory ArraHistory;

ArraHistory *arra_history_new (void);
void arra_history_free (ArraHistory *history); /* nullable */

/* The checkpoint that is chosen: what is added is for it. @fingerprint: (nullable): NULL: none. */
void arra_history_set_checkpoint (ArraHistory *history, const char *fingerprint);

/* Puts @prompt (without spaces around it) at the top; one that is there for that checkpoint already moves. Empty ones
 * are not taken; the oldest go. */
void arra_history_add (ArraHistory *history, const char *prompt);
void arra_history_remove (ArraHistory *history, guint index);
void arra_history_clear (ArraHistory *history);

guint arra_history_length (const ArraHistory *history);
const char *arra_history_get (const ArraHistory *history, guint index); /* 0: newest */
/* Whether it was for the checkpoint that is chosen, or for one that is not known. */
gboolean arra_history_is_own (const ArraHistory *history, guint index);

/* Whether @prompt has every word of @words in it, whatever their case and order; an empty search finds
 * everything. */
gboolean arra_history_matches (const char *prompt, const char *words);

void arra_history_load (ArraHistory *history, GKeyFile *keys);
void arra_history_store (const ArraHistory *history, GKeyFile *keys);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraHistory, arra_history_free)
