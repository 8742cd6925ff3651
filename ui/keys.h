/* keys.h - a key file from a place that may hold anything
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* Loads @path into @keys. FALSE when it is not a regular file, cannot be read, is larger than any settings, or is no key file. Never waits for
 * a pipe or a device. */
gboolean arra_keys_load (GKeyFile *keys, const char *path);
