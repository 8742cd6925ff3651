/* named_settings.h - presets: settings under a name, in a file beside the dialog's own
 *
 * A preset has the checkpoint and what the form says of the picture: all but prompt and seed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "settings.h"

#define ARRA_NAMED_MAX 100    /* presets */
#define ARRA_NAMED_LONGEST 80 /* characters of a name */

/* (transfer full): the file of presets that goes with the settings at @settings_path */
char *arra_named_settings_path (const char *settings_path);

/* Names in the order of the alphabet; NULL-terminated, for g_strfreev(). A missing or broken file has none: it may be
 * anybody's. */
char **arra_named_settings_list (const char *path);

/* Keeps what @settings say under @name, whose spaces around it are taken away; one of that name is replaced. The file
 * is written whole or not at all. ARGUMENT: the name is empty or too long, or there are ARRA_NAMED_MAX already. */
gboolean arra_named_settings_save (const char *path, const char *name, const ArraSettings *settings, GError **error);
/* Into @settings, every value checked. FALSE: there is none of that name. */
gboolean arra_named_settings_load (const char *path, const char *name, ArraSettings *settings);
/* TRUE as well when there is none of that name. */
gboolean arra_named_settings_delete (const char *path, const char *name, GError **error);
