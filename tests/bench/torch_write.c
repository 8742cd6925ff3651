/* torch_write.c - files of random values as torch.save writes them, streamed to the disk
 *
 * The archive is laid out as PyTorch's PyTorchStreamWriter does: entries are stored, "FB" fields pad them to
 * multiples of 64 bytes, sizes and sums follow the data and stand in the central directory.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "torch_write.h"

#include <string.h>
#include <zlib.h>

#include "kernels.h"
#include "mapping.h"

#define ALIGNMENT 64
#define BLOCK ((gsize) 1 << 18) /* values that are repeated: a MiB of floats */
#define LARGE G_MAXUINT32       /* stands for an offset that the zip64 field holds */

typedef struct
{
  ArraAtomicFile *file;
  GByteArray *directory; /* the central one */
  guint64 n_entries;
  char *root;
  GError **error;
} Writing;

typedef struct
{
  const GArray *tensors;
  guint first, end;
  ArraDType dtype;
  GByteArray *pickle;
} Pickling;

/* --------------------------------------------------------------- the pickle */

static void
put (GByteArray *out, const void *bytes, gsize size)
{
  g_byte_array_append (out, bytes, (guint) size);
}

/* Numbers of 2, 4 or 8 bytes, least first. */
static void
put_number (GByteArray *out, guint64 value, gsize size)
{
  value = GUINT64_TO_LE (value);
  put (out, &value, size);
}

#define PUT(out, literal) put (out, literal, sizeof literal - 1)

static void
put_text (GByteArray *out, const char *text)
{
  PUT (out, "X");
  put_number (out, strlen (text), 4);
  put (out, text, strlen (text));
}

static void
put_count (GByteArray *out, gint64 value)
{
  g_assert (value >= 0 && value <= G_MAXINT32);
  PUT (out, "J");
  put_number (out, (guint64) value, 4);
}

static gint64
count_of (const FixtureTensor *tensor)
{
  gint64 n = 1;

  for (guint i = 0; i < tensor->n_dims; i++)
    n *= tensor->shape[i];
  return n;
}

static void
put_shape (GByteArray *out, const FixtureTensor *tensor)
{
  gint64 stride = count_of (tensor);

  PUT (out, "(");
  for (guint i = 0; i < tensor->n_dims; i++)
    put_count (out, tensor->shape[i]);
  PUT (out, "t(");
  for (guint i = 0; i < tensor->n_dims; i++)
    put_count (out, stride /= tensor->shape[i]);
  PUT (out, "t");
}

static const char *
storage_of (ArraDType dtype)
{
  return dtype == ARRA_F32 ? "Float" : dtype == ARRA_F16 ? "Half" : "BFloat16";
}

static void
put_tensor (const Pickling *pickling, guint i)
{
  const FixtureTensor *tensor = &g_array_index (pickling->tensors, FixtureTensor, i);
  g_autofree char *storage = g_strdup_printf ("ctorch\n%sStorage\n", storage_of (pickling->dtype));
  g_autofree char *key = g_strdup_printf ("%u", i - pickling->first);
  GByteArray *out = pickling->pickle;

  PUT (out, "ctorch._utils\n_rebuild_tensor_v2\n((");
  put_text (out, "storage");
  put (out, storage, strlen (storage));
  put_text (out, key);
  put_text (out, "cpu");
  put_count (out, count_of (tensor));
  PUT (out, "tQK\x00");
  put_shape (out, tensor);
  PUT (out, "\x89"
            "ccollections\nOrderedDict\n)RtR");
}

static void
put_dictionary (const Pickling *pickling, const char *key)
{
  GByteArray *out = pickling->pickle;

  if (key != NULL)
    {
      PUT (out, "}(");
      put_text (out, key);
    }
  PUT (out, "ccollections\nOrderedDict\n)R(");
  for (guint i = pickling->first; i < pickling->end; i++)
    {
      put_text (out, g_array_index (pickling->tensors, FixtureTensor, i).name);
      put_tensor (pickling, i);
    }
  PUT (out, "u");
  if (key != NULL)
    PUT (out, "u");
}

/* What is left of tensor @i's name behind @prefix; NULL when it does not begin so. */
static const char *
rest_of (const Pickling *pickling, guint i, const char *prefix)
{
  const char *name = g_array_index (pickling->tensors, FixtureTensor, i).name;

  return g_str_has_prefix (name, prefix) ? name + strlen (prefix) : NULL;
}

