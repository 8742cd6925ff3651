/* case-vq.c - LlamaGen's image tokenizer: pictures to codes and back, its configuration read from the tensors
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "check.h"
#include "l2_norm.h"
#include "mem.h"
#include "vqgan_file.h"

#define CASE "case.safetensors"

typedef struct
{
  Check *check;
  ArraSource *file;
  ArraVqganFile weights;
  ArraVqgan *vqgan;
} Vq;

/* "out.enc0." and what follows */
static void
compare_floats (const Vq *vq, const char *stem, const char *what, const float *got, gsize n)
{
  g_autofree char *name = g_strdup_printf ("out.%s.%s", stem, what);

  check_floats (vq->check, vq->file, CASE, name, got, n);
}

static void
compare_bytes (const Vq *vq, const char *stem, const char *what, const guint8 *got, gsize n)
{
  g_autofree char *name = g_strdup_printf ("out.%s.%s", stem, what);

  check_bytes (vq->check, vq->file, CASE, name, got, n, vq->check->within);
}

static gboolean
decode (const Vq *vq, const char *stem, const guint32 *codes, guint rows, guint columns, float *pixels, GError **error)
{
  g_autoptr (ArraVqganRun) run = arra_vqgan_run_new (vq->vqgan, &vq->check->exec, rows, columns, FALSE, error);

  return run != NULL && arra_vqgan_decode (run, codes, rows, columns, pixels, NULL, NULL, NULL, error);
}

/* The unit vectors of the codes: [dim][n] */
static gboolean
compare_quant (const Vq *vq, const char *stem, const guint32 *codes, gsize n, GError **error)
{
  const ArraVqganConfig *config = arra_vqgan_config (vq->vqgan);
  g_autofree char *name = g_strconcat (vq->weights.prefix, "quantize.embedding.weight", NULL);
  const ArraTensor *codebook = arra_source_find (vq->weights.source, name);
  g_autofree float *vector = g_new (float, config->embed_dim);
  g_autofree float *planes = g_new (float, n * config->embed_dim);

  for (gsize i = 0; i < n; i++)
    {
      arra_tensor_to_float (codebook, (gsize) codes[i] * config->embed_dim, config->embed_dim, vector);
      arra_l2_norm (&vq->check->exec, vector, 1, config->embed_dim, vector);
      for (gsize c = 0; c < config->embed_dim; c++)
        planes[c * n + i] = vector[c];
    }
  compare_floats (vq, stem, "quant", planes, n * config->embed_dim);
  return TRUE;
}

static gboolean
compare_codes (const Vq *vq, const char *stem, const guint32 *codes, guint rows, guint columns, GError **error)
{
  guint patch = arra_vqgan_patch (arra_vqgan_config (vq->vqgan));
  gsize n = (gsize) rows * columns, size = n * patch * patch * 3;
  g_autofree gint64 *wide = g_new (gint64, n);
  g_autofree char *indices = g_strdup_printf ("out.%s.indices", stem);
  g_autofree float *pixels = g_new (float, size);
  g_autofree guint8 *rgb = g_new (guint8, size);

  for (gsize i = 0; i < n; i++)
    wide[i] = codes[i];
  check_ints (vq->check, vq->file, CASE, indices, wide, n);
  if (!compare_quant (vq, stem, codes, n, error) || !decode (vq, stem, codes, rows, columns, pixels, error))
    return FALSE;
  compare_floats (vq, stem, "decoded", pixels, size);
  arra_vqgan_to_u8 (arra_vqgan_config (vq->vqgan), pixels, rows * patch, columns * patch, rgb);
  compare_bytes (vq, stem, "u8_ddp", rgb, size);
  compare_bytes (vq, stem, "u8_save_image", rgb, size);
  return TRUE;
}

static gboolean
encode (const Vq *vq, const char *stem, const ArraTensor *in, GError **error)
{
  const ArraVqganConfig *config = arra_vqgan_config (vq->vqgan);
  guint height = (guint) in->shape[2], width = (guint) in->shape[3];
  guint rows = height / arra_vqgan_patch (config), columns = width / arra_vqgan_patch (config);
  gsize n = (gsize) rows * columns;
  g_autoptr (ArraVqganRun) run = arra_vqgan_run_new (vq->vqgan, &vq->check->exec, rows, columns, TRUE, error);
  g_autofree float *latent = g_new (float, n * config->embed_dim);
  g_autofree guint32 *codes = g_new (guint32, n);

  if (run == NULL || !arra_vqgan_encode (run, in->data, height, width, codes, latent, NULL, error))
    return FALSE;
  compare_floats (vq, stem, "latent", latent, n * config->embed_dim);
  return compare_codes (vq, stem, codes, rows, columns, error);
}

/* A batch of codes: [pictures][rows * columns] */
static gboolean
decode_batch (const Vq *vq, GError **error)
{
  const ArraTensor *out = check_tensor (vq->file, "out.dec.decoded");
  guint patch = arra_vqgan_patch (arra_vqgan_config (vq->vqgan));
  guint rows = (guint) out->shape[2] / patch, columns = (guint) out->shape[3] / patch;
  gsize n_codes = 0, n = (gsize) rows * columns, size = n * patch * patch * 3;
  g_autofree gint64 *wide = check_read_ints (vq->check, vq->file, "in.dec.indices", &n_codes);
  g_autofree guint32 *codes = g_new (guint32, n);
  g_autofree float *pixels = g_new (float, n_codes / n * size);

  for (gsize picture = 0; wide != NULL && picture < n_codes / n; picture++)
    {
      for (gsize i = 0; i < n; i++)
        codes[i] = (guint32) wide[picture * n + i];
      if (!decode (vq, "dec", codes, rows, columns, pixels + picture * size, error))
        return FALSE;
    }
  compare_floats (vq, "dec", "decoded", pixels, n_codes / n * size);
  return TRUE;
}

static void
check_parts (const Vq *vq, GError **error)
{
  for (guint k = 0; *error == NULL; k++)
    {
      g_autofree char *stem = g_strdup_printf ("enc%u", k), *name = g_strdup_printf ("in.%s.pixels", stem);
      const ArraTensor *in = check_tensor (vq->file, name);

      if (in == NULL)
        break;
      encode (vq, stem, in, error);
    }
  if (*error == NULL && check_tensor (vq->file, "out.dec.decoded") != NULL)
    decode_batch (vq, error);
}

gboolean
check_vq (Check *check)
{
  g_autofree char *path = check_weights_path (check);
  Vq vq = { .check = check, .file = check_open (check, CASE) };
  GError *error = NULL;

  if (vq.file != NULL && path != NULL && arra_vqgan_file_open (&vq.weights, path, &error))
    {
      vq.vqgan
          = arra_vqgan_new (&vq.weights.config, vq.weights.source, vq.weights.prefix, check->exec.pool, NULL, &error);
      if (vq.vqgan != NULL)
        check_parts (&vq, &error);
    }
  check_error (check, error);
  arra_vqgan_free (vq.vqgan);
  arra_vqgan_file_clear (&vq.weights);
  arra_source_unref (vq.file);
  return TRUE;
}
