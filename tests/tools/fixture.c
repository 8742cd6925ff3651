/* fixture.c - writes a checkpoint directory of a given shape
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fixture_private.h"

#include <glib/gstdio.h>
#include <string.h>

#include "fail.h"
#include "mapping.h"

void
fixture_init (Fixture *fixture)
{
  *fixture = (Fixture) {
    .hidden = 64,
    .layers = 2,
    .heads = 4,
    .kv_heads = 4,
    .ffn = 160,
    .vocab = 512,
    .context = 1024,
    .model_parallel = 1,
    .dtype = ARRA_BF16,
    .shards = 1,
    .seed = 1,
    .codes = 64,
    .sizes = 8,
    .ids = FIXTURE_IDS_CHAMELEON,
    .tokenizer = TRUE,
    .map = TRUE,
    .vqgan = TRUE,
    .ch = 32,
    .n_levels = 2,
    .ch_mult = { 1, 1 },
    .n_res_blocks = 1,
    .z_channels = 32,
    .embed_dim = 8,
    .resolution = 16,
  };
}

static void
set_shape (Fixture *fixture, guint hidden, guint layers, guint heads, guint ffn, guint vocab)
{
  fixture->hidden = hidden;
  fixture->layers = layers;
  fixture->heads = fixture->kv_heads = heads;
  fixture->ffn = ffn;
  fixture->vocab = vocab;
  fixture->context = 4096;
}

/* Five levels, so that a code stands for 16 x 16 pixels as in Chameleon's VQGAN. */
static void
set_f16_vqgan (Fixture *fixture, guint codes, guint ch, guint embed_dim)
{
  static const guint narrow[5] = { 1, 1, 1, 1, 1 }, wide[5] = { 1, 1, 2, 2, 4 };

  fixture->codes = codes;
  fixture->sizes = 32;
  fixture->ch = ch;
  fixture->n_levels = 5;
  memcpy (fixture->ch_mult, ch >= 128 ? wide : narrow, sizeof narrow);
  fixture->n_res_blocks = ch >= 128 ? 2 : 1;
  fixture->z_channels = fixture->embed_dim = embed_dim;
  fixture->resolution = 512;
}

gboolean
fixture_init_named (Fixture *fixture, const char *name)
{
  fixture_init (fixture);
  if (g_str_equal (name, "tiny"))
    return TRUE;
  if (g_str_equal (name, "codes1024"))
    {
      set_shape (fixture, 64, 2, 4, 160, 1600);
      set_f16_vqgan (fixture, 1024, 32, 8);
      fixture->ids = FIXTURE_IDS_SHUFFLED;
      return TRUE;
    }
  set_f16_vqgan (fixture, 8192, 32, 32);
  if (g_str_equal (name, "100m"))
    set_shape (fixture, 768, 12, 12, 2048, 10240);
  else if (g_str_equal (name, "300m"))
    set_shape (fixture, 1024, 20, 16, 2816, 16384);
  else if (g_str_equal (name, "500m"))
    set_shape (fixture, 1280, 24, 20, 3456, 16384);
  else if (g_str_equal (name, "7b"))
    {
      set_shape (fixture, 4096, 32, 32, 11008, 65536);
      set_f16_vqgan (fixture, 8192, 128, 256);
      fixture->shards = 3;
    }
  else
    return FALSE;
  return TRUE;
}

static gboolean
write_text (const char *directory, const char *name, const char *text, GError **error)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);

  return arra_write_file (path, text, strlen (text), error);
}

static gboolean
make_directory (const char *directory, GError **error)
{
  if (g_mkdir_with_parents (directory, 0777) == 0)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_FAILED, "%s: cannot be made", directory);
}

static guint64
tensor_count (const FixtureTensor *tensor)
{
  guint64 count = 1;

  for (guint d = 0; d < tensor->n_dims; d++)
    count *= (guint64) tensor->shape[d];
  return count;
}

static guint64
count_all (GArray *tensors)
{
  guint64 count = 0;

  for (guint i = 0; i < tensors->len; i++)
    count += tensor_count (&g_array_index (tensors, FixtureTensor, i));
  return count;
}

