/* case-scores.c - the networks that pictures are measured with, in full size: Inception and DenseNet-121
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "densenet.h"
#include "inception.h"
#include "made.h"
#include "vision_encoder.h"

#define CASE "case.safetensors"
#define LOGITS 18

typedef struct
{
  Check *check;
  ArraSource *file, *weights;
  ArraVisionEncoder *encoder;
  char *salt;
} Work;

/* The manifest's words say how all is made: "SALT = 'a'", "p0 [64,80,3]". */
static char *
find_salt (const char *what)
{
  const char *at = strstr (what, "SALT = '"), *end;

  at = at != NULL ? at + strlen ("SALT = '") : "";
  end = strchr (at, '\'');
  return end != NULL ? g_strndup (at, (gsize) (end - at)) : NULL;
}

static gboolean
find_size (const char *what, const char *name, ArraRaster *raster)
{
  g_autofree char *begin = g_strdup_printf ("%s [", name);
  const char *at = strstr (what, begin);

  return at != NULL
         && sscanf (at + strlen (begin), "%zu,%zu,%u]", &raster->height, &raster->width, &raster->channels) == 3;
}

/* The tolerance is a share of the largest value. */
static void
compare (const Work *work, const char *name, const float *got, gsize n)
{
  g_autofree float *expected = check_read_floats (work->check, work->file, name);
  double bound = work->check->bound;
  float largest = 0;

  for (gsize i = 0; expected != NULL && i < n; i++)
    largest = MAX (largest, fabsf (expected[i]));
  work->check->bound *= (double) largest;
  check_floats (work->check, work->file, CASE, name, got, n);
  work->check->bound = bound;
}

/* The classifier behind DenseNet's features, which no encoder needs. */
static void
compare_logits (const Work *work, const char *name, const float *features, gsize width)
{
  g_autofree char *out = g_strdup_printf ("out.%s.logits", name);
  const ArraTensor *weight = check_tensor (work->weights, "classifier.weight");
  const ArraTensor *bias = check_tensor (work->weights, "classifier.bias");
  float logits[LOGITS];

  if (weight == NULL || check_tensor (work->file, out) == NULL)
    return;
  for (gsize i = 0; i < LOGITS; i++)
    {
      double sum = (double) ((const float *) bias->data)[i];

      for (gsize k = 0; k < width; k++)
        sum += (double) ((const float *) weight->data)[i * width + k] * (double) features[k];
      logits[i] = (float) sum;
    }
  compare (work, out, logits, LOGITS);
}

/* The picture of "out.NAME.features". */
static gboolean
check_picture (const Work *work, const char *out, GError **error)
{
  gsize width = arra_vision_encoder_shape (work->encoder)->feature;
  g_autofree char *name = g_strndup (out + strlen ("out."), strlen (out) - strlen ("out..features"));
  const char *what = json_object_get_string_member (work->check->entry, "what");
  g_autoraster ArraRaster raster = { 0 };
  g_autofree float *pixels = g_new (float, arra_vision_encoder_floats (work->encoder));
  g_autofree float *features = g_new (float, width);

  if (!find_size (what, name, &raster))
    {
      check_fault (work->check, "the size of picture %s is not told", name);
      return TRUE;
    }
  if (!arra_raster_init (&raster, raster.width, raster.height, raster.channels, error))
    return FALSE;
  made_picture (work->salt, name, &raster);
  if (!arra_vision_encoder_prepare (work->encoder, &raster, pixels, error)
      || !arra_vision_encoder_run (work->encoder, 1, pixels, features, NULL, error))
    return FALSE;
  compare (work, out, features, width);
  compare_logits (work, name, features, width);
  return TRUE;
}

static void
check_pictures (Work *work, ArraParameters *parameters)
{
  GError *error = NULL;

  work->salt = find_salt (json_object_get_string_member_with_default (work->check->entry, "what", ""));
  work->file = check_open (work->check, CASE);
  if (work->salt == NULL || work->file == NULL)
    {
      check_fault (work->check, "the manifest does not say how the weights are made");
      return;
    }
  work->weights = made_weights (parameters, work->salt);
  work->encoder = arra_vision_encoder_open_source ("made", work->weights, &work->check->exec, &error);
  for (gsize i = 0; work->encoder != NULL && error == NULL && i < arra_source_count (work->file); i++)
    {
      const char *name = arra_source_name (work->file, i);

      if (g_str_has_prefix (name, "out.") && g_str_has_suffix (name, ".features"))
        check_picture (work, name, &error);
    }
  check_error (work->check, error);
}

static gboolean
check_network (Check *check, ArraParameters *parameters)
{
  Work work = { .check = check };

  check_pictures (&work, parameters);
  arra_vision_encoder_free (work.encoder);
  arra_source_unref (work.weights);
  arra_source_unref (work.file);
  g_free (work.salt);
  return TRUE;
}

gboolean
check_inception (Check *check)
{
  g_autoptr (ArraParameters) parameters = arra_parameters_new (NULL);
  ArraConvNet net = { .phase = ARRA_NET_NAMING, .parameters = parameters, .ok = TRUE };
  const ArraWindowMap in = arra_net_map (&net, ARRA_INCEPTION_SIZE, ARRA_INCEPTION_SIZE, 3);

  arra_inception_walk (&net, &in);
  return check_network (check, parameters);
}

gboolean
check_densenet (Check *check)
{
  g_autoptr (ArraParameters) parameters = arra_parameters_new (NULL);
  ArraConvNet net = { .phase = ARRA_NET_NAMING, .parameters = parameters, .ok = TRUE };
  const ArraWindowMap in = arra_net_map (&net, ARRA_DENSENET_SIZE, ARRA_DENSENET_SIZE, 1);
  const gint64 shape[] = { LOGITS, ARRA_DENSENET_FEATURES };
  const float *norm;

  arra_densenet_walk (&net, &in, &norm);
  g_assert_true (arra_parameters_add (parameters, "classifier.weight", FALSE, 2, shape, NULL));
  g_assert_true (arra_parameters_add (parameters, "classifier.bias", FALSE, 1, shape, NULL));
  return check_network (check, parameters);
}
