/* test-vqgan_forward.c - encoder and decoder against the golden cases, with every table of kernels
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "golden_vqgan.h"
#include "jsonguard.h"
#include "mem.h"
#include "resize.h"

#define TOLERANCE 1e-4

static void
assert_near (const float *got, const ArraTensor *expected, gsize n, double tolerance)
{
  g_assert_cmpint (expected->dtype, ==, ARRA_F32);
  g_assert_cmpuint (n, ==, arra_tensor_count (expected));
  for (gsize i = 0; i < n; i++)
    {
      float e;
      memcpy (&e, (const char *) expected->data + i * sizeof e, sizeof e);
      g_assert_cmpfloat (fabs ((double) got[i] - (double) e), <=, tolerance);
    }
}

static gint64
int_at (const ArraTensor *t, gsize i)
{
  gint64 value;

  g_assert_cmpint (t->dtype, ==, ARRA_I64);
  memcpy (&value, (const char *) t->data + i * sizeof value, sizeof value);
  return value;
}

typedef struct
{
  ArraSource *file;
  guint n_seen;
} Probes;

/* The golden file's names of what the watch sees. */
static void
compare_probe (const char *what, const float *data, guint channels, guint height, guint width, gpointer user)
{
  static const char *const names[][2] = { { "decoder.conv_in", "probe.dec0.conv_in" },
                                          { "decoder.mid.block_1", "probe.dec0.mid_block_1" },
                                          { "decoder.mid.attn_1", "probe.dec0.mid_attn_1" },
                                          { "encoder.down.0.downsample", "probe.enc0.downsample0" } };
  Probes *probes = user;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (names[i][0], what))
      {
        const ArraTensor *expected = golden_tensor (probes->file, names[i][1], 0);

        g_assert_true (
            arra_tensor_has_shape (expected, 4, (gint64) 1, (gint64) channels, (gint64) height, (gint64) width));
        assert_near (data, expected, (gsize) channels * height * width, TOLERANCE);
        probes->n_seen++;
      }
}

static void
assert_rgb (const float *pixels, guint height, guint width, const ArraTensor *expected)
{
  g_autofree guint8 *rgb = g_malloc ((gsize) 3 * height * width);

  g_assert_true (arra_tensor_has_shape (expected, 3, (gint64) height, (gint64) width, (gint64) 3));
  arra_vqgan_to_u8 (&vqgan_small, pixels, height, width, rgb);
  for (gsize i = 0; i < (gsize) 3 * height * width; i++)
    g_assert_cmpint (ABS ((int) rgb[i] - (int) ((const guint8 *) expected->data)[i]), <=, 1);
}

