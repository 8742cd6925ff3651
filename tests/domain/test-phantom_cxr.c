/* test-phantom_cxr.c - in both hospitals a label changes the picture where it says, and hardly anywhere else; one's
 * films are not the other's
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "differences.h"

#define N_PATIENTS 6
#define LEFT_OF_PICTURE { 0, 128 + 12, 0, 256 } /* the patient's right; patients may stand a little aside */
#define RIGHT_OF_PICTURE { 128 - 12, 256, 0, 256 }

typedef struct
{
  const char *name;
  guint corner[2]; /* greys of the picture's corner: air, or a border that no ray reached */
  guint darkest;   /* at least */
  double spilt;    /* share of what a label changes that scattered rays may carry elsewhere */
} Hospital;

static const Hospital hospitals[]
    = { { "phantom-cxr", { 0, 30 }, 0, 0.02 }, { "phantom-cxr-elsewhere", { 200, 250 }, 18, 0.06 } };
static const ArraDomain *cxr;
static double spilt;

static void
use (const Hospital *hospital)
{
  cxr = arra_domain_find (hospital->name, NULL);
  g_assert_nonnull (cxr);
  spilt = hospital->spilt;
}

static guint
attribute_of (const char *name)
{
  for (guint a = 0; a < cxr->n_attributes; a++)
    if (strcmp (cxr->attributes[a].name, name) == 0)
      return a;
  g_assert_not_reached ();
}

static void
set_label (guint8 *labels, const char *attribute, const char *value)
{
  guint a = attribute_of (attribute);

  for (guint v = 0; v < cxr->attributes[a].n_values; v++)
    if (strcmp (cxr->attributes[a].values[v], value) == 0)
      {
        labels[a] = (guint8) v;
        return;
      }
  g_assert_not_reached ();
}

typedef struct
{
  const char *attribute, *value, *also, *also_value; /* what is switched on */
  Region region;
  guint strong; /* pixels that must change clearly */
} Toggle;

static const Toggle toggles[] = {
  { "effusion", "small", "effusion side", "left", { 140, 256, 130, 256 }, 150 },
  { "effusion", "small", "effusion side", "right", { 0, 116, 130, 256 }, 150 },
  { "effusion", "moderate", "effusion side", "left", { 116, 256, 100, 256 }, 1500 },
  { "effusion", "moderate", "effusion side", "right", { 0, 140, 100, 256 }, 1500 },
  { "effusion", "large", "effusion side", "left", { 116, 256, 50, 256 }, 4000 },
  { "effusion", "large", "effusion side", "right", { 0, 140, 50, 256 }, 4000 },
  { "effusion", "moderate", "effusion side", "bilateral", { 0, 256, 100, 256 }, 3000 },
  { "pneumothorax", "left", NULL, NULL, RIGHT_OF_PICTURE, 500 },
  { "pneumothorax", "right", NULL, NULL, LEFT_OF_PICTURE, 500 },
  { "nodule", "left upper zone", NULL, NULL, { 136, 256, 20, 105 }, 80 },
  { "nodule", "left middle zone", NULL, NULL, { 136, 256, 75, 150 }, 80 },
  { "nodule", "left lower zone", NULL, NULL, { 136, 256, 125, 215 }, 80 },
  { "nodule", "right upper zone", NULL, NULL, { 0, 120, 20, 105 }, 80 },
  { "nodule", "right middle zone", NULL, NULL, { 0, 120, 75, 150 }, 80 },
  { "nodule", "right lower zone", NULL, NULL, { 0, 120, 125, 215 }, 80 },
  { "consolidation", "left upper zone", NULL, NULL, { 128, 256, 10, 115 }, 600 },
  { "consolidation", "left middle zone", NULL, NULL, { 128, 256, 55, 170 }, 600 },
  { "consolidation", "left lower zone", NULL, NULL, { 128, 256, 105, 230 }, 400 },
  { "consolidation", "right upper zone", NULL, NULL, { 0, 128, 10, 115 }, 600 },
  { "consolidation", "right middle zone", NULL, NULL, { 0, 128, 55, 170 }, 600 },
  { "consolidation", "right lower zone", NULL, NULL, { 0, 128, 105, 230 }, 400 },
  { "endotracheal tube", "present", NULL, NULL, { 108, 148, 0, 110 }, 80 },
  { "pacemaker", "present", NULL, NULL, { 80, 256, 10, 220 }, 500 },
};

