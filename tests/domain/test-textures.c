/* test-textures.c - each label is in the picture: what is measured follows it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "textures.h"
#include "textures_private.h"

#define SEED 20

typedef struct
{
  guint8 labels[ARRA_DOMAIN_MAX_ATTRIBUTES];
} Labels;

/* The usual picture of a material; "horizontal" where it has a direction */
static Labels
usual (guint material)
{
  Labels labels = { { 0 } };

  labels.labels[TEXTURE_MATERIAL] = (guint8) material;
  labels.labels[TEXTURE_DIRECTION]
      = texture_materials[material].grain == NULL ? TEXTURE_UNDIRECTED : TEXTURE_HORIZONTAL;
  return labels;
}

static Labels
with (Labels labels, guint attribute, guint value)
{
  labels.labels[attribute] = (guint8) value;
  return labels;
}

static ArraRaster
drawn (guint64 index, Labels labels, gsize side)
{
  ArraRaster raster = { 0 };
  GError *error = NULL;

  g_assert_true (arra_raster_init (&raster, side, side, 3, &error));
  arra_domain_textures.draw (SEED, index, labels.labels, &raster, &error);
  g_assert_no_error (error);
  return raster;
}

static gsize
bytes (const ArraRaster *raster)
{
  return raster->width * raster->height * 3;
}

static float
luminance (const ArraRaster *raster, gsize x, gsize y)
{
  const guint8 *p = raster->pixels + (y * raster->width + x) * 3;

  return (0.3f * (float) p[0] + 0.59f * (float) p[1] + 0.11f * (float) p[2]) / 255;
}

static void
test_determinism (void)
{
  for (guint m = 0; m < texture_n_materials; m++)
    {
      g_autoraster ArraRaster a = drawn (5, usual (m), 64), b = drawn (5, usual (m), 64), c = drawn (6, usual (m), 64);

      g_assert_cmpmem (a.pixels, bytes (&a), b.pixels, bytes (&b));
      g_assert_cmpint (memcmp (a.pixels, c.pixels, bytes (&a)), !=, 0);
    }
}

static gboolean
belong (const guint8 *labels)
{
  const TextureMaterial *material = texture_materials + labels[TEXTURE_MATERIAL];

  return ((material->colours >> labels[TEXTURE_COLOUR]) & 1)
         && (material->wear != NULL || labels[TEXTURE_WEATHERING] == TEXTURE_PRISTINE)
         && (labels[TEXTURE_WEATHERING] != TEXTURE_MOSSY || material->wear->moss > 0)
         && (material->grain == NULL) == (labels[TEXTURE_DIRECTION] == TEXTURE_UNDIRECTED);
}

/* The next labels in the order of counting; FALSE after the last */
static gboolean
count_on (guint8 *labels)
{
  for (guint a = 0; a < arra_domain_textures.n_attributes; a++)
    {
      if (++labels[a] < arra_domain_textures.attributes[a].n_values)
        return TRUE;
      labels[a] = 0;
    }
  return FALSE;
}

/* Every combination is drawn or refused in words, and none that is chosen is refused. */
static void
test_combinations (void)
{
  Labels labels = { { 0 } };
  g_autoraster ArraRaster raster = { 0 };
  guint n = 0;

  g_assert_true (arra_raster_init (&raster, 32, 32, 3, NULL));
  do
    {
      g_autoptr (GError) error = NULL;
      gboolean done = arra_domain_textures.draw (SEED, n, labels.labels, &raster, &error);

      g_assert_cmpint (done, ==, belong (labels.labels));
      if (!done)
        g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
      n += done;
    }
  while (count_on (labels.labels));
  g_assert_cmpuint (n, >, 1400);
  for (guint64 i = 0; i < 20000; i++)
    {
      arra_domain_textures.choose (SEED, i, labels.labels);
      g_assert_true (belong (labels.labels));
    }
}

/* A sabotaged choice would show as a value that never comes. */
static void
test_choice (void)
{
  guint seen[TEXTURE_ATTRIBUTES][64] = { { 0 } };
  Labels labels;

  for (guint64 i = 0; i < 20000; i++)
    {
      arra_domain_textures.choose (SEED, i, labels.labels);
      for (guint a = 0; a < TEXTURE_ATTRIBUTES; a++)
        seen[a][labels.labels[a]]++;
    }
  for (guint a = 0; a < TEXTURE_ATTRIBUTES; a++)
    for (guint v = 0; v < arra_domain_textures.attributes[a].n_values; v++)
      g_assert_cmpuint (seen[a][v], >, 300);
}

