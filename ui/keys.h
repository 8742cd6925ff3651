/* keys.h - key files in places that may hold anything
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* (transfer full) (nullable): g_free(): the @length bytes of @path; NULL when it is not a regular file, cannot be read,
 * or is larger than any settings. Never waits for a pipe or a device. */
char *arra_keys_read (const char *path, gsize *length);

/* Makes it and what lies above it, for nobody else to look into. */
gboolean arra_keys_make_folder (const char *folder, GError **error);

/* Loads @path into @keys. FALSE when it is not a regular file, cannot be read, is larger than any settings, or is no
 * key file. Never waits for a pipe or a device. */
gboolean arra_keys_load (GKeyFile *keys, const char *path);

/* Writes @keys to @path, whole or not at all, for nobody else to read; folders that are missing are made, and a link is
 * followed to its target. A device or a pipe stays as it is, and gets nothing. */
gboolean arra_keys_save (GKeyFile *keys, const char *path, GError **error);
