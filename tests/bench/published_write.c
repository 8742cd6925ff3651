/* published_write.c - a published checkpoint's folder: weights, index, configuration and what belongs to them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "published.h"

#include <gio/gio.h>
#include <string.h>

#include "jsonwriter.h"

#define SEED 7

static guint64
bytes_of (const FixtureTensor *tensor, ArraDType dtype)
{
  guint64 bytes = dtype == ARRA_F32 ? 4 : 2;

  for (guint i = 0; i < tensor->n_dims; i++)
    bytes *= (guint64) tensor->shape[i];
  return bytes;
}

static guint64
bytes_of_part (const PublishedPart *part, const GArray *tensors)
{
  guint64 bytes = 0;

  for (guint i = 0; i < tensors->len; i++)
    bytes += bytes_of (&g_array_index (tensors, FixtureTensor, i), part->dtype);
  return bytes;
}

guint64
published_bytes (const Published *published, const char *golden, GError **error)
{
  guint64 bytes = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (published->parts) && published->parts[i].file != NULL; i++)
    {
      GArray *tensors = published_tensors (&published->parts[i], golden, error);

      if (tensors == NULL)
        return 0;
      bytes += bytes_of_part (&published->parts[i], tensors);
      g_array_unref (tensors);
    }
  return bytes;
}

/* ----------------------------------------------------------------- weights */

static gboolean
write_file (const PublishedPart *part,
            const char *folder,
            const char *name,
            GArray *tensors,
            guint first,
            guint end,
            GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_str_has_suffix (name, ".safetensors")
             ? fixture_write_safetensors (path, tensors, first, end, part->dtype, SEED, error)
             : torch_write (path, tensors, first, end, part->dtype, part->form, part->key, error);
}

/* (transfer full): "model-00001-of-00002.safetensors" */
static char *
shard_name (const PublishedPart *part, guint shard)
{
  const char *dot = strrchr (part->file, '.');

  return g_strdup_printf ("%.*s-%05u-of-%05u%s", (int) (dot - part->file), part->file, shard + 1, part->shards, dot);
}

/* Where the shard ends that begins at @first: at its share of all bytes. */
static guint
end_of_shard (const PublishedPart *part, const GArray *tensors, guint first, guint shard)
{
  const guint64 share = bytes_of_part (part, tensors) / part->shards;
  guint64 bytes = 0;
  guint end = first;

  while (end < tensors->len && (shard + 1 == part->shards || bytes < share))
    bytes += bytes_of (&g_array_index (tensors, FixtureTensor, end++), part->dtype);
  return end;
}

static gboolean
write_index (const PublishedPart *part, const char *folder, ArraJsonWriter *json, GError **error)
{
  g_autofree char *name = g_strconcat (part->file, ".index.json", NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);

  arra_json_end_object (json);
  arra_json_end_object (json);
  return arra_json_writer_save (json, path, error);
}

static gboolean
write_shards (const PublishedPart *part, const char *folder, GArray *tensors, GError **error)
{
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_LINES);

  arra_json_begin_object (json, NULL);
  arra_json_begin_object (json, "metadata");
  arra_json_put_uint (json, "total_size", bytes_of_part (part, tensors));
  arra_json_end_object (json);
  arra_json_begin_object (json, "weight_map");
  for (guint shard = 0, first = 0; shard < part->shards; shard++)
    {
      const guint end = end_of_shard (part, tensors, first, shard);
      g_autofree char *name = shard_name (part, shard);

      if (!write_file (part, folder, name, tensors, first, end, error))
        return FALSE;
      for (; first < end; first++)
        arra_json_put_string (json, g_array_index (tensors, FixtureTensor, first).name, name);
    }
  return write_index (part, folder, json, error);
}

/* ------------------------------------------------------- what belongs to them */

static void
set_member (JsonObject *root, const PublishedMember *member)
{
  g_auto (GStrv) keys = g_strsplit (member->member, ".", -1);
  JsonObject *object = root;
  guint last = g_strv_length (keys) - 1;

  for (guint i = 0; i < last; i++)
    object = json_object_get_object_member (object, keys[i]);
  json_object_set_member (object, keys[last], json_from_string (member->value, NULL));
}

static gboolean
write_config (const PublishedPart *part, const char *golden, const char *folder, GError **error)
{
  g_autofree char *from = g_build_filename (golden, part->config, NULL), *name = g_path_get_basename (part->config);
  g_autofree char *to = g_build_filename (folder, name, NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_LINES);

  if (!json_parser_load_from_file (parser, from, error))
    return FALSE;
  for (const PublishedMember *member = part->members; member->member != NULL; member++)
    set_member (json_node_get_object (json_parser_get_root (parser)), member);
  arra_json_put_node (json, NULL, json_parser_get_root (parser));
  return arra_json_writer_save (json, to, error);
}

static gboolean
copy_files (const PublishedPart *part, const char *golden, const char *folder, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (part->copies) && part->copies[i].from != NULL; i++)
    {
      g_autoptr (GFile) from = g_file_new_build_filename (golden, part->copies[i].from, NULL);
      g_autoptr (GFile) to = g_file_new_build_filename (folder, part->copies[i].to, NULL);

      if (!g_file_copy (from, to, G_FILE_COPY_OVERWRITE | G_FILE_COPY_TARGET_DEFAULT_PERMS, NULL, NULL, NULL, error))
        return FALSE;
    }
  return TRUE;
}

/* Taming's configuration lies beside its weights. */
static gboolean
write_yaml (const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "vqgan.yaml", NULL), *text = NULL;
  Fixture fixture;

  g_assert_true (fixture_init_named (&fixture, "7b"));
  text = fixture_vqgan_yaml (&fixture);
  return g_file_set_contents (path, text, -1, error);
}

static gboolean
write_part (const PublishedPart *part, const char *golden, const char *directory, GError **error)
{
  g_autofree char *folder = g_build_filename (directory, part->folder, NULL);
  g_autoptr (GArray) tensors = published_tensors (part, golden, error);

  if (tensors == NULL || g_mkdir_with_parents (folder, 0755) != 0)
    return FALSE;
  return (part->shards > 0 ? write_shards (part, folder, tensors, error)
                           : write_file (part, folder, part->file, tensors, 0, tensors->len, error))
         && (part->config == NULL || write_config (part, golden, folder, error))
         && (strcmp (part->file, "vqgan.ckpt") != 0 || write_yaml (folder, error))
         && copy_files (part, golden, folder, error);
}

gboolean
published_write (const Published *published, const char *golden, const char *directory, GError **error)
{
  /* the last first: files of the model's own part go into folders of the others */
  for (gsize i = G_N_ELEMENTS (published->parts); i-- > 0;)
    if (published->parts[i].file != NULL && !write_part (&published->parts[i], golden, directory, error))
      return FALSE;
  return TRUE;
}
