/* safetensors.c - reader of one safetensors file: u64 header length, JSON header, data without holes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "safetensors.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "mem.h"
#include "source_private.h"

G_STATIC_ASSERT (G_BYTE_ORDER == G_LITTLE_ENDIAN); /* tensors are read where they lie */

#define PREFIX_SIZE 8
#define MAX_DTYPE 40 /* characters of an unknown one in a message */

typedef struct
{
  const char *name; /* in the parsed header */
  ArraTensor tensor;
  const char *unknown; /* (nullable): the name of a dtype that is not known */
  gsize begin, end;
} Item;

/* One file while it is being read. */
typedef struct
{
  ArraMapping *mapping;
  const char *path;
  gsize header_size;
  const guint8 *data;
  gsize data_size;
  Item *items;
  gsize n_items;
} Reader;

gsize
arra_safetensors_element_size (ArraDType dtype)
{
  gint64 one[1] = { 1 };
  gsize size;

  return arra_tensor_bytes (dtype, 1, one, &size) ? size : 0;
}

static gboolean
fail_tensor (const Reader *reader, GError **error, ArraError code, const char *name, const char *fault)
{
  return arra_fail (error, code, "%s: tensor '%s': %s", reader->path, name, arra_translate (fault));
}

static gboolean
read_prefix (Reader *reader, GError **error)
{
  const guint8 *bytes = arra_mapping_data (reader->mapping);
  gsize size = arra_mapping_size (reader->mapping);
  guint64 length;

  if (size < PREFIX_SIZE)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: too short for a safetensors file: %zu bytes", reader->path,
                      size);
  memcpy (&length, bytes, PREFIX_SIZE);
  length = GUINT64_FROM_LE (length);
  if (length > ARRA_SAFETENSORS_MAX_HEADER)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: invalid header length %" PRIu64 ": more than %u bytes",
                      reader->path, length, ARRA_SAFETENSORS_MAX_HEADER);
  if (length > size - PREFIX_SIZE)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: truncated: the header of %" PRIu64 " bytes reaches past the end", reader->path, length);
  reader->header_size = (gsize) length;
  reader->data = bytes + PREFIX_SIZE + length;
  reader->data_size = size - PREFIX_SIZE - (gsize) length;
  return TRUE;
}

/* Of an unknown dtype only the place of the data is checked: a tensor that nobody asks for may have one. */
static gboolean
read_dtype (const Reader *reader, Item *item, JsonObject *object, GError **error)
{
  const char *text = arra_json_get_string (object, reader->path, "dtype", NULL);

  if (text == NULL)
    return fail_tensor (reader, error, ARRA_ERROR_INVALID_DATA, item->name, "missing or invalid dtype");
  for (ArraDType dtype = 0; dtype < ARRA_N_DTYPES; dtype++)
    if (arra_safetensors_element_size (dtype) > 0 && strcmp (text, arra_dtype_name (dtype)) == 0)
      {
        item->tensor.dtype = dtype;
        return TRUE;
      }
  item->unknown = text;
  return TRUE;
}

/* A non-negative integer of an array */
static gboolean
read_size (JsonArray *array, guint index, gint64 *out)
{
  JsonNode *node = json_array_get_element (array, index);

  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return FALSE;
  *out = json_node_get_int (node);
  return *out >= 0;
}

static gboolean
read_shape (const Reader *reader, Item *item, JsonObject *object, GError **error)
{
  JsonArray *shape = arra_json_get_array (object, reader->path, "shape", NULL);

  if (shape == NULL)
    return fail_tensor (reader, error, ARRA_ERROR_INVALID_DATA, item->name, "missing or invalid shape");
  if (json_array_get_length (shape) > ARRA_MAX_DIMS)
    return fail_tensor (reader, error, ARRA_ERROR_INVALID_DATA, item->name, "invalid shape: too many dimensions");
  item->tensor.n_dims = json_array_get_length (shape);
  for (guint i = 0; i < item->tensor.n_dims; i++)
    if (!read_size (shape, i, &item->tensor.shape[i]))
      return fail_tensor (reader, error, ARRA_ERROR_INVALID_DATA, item->name, "invalid shape: not a size");
  if (item->unknown == NULL
      && !arra_tensor_bytes (item->tensor.dtype, item->tensor.n_dims, item->tensor.shape, &item->tensor.n_bytes))
    return fail_tensor (reader, error, ARRA_ERROR_INVALID_DATA, item->name, "invalid shape: too large");
  return TRUE;
}

