/* bytes.h - bytes that grow, in arra_mem memory
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

typedef struct
{
  guint8 *data;
  gsize size, room;
} ArraBytes;

gboolean arra_bytes_append (ArraBytes *bytes, const void *data, gsize size, GError **error);
gboolean arra_bytes_append_text (ArraBytes *bytes, const char *text, GError **error); /* without its NUL */
gboolean arra_bytes_append_be32 (ArraBytes *bytes, guint32 value, GError **error);    /* big-endian */
void arra_bytes_clear (ArraBytes *bytes);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ArraBytes, arra_bytes_clear)