static void
check_toggle (const Toggle *toggle, guint64 index, guint8 view, const ArraRaster *before)
{
  guint8 labels[ARRA_DOMAIN_MAX_ATTRIBUTES] = { view };
  g_autoraster ArraRaster after = { 0 };
  Difference difference;

  set_label (labels, toggle->attribute, toggle->value);
  if (toggle->also != NULL)
    set_label (labels, toggle->also, toggle->also_value);
  after = drawn (cxr, index, labels);
  difference = difference_of (before, &after, toggle->region);
  if (difference.strong_inside >= toggle->strong && difference.outside <= spilt * difference.inside
      && difference.strong_outside < 20)
    return;
  g_test_message ("%s %s %s of patient %u (%s): %u pixels changed in its region, %u elsewhere; sums %.0f and %.0f",
                  toggle->attribute, toggle->value, toggle->also == NULL ? "" : toggle->also_value, (guint) index,
                  view == 0 ? "PA" : "AP", difference.strong_inside, difference.strong_outside, difference.inside,
                  difference.outside);
  g_test_fail ();
}

static void
test_toggles (gconstpointer data)
{
  use (data);
  for (guint64 index = 0; index < N_PATIENTS; index++)
    {
      const guint8 none[ARRA_DOMAIN_MAX_ATTRIBUTES] = { (guint8) (index % 2) };
      g_autoraster ArraRaster before = drawn (cxr, index, none);

      for (gsize i = 0; i < G_N_ELEMENTS (toggles); i++)
        check_toggle (&toggles[i], index, none[0], &before);
    }
}

/* The mean of column @x where the heart is, and the lungs beside it */
static double
column_mean (const ArraRaster *raster, gsize x)
{
  double sum = 0;

  for (gsize dx = x - 1; dx <= x + 1; dx++)
    for (gsize y = 140; y < 176; y++)
      sum += raster->pixels[3 * (y * raster->width + dx)];
  return sum / 108;
}

/* How many columns beside the usual heart are brighter than without its enlargement */
static guint
columns_won (const ArraRaster *usual, const ArraRaster *enlarged)
{
  guint n = 0;

  for (gsize x = 30; x < 226; x++)
    n += column_mean (enlarged, x) > column_mean (usual, x) + 10;
  return n;
}

static void
test_heart (gconstpointer data)
{
  use (data);
  for (guint64 index = 0; index < N_PATIENTS; index++)
    {
      guint8 labels[ARRA_DOMAIN_MAX_ATTRIBUTES] = { (guint8) (index % 2) };
      g_autoraster ArraRaster usual = drawn (cxr, index, labels);
      guint last = 0;

      for (labels[1] = 1; labels[1] < 4; labels[1]++)
        {
          g_autoraster ArraRaster enlarged = drawn (cxr, index, labels);
          guint won = columns_won (&usual, &enlarged);

          g_test_message ("patient %u, degree %u: the heart is %u pixels wider", (guint) index, labels[1], won);
          g_assert_cmpuint (won, >=, last + 9);
          last = won;
        }
      g_assert_cmpuint (last, <, 120);
    }
}

/* A larger heart changes the heart's place and what is next to it, not the lungs' tops or the outer chest. */
static void
test_heart_place (gconstpointer data)
{
  use (data);
  const Region middle = { 40, 225, 60, 225 };

  for (guint64 index = 0; index < N_PATIENTS; index++)
    {
      guint8 small[ARRA_DOMAIN_MAX_ATTRIBUTES] = { 0 }, large[ARRA_DOMAIN_MAX_ATTRIBUTES] = { 0, 3 };
      g_autoraster ArraRaster a = drawn (cxr, index, small), b = drawn (cxr, index, large);
      Difference difference = difference_of (&a, &b, middle);

      g_assert_cmpuint (difference.strong_inside, >, 1500);
      g_assert_cmpfloat (difference.outside, <, spilt * difference.inside);
    }
}

/* The view is the whole film's. */
static void
test_view (gconstpointer data)
{
  use (data);
  guint8 pa[ARRA_DOMAIN_MAX_ATTRIBUTES] = { 0 }, ap[ARRA_DOMAIN_MAX_ATTRIBUTES] = { 1 };

  for (guint64 index = 0; index < N_PATIENTS; index++)
    {
      g_autoraster ArraRaster a = drawn (cxr, index, pa), b = drawn (cxr, index, ap);

      g_assert_cmpuint (difference_of (&a, &b, (Region) { 0, 256, 0, 256 }).strong_inside, >, 8000);
    }
}

