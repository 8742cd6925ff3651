/* case-medsam.c - the feature map of a picture with SAM's image encoder
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "vision_encoder.h"

#define CASE "case.safetensors"

/* [cells][width] of each picture to [width][cells]. */
static void
channels_first (const float *map, gsize n, gsize cells, gsize width, float *out)
{
  for (gsize i = 0; i < n; i++)
    for (gsize cell = 0; cell < cells; cell++)
      for (gsize c = 0; c < width; c++)
        out[(i * width + c) * cells + cell] = map[(i * cells + cell) * width + c];
}

static void
compare (Check *check, ArraVisionEncoder *encoder, ArraSource *file, gsize n, GError **error)
{
  const ArraVisionShape *shape = arra_vision_encoder_shape (encoder);
  gsize cells = (gsize) shape->rows * shape->columns, width = shape->patch;
  g_autofree float *pixels = check_read_floats (check, file, "in.pixel_values");
  g_autofree float *map = g_new (float, n *cells *width), *turned = g_new (float, n *cells *width);
  g_autofree float *pooled = g_new (float, n *width);

  if (!arra_vision_encoder_run (encoder, (guint) n, pixels, pooled, map, error))
    return;
  channels_first (map, n, cells, width, turned);
  check_floats (check, file, CASE, "out.image_embeddings", turned, n * cells * width);
  check_floats (check, file, CASE, "out.pooled_features", pooled, n * width);
}

gboolean
check_medsam (Check *check)
{
  GError *error = NULL;
  g_autoptr (ArraSource) file = check_open (check, CASE);
  g_autoptr (ArraVisionEncoder) encoder = arra_vision_encoder_open (check->dir, &check->exec, &error);
  const ArraTensor *in = file != NULL ? check_tensor (file, "in.pixel_values") : NULL;

  if (encoder != NULL && in != NULL && in->n_dims == 4
      && arra_tensor_count (in) == (gsize) in->shape[0] * arra_vision_encoder_floats (encoder))
    compare (check, encoder, file, (gsize) in->shape[0], &error);
  else if (error == NULL)
    check_fault (check, "the shapes of %s are not those of the model", CASE);
  check_error (check, error);
  return TRUE;
}
