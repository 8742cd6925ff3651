/* session_private.h - what the parts of a session share: what its branches have read
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "session.h"

/* Of what a branch has read or is still to read. The unconditional one begins with the picture, behind what stands in
 * front of it. */
guint arra_session_length (const ArraSession *session, guint branch);
/* (nullable) */
ArraKvCache *arra_session_cache (const ArraSession *session, guint branch);
/* The last token is to be read again, for its scores. */
void arra_session_leave_last (ArraSession *session, guint branch);
/* Tokens that it has not read. At least the last one is read again: its scores are what the next step needs. */
guint arra_session_lacking (const ArraSession *session, guint branch);
/* How many of its next @n tokens a branch can read at once: rows in front of it do not go through the layers together
 * with ids. */
guint arra_session_together (const ArraSession *session, guint branch, guint n);
/* A branch reads its next @n tokens, which it can read at once. */
ArraTransformerInput arra_session_input (const ArraSession *session, guint branch, guint n, float *logits);
/* The token that @grammar, @sampling and row @row of the scores choose at @position. */
gboolean arra_session_choose (ArraSession *session,
                              const ArraGrammar *grammar,
                              const ArraSampling *sampling,
                              guint row,
                              guint32 picture,
                              guint32 position,
                              guint32 *id,
                              GError **error);
/* Whether the next token is chosen with guidance. */
gboolean arra_session_is_guided (const ArraSession *session);
