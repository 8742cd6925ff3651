/* fuzz-torch.c - torch.save files: a whole archive or file of before there were archives, or (what begins as neither)
 * the pickle of an archive with four storages
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <string.h>
#include <zlib.h>

#include "torch.h"

typedef struct
{
  const char *name;
  const guint8 *data;
  guint32 size, crc, at;
} Entry;

static void
append_uint (GByteArray *out, guint32 value, guint width)
{
  for (guint i = 0; i < width; i++)
    {
      guint8 byte = (guint8) (value >> 8 * i);

      g_byte_array_append (out, &byte, 1);
    }
}

/* The fields that local and central header share, from the version needed to the length of the extra field */
static void
append_common (GByteArray *out, const Entry *entry)
{
  append_uint (out, 20, 2);
  append_uint (out, 0, 2 + 2);
  append_uint (out, 0, 2 + 2);
  append_uint (out, entry->crc, 4);
  append_uint (out, entry->size, 4);
  append_uint (out, entry->size, 4);
  append_uint (out, (guint32) strlen (entry->name), 2);
  append_uint (out, 0, 2);
}

static void
append_name (GByteArray *out, const Entry *entry)
{
  g_byte_array_append (out, (const guint8 *) entry->name, (guint) strlen (entry->name));
}

/* A stored archive with right checksums */
static GByteArray *
build (Entry *entries, guint n)
{
  GByteArray *out = g_byte_array_new ();
  guint32 start;

  for (guint i = 0; i < n; i++)
    {
      entries[i].at = out->len;
      entries[i].crc = (guint32) crc32 (0, entries[i].data, entries[i].size);
      append_uint (out, 0x04034b50, 4);
      append_common (out, &entries[i]);
      append_name (out, &entries[i]);
      g_byte_array_append (out, entries[i].data, entries[i].size);
    }
  start = out->len;
  for (guint i = 0; i < n; i++)
    {
      append_uint (out, 0x02014b50, 4);
      append_uint (out, 20, 2);
      append_common (out, &entries[i]);
      append_uint (out, 0, 4);
      append_uint (out, 0, 2 + 2);
      append_uint (out, 0, 2);
      append_uint (out, entries[i].at, 4);
      append_name (out, &entries[i]);
    }
  append_uint (out, 0x06054b50, 4);
  append_uint (out, 0, 4);
  append_uint (out, n, 2);
  append_uint (out, n, 2);
  append_uint (out, out->len - 12 - start, 4);
  append_uint (out, start, 4);
  append_uint (out, 0, 2);
  return out;
}

static void
read_file (const guint8 *data, gsize size)
{
  g_autoptr (ArraMapping) mapping = arra_mapping_new_for_bytes ("FILE", data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraSource) source = arra_torch_read (mapping, (size & 1) != 0 ? "a" : NULL, &error);
  volatile guint8 sum = 0;

  g_assert_true ((source != NULL) == (error == NULL));
  if (error != NULL)
    g_assert_true (error->code == ARRA_ERROR_NO_MEMORY || g_str_has_prefix (error->message, "FILE"));
  for (gsize i = 0; source != NULL && i < arra_source_count (source); i++)
    {
      const ArraTensor *tensor = arra_source_tensor (source, i);
      gsize n_bytes = G_MAXSIZE;

      g_assert_true (arra_tensor_bytes (tensor->dtype, tensor->n_dims, tensor->shape, &n_bytes)
                     && n_bytes == tensor->n_bytes);
      for (gsize k = 0; k < n_bytes; k++)
        sum = (guint8) (sum + ((const guint8 *) tensor->data)[k]);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const guint8 numbers[48];
  Entry entries[] = { { "x/data.pkl", data, (guint32) size, 0, 0 },
                      { "x/data/0", numbers, 24, 0, 0 },
                      { "x/data/1", numbers, 8, 0, 0 },
                      { "x/data/2", numbers, 48, 0, 0 },
                      { "x/data/3", numbers, 0, 0, 0 } };
  g_autoptr (GByteArray) archive = NULL;

  if ((size >= 4 && memcmp (data, "PK\3\4", 4) == 0)
      || (size >= 14 && memcmp (data, "\x80\2\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 14) == 0))
    read_file (data, size);
  else
    {
      archive = build (entries, G_N_ELEMENTS (entries));
      read_file (archive->data, archive->len);
    }
  return 0;
}