/* Files of about the same size, and the index that says what lies where. */
static gboolean
write_shards (const Fixture *fixture, GArray *tensors, const char *directory, GError **error)
{
  g_autoptr (GString) index = g_string_new ("{\"metadata\":{},\"weight_map\":{");
  guint64 share = count_all (tensors) / fixture->shards + 1, taken = 0;
  guint first = 0;

  for (guint shard = 0; shard < fixture->shards; shard++)
    {
      g_autofree char *name = g_strdup_printf ("model-%05u-of-%05u.safetensors", shard + 1, fixture->shards);
      g_autofree char *path = g_build_filename (directory, name, NULL);
      guint end = first;

      for (; end < tensors->len && (taken < share * (shard + 1) || shard + 1 == fixture->shards); end++)
        {
          const FixtureTensor *tensor = &g_array_index (tensors, FixtureTensor, end);
          taken += tensor_count (tensor);
          g_string_append_printf (index, "%s\"%s\":\"%s\"", end == 0 ? "" : ",", tensor->name, name);
        }
      if (!fixture_write_safetensors (path, tensors, first, end, fixture->dtype, fixture->seed, error))
        return FALSE;
      first = end;
    }
  g_string_append (index, "}}\n");
  return write_text (directory, "model.safetensors.index.json", index->str, error);
}

static GArray *
all_tensors (const Fixture *fixture)
{
  GArray *tensors = fixture_transformer_tensors (fixture);

  if (fixture->hf_vqgan)
    {
      GArray *more = fixture_vqgan_tensors (fixture, "model.vqmodel.", FALSE);

      g_array_append_vals (tensors, more->data, more->len);
      g_array_set_clear_func (more, NULL);
      g_array_unref (more);
    }
  return tensors;
}

guint64
fixture_bytes (const Fixture *fixture)
{
  g_autoptr (GArray) tensors = all_tensors (fixture);
  g_autoptr (GArray) vqgan = fixture_vqgan_tensors (fixture, "", TRUE);

  return (count_all (tensors) + (fixture->vqgan ? count_all (vqgan) : 0)) * (fixture->dtype == ARRA_F32 ? 4 : 2);
}

gboolean
fixture_write_vqgan (const Fixture *fixture, const char *directory, GError **error)
{
  g_autoptr (GArray) tensors = fixture_vqgan_tensors (fixture, "", TRUE);
  g_autofree char *path = g_build_filename (directory, "vqgan.safetensors", NULL);
  g_autofree char *yaml = fixture_vqgan_yaml (fixture);

  return make_directory (directory, error)
         && fixture_write_safetensors (path, tensors, 0, tensors->len, fixture->dtype, fixture->seed, error)
         && write_text (directory, "vqgan.yaml", yaml, error);
}

gboolean
fixture_write (const Fixture *fixture, const char *directory, GError **error)
{
  g_auto (GStrv) tokens = fixture_tokens (fixture, error);
  g_autoptr (GArray) tensors = NULL;
  g_autofree char *config = NULL, *tokenizer = NULL;
  g_autofree char *path = g_build_filename (directory, "model.safetensors", NULL);

  if (tokens == NULL || !make_directory (directory, error))
    return FALSE;
  config = fixture_config_json (fixture, tokens);
  if (!write_text (directory, "config.json", config, error))
    return FALSE;
  if (fixture->tokenizer)
    {
      tokenizer = fixture_tokenizer_json (tokens);
      if (!write_text (directory, "tokenizer.json", tokenizer, error))
        return FALSE;
    }
  if (fixture->vqgan && !fixture_write_vqgan (fixture, directory, error))
    return FALSE;
  tensors = all_tensors (fixture);
  if (fixture->shards > 1)
    return write_shards (fixture, tensors, directory, error);
  return fixture_write_safetensors (path, tensors, 0, tensors->len, fixture->dtype, fixture->seed, error);
}

char *
fixture_directory (void)
{
  g_autoptr (GError) error = NULL;
  char *directory = g_dir_make_tmp ("arra-test-XXXXXX", &error);

  g_assert_no_error (error);
  return directory;
}

void
fixture_remove (const char *path)
{
  if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK) && g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
      const char *name;

      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *inside = g_build_filename (path, name, NULL);
          fixture_remove (inside);
        }
      g_rmdir (path);
      return;
    }
  g_unlink (path);
}
