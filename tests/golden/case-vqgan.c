/* case-vqgan.c - pictures to codes and back with Meta's VQGAN; names of image tokens
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "jsonguard.h"
#include "mem.h"
#include "vocabulary.h"
#include "vqgan.h"
#include "yamlfile.h"

#define CASE "case.safetensors"

static ArraVqgan *
load_vqgan (Check *check, GError **error)
{
  g_autofree char *yaml_path = g_build_filename (check->dir, "vqgan.yaml", NULL);
  g_autofree char *plain = g_build_filename (check->dir, "vqgan.safetensors", NULL);
  g_autofree char *pickle = g_build_filename (check->dir, "vqgan.ckpt", NULL);
  g_autoptr (ArraYaml) yaml = arra_yaml_open (yaml_path, error);
  g_autoptr (ArraSource) source = NULL;
  ArraVqganConfig config;

  if (yaml == NULL || !arra_vqgan_config_from_yaml (&config, yaml, error))
    return NULL;
  source = g_file_test (plain, G_FILE_TEST_EXISTS) ? arra_safetensors_open (plain, error)
                                                   : arra_torch_open (pickle, "state_dict", error);
  return source == NULL ? NULL : arra_vqgan_new (&config, source, "", check->exec.pool, NULL, error);
}

static gint64 *
widen (const guint32 *codes, gsize n)
{
  gint64 *wide = g_new (gint64, n);

  for (gsize i = 0; i < n; i++)
    wide[i] = codes[i];
  return wide;
}

/* codes -> floats and bytes, against the case's tensors of these names */
static gboolean
decode (Check *check,
        const ArraVqgan *vqgan,
        ArraSource *file,
        const guint32 *codes,
        guint rows,
        guint columns,
        const char *floats,
        const char *bytes,
        GError **error)
{
  guint patch = arra_vqgan_patch (arra_vqgan_config (vqgan));
  gsize n = (gsize) rows * columns * patch * patch * 3;
  g_autoptr (ArraVqganRun) run = arra_vqgan_run_new (vqgan, &check->exec, rows, columns, FALSE, error);
  g_autofree float *pixels = g_new (float, n);
  g_autofree guint8 *rgb = g_new (guint8, n);

  if (run == NULL || !arra_vqgan_decode (run, codes, rows, columns, pixels, NULL, NULL, NULL, error))
    return FALSE;
  check_floats (check, file, CASE, floats, pixels, n);
  arra_vqgan_to_u8 (arra_vqgan_config (vqgan), pixels, rows * patch, columns * patch, rgb);
  check_bytes (check, file, CASE, bytes, rgb, n, check->within);
  return TRUE;
}

static gboolean
encode (Check *check, const ArraVqgan *vqgan, ArraSource *file, guint k, GError **error)
{
  const ArraVqganConfig *config = arra_vqgan_config (vqgan);
  guint patch = arra_vqgan_patch (config);
  g_autofree char *stem = g_strdup_printf ("out.enc%u.", k);
  g_autofree char *in_name = g_strdup_printf ("in.enc%u.image_u8", k);
  g_autofree char *whitened = g_strconcat (stem, "whitened_u8", NULL),
                  *pixels_name = g_strconcat (stem, "pixels", NULL);
  g_autofree char *latent_name = g_strconcat (stem, "latent", NULL), *indices = g_strconcat (stem, "indices", NULL);
  g_autofree char *floats = g_strconcat (stem, "decoded_float", NULL), *bytes = g_strconcat (stem, "decoded_u8", NULL);
  const ArraTensor *in = check_tensor (file, in_name);
  g_autoraster ArraRaster raster = { 0 }, rgb = { 0 };
  guint height = (guint) in->shape[0], width = (guint) in->shape[1], rows = height / patch, columns = width / patch;
  gsize n = (gsize) height * width * 3;
  g_autofree float *pixels = g_new (float, n);
  g_autofree float *latent = g_new (float, (gsize) rows *columns * config->embed_dim);
  g_autofree guint32 *codes = g_new (guint32, (gsize) rows * columns);
  g_autofree gint64 *wide = NULL;
  g_autoptr (ArraVqganRun) run = arra_vqgan_run_new (vqgan, &check->exec, rows, columns, TRUE, error);

  if (run == NULL || !arra_raster_init (&raster, width, height, (guint) in->shape[2], error))
    return FALSE;
  memcpy (raster.pixels, in->data, in->n_bytes);
  if (!arra_raster_whiten (&raster, &rgb, error))
    return FALSE;
  check_bytes (check, file, CASE, whitened, rgb.pixels, n, 0);
  arra_vqgan_from_u8 (&rgb, pixels);
  check_floats (check, file, CASE, pixels_name, pixels, n);
  if (!arra_vqgan_encode (run, pixels, height, width, codes, latent, NULL, error))
    return FALSE;
  check_floats (check, file, CASE, latent_name, latent, (gsize) rows * columns * config->embed_dim);
  wide = widen (codes, (gsize) rows * columns);
  check_ints (check, file, CASE, indices, wide, (gsize) rows * columns);
  return decode (check, vqgan, file, codes, rows, columns, floats, bytes, error);
}