static void
put_parameter (const Pickling *pickling, guint i, const char *name, gboolean buffer)
{
  GByteArray *out = pickling->pickle;

  put_text (out, name);
  if (!buffer)
    PUT (out, "ctorch._utils\n_rebuild_parameter\n(");
  put_tensor (pickling, i);
  if (!buffer)
    PUT (out, "\x88"
              "ccollections\nOrderedDict\n)RtR");
}

/* The tensors that lie in the module itself: its buffers, or its parameters. */
static void
put_own (const Pickling *pickling, const char *prefix, const char *member, gboolean buffers)
{
  GByteArray *out = pickling->pickle;

  put_text (out, member);
  PUT (out, "ccollections\nOrderedDict\n)R(");
  for (guint i = pickling->first; i < pickling->end; i++)
    {
      const char *rest = rest_of (pickling, i, prefix);

      if (rest != NULL && strchr (rest, '.') == NULL && g_str_has_prefix (rest, "running_") == buffers)
        put_parameter (pickling, i, rest, buffers);
    }
  PUT (out, "u");
}

static void put_module (const Pickling *pickling, const char *class, const char *prefix);

static void
put_modules (const Pickling *pickling, const char *prefix)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GByteArray *out = pickling->pickle;

  put_text (out, "_modules");
  PUT (out, "ccollections\nOrderedDict\n)R(");
  for (guint i = pickling->first; i < pickling->end; i++)
    {
      const char *rest = rest_of (pickling, i, prefix), *dot = rest != NULL ? strchr (rest, '.') : NULL;
      char *name = dot != NULL ? g_strndup (rest, (gsize) (dot - rest)) : NULL;
      g_autofree char *inner = g_strdup_printf ("%s%s.", prefix, name);

      if (name == NULL || !g_hash_table_add (seen, name))
        continue;
      put_text (out, name);
      put_module (pickling, "ctorch.nn.modules.module\nModule\n", inner);
    }
  PUT (out, "u");
}

static void
put_module (const Pickling *pickling, const char *class, const char *prefix)
{
  GByteArray *out = pickling->pickle;

  put (out, class, strlen (class));
  PUT (out, ")\x81}(");
  put_text (out, "training");
  PUT (out, "\x89");
  put_own (pickling, prefix, "_parameters", FALSE);
  put_own (pickling, prefix, "_buffers", TRUE);
  put_modules (pickling, prefix);
  PUT (out, "ub");
}

/* -------------------------------------------------------------- the archive */

static gboolean
write_bytes (Writing *writing, const GByteArray *bytes)
{
  return arra_atomic_file_write (writing->file, bytes->data, bytes->len, writing->error);
}

/* What stands before the data of @entry, which begin at a multiple of 64. */
static gboolean
begin_entry (Writing *writing, const char *entry)
{
  g_autoptr (GByteArray) header = g_byte_array_new ();
  const guint64 at = arra_atomic_file_tell (writing->file) + 30 + strlen (entry) + 4;
  const guint64 padding = (ALIGNMENT - at % ALIGNMENT) % ALIGNMENT;

  PUT (header, "PK\x03\x04\x00\x00\x08\x08");
  for (guint i = 0; i < 18; i++)
    put_number (header, 0, 1);
  put_number (header, strlen (entry), 2);
  put_number (header, padding + 4, 2);
  put (header, entry, strlen (entry));
  PUT (header, "FB");
  put_number (header, padding, 2);
  for (guint64 i = 0; i < padding; i++)
    PUT (header, "Z");
  return write_bytes (writing, header);
}

static void
list_entry (Writing *writing, const char *entry, guint64 begun, guint64 size, guint32 sum)
{
  GByteArray *out = writing->directory;

  PUT (out, "PK\x01\x02\x2d\x00\x2d\x00\x08\x08\x00\x00\x00\x00\x00\x00");
  put_number (out, sum, 4);
  put_number (out, size, 4);
  put_number (out, size, 4);
  put_number (out, strlen (entry), 2);
  put_number (out, 12, 2);
  for (guint i = 0; i < 10; i++)
    put_number (out, 0, 1);
  put_number (out, LARGE, 4);
  put (out, entry, strlen (entry));
  PUT (out, "\x01\x00\x08\x00");
  put_number (out, begun, 8);
  writing->n_entries++;
}