static void
refuse (gsize width, gsize height, guint channels)
{
  g_autoraster ArraRaster raster = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_true (arra_raster_init (&raster, width, height, channels, NULL));
  g_assert_false (arra_domain_textures.draw (SEED, 0, usual (0).labels, &raster, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
}

static void
test_sizes (void)
{
  refuse (64, 64, 1);
  refuse (64, 64, 4);
  refuse (64, 96, 3);
  refuse (40, 40, 3);
}

static void
mean_colour (const ArraRaster *raster, float mean[3])
{
  double sum[3] = { 0 };

  for (gsize i = 0; i < bytes (raster); i++)
    sum[i % 3] += raster->pixels[i];
  for (guint c = 0; c < 3; c++)
    mean[c] = (float) (sum[c] * 3 / 255 / (double) bytes (raster));
}

/* The mean colour moves from the natural one towards the colour that is named. */
static void
check_colour (guint material, guint colour)
{
  g_autoraster ArraRaster plain = drawn (8, usual (material), 96),
                          dyed = drawn (8, with (usual (material), TEXTURE_COLOUR, colour), 96);
  TextureTint tint = texture_colour_tint (colour);
  float from[3], to[3], aim[3] = { tint.r, tint.g, tint.b }, along = 0, went = 0, far = 0;

  mean_colour (&plain, from);
  mean_colour (&dyed, to);
  for (guint c = 0; c < 3; c++)
    {
      along += (to[c] - from[c]) * (aim[c] - from[c]);
      went += (to[c] - from[c]) * (to[c] - from[c]);
      far += (aim[c] - from[c]) * (aim[c] - from[c]);
    }
  g_test_message ("%s, %s: moved %.2f of %.2f, cosine %.2f", texture_materials[material].name,
                  arra_domain_textures.attributes[TEXTURE_COLOUR].values[colour], sqrt (went), sqrt (far),
                  along / sqrtf (went * far));
  g_assert_cmpfloat (along, >, 0.55f * sqrtf (went * far));
  g_assert_cmpfloat (went, >, 0.1f * 0.1f);
}

static void
test_colours (void)
{
  for (guint m = 0; m < texture_n_materials; m++)
    for (guint c = TEXTURE_NATURAL + 1; c < TEXTURE_COLOURS; c++)
      if ((texture_materials[m].colours >> c) & 1)
        check_colour (m, c);
}

/* Main orientation of what is drawn, by the structure tensor (Bigun, Granlund 1987): degrees from horizontal,
 * rising to the right, 0..180 */
static float
orientation (const ArraRaster *raster)
{
  double xx = 0, xy = 0, yy = 0;
  float degrees;

  for (gsize y = 1; y + 1 < raster->height; y++)
    for (gsize x = 1; x + 1 < raster->width; x++)
      {
        double dx = luminance (raster, x + 1, y) - luminance (raster, x - 1, y),
               dy = luminance (raster, x, y + 1) - luminance (raster, x, y - 1);

        xx += dx * dx;
        xy += dx * dy;
        yy += dy * dy;
      }
  degrees = (float) (90 - 0.5 * atan2 (2 * xy, xx - yy) * 180 / G_PI);
  return degrees < 0 ? degrees + 180 : degrees >= 180 ? degrees - 180 : degrees;
}

static void
test_directions (void)
{
  static const float wanted[] = { 0, 0, 90, 45 };

  for (guint m = 0; m < texture_n_materials; m++)
    for (guint d = TEXTURE_HORIZONTAL; d <= TEXTURE_DIAGONAL && texture_materials[m].grain != NULL; d++)
      for (guint64 index = 0; index < 2; index++)
        {
          g_autoraster ArraRaster raster = drawn (index, with (usual (m), TEXTURE_DIRECTION, d), 128);
          float off = fabsf (orientation (&raster) - wanted[d]);

          g_test_message ("%s: %.1f degrees off %.0f", texture_materials[m].name, MIN (off, 180 - off), wanted[d]);
          g_assert_cmpfloat (MIN (off, 180 - off), <, 15);
        }
}

/* Root of the power spectrum's second moment: by Parseval's theorem the gradient's power over the variance */
static double
frequency (guint material, guint scale)
{
  double power = 0, sum = 0, squares = 0, n = 0;

  for (guint64 index = 0; index < 2; index++)
    {
      g_autoraster ArraRaster raster = drawn (index, with (usual (material), TEXTURE_SCALE, scale), 256);

      for (gsize y = 0; y + 1 < raster.height; y++)
        for (gsize x = 0; x + 1 < raster.width; x++, n++)
          {
            double here = luminance (&raster, x, y), dx = luminance (&raster, x + 1, y) - here,
                   dy = luminance (&raster, x, y + 1) - here;

            power += dx * dx + dy * dy;
            sum += here;
            squares += here * here;
          }
    }
  return sqrt (power / (squares - sum * sum / n));
}

static void
test_scales (void)
{
  for (guint m = 0; m < texture_n_materials; m++)
    {
      double fine = frequency (m, TEXTURE_FINE), medium = frequency (m, TEXTURE_MEDIUM),
             coarse = frequency (m, TEXTURE_COARSE);

      g_test_message ("%s: %.3f %.3f %.3f", texture_materials[m].name, fine, medium, coarse);
      g_assert_cmpfloat (fine, >, 1.05 * medium);
      g_assert_cmpfloat (medium, >, 1.04 * coarse);
    }
}

/* Share of pixels in which a channel differs by more than 12 of 255 */
static float
changed (const ArraRaster *a, const ArraRaster *b)
{
  gsize n = 0;

  for (gsize i = 0; i < bytes (a); i += 3)
    n += MAX (MAX (ABS (a->pixels[i] - b->pixels[i]), ABS (a->pixels[i + 1] - b->pixels[i + 1])),
              ABS (a->pixels[i + 2] - b->pixels[i + 2]))
         > 12;
  return 3 * (float) n / (float) bytes (a);
}

static gboolean
grows_moss (guint material)
{
  return texture_materials[material].wear != NULL && texture_materials[material].wear->moss > 0;
}

/* Age changes between a tenth and two thirds of the pixels at first, more than a third later; moss covers
 * part of what it grows on. */
static void
test_weathering (void)
{
  for (guint m = 0; m < texture_n_materials; m++)
    for (guint64 index = 0; index < 2 && texture_materials[m].wear != NULL; index++)
      {
        g_autoraster ArraRaster pristine = drawn (index, usual (m), 128);
        g_autoraster ArraRaster weathered = drawn (index, with (usual (m), TEXTURE_WEATHERING, TEXTURE_WEATHERED), 128);
        g_autoraster ArraRaster worn = drawn (index, with (usual (m), TEXTURE_WEATHERING, TEXTURE_WORN), 128);
        float some = changed (&pristine, &weathered), much = changed (&pristine, &worn);

        g_test_message ("%s: %.2f, %.2f", texture_materials[m].name, some, much);
        g_assert_cmpfloat (some, >, 0.1f);
        g_assert_cmpfloat (some, <, 0.66f);
        g_assert_cmpfloat (much, >, MAX (0.33f, some + 0.12f));
      }
  for (guint m = 0; m < texture_n_materials; m++)
    for (guint64 index = 0; index < 2 && grows_moss (m); index++)
      {
        g_autoraster ArraRaster pristine = drawn (index, usual (m), 128);
        g_autoraster ArraRaster mossy = drawn (index, with (usual (m), TEXTURE_WEATHERING, TEXTURE_MOSSY), 128);
        float some = changed (&pristine, &mossy);

        g_test_message ("%s: %.2f under moss", texture_materials[m].name, some);
        g_assert_cmpfloat (some, >, 0.2f);
        g_assert_cmpfloat (some, <, 0.85f);
      }
}

/* Mean difference of all channels between column @x and the one right of it, or row @x and the one below it;
 * the last one's neighbour is the first. */
static double
step_after (const ArraRaster *raster, gsize x, gboolean rows)
{
  gsize n = raster->width, next = (x + 1) % n;
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    for (gsize c = 0; c < 3; c++)
      sum += rows ? ABS (raster->pixels[(x * n + i) * 3 + c] - raster->pixels[(next * n + i) * 3 + c])
                  : ABS (raster->pixels[(i * n + x) * 3 + c] - raster->pixels[(i * n + next) * 3 + c]);
  return sum / (double) (3 * n);
}

/* The step across the edge is none that columns inside do not have, too. */
static void
check_seam (const ArraRaster *raster, gboolean rows, const char *what)
{
  double most = 0, seam = step_after (raster, raster->width - 1, rows);

  for (gsize x = 0; x + 1 < raster->width; x++)
    most = MAX (most, step_after (raster, x, rows));
  g_test_message ("%s: %.2f across the edge, up to %.2f inside", what, seam, most);
  g_assert_cmpfloat (seam, <=, 1.05 * most);
}

static void
check_tile (guint64 index, Labels labels)
{
  g_autoraster ArraRaster raster = drawn (index, labels, 128);
  const char *name = texture_materials[labels.labels[TEXTURE_MATERIAL]].name;

  check_seam (&raster, FALSE, name);
  check_seam (&raster, TRUE, name);
}

static void
test_tiles (void)
{
  for (guint m = 0; m < texture_n_materials; m++)
    {
      guint age = texture_materials[m].wear == NULL ? TEXTURE_PRISTINE : grows_moss (m) ? TEXTURE_MOSSY : TEXTURE_WORN;
      Labels coarse = with (usual (m), TEXTURE_SCALE, TEXTURE_COARSE);

      check_tile (1, usual (m));
      check_tile (2, with (usual (m), TEXTURE_WEATHERING, age));
      check_tile (3, with (coarse, TEXTURE_WEATHERING,
                           texture_materials[m].wear == NULL ? TEXTURE_PRISTINE : TEXTURE_WEATHERED));
      if (texture_materials[m].grain != NULL)
        check_tile (4, with (coarse, TEXTURE_DIRECTION, TEXTURE_DIAGONAL));
    }
}

static double
difference (const ArraRaster *a, const ArraRaster *b)
{
  double sum = 0;

  for (gsize i = 0; i < bytes (a); i++)
    sum += ABS (a->pixels[i] - b->pixels[i]);
  return sum / (double) bytes (a);
}

/* The same picture at any size */
static void
test_shrunk (void)
{
  g_autoraster ArraRaster large = drawn (5, usual (7), 512), small = drawn (5, usual (7), 256), shrunk = { 0 };

  g_assert_true (arra_raster_init (&shrunk, 256, 256, 3, NULL));
  for (gsize y = 0; y < 256; y++)
    for (gsize x = 0; x < 256; x++)
      for (gsize c = 0; c < 3; c++)
        {
          const guint8 *p = large.pixels + (2 * y * 512 + 2 * x) * 3 + c;

          shrunk.pixels[(y * 256 + x) * 3 + c] = (guint8) ((p[0] + p[3] + p[512 * 3] + p[512 * 3 + 3] + 2) / 4);
        }
  g_assert_cmpfloat (difference (&small, &shrunk), <, 0.6);
}

/* No two materials look alike. */
static void
test_materials (void)
{
  g_autofree ArraRaster *all = g_new0 (ArraRaster, texture_n_materials);

  for (guint m = 0; m < texture_n_materials; m++)
    {
      all[m] = drawn (5, usual (m), 64);
      for (guint k = 0; k < m; k++)
        g_assert_cmpfloat (difference (&all[m], &all[k]), >, 8);
    }
  for (guint m = 0; m < texture_n_materials; m++)
    arra_raster_clear (&all[m]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/domain/textures/determinism", test_determinism);
  g_test_add_func ("/domain/textures/combinations", test_combinations);
  g_test_add_func ("/domain/textures/choice", test_choice);
  g_test_add_func ("/domain/textures/sizes", test_sizes);
  g_test_add_func ("/domain/textures/colours", test_colours);
  g_test_add_func ("/domain/textures/directions", test_directions);
  g_test_add_func ("/domain/textures/scales", test_scales);
  g_test_add_func ("/domain/textures/weathering", test_weathering);
  g_test_add_func ("/domain/textures/tiles", test_tiles);
  g_test_add_func ("/domain/textures/shrunk", test_shrunk);
  g_test_add_func ("/domain/textures/materials", test_materials);
  return g_test_run ();
}
