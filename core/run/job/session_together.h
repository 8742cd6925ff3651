/* session_together.h - several sequences of one model that go on side by side, in one pass over its weights
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "session.h"

#define ARRA_MOST_TOGETHER 16

/* A sequence of its own that begins as @session, whose weights and buffers it uses, and which must outlive it.
 * Zero-initialise; @branch is to be cleared in any case. */
gboolean arra_session_branch_init (ArraSession *branch,
                                   const ArraSession *session,
                                   const ArraCapacities *capacities,
                                   GError **error);
guint64 arra_session_branch_bytes (const ArraCheckpoint *checkpoint, const ArraCapacities *capacities);

/* The sequence becomes that of @session. What both have read is not read again: what @branch lacks of it is copied. */
void arra_session_follow (ArraSession *branch, const ArraSession *session);

/* The sequence becomes that of @session, and is only compared with other such: caches go on behind what those of
 * @session hold, which they read where it is. That must stay as it is until @branch follows or continues again. */
void arra_session_continue (ArraSession *branch, const ArraSession *session);

/* Reads all but the last token of both branches. */
gboolean arra_session_read_ahead (ArraSession *session, GCancellable *cancellable, GError **error);

/**
 * arra_sessions_next:
 * @sessions: @n of one model, at most ARRA_MOST_TOGETHER, each of which expects a code
 * @pictures, @positions: [@n]: of the noise
 * @ids: [@n]: (out)
 *
 * What arra_session_next() chooses for each of them. Allocates nothing.
 */
gboolean arra_sessions_next (ArraSession *const *sessions,
                             guint n,
                             const ArraSampling *sampling,
                             const guint32 *pictures,
                             const guint32 *positions,
                             guint32 *ids,
                             GCancellable *cancellable,
                             GError **error);
