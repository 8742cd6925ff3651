/* gguf_write.c - streaming writer of GGUF files
 *
 * Metadata come from files too (a tokenizer, a thumbnail), so that they are gathered in arra_mem memory; since setting
 * a key returns nothing, the first fault is kept and reported when the header is written.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "gguf_format.h"

#include <string.h>

#include "fail.h"
#include "mem.h"

typedef struct
{
  char name[ARRA_GGUF_MAX_NAME + 1];
  ArraDType dtype;
  guint n_dims;
  gint64 shape[ARRA_GGUF_MAX_DIMS];
  gsize n_bytes;
} Declared;

typedef struct
{
  char *key;
  gsize at;            /* of the value in the buffer */
  gsize string_length; /* G_MAXSIZE: not a string */
} Written;

struct _ArraGgufWriter
{
  char *path;
  ArraAtomicFile *file;
  GError *fault;
  guint8 *buffer; /* the keys with their values */
  gsize buffer_size, buffer_room;
  GArray *keys;    /* of Written */
  GArray *tensors; /* of Declared */
  gboolean begun;
  guint current; /* tensor being written */
  gsize done;    /* bytes of it */
  GChecksum *sum;
};

static void
clear_key (gpointer data)
{
  g_free (((Written *) data)->key);
}

ArraGgufWriter *
arra_gguf_writer_new (const char *path, GError **error)
{
  ArraAtomicFile *file;
  ArraGgufWriter *writer;

  g_return_val_if_fail (path != NULL, NULL);
  file = arra_atomic_file_new (path, error);
  if (file == NULL)
    return NULL;
  writer = g_new0 (ArraGgufWriter, 1);
  writer->path = g_strdup (path);
  writer->file = file;
  writer->keys = g_array_new (FALSE, FALSE, sizeof (Written));
  g_array_set_clear_func (writer->keys, clear_key);
  writer->tensors = g_array_new (FALSE, FALSE, sizeof (Declared));
  writer->sum = g_checksum_new (G_CHECKSUM_SHA256);
  return writer;
}

void
arra_gguf_writer_free (ArraGgufWriter *writer)
{
  if (writer == NULL)
    return;
  arra_atomic_file_free (writer->file);
  g_clear_error (&writer->fault);
  arra_mem_free (writer->buffer);
  g_array_unref (writer->keys);
  g_array_unref (writer->tensors);
  g_checksum_free (writer->sum);
  g_free (writer->path);
  g_free (writer);
}

static void
append (ArraGgufWriter *writer, const void *data, gsize size)
{
  gsize needed;

  if (writer->fault != NULL)
    return;
  if (!arra_size_add (writer->buffer_size, size, &needed))
    {
      arra_fail (&writer->fault, ARRA_ERROR_ARGUMENT, "%s: metadata are too large", writer->path);
      return;
    }
  if (needed > writer->buffer_room)
    {
      gsize room = MAX (needed, MAX (2 * writer->buffer_room, 4096));
      guint8 *buffer = arra_mem_resize (writer->buffer, room, 1, "metadata", &writer->fault);

      if (buffer == NULL)
        return;
      writer->buffer = buffer;
      writer->buffer_room = room;
    }
  if (size > 0)
    memcpy (writer->buffer + writer->buffer_size, data, size);
  writer->buffer_size = needed;
}

static void
append_u32 (ArraGgufWriter *writer, guint32 value)
{
  append (writer, &value, sizeof value);
}

static void
append_u64 (ArraGgufWriter *writer, guint64 value)
{
  append (writer, &value, sizeof value);
}

static void
append_string (ArraGgufWriter *writer, const char *text, gsize length)
{
  append_u64 (writer, length);
  append (writer, text, length);
}

static const Written *
find_key (const ArraGgufWriter *writer, const char *key)
{
  for (guint i = 0; i < writer->keys->len; i++)
    if (strcmp (g_array_index (writer->keys, Written, i).key, key) == 0)
      return &g_array_index (writer->keys, Written, i);
  return NULL;
}

static void
begin_key (ArraGgufWriter *writer, const char *key, ArraGgufType type, gsize string_length)
{
  gsize length = strlen (key);
  Written written = { NULL, 0, string_length };

  if (writer->fault == NULL && (length == 0 || length > ARRA_GGUF_MAX_KEY || find_key (writer, key) != NULL))
    arra_fail (&writer->fault, ARRA_ERROR_ARGUMENT, "%s: key '%s': invalid, or set twice", writer->path, key);
  append_string (writer, key, length);
  append_u32 (writer, type);
  written.key = g_strdup (key);
  written.at = writer->buffer_size + (type == ARRA_GGUF_STRING ? sizeof (guint64) : 0);
  g_array_append_val (writer->keys, written);
}

