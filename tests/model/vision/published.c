/* published.c - weights under the names, and in the arrangements, of other publications of the same network
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "published.h"

#include <string.h>

#include "mem.h"

static char *
with_number (const char *pattern, guint number)
{
  g_autoptr (GString) name = g_string_new (pattern);
  g_autofree char *digits = g_strdup_printf ("%u", number);

  g_string_replace (name, "#", digits, 0);
  return g_string_free (g_steal_pointer (&name), FALSE);
}

static void
transpose (const float *from, gsize rows, gsize columns, float *to)
{
  for (gsize i = 0; i < rows; i++)
    for (gsize k = 0; k < columns; k++)
      to[k * rows + i] = from[i * columns + k];
}

static void
add (ArraSource *source, guint file, ArraSource *from, const Published *rule, guint layer, const char *prefix)
{
  g_autofree char *pattern = g_strconcat (prefix, rule->theirs, NULL), *name = with_number (pattern, layer);
  g_autofree char *first = with_number (rule->ours[0], layer);
  const ArraTensor *tensor = arra_source_find (from, first);
  gsize n_parts = rule->ours[1] == NULL ? 1 : 3, count = tensor != NULL ? arra_tensor_count (tensor) : 0;
  ArraTensor made = { .dtype = ARRA_F32, .n_bytes = n_parts * count * sizeof (float) };
  float *data = arra_mem_new (n_parts * count, sizeof *data, "a test", NULL), *part = data;

  g_assert_nonnull (tensor);
  made.n_dims = tensor->n_dims;
  memcpy (made.shape, tensor->shape, sizeof made.shape);
  made.shape[0] *= (gint64) n_parts;
  for (gsize i = 0; i < n_parts; i++, part += count)
    {
      g_autofree char *ours = with_number (rule->ours[i], layer);

      arra_tensor_to_float (arra_source_find (from, ours), 0, count, part);
    }
  if (rule->transposed)
    {
      g_autofree float *straight = g_memdup2 (data, count * sizeof *data);

      transpose (straight, (gsize) tensor->shape[0], (gsize) tensor->shape[1], data);
      made.shape[0] = tensor->shape[1];
      made.shape[1] = tensor->shape[0];
    }
  made.data = data;
  arra_source_add_memory (source, data);
  g_assert_true (arra_source_add (source, file, name, &made, NULL));
}

ArraSource *
published (ArraSource *from, const Published *rules, gsize n, guint layers, const char *prefix)
{
  ArraSource *source = arra_source_new ();
  g_autoptr (ArraMapping) nothing = arra_mapping_new_for_bytes ("published", "", 0);
  guint file;

  g_assert_true (arra_source_add_file (source, nothing, &file, NULL));
  for (gsize i = 0; i < n; i++)
    for (guint layer = 0; layer < (strchr (rules[i].theirs, '#') != NULL ? layers : 1); layer++)
      add (source, file, from, &rules[i], layer, prefix);
  return source;
}
