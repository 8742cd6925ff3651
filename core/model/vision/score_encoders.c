/* score_encoders.c - the convolutional networks that pictures are measured with, as image encoders
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "densenet.h"
#include "inception.h"
#include "mem.h"
#include "vision_class.h"
#include "vision_pixels.h"

#define INCEPTION_MARKER "Mixed_7c.branch_pool.conv.weight"
#define DENSENET_MARKER "features.denseblock4.denselayer16.conv2.weight"
#define XRAY_RANGE 1024.0f /* pixels are -1024 to 1024 */

/* What the two differ in. */
typedef struct
{
  const char *marker;
  gsize size, channels, features;
  float eps;
  ArraNetWalk walk; /* with a Run */
} Kind;

typedef struct
{
  const Kind *kind;
  ArraNetWeights weights;
  ArraTape *tape;
} Scorer;

typedef struct
{
  const Scorer *scorer;
  const float *pixels; /* [channels][size][size] */
  ArraWindowMap made;
  const float *norm; /* (nullable): [2][channels] before a ReLU, of what was made */
} Run;

/* ---- the walks */

/* The picture as a map; while running its pixels are put in order. */
static ArraWindowMap
input_map (ArraConvNet *net, const Kind *kind, const float *pixels)
{
  ArraWindowMap map = arra_net_map (net, kind->size, kind->size, kind->channels);
  gsize n = kind->size * kind->size;

  for (gsize i = 0; map.data != NULL && i < n; i++)
    for (gsize c = 0; c < kind->channels; c++)
      map.data[i * kind->channels + c] = pixels[c * n + i];
  return map;
}

static void
walk_inception (ArraConvNet *net, gpointer user)
{
  Run *run = user;
  const ArraWindowMap in = input_map (net, run->scorer->kind, run->pixels);

  run->made = arra_inception_walk (net, &in);
}

static void
walk_densenet (ArraConvNet *net, gpointer user)
{
  Run *run = user;
  const ArraWindowMap in = input_map (net, run->scorer->kind, run->pixels);

  run->made = arra_densenet_walk (net, &in, &run->norm);
}

static const Kind inception
    = { INCEPTION_MARKER, ARRA_INCEPTION_SIZE, 3, ARRA_INCEPTION_FEATURES, 1e-3f, walk_inception };
static const Kind densenet = { DENSENET_MARKER, ARRA_DENSENET_SIZE, 1, ARRA_DENSENET_FEATURES, 1e-5f, walk_densenet };

/* ---- opening */

static gboolean
is_kind (const Kind *kind, const ArraSource *source)
{
  g_autofree char *prefix = NULL;
  ArraStoredNames names = { .rules = NULL };

  return arra_stored_recognise (source, kind->marker, &names, &prefix);
}

static void
scorer_free (gpointer self)
{
  Scorer *scorer = self;

  arra_mem_free (scorer->weights.folded);
  arra_tape_free (scorer->tape);
  g_free (scorer);
}

static gpointer
scorer_open (const Kind *kind, const ArraVisionFiles *files, ArraVisionShape *shape, GError **error)
{
  g_autofree char *prefix = NULL;
  ArraStoredNames names = { .rules = NULL };
  Scorer *scorer = g_new0 (Scorer, 1);
  Run run = { .scorer = scorer };
  guint size = (guint) kind->size, features = (guint) kind->features;

  scorer->kind = kind;
  arra_stored_recognise (files->source, kind->marker, &names, &prefix);
  names.described = files->described;
  if (arra_net_load (kind->walk, &run, kind->eps, &names, files->source, &scorer->weights, error))
    scorer->tape = arra_tape_new (files->exec, 1, error);
  if (scorer->tape == NULL)
    {
      scorer_free (scorer);
      return NULL;
    }
  *shape = (ArraVisionShape) { .channels = (guint) kind->channels, .height = size, .width = size, .feature = features };
  return scorer;
}

/* ---- pictures */

static gboolean
compute (ArraTape *tape, gpointer user, GError **error)
{
  Run *run = user;
  ArraConvNet net = { .phase = ARRA_NET_RUNNING,
                      .eps = run->scorer->kind->eps,
                      .weights = run->scorer->weights.folded,
                      .tape = tape,
                      .ok = TRUE };

  run->scorer->kind->walk (&net, run);
  g_assert (net.n_weights == run->scorer->weights.n);
  return TRUE;
}

