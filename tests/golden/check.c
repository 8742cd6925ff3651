/* check.c - comparing with golden tensors, and keeping count
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <math.h>
#include <string.h>

#include "jsonguard.h"

void
check_fault (Check *check, const char *format, ...)
{
  va_list args;

  if (check->faults == NULL)
    check->faults = g_string_new (NULL);
  else
    g_string_append (check->faults, "; ");
  va_start (args, format);
  g_string_append_vprintf (check->faults, format, args);
  va_end (args);
}

gboolean
check_error (Check *check, GError *error)
{
  if (error == NULL)
    return FALSE;
  check_fault (check, "%s", error->message);
  g_error_free (error);
  return TRUE;
}

char *
check_weights_path (Check *check)
{
  const char *text = json_object_get_string_member_with_default (check->entry, "weights", "");
  g_autofree char *name = g_strndup (text, strcspn (text, " ,"));

  if (*name != '\0')
    return g_build_filename (check->dir, name, NULL);
  check_fault (check, "the manifest names no weights");
  return NULL;
}

ArraSource *
check_open (Check *check, const char *file)
{
  g_autofree char *path = g_build_filename (check->dir, file, NULL);
  GError *error = NULL;
  ArraSource *source = arra_safetensors_open (path, &error);

  check_error (check, error);
  return source;
}

JsonParser *
check_json (Check *check, const char *file, JsonObject **object)
{
  g_autofree char *path = g_build_filename (check->dir, file, NULL);
  GError *error = NULL;
  JsonParser *parser = arra_json_parse_file (path, object, &error);

  check_error (check, error);
  return parser;
}

const ArraTensor *
check_tensor (ArraSource *source, const char *name)
{
  return arra_source_find (source, name);
}

/* Finds the tensor to compare with, checks its size and type, and marks it as compared. */
static const ArraTensor *
begin (Check *check, ArraSource *source, const char *file, const char *name, gsize n)
{
  const ArraTensor *tensor = arra_source_find (source, name);
  char *key;

  if (tensor == NULL)
    return NULL;
  key = g_strconcat (file, ":", name, NULL);
  if (!g_hash_table_add (check->compared, key))
    {
      check_fault (check, "%s was compared twice", name);
      return NULL;
    }
  check->n_compared++;
  if (arra_tensor_count (tensor) != n)
    {
      g_autofree char *shape = arra_tensor_describe (tensor);
      check_fault (check, "%s is %s, but %" G_GSIZE_FORMAT " values were computed", name, shape, n);
      return NULL;
    }
  return tensor;
}

void
check_note_float (Check *check, double error, double bound, const char *what)
{
  double ratio = bound > 0 ? error / bound : (error > 0 ? INFINITY : 0);
  double worst = check->worst_bound > 0 ? check->worst / check->worst_bound : (check->worst > 0 ? INFINITY : 0);

  if (check->worst_bound < 0 || isnan (ratio) || ratio > worst)
    {
      check->worst = error;
      check->worst_bound = bound;
    }
  if (!(error <= bound))
    check_fault (check, "%s is off by %g (allowed: %g)", what, error, bound);
}

void
check_floats (Check *check, ArraSource *source, const char *file, const char *name, const float *got, gsize n)
{
  const ArraTensor *tensor = begin (check, source, file, name, n);
  g_autofree float *expected = NULL;
  double error = 0;

  if (tensor == NULL)
    return;
  if (!arra_dtype_is_float (tensor->dtype))
    {
      check_fault (check, "%s holds no floats", name);
      return;
    }
  expected = g_new (float, n);
  arra_tensor_to_float (tensor, 0, n, expected);
  for (gsize i = 0; i < n; i++)
    {
      double difference = expected[i] == got[i] ? 0 : fabs ((double) expected[i] - got[i]);
      if (isnan (difference) || difference > error)
        error = difference;
      if (isnan (error))
        break;
    }
  check_note_float (check, error, check->bound, name);
}

