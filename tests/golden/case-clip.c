/* case-clip.c - features of pictures with CLIP
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "clip.h"

#define CASE "case.safetensors"

static gsize
count (ArraSource *file, const char *name)
{
  const ArraTensor *tensor = check_tensor (file, name);

  return tensor != NULL ? arra_tensor_count (tensor) : 0;
}

static float *
read_floats (ArraSource *file, const char *name)
{
  const ArraTensor *tensor = check_tensor (file, name);
  float *values = g_new (float, arra_tensor_count (tensor));

  arra_tensor_to_float (tensor, 0, arra_tensor_count (tensor), values);
  return values;
}

static gboolean
compare (Check *check, ArraClip *clip, ArraSource *file, GError **error)
{
  const ArraTensor *in = check_tensor (file, "in.pixel_values");
  gsize n_features = count (file, "out.image_features"), n_hidden = count (file, "out.last_hidden_state");
  gsize n_pooled = count (file, "out.pooler_output"), size = arra_clip_image_size (clip);
  g_autofree float *features = g_new (float, n_features), *hidden = g_new (float, n_hidden);
  g_autofree float *pooled = g_new (float, n_pooled), *pixels = NULL;
  guint n = in != NULL && in->n_dims == 4 ? (guint) in->shape[0] : 0;

  if (n == 0 || count (file, "in.pixel_values") != 3 * size * size * n || n_hidden == 0 || n_pooled == 0
      || n_features != n * arra_clip_feature_width (clip, ARRA_CLIP_CLS))
    {
      check_fault (check, "the shapes of %s are not those of the model", CASE);
      return TRUE;
    }
  pixels = read_floats (file, "in.pixel_values");
  if (!arra_clip_pixel_features (clip, n, pixels, ARRA_CLIP_CLS, features, hidden, pooled, error))
    return FALSE;
  check_floats (check, file, CASE, "out.image_features", features, n_features);
  check_floats (check, file, CASE, "out.last_hidden_state", hidden, n_hidden);
  check_floats (check, file, CASE, "out.pooler_output", pooled, n_pooled);
  return TRUE;
}

gboolean
check_clip (Check *check)
{
  GError *error = NULL;
  g_autoptr (ArraSource) file = check_open (check, CASE);
  g_autoptr (ArraClip) clip = arra_clip_open (check->dir, &check->exec, &error);

  if (file != NULL && clip != NULL)
    compare (check, clip, file, &error);
  check_error (check, error);
  return TRUE;
}
