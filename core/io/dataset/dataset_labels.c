/* dataset_labels.c - what a data set says of its pictures in single words
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dataset_private.h"

#include <string.h>

#include "fail.h"
#include "jsonguard.h"
#include "mapping.h"
#include "mem.h"

void
arra_dataset_attribute_free (gpointer data)
{
  ArraDatasetAttribute *attribute = data;

  g_ptr_array_unref (attribute->values);
  g_hash_table_unref (attribute->index);
  g_free (attribute);
}

static ArraDatasetAttribute *
get_attribute (const ArraDataset *dataset, guint attribute)
{
  g_assert (attribute < dataset->attributes->len);
  return g_ptr_array_index (dataset->attributes, attribute);
}

static gboolean
find_attribute (const ArraDataset *dataset, const char *name, guint *found)
{
  for (guint i = 0; i < dataset->attributes->len; i++)
    if (strcmp (get_attribute (dataset, i)->name, name) == 0)
      {
        *found = i;
        return TRUE;
      }
  return FALSE;
}

static gboolean
add_attribute (ArraDataset *dataset, const char *where, const char *name, GError **error)
{
  ArraDatasetAttribute *attribute;

  if (dataset->attributes->len == ARRA_DATASET_MAX_ATTRIBUTES)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: too many attributes: %d can be used", where,
                      ARRA_DATASET_MAX_ATTRIBUTES);
  attribute = g_new0 (ArraDatasetAttribute, 1);
  attribute->name = g_string_chunk_insert_const (dataset->texts, name);
  attribute->values = g_ptr_array_new ();
  attribute->index = g_hash_table_new (g_str_hash, g_str_equal);
  g_ptr_array_add (dataset->attributes, attribute);
  return TRUE;
}

static guint
add_value (ArraDataset *dataset, ArraDatasetAttribute *attribute, const char *value)
{
  char *text = g_string_chunk_insert_const (dataset->texts, value);

  g_ptr_array_add (attribute->values, text);
  g_hash_table_insert (attribute->index, text, GUINT_TO_POINTER (attribute->values->len - 1));
  return attribute->values->len - 1;
}

static gboolean
read_values (ArraDataset *dataset, ArraDatasetAttribute *attribute, JsonArray *values, const char *path, GError **error)
{
  for (guint i = 0; i < json_array_get_length (values); i++)
    {
      JsonNode *node = json_array_get_element (values, i);

      if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"%s\": value %u is not a string", path, attribute->name,
                          i);
      if (g_hash_table_contains (attribute->index, json_node_get_string (node)))
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"%s\": the value \"%s\" appears twice", path,
                          attribute->name, json_node_get_string (node));
      add_value (dataset, attribute, json_node_get_string (node));
    }
  if (attribute->values->len == 0)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"%s\" has no values", path, attribute->name);
  return TRUE;
}

static gboolean
read_attributes (ArraDataset *dataset, const char *path, GError **error)
{
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (GList) names = NULL;
  JsonObject *object;

  parser = arra_json_parse_file (path, &object, error);
  if (parser == NULL)
    return FALSE;
  names = json_object_get_members (object);
  for (const GList *name = names; name != NULL; name = name->next)
    {
      JsonArray *values = arra_json_get_array (object, path, name->data, error);

      if (values == NULL || !add_attribute (dataset, path, name->data, error)
          || !read_values (dataset, get_attribute (dataset, dataset->attributes->len - 1), values, path, error))
        return FALSE;
    }
  dataset->closed = TRUE;
  return TRUE;
}

/* Whether two folders give the same attributes. */
static gboolean
check_same (const char *path, const char *first, GError **error)
{
  gsize n, m;
  g_automem char *a = arra_read_file (path, ARRA_JSON_MAX_BYTES, &n, error);
  g_automem char *b = a != NULL ? arra_read_file (first, ARRA_JSON_MAX_BYTES, &m, error) : NULL;

  if (b == NULL)
    return FALSE;
  if (n == m && memcmp (a, b, n) == 0)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: says something else than %s", path, first);
}

gboolean
arra_dataset_read_attributes_beside (ArraDataset *dataset, const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *attributes = g_build_filename (folder, "attributes.json", NULL);

  if (!g_file_test (attributes, G_FILE_TEST_EXISTS) || g_strcmp0 (attributes, dataset->attributes_from) == 0)
    return TRUE;
  if (dataset->attributes_from != NULL)
    return check_same (attributes, dataset->attributes_from, error);
  if (dataset->attributes->len > 0)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: other folders, which were read before, have none: put it into the folder above them",
                      attributes);
  dataset->attributes_from = g_steal_pointer (&attributes);
  return read_attributes (dataset, dataset->attributes_from, error);
}

