/* session_private.h - what the parts of a session share: what its branches have read
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "session.h"

/* Of what a branch has read or is still to read. The unconditional one begins with the picture, behind what stands in front of it. */
guint arra_session_length (const ArraSession *session, guint branch);
/* Tokens that it has not read. At least the last one is read again: its scores are what the next step needs. */
guint arra_session_lacking (const ArraSession *session, guint branch);
/* A branch reads its next @n tokens. */
ArraTransformerInput arra_session_input (const ArraSession *session, guint branch, guint n, float *logits);
