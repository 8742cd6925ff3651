/* tokenizer_steps.c - what a part of a tokenizer.json does, step by step
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tokenizer_steps.h"

#include <string.h>

#include "fail.h"
#include "jsonguard.h"

typedef struct
{
  const char *list;
  ArraStepFunc func;
  gpointer data;
} Walk;

static gboolean walk_step (const Walk *walk, JsonObject *step, const char *name, GError **error);

/* The depth of sequences within sequences is that of the JSON. */
static gboolean
walk_sequence (const Walk *walk, JsonObject *sequence, const char *name, GError **error)
{
  JsonArray *steps = arra_json_get_array (sequence, name, walk->list, error);

  if (steps == NULL)
    return FALSE;
  for (guint i = 0; i < json_array_get_length (steps); i++)
    {
      g_autofree char *step_name = g_strdup_printf ("%s %u", name, i);
      JsonNode *node = json_array_get_element (steps, i);

      if (!JSON_NODE_HOLDS_OBJECT (node))
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s is not an object", step_name);
      if (!walk_step (walk, json_node_get_object (node), step_name, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
walk_step (const Walk *walk, JsonObject *step, const char *name, GError **error)
{
  const char *type = arra_json_get_string (step, name, "type", error);

  if (type == NULL)
    return FALSE;
  return strcmp (type, "Sequence") == 0 ? walk_sequence (walk, step, name, error)
                                        : walk->func (step, name, walk->data, error);
}

gboolean
arra_tokenizer_steps (JsonObject *root,
                      const char *part,
                      const char *list,
                      const char *name,
                      ArraStepFunc func,
                      gpointer data,
                      GError **error)
{
  const Walk walk = { list, func, data };
  g_autofree char *context = g_strdup_printf ("%s: %s", name, part);
  JsonObject *first;

  if (!json_object_has_member (root, part) || json_object_get_null_member (root, part))
    return TRUE;
  first = arra_json_get_object (root, name, part, error);
  return first != NULL && walk_step (&walk, first, context, error);
}