gboolean
arra_dataset_add_label (ArraDataset *dataset, const char *where, const char *name, const char *value, GError **error)
{
  ArraDatasetLabel label = { .item = dataset->items->len - 1 };
  ArraDatasetAttribute *attribute;
  gpointer place;

  if (!find_attribute (dataset, name, &label.attribute))
    {
      if (dataset->closed)
        return TRUE;
      if (!add_attribute (dataset, where, name, error))
        return FALSE;
      label.attribute = dataset->attributes->len - 1;
    }
  attribute = get_attribute (dataset, label.attribute);
  if (g_hash_table_lookup_extended (attribute->index, value, NULL, &place))
    label.value = GPOINTER_TO_UINT (place);
  else if (dataset->closed)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"%s\" is \"%s\", which attributes.json does not list",
                      where, name, value);
  else
    label.value = add_value (dataset, attribute, value);
  g_array_append_val (dataset->said, label);
  return TRUE;
}

static int
compare_values (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static int
compare_attributes (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(const ArraDatasetAttribute *const *) a)->name, (*(const ArraDatasetAttribute *const *) b)->name);
}

/* Sorts the values of @attribute. Returns: (transfer full): where each of them has gone. */
static guint *
sort_values (ArraDatasetAttribute *attribute)
{
  g_autofree gpointer *before = g_memdup2 (attribute->values->pdata, attribute->values->len * sizeof (gpointer));
  guint *places = g_new (guint, attribute->values->len);

  g_ptr_array_sort (attribute->values, compare_values);
  for (guint i = 0; i < attribute->values->len; i++)
    g_hash_table_insert (attribute->index, attribute->values->pdata[i], GUINT_TO_POINTER (i));
  for (guint i = 0; i < attribute->values->len; i++)
    places[i] = GPOINTER_TO_UINT (g_hash_table_lookup (attribute->index, before[i]));
  return places;
}

/* Names and values in the order of their bytes, so that they do not depend on which picture comes first. */
static void
sort_found (ArraDataset *dataset)
{
  g_autofree gpointer *before = g_memdup2 (dataset->attributes->pdata, dataset->attributes->len * sizeof (gpointer));
  g_autoptr (GPtrArray) places = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) index = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < dataset->attributes->len; i++)
    g_ptr_array_add (places, sort_values (get_attribute (dataset, i)));
  g_ptr_array_sort (dataset->attributes, compare_attributes);
  for (guint i = 0; i < dataset->attributes->len; i++)
    g_hash_table_insert (index, get_attribute (dataset, i), GUINT_TO_POINTER (i));
  for (guint i = 0; i < dataset->said->len; i++)
    {
      ArraDatasetLabel *label = &g_array_index (dataset->said, ArraDatasetLabel, i);
      const guint *moved = g_ptr_array_index (places, label->attribute);

      label->value = moved[label->value];
      label->attribute = GPOINTER_TO_UINT (g_hash_table_lookup (index, before[label->attribute]));
    }
}

gboolean
arra_dataset_close_labels (ArraDataset *dataset, GError **error)
{
  gsize n_attributes = dataset->attributes->len;

  if (!dataset->closed)
    sort_found (dataset);
  dataset->labels
      = arra_mem_new (dataset->items->len * n_attributes, sizeof (gint32), "the labels of a data set", error);
  if (dataset->labels == NULL)
    return FALSE;
  for (gsize i = 0; i < dataset->items->len * n_attributes; i++)
    dataset->labels[i] = -1;
  for (guint i = 0; i < dataset->said->len; i++)
    {
      const ArraDatasetLabel *label = &g_array_index (dataset->said, ArraDatasetLabel, i);

      dataset->labels[label->item * n_attributes + label->attribute] = (gint32) label->value;
    }
  g_clear_pointer (&dataset->said, g_array_unref);
  return TRUE;
}

guint
arra_dataset_attributes (const ArraDataset *dataset)
{
  return dataset->attributes->len;
}

const char *
arra_dataset_attribute (const ArraDataset *dataset, guint attribute)
{
  return get_attribute (dataset, attribute)->name;
}

guint
arra_dataset_values (const ArraDataset *dataset, guint attribute)
{
  return get_attribute (dataset, attribute)->values->len;
}

const char *
arra_dataset_value (const ArraDataset *dataset, guint attribute, guint value)
{
  const ArraDatasetAttribute *among = get_attribute (dataset, attribute);

  g_assert (value < among->values->len);
  return g_ptr_array_index (among->values, value);
}

gint
arra_dataset_label (const ArraDataset *dataset, guint item, guint attribute)
{
  g_assert (item < dataset->items->len && attribute < dataset->attributes->len);
  return dataset->labels[(gsize) item * dataset->attributes->len + attribute];
}
