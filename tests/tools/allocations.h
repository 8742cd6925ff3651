/* allocations.h - what happens when there is no memory
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* What is to be tried; frees all that it makes. FALSE: not done, and an error. */
typedef gboolean (*AllocationsAttempt) (gpointer data, GError **error);

/* Fails each allocation of @attempt in turn, until it succeeds: an error of ARRA_ERROR_NO_MEMORY each time, and nothing
 * more held afterwards than before. Returns how many failed: one at the least. */
guint allocations_check (AllocationsAttempt attempt, gpointer data);
