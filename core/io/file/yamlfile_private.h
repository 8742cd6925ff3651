/* yamlfile_private.h - between the files of the YAML reader
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "yamlfile.h"

typedef struct
{
  char *key_path; /* sequence items: "list.0", "list.1", … */
  char *text;     /* NULL: a mapping or a sequence */
  gboolean plain; /* written without quotation marks */
  gsize n_items;  /* of a sequence */
  gboolean is_sequence;
  gboolean asked; /* by a look-up */
} ArraYamlNode;

struct _ArraYaml
{
  char *path;
  ArraYamlNode *nodes; /* arra_mem memory */
  guint n_nodes, room;
  GHashTable *by_path; /* key path -> index of its node + 1 */
};

gboolean arra_yaml_grow (ArraYaml *yaml, GError **error); /* makes room for one more node */
