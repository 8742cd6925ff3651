/* case-torch.c - torch.save files against what was in them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "check.h"
#include "jsonguard.h"

/* Kind of numbers, shape and bytes: exact. */
static void
check_same_tensor (Check *check, const char *name, const ArraTensor *expected, const ArraTensor *got)
{
  g_autofree char *shape = arra_tensor_describe (expected);
  g_autofree char *found = got != NULL ? arra_tensor_describe (got) : g_strdup ("missing");

  check_same_text (check, name, shape, found);
  if (got != NULL && got->n_bytes == expected->n_bytes)
    check_same_int (check, name, 0, memcmp (expected->data, got->data, got->n_bytes) != 0);
}

/* Every tensor of @expected and no other */
static void
check_file (Check *check, const char *file, ArraSource *expected)
{
  g_autofree char *path = g_build_filename (check->dir, file, NULL);
  GError *error = NULL;
  g_autoptr (ArraSource) source = arra_torch_open (path, NULL, &error);

  if (check_error (check, error))
    return;
  check_same_int (check, file, (gint64) arra_source_count (expected), (gint64) arra_source_count (source));
  for (gsize i = 0; i < arra_source_count (expected); i++)
    check_same_tensor (check, arra_source_name (expected, i), arra_source_tensor (expected, i),
                       arra_source_find (source, arra_source_name (expected, i)));
}

/* The names of expected.json are those of expected.safetensors. */
static void
check_keys (Check *check, ArraSource *expected)
{
  JsonObject *object;
  g_autoptr (JsonParser) parser = check_json (check, "expected.json", &object);
  GError *error = NULL;
  JsonArray *keys = parser == NULL ? NULL : arra_json_get_array (object, "expected.json", "keys", &error);

  check_error (check, error);
  for (guint i = 0; keys != NULL && i < json_array_get_length (keys); i++)
    check_same_int (check, json_array_get_string_element (keys, i), TRUE,
                    arra_source_find (expected, json_array_get_string_element (keys, i)) != NULL);
}

/* Every torch file that the manifest lists: bare_tensor.pt has an expectation of its own. */
gboolean
check_torch_files (Check *check)
{
  g_autoptr (ArraSource) expected = check_open (check, "expected.safetensors");
  g_autoptr (ArraSource) bare = check_open (check, "bare_tensor.safetensors");
  JsonArray *files = json_object_get_array_member (check->entry, "other_files");

  if (expected == NULL || bare == NULL)
    return TRUE;
  check_keys (check, expected);
  for (guint i = 0; i < json_array_get_length (files); i++)
    {
      const char *file = json_array_get_string_element (files, i);

      if (g_str_has_suffix (file, ".pt"))
        check_file (check, file, strcmp (file, "bare_tensor.pt") == 0 ? bare : expected);
    }
  return TRUE;
}
