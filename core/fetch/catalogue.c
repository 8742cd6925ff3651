/* catalogue.c - the checkpoints that have names, and what is known about them before anything is contacted
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "catalogue.h"

#include <string.h>

#include "digest.h"
#include "fail.h"
#include "hub_repository.h"
#include "jsonguard.h"

#define FILE_NAME "catalogue.json"
#define LIST "checkpoints"
#define MAX_NUMBER ((gint64) 1 << 50)
#define STANDARD_LANGUAGE "en"

static const struct
{
  const char *key;
  gsize offset;
  gboolean needed;
} texts[] = {
  { "name", G_STRUCT_OFFSET (ArraCatalogueEntry, name), TRUE },
  { "title", G_STRUCT_OFFSET (ArraCatalogueEntry, title), TRUE },
  { "repository", G_STRUCT_OFFSET (ArraCatalogueEntry, repository), TRUE },
  { "license", G_STRUCT_OFFSET (ArraCatalogueEntry, license), TRUE },
  { "license_link", G_STRUCT_OFFSET (ArraCatalogueEntry, license_link), TRUE },
  { "revision", G_STRUCT_OFFSET (ArraCatalogueEntry, revision), FALSE },
  { "weights", G_STRUCT_OFFSET (ArraCatalogueEntry, weights), FALSE },
  { "vqgan", G_STRUCT_OFFSET (ArraCatalogueEntry, vqgan), FALSE },
  { "vqgan_link", G_STRUCT_OFFSET (ArraCatalogueEntry, vqgan_link), FALSE },
  { "vqgan_sha256", G_STRUCT_OFFSET (ArraCatalogueEntry, vqgan_sha256), FALSE },
  { "t5", G_STRUCT_OFFSET (ArraCatalogueEntry, t5), FALSE },
};

static const struct
{
  const char *key;
  gsize offset;
} numbers[] = {
  { "side", G_STRUCT_OFFSET (ArraCatalogueEntry, side) },
  { "bytes", G_STRUCT_OFFSET (ArraCatalogueEntry, bytes) },
  { "parameters", G_STRUCT_OFFSET (ArraCatalogueEntry, parameters) },
  { "vqgan_parameters", G_STRUCT_OFFSET (ArraCatalogueEntry, vqgan_parameters) },
  { "t5_parameters", G_STRUCT_OFFSET (ArraCatalogueEntry, t5_parameters) },
  { "layers", G_STRUCT_OFFSET (ArraCatalogueEntry, layers) },
  { "width", G_STRUCT_OFFSET (ArraCatalogueEntry, width) },
  { "positions", G_STRUCT_OFFSET (ArraCatalogueEntry, positions) },
};

static const struct
{
  const char *key;
  gsize offset;
} objects[] = {
  { "sha256", G_STRUCT_OFFSET (ArraCatalogueEntry, sha256) },
  { "card", G_STRUCT_OFFSET (ArraCatalogueEntry, card) },
};

/* ------------------------------------------------------------------ an entry */

static gboolean
read_texts (ArraCatalogueEntry *entry, JsonObject *object, const char *path, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    if (texts[i].needed || json_object_has_member (object, texts[i].key))
      {
        const char *text = arra_json_get_string (object, path, texts[i].key, error);

        if (text == NULL)
          return FALSE;
        G_STRUCT_MEMBER (const char *, entry, texts[i].offset) = text;
      }
  return TRUE;
}

static gboolean
read_numbers (ArraCatalogueEntry *entry, JsonObject *object, const char *path, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      gint64 number;

      if (!arra_json_get_int_default (object, path, numbers[i].key, 0, MAX_NUMBER, 0, &number, error))
        return FALSE;
      G_STRUCT_MEMBER (guint64, entry, numbers[i].offset) = (guint64) number;
    }
  return TRUE;
}

static gboolean
read_objects (ArraCatalogueEntry *entry, JsonObject *object, const char *path, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (objects); i++)
    if (json_object_has_member (object, objects[i].key))
      {
        JsonObject *inner = arra_json_get_object (object, path, objects[i].key, error);

        if (inner == NULL)
          return FALSE;
        G_STRUCT_MEMBER (JsonObject *, entry, objects[i].offset) = inner;
      }
  return TRUE;
}

