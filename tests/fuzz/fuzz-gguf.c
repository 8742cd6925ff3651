/* fuzz-gguf.c - GGUF files; every byte of every tensor must be readable, and every value in every way
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "gguf.h"
#include "gguf_format.h"

static void
read_value (const ArraGguf *gguf, const char *key)
{
  const guint8 *bytes;
  const char *text;
  gsize length;
  guint64 integer;
  double number;
  gboolean truth;

  g_strfreev (arra_gguf_get_strings (gguf, key, 1000, NULL));
  arra_gguf_get_uint (gguf, key, G_MAXUINT64, &integer, NULL);
  arra_gguf_get_double (gguf, key, &number, NULL);
  arra_gguf_get_bool (gguf, key, &truth, NULL);
  arra_gguf_get_string (gguf, key, &text, &length, NULL);
  if (arra_gguf_get_bytes (gguf, key, &bytes, &length, NULL))
    for (gsize i = 0; i < length; i++)
      (void) ((const volatile guint8 *) bytes)[i];
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (ArraMapping) mapping = arra_mapping_new_for_bytes ("FILE", data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraGguf) gguf = arra_gguf_read (mapping, &error);
  g_autofree char *hash = NULL;

  g_assert_true ((gguf != NULL) == (error == NULL));
  if (gguf == NULL)
    return 0;
  for (gsize i = 0; i < gguf->n_entries; i++)
    read_value (gguf, gguf->keys + gguf->entries[i].key);
  for (gsize i = 0; i < arra_source_count (gguf->source); i++)
    (void) arra_tensor_is_finite (arra_source_tensor (gguf->source, i));
  hash = arra_gguf_data_sha256 (gguf, NULL, NULL);
  g_assert_nonnull (hash);
  return 0;
}