static gint64
int_at (const ArraTensor *tensor, gsize i)
{
  switch (tensor->dtype)
    {
    case ARRA_I64:
      {
        gint64 v;
        memcpy (&v, (const char *) tensor->data + i * sizeof v, sizeof v);
        return v;
      }
    case ARRA_I32:
      {
        gint32 v;
        memcpy (&v, (const char *) tensor->data + i * sizeof v, sizeof v);
        return v;
      }
    default:
      return ((const guint8 *) tensor->data)[i];
    }
}

static gboolean
is_integer (const ArraTensor *tensor)
{
  return tensor->dtype == ARRA_I64 || tensor->dtype == ARRA_I32 || tensor->dtype == ARRA_U8;
}

void
check_ints (Check *check, ArraSource *source, const char *file, const char *name, const gint64 *got, gsize n)
{
  const ArraTensor *tensor = begin (check, source, file, name, n);
  gsize wrong = 0;

  if (tensor == NULL)
    return;
  if (!is_integer (tensor))
    {
      check_fault (check, "%s holds no integers", name);
      return;
    }
  for (gsize i = 0; i < n; i++)
    wrong += int_at (tensor, i) != got[i];
  check_note_float (check, (double) wrong, 0, name);
}

void
check_bytes (Check *check,
             ArraSource *source,
             const char *file,
             const char *name,
             const guint8 *got,
             gsize n,
             guint within)
{
  const ArraTensor *tensor = begin (check, source, file, name, n);
  int error = 0;

  if (tensor == NULL)
    return;
  if (tensor->dtype != ARRA_U8)
    {
      check_fault (check, "%s holds no bytes", name);
      return;
    }
  for (gsize i = 0; i < n; i++)
    error = MAX (error, abs (((const guint8 *) tensor->data)[i] - got[i]));
  check_note_float (check, error, within, name);
}

gint64 *
check_read_ints (Check *check, ArraSource *source, const char *name, gsize *n)
{
  const ArraTensor *tensor = arra_source_find (source, name);
  gint64 *values;

  if (tensor == NULL || !is_integer (tensor))
    {
      check_fault (check, "%s is missing or holds no integers", name);
      return NULL;
    }
  *n = arra_tensor_count (tensor);
  values = g_new (gint64, *n);
  for (gsize i = 0; i < *n; i++)
    values[i] = int_at (tensor, i);
  return values;
}

float *
check_read_floats (Check *check, ArraSource *source, const char *name)
{
  const ArraTensor *tensor = arra_source_find (source, name);
  float *values;

  if (tensor == NULL || !arra_dtype_is_float (tensor->dtype))
    {
      check_fault (check, "%s is missing or holds no floats", name);
      return NULL;
    }
  values = g_new (float, arra_tensor_count (tensor));
  arra_tensor_to_float (tensor, 0, arra_tensor_count (tensor), values);
  return values;
}

void
check_same_int (Check *check, const char *what, gint64 expected, gint64 got)
{
  check->n_compared++;
  check_note_float (check, expected == got ? 0 : 1, 0, what);
}

void
check_same_text (Check *check, const char *what, const char *expected, const char *got)
{
  check->n_compared++;
  check_note_float (check, g_strcmp0 (expected, got) == 0 ? 0 : 1, 0, what);
}

void
check_complete (Check *check)
{
  JsonNode *node = json_object_get_member (check->entry, "tensors");
  g_autoptr (GList) files = NULL;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return;
  files = json_object_get_members (json_node_get_object (node));
  for (GList *at = files; at != NULL; at = at->next)
    {
      const char *file = at->data;
      g_autoptr (ArraSource) source = NULL;

      if (!g_str_has_suffix (file, ".safetensors"))
        continue;
      source = check_open (check, file);
      for (gsize i = 0; source != NULL && i < arra_source_count (source); i++)
        {
          const char *name = arra_source_name (source, i);
          g_autofree char *key = g_strconcat (file, ":", name, NULL);

          if (g_str_has_prefix (name, "out.") && !g_hash_table_contains (check->compared, key))
            check_fault (check, "%s in %s was not compared", name, file);
        }
    }
  if (check->n_compared == 0)
    check_fault (check, "nothing was compared");
}