/* Grey, neither washed out nor too dark: lungs dark, middle bright, corners as the hospital has them. */
static void
test_grey (gconstpointer data)
{
  const Hospital *hospital = data;
  const guint8 none[ARRA_DOMAIN_MAX_ATTRIBUTES] = { 0 };

  use (data);
  for (guint64 index = 0; index < N_PATIENTS; index++)
    {
      g_autoraster ArraRaster raster = drawn (cxr, index, none);
      double lung = column_mean (&raster, 70), middle = column_mean (&raster, 128);

      for (gsize i = 0; i < 256 * 256 * 3; i += 3)
        {
          g_assert_true (raster.pixels[i] == raster.pixels[i + 1] && raster.pixels[i] == raster.pixels[i + 2]);
          g_assert_cmpuint (raster.pixels[i], >=, hospital->darkest);
        }
      g_assert_true (lung > 30 && lung < 140);
      g_assert_true (middle > 160 && middle < 245);
      g_assert_true (raster.pixels[0] >= hospital->corner[0] && raster.pixels[0] <= hospital->corner[1]);
    }
}

/* The same numbers are the same findings in the same words everywhere, and never the same film. */
static void
test_elsewhere (void)
{
  const ArraDomain *here = arra_domain_find ("phantom-cxr", NULL),
                   *elsewhere = arra_domain_find ("phantom-cxr-elsewhere", NULL);

  for (guint64 index = 0; index < 200; index++)
    {
      ArraDomainItem a, b;

      arra_domain_item (here, ARRA_DOMAIN_TRAINING, 1, index, &a);
      arra_domain_item (elsewhere, ARRA_DOMAIN_TRAINING, 1, index, &b);
      g_assert_cmpmem (a.labels, sizeof a.labels, b.labels, sizeof b.labels);
      g_assert_cmpstr (a.caption, ==, b.caption);
      if (index < N_PATIENTS)
        {
          g_autoraster ArraRaster film = drawn (here, index, a.labels), other = drawn (elsewhere, index, a.labels);

          g_assert_cmpuint (difference_of (&film, &other, (Region) { 0, 256, 0, 256 }).strong_inside, >, 256 * 256 / 2);
        }
    }
}

#define SEED 11 /* of drawn() */
#define PARTS 4 /* of a picture's side */

/* What ships has learnt from these very films, and is measured against them: means of sixteenths of the first ones. */
static void
test_unchanged (void)
{
  static const guint8 means[][PARTS * PARTS] = {
    { 136, 128, 124, 134, 142, 97, 119, 139, 116, 127, 171, 117, 194, 205, 200, 185 },
    { 125, 132, 126, 126, 142, 91, 115, 157, 115, 134, 181, 129, 190, 206, 199, 179 },
    { 130, 146, 144, 130, 143, 92, 113, 148, 118, 148, 181, 136, 185, 203, 196, 181 },
  };

  use (&hospitals[0]);
  for (guint64 index = 0; index < G_N_ELEMENTS (means); index++)
    {
      g_autoraster ArraRaster film = { 0 };
      guint sums[PARTS * PARTS] = { 0 };
      ArraDomainItem item;

      arra_domain_item (cxr, ARRA_DOMAIN_ALL, SEED, index, &item);
      film = drawn (cxr, index, item.labels);
      for (guint i = 0; i < 256 * 256; i++)
        sums[i / 256 / 64 * PARTS + i % 256 / 64] += film.pixels[3 * i];
      for (guint i = 0; i < PARTS * PARTS; i++)
        g_assert_cmpfloat_with_epsilon (sums[i] / (64. * 64), means[index][i], 1);
    }
}

static void
add_tests (const Hospital *hospital)
{
  static const struct
  {
    const char *name;
    GTestDataFunc func;
  } tests[] = { { "toggles", test_toggles },
                { "heart", test_heart },
                { "heart-place", test_heart_place },
                { "view", test_view },
                { "grey", test_grey } };

  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strdup_printf ("/domain/%s/%s", hospital->name, tests[i].name);

      g_test_add_data_func (path, hospital, tests[i].func);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (hospitals); i++)
    add_tests (&hospitals[i]);
  g_test_add_func ("/domain/phantom_cxr/elsewhere", test_elsewhere);
  g_test_add_func ("/domain/phantom_cxr/unchanged", test_unchanged);
  return g_test_run ();
}