void
arra_gguf_writer_set_uint (ArraGgufWriter *writer, const char *key, guint32 value)
{
  g_return_if_fail (writer != NULL && !writer->begun && key != NULL);
  begin_key (writer, key, ARRA_GGUF_U32, G_MAXSIZE);
  append_u32 (writer, value);
}

void
arra_gguf_writer_set_double (ArraGgufWriter *writer, const char *key, double value)
{
  g_return_if_fail (writer != NULL && !writer->begun && key != NULL);
  begin_key (writer, key, ARRA_GGUF_F64, G_MAXSIZE);
  append (writer, &value, sizeof value);
}

void
arra_gguf_writer_set_bool (ArraGgufWriter *writer, const char *key, gboolean value)
{
  guint8 byte = value != FALSE;

  g_return_if_fail (writer != NULL && !writer->begun && key != NULL);
  begin_key (writer, key, ARRA_GGUF_BOOL, G_MAXSIZE);
  append (writer, &byte, 1);
}

static void
check_text (ArraGgufWriter *writer, const char *key, const char *text, gsize length)
{
  if (writer->fault == NULL && !g_utf8_validate_len (text, length, NULL))
    arra_fail (&writer->fault, ARRA_ERROR_ARGUMENT, "%s: key '%s': its text is not UTF-8", writer->path, key);
}

void
arra_gguf_writer_set_string (ArraGgufWriter *writer, const char *key, const char *text, gssize length)
{
  gsize size;

  g_return_if_fail (writer != NULL && !writer->begun && key != NULL && text != NULL);
  size = length < 0 ? strlen (text) : (gsize) length;
  check_text (writer, key, text, size);
  begin_key (writer, key, ARRA_GGUF_STRING, size);
  append_string (writer, text, size);
}

static void
begin_array (ArraGgufWriter *writer, const char *key, ArraGgufType items, gsize count)
{
  begin_key (writer, key, ARRA_GGUF_ARRAY, G_MAXSIZE);
  append_u32 (writer, items);
  append_u64 (writer, count);
}

void
arra_gguf_writer_set_strings (ArraGgufWriter *writer, const char *key, const char *const *texts)
{
  g_return_if_fail (writer != NULL && !writer->begun && key != NULL && texts != NULL);
  begin_array (writer, key, ARRA_GGUF_STRING, g_strv_length ((char **) texts));
  for (; *texts != NULL; texts++)
    {
      check_text (writer, key, *texts, strlen (*texts));
      append_string (writer, *texts, strlen (*texts));
    }
}

void
arra_gguf_writer_set_bytes (ArraGgufWriter *writer, const char *key, const guint8 *bytes, gsize length)
{
  g_return_if_fail (writer != NULL && !writer->begun && key != NULL && (bytes != NULL || length == 0));
  begin_array (writer, key, ARRA_GGUF_U8, length);
  append (writer, bytes, length);
}

static gboolean
is_declared (const ArraGgufWriter *writer, const char *name)
{
  for (guint i = 0; i < writer->tensors->len; i++)
    if (strcmp (g_array_index (writer->tensors, Declared, i).name, name) == 0)
      return TRUE;
  return FALSE;
}

gboolean
arra_gguf_writer_add_tensor (ArraGgufWriter *writer,
                             const char *name,
                             ArraDType dtype,
                             guint n_dims,
                             const gint64 *shape,
                             GError **error)
{
  Declared declared = { .dtype = dtype, .n_dims = n_dims };

  g_return_val_if_fail (writer != NULL && !writer->begun && name != NULL && (shape != NULL || n_dims == 0), FALSE);
  if (strlen (name) == 0 || strlen (name) > ARRA_GGUF_MAX_NAME || !g_utf8_validate (name, -1, NULL))
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "%s: tensor '%s': invalid name for GGUF", writer->path, name);
  if (is_declared (writer, name))
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "%s: duplicate tensor '%s'", writer->path, name);
  if (arra_dtype_traits (dtype)->gguf_type < 0)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: tensor '%s': %s is not supported in GGUF", writer->path, name,
                      arra_dtype_name (dtype));
  if (n_dims > ARRA_GGUF_MAX_DIMS || !arra_tensor_bytes (dtype, n_dims, shape, &declared.n_bytes))
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "%s: tensor '%s': invalid shape", writer->path, name);
  g_strlcpy (declared.name, name, sizeof declared.name);
  if (n_dims > 0)
    memcpy (declared.shape, shape, n_dims * sizeof *shape);
  g_array_append_val (writer->tensors, declared);
  return TRUE;
}

