/* kept_pictures.h - pictures that an earlier run made, known by the contents of what they were made from
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "dataset.h"
#include "item_cache.h"

/* What a picture's `parameters` say of its source; (transfer full) */
char *arra_kept_text (const guint8 key[ARRA_CACHE_KEY]);
/* Whether picture @number of the imagefolder @directory is whole, and made from this source. */
gboolean arra_kept_has (const char *directory, guint number, const guint8 key[ARRA_CACHE_KEY]);
/* Gives the pictures in @directory the numbers that their sources have in @keys, [n][ARRA_CACHE_KEY], and removes those
 * of sources that are gone. When there are pictures, but none of these sources, they are left as they are:
 * INVALID_DATA. May be stopped at any time, and begun again. */
gboolean arra_kept_sort (const char *directory, const guint8 *keys, guint n, GError **error);