static gboolean
read_offsets (const Reader *reader, Item *item, JsonObject *object, GError **error)
{
  JsonArray *offsets = arra_json_get_array (object, reader->path, "data_offsets", NULL);
  gint64 begin, end;

  if (offsets == NULL || json_array_get_length (offsets) != 2 || !read_size (offsets, 0, &begin)
      || !read_size (offsets, 1, &end))
    return fail_tensor (reader, error, ARRA_ERROR_INVALID_DATA, item->name, "missing or invalid data_offsets");
  if (begin > end)
    return fail_tensor (reader, error, ARRA_ERROR_INVALID_DATA, item->name,
                        "invalid data_offsets: it ends before it begins");
  if ((guint64) end > reader->data_size)
    return fail_tensor (reader, error, ARRA_ERROR_INVALID_DATA, item->name,
                        "truncated: its data reach past the end of the file");
  if (item->unknown == NULL && (gsize) (end - begin) != item->tensor.n_bytes)
    return fail_tensor (reader, error, ARRA_ERROR_INVALID_DATA, item->name,
                        "invalid data_offsets: their distance is not the size of shape and dtype");
  item->begin = (gsize) begin;
  item->end = (gsize) end;
  item->tensor.data = reader->data + begin;
  return TRUE;
}

/* "__metadata__" holds strings only. */
static gboolean
check_metadata (const Reader *reader, JsonNode *node, GError **error)
{
  JsonObjectIter iter;
  JsonNode *value;
  gboolean sound = JSON_NODE_HOLDS_OBJECT (node);

  if (sound)
    {
      json_object_iter_init (&iter, json_node_get_object (node));
      while (sound && json_object_iter_next (&iter, NULL, &value))
        sound = JSON_NODE_HOLDS_VALUE (value) && json_node_get_value_type (value) == G_TYPE_STRING;
    }
  return sound
         || arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: invalid __metadata__: not an object of strings",
                       reader->path);
}

static gboolean
read_item (Reader *reader, const char *name, JsonNode *node, GError **error)
{
  Item *item = &reader->items[reader->n_items];
  JsonObject *object;

  if (strcmp (name, "__metadata__") == 0)
    return check_metadata (reader, node, error);
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return fail_tensor (reader, error, ARRA_ERROR_INVALID_DATA, name, "invalid description: not an object");
  object = json_node_get_object (node);
  *item = (Item) { .name = name };
  if (!read_dtype (reader, item, object, error) || !read_shape (reader, item, object, error)
      || !read_offsets (reader, item, object, error))
    return FALSE;
  reader->n_items++;
  return TRUE;
}

static int
compare_items (const void *a, const void *b)
{
  const Item *x = a, *y = b;

  if (x->begin != y->begin)
    return x->begin < y->begin ? -1 : 1;
  return x->end < y->end ? -1 : x->end > y->end;
}

/* Sorted by offset, each tensor begins where the one before ends and the last ends with the file. */
static gboolean
check_layout (const Reader *reader, GError **error)
{
  gsize at = 0;

  for (gsize i = 0; i < reader->n_items; i++)
    {
      const Item *item = &reader->items[i];

      if (item->begin < at)
        return fail_tensor (reader, error, ARRA_ERROR_INVALID_DATA, item->name,
                            "invalid data_offsets: it overlaps another tensor");
      if (item->begin > at)
        return fail_tensor (reader, error, ARRA_ERROR_INVALID_DATA, item->name,
                            "invalid data_offsets: there is a hole before it");
      at = item->end;
    }
  if (at != reader->data_size)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: invalid size: %zu bytes after the last tensor belong to none", reader->path,
                      reader->data_size - at);
  return TRUE;
}

static gboolean
read_items (Reader *reader, JsonObject *header, GError **error)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  reader->items = arra_mem_new (json_object_get_size (header), sizeof (Item), reader->path, error);
  if (reader->items == NULL)
    return FALSE;
  json_object_iter_init (&iter, header);
  while (json_object_iter_next (&iter, &name, &node))
    if (!read_item (reader, name, node, error))
      return FALSE;
  qsort (reader->items, reader->n_items, sizeof (Item), compare_items);
  return check_layout (reader, error);
}

