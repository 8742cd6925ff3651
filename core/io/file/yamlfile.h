/* yamlfile.h - a small, bounded reader of YAML configuration files (libyaml underneath)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* One mapping key path ("model.params.ddconfig.ch") to a scalar's text, or a sequence's scalars. Anchors, aliases and
 * documents after the first are refused; depth <= 64, <= 10,000 nodes. */
typedef struct _ArraYaml ArraYaml;

ArraYaml *arra_yaml_open (const char *path, GError **error);
/* The same for text at hand; @name starts messages. */
ArraYaml *arra_yaml_parse (const char *text, gsize size, const char *name, GError **error);
void arra_yaml_free (ArraYaml *yaml); /* nullable */
gboolean
arra_yaml_get_int (const ArraYaml *yaml, const char *key_path, gint64 min, gint64 max, gint64 *out, GError **error);
/* Finite, in either notation, with a point whatever the locale. */
gboolean
arra_yaml_get_double (const ArraYaml *yaml, const char *key_path, double min, double max, double *out, GError **error);
const char *arra_yaml_get_string (const ArraYaml *yaml, const char *key_path, GError **error); /* (transfer none) */
/* what messages call it */
const char *arra_yaml_path (const ArraYaml *yaml);
gboolean arra_yaml_get_bool (const ArraYaml *yaml, const char *key_path, gboolean *out, GError **error);
/* A sequence of integers, flow or block form: at most @max; *@n set. */
gboolean
arra_yaml_get_ints (const ArraYaml *yaml, const char *key_path, gsize max, gint64 *out, gsize *n, GError **error);
gboolean arra_yaml_has (const ArraYaml *yaml, const char *key_path);
/* of a sequence: "list.0", "list.1", …; 0 for anything else */
gsize arra_yaml_items (const ArraYaml *yaml, const char *key_path);

/* Replaces or adds the scalar @key_path, as if the file said so without quotation marks, or with "[…]" the list.
 * ARGUMENT: the file has something of another form there. */
gboolean arra_yaml_set (ArraYaml *yaml, const char *key_path, const char *text, GError **error);

/* All scalars in the order of the file. */
typedef void (*ArraYamlFunc) (const char *key_path, const char *text, gpointer user);
void arra_yaml_each (const ArraYaml *yaml, ArraYamlFunc func, gpointer user);
/* Whether every scalar has been looked up by one of the functions above; the error names the first that was not: a key
 * that nobody knows. */
gboolean arra_yaml_check_asked (const ArraYaml *yaml, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraYaml, arra_yaml_free)