static void
check_decode (const ArraVqgan *vqgan,
              const ArraExec *exec,
              Probes *probes,
              const guint32 *codes,
              guint rows,
              guint columns,
              const ArraTensor *floats,
              const ArraTensor *bytes)
{
  guint patch = arra_vqgan_patch (arra_vqgan_config (vqgan));
  g_autofree float *pixels = g_new (float, (gsize) 3 * rows * columns * patch * patch);
  GError *error = NULL;
  g_autoptr (ArraVqganRun) run = arra_vqgan_run_new (vqgan, exec, rows, columns, FALSE, &error);

  g_assert_no_error (error);
  if (probes != NULL)
    arra_vqgan_run_set_watch (run, compare_probe, probes);
  arra_vqgan_decode (run, codes, rows, columns, pixels, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  assert_near (pixels, floats, (gsize) 3 * rows * columns * patch * patch, TOLERANCE);
  assert_rgb (pixels, rows * patch, columns * patch, bytes);
}

static void
check_dec (const ArraVqgan *vqgan, const ArraExec *exec, ArraSource *file, guint k, Probes *probes)
{
  const ArraTensor *indices = golden_tensor (file, "in.dec%u.indices", k);
  gsize n = arra_tensor_count (indices);
  g_autofree guint32 *codes = g_new (guint32, n);

  for (gsize i = 0; i < n; i++)
    codes[i] = (guint32) int_at (indices, i);
  check_decode (vqgan, exec, probes, codes, (guint) indices->shape[0], (guint) indices->shape[1],
                golden_tensor (file, "out.dec%u.float", k), golden_tensor (file, "out.dec%u.u8", k));
}

static void
read_picture (ArraSource *file, guint k, ArraRaster *rgb)
{
  const ArraTensor *image = golden_tensor (file, "in.enc%u.image_u8", k);
  const ArraTensor *whitened = golden_tensor (file, "out.enc%u.whitened_u8", k);
  g_autoraster ArraRaster raster = { 0 };
  GError *error = NULL;

  arra_raster_init (&raster, (gsize) image->shape[1], (gsize) image->shape[0], (guint) image->shape[2], &error);
  g_assert_no_error (error);
  memcpy (raster.pixels, image->data, image->n_bytes);
  arra_raster_whiten (&raster, rgb, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (rgb->pixels, rgb->width * rgb->height * 3, whitened->data, whitened->n_bytes);
}

static void
check_enc (const ArraVqgan *vqgan, const ArraExec *exec, ArraSource *file, guint k, Probes *probes)
{
  const ArraTensor *indices = golden_tensor (file, "out.enc%u.indices", k);
  gsize n = arra_tensor_count (indices);
  guint rows = (guint) indices->shape[0], columns = (guint) indices->shape[1];
  g_autoraster ArraRaster rgb = { 0 };
  g_autofree float *pixels = NULL, *latent = g_new (float, n *arra_vqgan_config (vqgan)->embed_dim);
  g_autofree guint32 *codes = g_new (guint32, n);
  GError *error = NULL;
  g_autoptr (ArraVqganRun) run = arra_vqgan_run_new (vqgan, exec, rows, columns, TRUE, &error);

  g_assert_no_error (error);
  read_picture (file, k, &rgb);
  pixels = g_new (float, rgb.width *rgb.height * 3);
  arra_vqgan_from_u8 (&rgb, pixels);
  assert_near (pixels, golden_tensor (file, "out.enc%u.pixels", k), rgb.width * rgb.height * 3, 0.0);
  if (k == 0)
    arra_vqgan_run_set_watch (run, compare_probe, probes);
  arra_vqgan_encode (run, pixels, (guint) rgb.height, (guint) rgb.width, codes, latent, NULL, &error);
  g_assert_no_error (error);
  assert_near (latent, golden_tensor (file, "out.enc%u.latent", k), n * arra_vqgan_config (vqgan)->embed_dim,
               TOLERANCE);
  for (gsize i = 0; i < n; i++)
    g_assert_cmpint (codes[i], ==, int_at (indices, i));
  check_decode (vqgan, exec, NULL, codes, rows, columns, golden_tensor (file, "out.enc%u.decoded_float", k),
                golden_tensor (file, "out.enc%u.decoded_u8", k));
}

/* Calls @check with every table of kernels this machine has, and 1 and 2 threads. */
static void
with_every_exec (void (*check) (const ArraExec *exec, gconstpointer data), gconstpointer data)
{
  for (int cpu = 0; cpu < ARRA_N_CPU; cpu++)
    for (guint threads = 1; threads <= 2; threads++)
      {
        g_autoptr (ArraPool) pool = arra_pool_new (threads, NULL);
        ArraExec exec = { .pool = pool };

        if (!arra_cpu_supports ((ArraCpu) cpu, NULL))
          continue;
        exec.kernels = arra_kernels_get ((ArraCpu) cpu);
        check (&exec, data);
      }
}

typedef struct
{
  const ArraVqganConfig *config;
  const char *weights, *file;
  guint n_enc, n_dec;
} Case;

static void
check_case (const ArraExec *exec, gconstpointer data)
{
  const Case *c = data;
  g_autoptr (ArraVqgan) vqgan = golden_vqgan (c->config, c->weights, "");
  g_autoptr (ArraSource) file = golden_source (c->file);
  Probes probes = { file, 0 };

  for (guint k = 0; k < c->n_enc; k++)
    check_enc (vqgan, exec, file, k, &probes);
  for (guint k = 0; k < c->n_dec; k++)
    check_dec (vqgan, exec, file, k, k == 0 ? &probes : NULL);
  g_assert_cmpuint (probes.n_seen, ==, 4);
}

static void
test_golden (gconstpointer data)
{
  with_every_exec (check_case, data);
}

static void
check_upstream (const ArraExec *exec, gconstpointer data)
{
  g_autoptr (ArraVqgan) vqgan
      = golden_vqgan (&vqgan_upstream, "chameleon/c_hf_upstream/model.safetensors", "model.vqmodel.");
  g_autoptr (ArraSource) file = golden_source ("chameleon/c_hf_upstream/case.safetensors");
  GError *error = NULL;
  g_autoptr (ArraVqganRun) run = arra_vqgan_run_new (vqgan, exec, 8, 8, TRUE, &error);
  guint32 codes[64];
  float latent[8 * 64];
  float pixels[3 * 16 * 16];

  g_assert_no_error (error);
  g_assert_true (arra_vqgan_has_encoder (vqgan));
  g_assert_false (arra_vqgan_has_decoder (vqgan));
  arra_tensor_to_float (golden_tensor (file, "in.pixel_values", 0), 0, G_N_ELEMENTS (pixels), pixels);
  arra_vqgan_encode (run, pixels, 16, 16, codes, latent, NULL, &error);
  g_assert_no_error (error);
  assert_near (latent, golden_tensor (file, "out.vq_latent", 0), G_N_ELEMENTS (latent), 2e-5);
  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    g_assert_cmpint (codes[i], ==, int_at (golden_tensor (file, "out.vq_indices", 0), i));
  g_assert_null (arra_vqgan_run_new (vqgan, exec, 8, 8, FALSE, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND);
  g_error_free (error);
}

static void
test_upstream (void)
{
  with_every_exec (check_upstream, NULL);
}

#define SIDE 512

/* The codes of the golden training item: what follows start and size, in rows of SIDE / 16 codes and a new
 * line. */
static void
check_training_codes (const guint32 *codes)
{
  g_autofree char *path = golden_path ("e2e/case.json");
  GError *error = NULL;
  JsonObject *object, *item;
  JsonArray *tokens, *unsure;
  g_autoptr (JsonParser) parser = arra_json_parse_file (path, &object, &error);
  guint first = 0, columns = SIDE / 16;

  g_assert_no_error (error);
  g_assert_nonnull (parser);
  item = json_object_get_object_member (object, "training_item");
  tokens = json_object_get_array_member (item, "tokens");
  unsure = json_object_get_array_member (item, "codes_with_margin_below_1e-3");
  while (json_array_get_int_element (tokens, first) != 8197)
    first++;
  for (guint i = 0; i < columns * columns; i++)
    {
      gboolean may_differ = FALSE;

      for (guint k = 0; k < json_array_get_length (unsure); k++)
        may_differ |= json_array_get_int_element (unsure, k) == i;
      if (!may_differ)
        g_assert_cmpint (codes[i] + 4, ==, json_array_get_int_element (tokens, first + 3 + i + i / columns));
    }
}

static void
test_training_item (void)
{
  g_autofree char *path = golden_path ("e2e/train_item.png");
  g_autoptr (ArraVqgan) vqgan = golden_vqgan (&vqgan_f16, "vqgan/f16/vqgan.ckpt", "");
  g_autoptr (ArraPool) pool = arra_pool_new (2, NULL);
  ArraExec exec = { arra_kernels_default (NULL), pool };
  g_autoraster ArraRaster raster = { 0 }, cropped = { 0 };
  g_autofree float *pixels = g_new (float, 3 * SIDE * SIDE);
  guint32 codes[(SIDE / 16) * (SIDE / 16)];
  GError *error = NULL;
  g_autoptr (ArraVqganRun) run = arra_vqgan_run_new (vqgan, &exec, SIDE / 16, SIDE / 16, TRUE, &error);

  g_assert_no_error (error);
  g_assert_true (arra_raster_load (&raster, path, &error));
  g_assert_true (arra_raster_center_crop (&raster, SIDE, SIDE, &cropped, &error));
  arra_vqgan_from_u8 (&cropped, pixels);
  g_assert_true (arra_vqgan_encode (run, pixels, SIDE, SIDE, codes, NULL, NULL, &error));
  check_training_codes (codes);
}

int
main (int argc, char **argv)
{
  static const Case small_case
      = { &vqgan_small, "vqgan/small/vqgan.safetensors", "vqgan/small/case.safetensors", 2, 2 };
  static const Case f16_case = { &vqgan_f16, "vqgan/f16/vqgan.ckpt", "vqgan/f16/case.safetensors", 3, 2 };

  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/vqgan-forward/small", &small_case, test_golden);
  g_test_add_data_func ("/vqgan-forward/f16", &f16_case, test_golden);
  g_test_add_func ("/vqgan-forward/upstream", test_upstream);
  g_test_add_func ("/vqgan-forward/training-item", test_training_item);
  return g_test_run ();
}
