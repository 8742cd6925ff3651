/* settings.h - values of a training's configuration that may be left out
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "yamlfile.h"

/* Each sets *@out when the configuration has @key, and leaves it as it is when not. Errors name file, key and
 * what is possible. */
gboolean
arra_setting_uint (const ArraYaml *config, const char *key, guint64 min, guint64 max, guint64 *out, GError **error);
gboolean
arra_setting_number (const ArraYaml *config, const char *key, guint min, guint max, guint *out, GError **error);
gboolean
arra_setting_double (const ArraYaml *config, const char *key, double min, double max, double *out, GError **error);
gboolean arra_setting_bool (const ArraYaml *config, const char *key, gboolean *out, GError **error);
/* One of @names (NULL-terminated): *@out is its index. */
gboolean
arra_setting_choice (const ArraYaml *config, const char *key, const char *const *names, guint *out, GError **error);
/* A path, relative to the configuration's folder: *@out (transfer full), to be freed before, is replaced. */
gboolean arra_setting_path (const ArraYaml *config, const char *key, char **out, GError **error);
/* The same of what is read: a file or a folder that is there. */
gboolean arra_setting_file (const ArraYaml *config, const char *key, char **out, GError **error);
