/* stand_in.h - files that lie where another one should: Git LFS pointers, symlinks that became text, web pages
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* What the reader of a file expects of it. */
typedef enum
{
  ARRA_STAND_IN_TEXT,  /* any text may be meant: only what nobody would write there is a stand-in */
  ARRA_STAND_IN_FORMAT /* a format that no path and no web page is a file of */
} ArraStandIn;

/* Whether the @size bytes at @bytes are no stand-in. FALSE: ARRA_ERROR_INVALID_DATA, whose message names @path, says
 * what lies there instead and what to do. */
gboolean arra_stand_in_check (const char *path, const void *bytes, gsize size, ArraStandIn expected, GError **error);