/* What it draws, in the first of the user's languages that is there. */
static gboolean
read_draws (ArraCatalogueEntry *entry, JsonObject *object, const char *path, GError **error)
{
  JsonObject *languages = arra_json_get_object (object, path, "draws", error);

  if (languages == NULL)
    return FALSE;
  for (const char *const *language = g_get_language_names (); *language != NULL && entry->draws == NULL; language++)
    if (json_object_has_member (languages, *language))
      entry->draws = arra_json_get_string (languages, path, *language, NULL);
  if (entry->draws == NULL)
    entry->draws = arra_json_get_string (languages, path, STANDARD_LANGUAGE, error);
  return entry->draws != NULL;
}

static gboolean
read_quant (ArraCatalogueEntry *entry, JsonObject *object, const char *path, GError **error)
{
  const char *type = arra_json_get_string (object, path, "type", error);

  return type != NULL
         && (arra_quant_parse (type, &entry->quant)
             || arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %s: there are no weights of type %s", path, entry->name,
                           type));
}

static gboolean
check (const ArraCatalogueEntry *entry, const char *path, GError **error)
{
  ArraDigest digest;

  if (!arra_hub_is_name (entry->repository))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %s: %s is no repository", path, entry->name,
                      entry->repository);
  if (entry->t5 != NULL && !arra_hub_is_name (entry->t5))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %s: %s is no repository", path, entry->name, entry->t5);
  if (strchr (entry->name, '/') != NULL)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %s: names have no \"/\" in them", path, entry->name);
  if (entry->vqgan_sha256 != NULL && !arra_digest_set (&digest, ARRA_DIGEST_SHA256, entry->vqgan_sha256, 0))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %s: %s is no hash", path, entry->name, entry->vqgan_sha256);
  return TRUE;
}

static gboolean
read_entry (ArraCatalogue *catalogue, JsonNode *node, const char *path, GError **error)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  ArraCatalogueEntry entry = { 0 };

  if (object == NULL)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: holds something else than checkpoints", path);
  if (!read_texts (&entry, object, path, error) || !read_numbers (&entry, object, path, error)
      || !read_objects (&entry, object, path, error) || !read_draws (&entry, object, path, error)
      || !read_quant (&entry, object, path, error) || !check (&entry, path, error))
    return FALSE;
  if (arra_catalogue_find (catalogue, entry.name) != NULL)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: lists %s twice", path, entry.name);
  g_array_append_val (catalogue->entries, entry);
  return TRUE;
}

/* ------------------------------------------------------------------ all of them */

ArraCatalogue *
arra_catalogue_read (const char *path, GError **error)
{
  g_autoptr (ArraCatalogue) catalogue = g_new0 (ArraCatalogue, 1);
  JsonObject *root = NULL;
  JsonArray *array;

  catalogue->entries = g_array_new (FALSE, FALSE, sizeof (ArraCatalogueEntry));
  catalogue->parser = arra_json_parse_file (path, &root, error);
  array = catalogue->parser != NULL ? arra_json_get_array (root, path, LIST, error) : NULL;
  if (array == NULL)
    return NULL;
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (!read_entry (catalogue, json_array_get_element (array, i), path, error))
      return NULL;
  return g_steal_pointer (&catalogue);
}

void
arra_catalogue_free (ArraCatalogue *catalogue)
{
  if (catalogue == NULL)
    return;
  g_clear_object (&catalogue->parser);
  g_array_unref (catalogue->entries);
  g_free (catalogue);
}

/* (nullable) (transfer full): the catalogue in that folder for data */
static char *
catalogue_in (const char *data_folder)
{
  g_autofree char *path = g_build_filename (data_folder, "arra", FILE_NAME, NULL);

  return g_file_test (path, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer (&path) : NULL;
}

ArraCatalogue *
arra_catalogue_open (GError **error)
{
  g_autofree char *path = catalogue_in (g_get_user_data_dir ());

  if (path == NULL)
    path = catalogue_in (ARRA_DATA_DIR);
  for (const char *const *dir = g_get_system_data_dirs (); *dir != NULL && path == NULL; dir++)
    path = catalogue_in (*dir);
  if (path != NULL)
    return arra_catalogue_read (path, error);
  arra_fail (error, ARRA_ERROR_NOT_FOUND,
             "The catalogue of checkpoints, %s, is not installed: name a repository, OWNER/REPO", FILE_NAME);
  return NULL;
}

const ArraCatalogueEntry *
arra_catalogue_find (const ArraCatalogue *catalogue, const char *name)
{
  for (guint i = 0; i < catalogue->entries->len; i++)
    {
      const ArraCatalogueEntry *entry = &g_array_index (catalogue->entries, ArraCatalogueEntry, i);

      if (strcmp (entry->name, name) == 0)
        return entry;
    }
  return NULL;
}
