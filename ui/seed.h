/* seed.h - seeds as people see them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* Whole numbers from 0 to 2^64 - 1, spaces around allowed. */
gboolean arra_seed_parse (const char *text, guint64 *seed);
char *arra_seed_text (guint64 seed); /* (transfer full): g_free() */
guint64 arra_seed_random (void);     /* at most nine digits: short enough to be told to somebody */