/* The mean over the map's pixels; sums in double, in their order. */
static void
take_mean (const Run *run, float *out)
{
  const ArraWindowMap *map = &run->made;
  gsize n = map->height * map->width;

  for (gsize c = 0; c < map->channels; c++)
    {
      double sum = 0;

      for (gsize i = 0; i < n; i++)
        {
          float x = map->data[i * map->stride + c];

          sum += (double) (run->norm != NULL ? MAX (x * run->norm[c] + run->norm[map->channels + c], 0.0f) : x);
        }
      out[c] = (float) (sum / (double) n);
    }
}

static gboolean
scorer_run (gpointer self, guint n, const float *pixels, float *features, float *patches, GError **error)
{
  const Scorer *scorer = self;
  const Kind *kind = scorer->kind;

  for (guint i = 0; i < n; i++)
    {
      Run run = { .scorer = scorer, .pixels = pixels + i * kind->channels * kind->size * kind->size };

      if (!arra_tape_run (scorer->tape, FALSE, compute, &run, error))
        return FALSE;
      if (features != NULL)
        take_mean (&run, features + i * kind->features);
    }
  return TRUE;
}

static char *
sha256 (gconstpointer self)
{
  const Scorer *scorer = self;

  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) scorer->weights.folded,
                                      scorer->weights.n * sizeof (float));
}

/* One picture after the other. */
static gboolean
measure (gpointer self, guint n, gboolean patches, ArraEncoderMemory *memory, GError **error)
{
  const Scorer *scorer = self;
  Run run = { .scorer = scorer };
  gsize n_bytes;

  if (!arra_tape_measure (scorer->tape, FALSE, compute, &run, &n_bytes, error))
    return FALSE;
  *memory = (ArraEncoderMemory) { (guint64) scorer->weights.n * sizeof (float), scorer->weights.loading, n_bytes };
  return TRUE;
}

/* ---- Inception */

static gboolean
fits_inception (const ArraSource *source)
{
  return is_kind (&inception, source);
}

static gpointer
open_inception (const ArraVisionFiles *files, ArraVisionShape *shape, GError **error)
{
  return scorer_open (&inception, files, shape, error);
}

/* Stretched without antialiasing, as torch's bilinear interpolation does it; then from -1 to 1. */
static gboolean
prepare_inception (gconstpointer self, const ArraRaster *raster, float *pixels, GError **error)
{
  g_autoraster ArraRaster rgb = { 0 };

  if (!arra_raster_whiten (raster, &rgb, error))
    return FALSE;
  arra_stretch_bilinear (&rgb, ARRA_INCEPTION_SIZE, pixels);
  for (gsize i = 0; i < 3 * ARRA_INCEPTION_SIZE * ARRA_INCEPTION_SIZE; i++)
    pixels[i] = 2 * (pixels[i] / 255.0f) - 1;
  return TRUE;
}

const ArraVisionClass arra_vision_inception
    = { "Inception v3", NULL,   fits_inception, open_inception, scorer_free, prepare_inception,
        scorer_run,     sha256, measure,        NULL,           NULL };

/* ---- DenseNet */

static gboolean
fits_densenet (const ArraSource *source)
{
  return is_kind (&densenet, source);
}

static gpointer
open_densenet (const ArraVisionFiles *files, ArraVisionShape *shape, GError **error)
{
  return scorer_open (&densenet, files, shape, error);
}

/* The middle of the picture, its first channel, as torchxrayvision reads it. */
static gboolean
prepare_densenet (gconstpointer self, const ArraRaster *raster, float *pixels, GError **error)
{
  g_autoraster ArraRaster rgb = { 0 }, square = { 0 }, small = { 0 };
  gsize side;

  if (!arra_raster_whiten (raster, &rgb, error))
    return FALSE;
  side = MIN (rgb.width, rgb.height);
  if (!arra_raster_crop (&rgb, (rgb.width - side) / 2, (rgb.height - side) / 2, side, side, &square, error)
      || !arra_raster_resize (&square, ARRA_DENSENET_SIZE, ARRA_DENSENET_SIZE, ARRA_FILTER_BILINEAR, &small, error))
    return FALSE;
  for (gsize i = 0; i < ARRA_DENSENET_SIZE * ARRA_DENSENET_SIZE; i++)
    pixels[i] = (2 * ((float) small.pixels[3 * i] / 255.0f) - 1) * XRAY_RANGE;
  return TRUE;
}

const ArraVisionClass arra_vision_densenet
    = { "DenseNet-121", NULL,   fits_densenet, open_densenet, scorer_free, prepare_densenet,
        scorer_run,     sha256, measure,       NULL,          NULL };