/* Files need not place tensors at multiples of their element size; reading such a tensor in place would be undefined.
 */
static gboolean
align_item (const Reader *reader, ArraSource *source, Item *item, GError **error)
{
  void *copy;

  if (arra_source_is_aligned (&item->tensor) || item->tensor.n_bytes >= ARRA_SOURCE_COPIED)
    return TRUE;
  copy = arra_mem_new (item->tensor.n_bytes, 1, reader->path, error);
  if (copy == NULL)
    return FALSE;
  memcpy (copy, item->tensor.data, item->tensor.n_bytes);
  arra_source_add_memory (source, copy);
  item->tensor.data = copy;
  return TRUE;
}

/* FP8 numbers mean little without the scales that a program keeps beside them. */
static gboolean
add_unknown (const Reader *reader, ArraSource *source, guint file, const Item *item, GError **error)
{
  g_autofree char *printable = g_strescape (item->unknown, NULL);
  g_autofree char *why = NULL;

  if (strlen (printable) > MAX_DTYPE)
    printable[MAX_DTYPE] = '\0';
  why = g_strdup_printf (
      g_str_has_prefix (printable, "F8_")
          ? arra_translate ("is quantised to 8 bits (%s), which is not supported: get the model as bfloat16 or float32")
          : arra_translate ("has the dtype %s, which is not supported"),
      printable);
  return arra_source_add_absent (source, file, item->name, ARRA_ERROR_UNSUPPORTED, why, error);
}

static gboolean
add_item (const Reader *reader, ArraSource *source, guint file, Item *item, GError **error)
{
  if (item->unknown != NULL)
    return add_unknown (reader, source, file, item, error);
  return align_item (reader, source, item, error) && arra_source_add (source, file, item->name, &item->tensor, error);
}

static gboolean
add_items (const Reader *reader, ArraSource *source, JsonObject *weight_map, const char *shard, GError **error)
{
  guint file;

  if (!arra_source_add_file (source, reader->mapping, &file, error))
    return FALSE;
  for (gsize i = 0; i < reader->n_items; i++)
    {
      Item *item = &reader->items[i];

      if (weight_map != NULL
          && g_strcmp0 (json_object_get_string_member_with_default (weight_map, item->name, NULL), shard) != 0)
        continue;
      if (!add_item (reader, source, file, item, error))
        return FALSE;
    }
  return arra_mapping_check (reader->mapping, error);
}

gboolean
arra_safetensors_add (ArraSource *source,
                      ArraMapping *mapping,
                      JsonObject *weight_map,
                      const char *shard,
                      GError **error)
{
  Reader reader = { .mapping = mapping, .path = arra_mapping_path (mapping) };
  g_autofree char *name = g_strdup_printf (arra_translate ("%s: header"), reader.path);
  g_autoptr (JsonParser) parser = NULL;
  g_automem char *text = NULL;
  JsonObject *header;
  gboolean sound;

  if (!read_prefix (&reader, error))
    return FALSE;
  /* A copy, so that nobody changes the text between its check and its use. */
  text = arra_mem_strndup ((const char *) arra_mapping_data (mapping) + PREFIX_SIZE, reader.header_size, name, error);
  if (text == NULL)
    return FALSE;
  parser = arra_json_parse (text, reader.header_size, name, &header, error);
  if (parser == NULL)
    return FALSE;
  sound = read_items (&reader, header, error) && add_items (&reader, source, weight_map, shard, error);
  arra_mem_free (reader.items);
  return sound;
}

ArraSource *
arra_safetensors_read (ArraMapping *mapping, GError **error)
{
  g_autoptr (ArraSource) source = NULL;

  g_return_val_if_fail (mapping != NULL, NULL);
  source = arra_source_new ();
  return arra_safetensors_add (source, mapping, NULL, NULL, error) ? g_steal_pointer (&source) : NULL;
}

ArraSource *
arra_safetensors_open (const char *path, GError **error)
{
  g_autoptr (ArraMapping) mapping = arra_mapping_open (path, error);

  return mapping != NULL ? arra_safetensors_read (mapping, error) : NULL;
}
