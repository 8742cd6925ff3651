/* thumbnail.h - the small picture that a checkpoint's card comes with: a PNG file beside it, or its bytes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

#define ARRA_THUMBNAIL_MAX ((gsize) 1 << 20) /* bytes */

/* Size and PNG's signature; who shows the picture decodes it with care. @name starts messages. INVALID_DATA. */
gboolean arra_thumbnail_check (const guint8 *bytes, gsize size, const char *name, GError **error);
/* Reads @file of @folder, checked; it must be a plain name: INVALID_DATA, in a message that @name starts. Returns:
 * arra_mem. */
guint8 *arra_thumbnail_read (const char *folder, const char *file, const char *name, gsize *size, GError **error);