/* @n bytes, of which the block's @size are repeated as often as that takes. */
static gboolean
write_entry (Writing *writing, const char *leaf, const void *block, gsize size, guint64 n)
{
  g_autofree char *entry = g_strdup_printf ("%s/%s", writing->root, leaf);
  g_autoptr (GByteArray) footer = g_byte_array_new ();
  guint64 begun = arra_atomic_file_tell (writing->file);
  uLong sum = crc32 (0, NULL, 0);

  g_assert (n < LARGE);
  if (!begin_entry (writing, entry))
    return FALSE;
  for (guint64 left = n; left > 0;)
    {
      gsize piece = (gsize) MIN (left, size);

      sum = crc32 (sum, block, (uInt) piece);
      if (!arra_atomic_file_write (writing->file, block, piece, writing->error))
        return FALSE;
      left -= piece;
    }
  PUT (footer, "PK\x07\x08");
  put_number (footer, sum, 4);
  put_number (footer, n, 4);
  put_number (footer, n, 4);
  list_entry (writing, entry, begun, n, (guint32) sum);
  return write_bytes (writing, footer);
}

static gboolean
write_directory (Writing *writing)
{
  GByteArray *out = writing->directory;
  const guint64 at = arra_atomic_file_tell (writing->file), size = out->len;

  PUT (out, "PK\x06\x06");
  put_number (out, 44, 8);
  PUT (out, "\x2d\x00\x2d\x00\x00\x00\x00\x00\x00\x00\x00\x00");
  put_number (out, writing->n_entries, 8);
  put_number (out, writing->n_entries, 8);
  put_number (out, size, 8);
  put_number (out, at, 8);
  PUT (out, "PK\x06\x07\x00\x00\x00\x00");
  put_number (out, at + size, 8);
  PUT (out, "\x01\x00\x00\x00PK\x05\x06\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00");
  return write_bytes (writing, out);
}

/* ---------------------------------------------------------------- the values */

static gsize
value_size (ArraDType dtype)
{
  return dtype == ARRA_F32 ? 4 : 2;
}

static void
fill_block (void *block, const float *uniform, const FixtureTensor *tensor, ArraDType dtype)
{
  for (gsize i = 0; i < BLOCK; i++)
    {
      float value = tensor->centre + tensor->spread * uniform[i];

      if (dtype == ARRA_F32)
        ((float *) block)[i] = value;
      else
        ((guint16 *) block)[i] = dtype == ARRA_F16 ? arra_float_to_half (value) : arra_float_to_bf16 (value);
    }
}

/* (transfer full): numbers in -1 .. 1 */
static float *
make_uniform (void)
{
  float *uniform = g_new (float, BLOCK);
  GRand *random = g_rand_new_with_seed (7);

  for (gsize i = 0; i < BLOCK; i++)
    uniform[i] = (float) g_rand_double_range (random, -1, 1);
  g_rand_free (random);
  return uniform;
}

static gboolean
write_values (Writing *writing, const Pickling *pickling)
{
  const gsize size = value_size (pickling->dtype);
  g_autofree float *uniform = make_uniform (), *block = g_new (float, BLOCK);

  for (guint i = pickling->first; i < pickling->end; i++)
    {
      const FixtureTensor *tensor = &g_array_index (pickling->tensors, FixtureTensor, i);
      g_autofree char *leaf = g_strdup_printf ("data/%u", i - pickling->first);

      fill_block (block, uniform, tensor, pickling->dtype);
      if (!write_entry (writing, leaf, block, BLOCK * size, (guint64) count_of (tensor) * size))
        return FALSE;
    }
  return TRUE;
}

gboolean
torch_write (const char *path,
             const GArray *tensors,
             guint first,
             guint end,
             ArraDType dtype,
             TorchWriteForm form,
             const char *key,
             GError **error)
{
  g_autoptr (ArraAtomicFile) file = arra_atomic_file_new (path, error);
  g_autoptr (GByteArray) directory = g_byte_array_new (), pickle = g_byte_array_new ();
  g_autofree char *root = g_path_get_basename (path);
  const Pickling pickling = { tensors, first, end, dtype, pickle };
  Writing writing = { .file = file, .directory = directory, .root = root, .error = error };

  *strrchr (root, '.') = '\0';
  PUT (pickle, "\x80\x02");
  if (form == TORCH_WRITE_MODULE)
    put_module (&pickling, "ctorchxrayvision.models\nDenseNet\n", "");
  else
    put_dictionary (&pickling, key);
  PUT (pickle, ".");
  return file != NULL && write_entry (&writing, "data.pkl", pickle->data, pickle->len, pickle->len)
         && write_values (&writing, &pickling) && write_entry (&writing, "version", "3\n", 2, 2)
         && write_directory (&writing) && arra_atomic_file_commit (file, error);
}
