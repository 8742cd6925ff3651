/* yamlfile_set.c - other values in the place of those of a configuration file
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "fail.h"
#include "mem.h"
#include "yamlfile_private.h"

#define LIST "list" /* the key of a list that is read alone */

/* NULL: there is none. */
static ArraYamlNode *
find (const ArraYaml *yaml, const char *key_path)
{
  guint index = GPOINTER_TO_UINT (g_hash_table_lookup (yaml->by_path, key_path));

  return index > 0 ? &yaml->nodes[index - 1] : NULL;
}

/* Takes @node. */
static gboolean
append (ArraYaml *yaml, ArraYamlNode node, GError **error)
{
  if (!arra_yaml_grow (yaml, error))
    {
      g_free (node.key_path);
      arra_mem_free (node.text);
      return FALSE;
    }
  yaml->nodes[yaml->n_nodes++] = node;
  g_hash_table_insert (yaml->by_path, node.key_path, GUINT_TO_POINTER (yaml->n_nodes));
  return TRUE;
}

static gboolean
is_below (const char *key_path, const char *above)
{
  gsize length = strlen (above);

  return strncmp (key_path, above, length) == 0 && (key_path[length] == '\0' || key_path[length] == '.');
}

/* Takes away @key_path and all below it. */
static void
forget (ArraYaml *yaml, const char *key_path)
{
  guint n = 0;

  g_hash_table_remove_all (yaml->by_path);
  for (guint i = 0; i < yaml->n_nodes; i++)
    {
      ArraYamlNode node = yaml->nodes[i];

      if (is_below (node.key_path, key_path))
        {
          g_free (node.key_path);
          arra_mem_free (node.text);
          continue;
        }
      yaml->nodes[n++] = node;
      g_hash_table_insert (yaml->by_path, node.key_path, GUINT_TO_POINTER (n));
    }
  yaml->n_nodes = n;
}

/* The nodes of @list, which a file of its own has under LIST, under @key_path. */
static gboolean
take_list (ArraYaml *yaml, const char *key_path, const ArraYaml *list, GError **error)
{
  for (guint i = 0; i < list->n_nodes; i++)
    {
      ArraYamlNode node = list->nodes[i];

      if (!is_below (node.key_path, LIST))
        continue;
      node.key_path = g_strconcat (key_path, node.key_path + strlen (LIST), NULL);
      if (node.text != NULL)
        {
          node.text = arra_mem_strndup (node.text, strlen (node.text), "configuration", error);
          if (node.text == NULL)
            {
              g_free (node.key_path);
              return FALSE;
            }
        }
      if (!append (yaml, node, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
set_list (ArraYaml *yaml, const char *key_path, const char *text, GError **error)
{
  g_autofree char *file = g_strconcat (LIST ": ", text, "\n", NULL);
  g_autoptr (ArraYaml) list = arra_yaml_parse (file, strlen (file), key_path, error);
  const ArraYamlNode *node = list != NULL ? find (list, LIST) : NULL;

  if (list == NULL)
    return FALSE;
  if (node == NULL || !node->is_sequence)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "%s: \"%s\": %s is no list", yaml->path, key_path, text);
  forget (yaml, key_path);
  return take_list (yaml, key_path, list, error);
}

gboolean
arra_yaml_set (ArraYaml *yaml, const char *key_path, const char *text, GError **error)
{
  ArraYamlNode *node = find (yaml, key_path);
  char *copy;

  if (node != NULL && node->text == NULL && !node->is_sequence)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "%s: \"%s\" is not a single value", yaml->path, key_path);
  if (*text == '[')
    return set_list (yaml, key_path, text, error);
  if (node != NULL && node->text == NULL)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "%s: \"%s\" is a list: give it one, as in [a, b]", yaml->path,
                      key_path);
  copy = arra_mem_strndup (text, strlen (text), "configuration", error);
  if (copy == NULL)
    return FALSE;
  if (node == NULL)
    return append (yaml, (ArraYamlNode) { .key_path = g_strdup (key_path), .text = copy, .plain = TRUE }, error);
  arra_mem_free (node->text);
  node->text = copy;
  node->plain = TRUE;
  return TRUE;
}