static void
append_tensors (ArraGgufWriter *writer)
{
  guint64 offset = 0;

  for (guint i = 0; i < writer->tensors->len; i++)
    {
      const Declared *declared = &g_array_index (writer->tensors, Declared, i);

      append_string (writer, declared->name, strlen (declared->name));
      append_u32 (writer, declared->n_dims);
      for (guint d = declared->n_dims; d-- > 0;)
        append_u64 (writer, (guint64) declared->shape[d]);
      append_u32 (writer, (guint32) arra_dtype_traits (declared->dtype)->gguf_type);
      append_u64 (writer, offset);
      offset += arra_gguf_align (declared->n_bytes, ARRA_GGUF_ALIGNMENT);
    }
}

static gboolean
write_fixed (ArraGgufWriter *writer, GError **error)
{
  guint32 version = ARRA_GGUF_VERSION;
  guint64 counts[2] = { writer->tensors->len, writer->keys->len };

  return arra_atomic_file_write (writer->file, ARRA_GGUF_MAGIC, 4, error)
         && arra_atomic_file_write (writer->file, &version, sizeof version, error)
         && arra_atomic_file_write (writer->file, counts, sizeof counts, error);
}

/* Zeros up to the next multiple of the alignment; after the header they are not part of the data's hash. */
static gboolean
write_padding (ArraGgufWriter *writer, gboolean hashed, GError **error)
{
  static const guint8 zeros[ARRA_GGUF_ALIGNMENT];
  guint64 at = arra_atomic_file_tell (writer->file);
  gsize size = (gsize) (arra_gguf_align (at, ARRA_GGUF_ALIGNMENT) - at);

  if (hashed)
    g_checksum_update (writer->sum, zeros, (gssize) size);
  return arra_atomic_file_write (writer->file, zeros, size, error);
}

/* Goes on to the next tensor that has bytes to come. */
static void
skip_empty (ArraGgufWriter *writer)
{
  while (writer->current < writer->tensors->len
         && g_array_index (writer->tensors, Declared, writer->current).n_bytes == 0)
    writer->current++;
}

gboolean
arra_gguf_writer_begin (ArraGgufWriter *writer, GError **error)
{
  g_return_val_if_fail (writer != NULL && !writer->begun, FALSE);
  append_tensors (writer);
  if (writer->fault != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&writer->fault));
      return FALSE;
    }
  writer->begun = TRUE;
  if (!write_fixed (writer, error) || !arra_atomic_file_write (writer->file, writer->buffer, writer->buffer_size, error)
      || !write_padding (writer, FALSE, error))
    return FALSE;
  skip_empty (writer);
  return TRUE;
}

gboolean
arra_gguf_writer_write (ArraGgufWriter *writer, const void *data, gsize size, GError **error)
{
  const guint8 *bytes = data;

  g_return_val_if_fail (writer != NULL && writer->begun && (data != NULL || size == 0), FALSE);
  while (size > 0)
    {
      gsize whole, piece;

      if (writer->current == writer->tensors->len)
        return arra_fail (error, ARRA_ERROR_ARGUMENT, "%s: more data than its tensors hold", writer->path);
      whole = g_array_index (writer->tensors, Declared, writer->current).n_bytes;
      piece = MIN (size, whole - writer->done);
      g_checksum_update (writer->sum, bytes, (gssize) piece);
      if (!arra_atomic_file_write (writer->file, bytes, piece, error))
        return FALSE;
      bytes += piece;
      size -= piece;
      writer->done += piece;
      if (writer->done < whole)
        continue;
      writer->done = 0;
      writer->current++;
      skip_empty (writer);
      if (!write_padding (writer, TRUE, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_hash (ArraGgufWriter *writer, const char *key, GError **error)
{
  const char *text = g_checksum_get_string (writer->sum);
  const Written *written = find_key (writer, key);

  if (written == NULL || written->string_length != strlen (text))
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "%s: key '%s': not set to 64 characters", writer->path, key);
  return arra_atomic_file_write_at (writer->file, ARRA_GGUF_FIXED_SIZE + written->at, text, strlen (text), error);
}

gboolean
arra_gguf_writer_commit (ArraGgufWriter *writer, const char *sha256_key, GError **error)
{
  g_return_val_if_fail (writer != NULL && writer->begun, FALSE);
  if (writer->current < writer->tensors->len)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "%s: tensor '%s': its data are incomplete", writer->path,
                      g_array_index (writer->tensors, Declared, writer->current).name);
  if (sha256_key != NULL && !write_hash (writer, sha256_key, error))
    return FALSE;
  return arra_atomic_file_commit (writer->file, error);
}