static gboolean
decode_given (Check *check, const ArraVqgan *vqgan, ArraSource *file, guint k, GError **error)
{
  g_autofree char *in_name = g_strdup_printf ("in.dec%u.indices", k);
  g_autofree char *floats = g_strdup_printf ("out.dec%u.float", k), *bytes = g_strdup_printf ("out.dec%u.u8", k);
  const ArraTensor *in = check_tensor (file, in_name);
  gsize n = 0;
  g_autofree gint64 *wide = check_read_ints (check, file, in_name, &n);
  g_autofree guint32 *codes = g_new (guint32, MAX (n, 1));

  if (wide == NULL || in->n_dims != 2)
    return TRUE;
  for (gsize i = 0; i < n; i++)
    codes[i] = (guint32) wide[i];
  return decode (check, vqgan, file, codes, (guint) in->shape[0], (guint) in->shape[1], floats, bytes, error);
}

static gboolean
has_input (ArraSource *file, const char *format, guint k)
{
  g_autofree char *name = g_strdup_printf (strcmp (format, "enc") == 0 ? "in.enc%u.image_u8" : "in.dec%u.indices", k);
  const ArraTensor *tensor = check_tensor (file, name);

  return tensor != NULL && (strcmp (format, "enc") != 0 || (tensor->n_dims == 3 && tensor->dtype == ARRA_U8));
}

gboolean
check_vqgan (Check *check)
{
  g_autoptr (ArraSource) file = check_open (check, CASE);
  GError *error = NULL;
  g_autoptr (ArraVqgan) vqgan = file == NULL ? NULL : load_vqgan (check, &error);

  if (vqgan != NULL)
    {
      for (guint k = 0; error == NULL && has_input (file, "enc", k); k++)
        encode (check, vqgan, file, k, &error);
      for (guint k = 0; error == NULL && has_input (file, "dec", k); k++)
        decode_given (check, vqgan, file, k, &error);
    }
  check_error (check, error);
  return TRUE;
}

/* ---- vocab_translation.json */

/* The dictionary image token id -> code, from names alone. */
static void
check_map (Check *check, JsonObject *map, JsonObject *expected)
{
  g_autoptr (GList) names = json_object_get_members (map);
  guint n = 0;

  for (GList *at = names; at != NULL; at = at->next)
    {
      guint32 code;
      g_autofree char *id = NULL;

      if (!arra_image_code_parse (at->data, &code))
        continue;
      n++;
      id = g_strdup_printf ("%" G_GINT64_FORMAT, json_object_get_int_member (map, at->data));
      if (!json_object_has_member (expected, id))
        check_fault (check, "id %s is no image token in the reference", id);
      else
        check_same_int (check, at->data, json_object_get_int_member (expected, id), code);
    }
  check_same_int (check, "the number of image tokens", json_object_get_size (expected), n);
}

static void
check_samples (Check *check, JsonObject *samples)
{
  g_autoptr (GList) codes = json_object_get_members (samples);

  for (GList *at = codes; at != NULL; at = at->next)
    {
      guint32 code = G_MAXUINT32;
      const char *name = json_object_get_string_member (samples, at->data);

      arra_image_code_parse (name, &code);
      check_same_int (check, name, atoi (at->data), code);
    }
}

static void
check_order (Check *check, JsonObject *map, JsonArray *ids_of_codes)
{
  g_autoptr (GList) names = json_object_get_members (map);

  for (GList *at = names; at != NULL; at = at->next)
    {
      guint32 code;

      if (arra_image_code_parse (at->data, &code) && code < json_array_get_length (ids_of_codes))
        check_same_int (check, at->data, json_array_get_int_element (ids_of_codes, code),
                        json_object_get_int_member (map, at->data));
    }
}

/* `real_first_last` of that file is left alone: it names code 1891 (IMGIMGBIJBZ) as the last of 8,192, while
 * `sample_names` rightly gives IMGIMGIBJBZ for 8191. */
gboolean
check_vocabulary_names (Check *check)
{
  const char *file = "vocab_translation.json";
  JsonObject *object, *map = NULL, *dict = NULL, *samples = NULL;
  JsonArray *order = NULL;
  g_autoptr (JsonParser) parser = check_json (check, file, &object);
  GError *error = NULL;

  if (parser != NULL && (map = arra_json_get_object (object, file, "shuffled_map", &error)) != NULL
      && (dict = arra_json_get_object (object, file, "shuffled_bpe2img_dict", &error)) != NULL
      && (samples = arra_json_get_object (object, file, "sample_names", &error)) != NULL
      && (order = arra_json_get_array (object, file, "shuffled_convert_img2bpe_of_0_63", &error)) != NULL)
    {
      check_map (check, map, dict);
      check_order (check, map, order);
      check_samples (check, samples);
    }
  check_error (check, error);
  return TRUE;
}
