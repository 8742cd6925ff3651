/* test-phantom_cxr.c - a label changes the picture where it says, and hardly anywhere else
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "differences.h"

#define N_PATIENTS 6
#define LEFT_OF_PICTURE { 0, 128 + 12, 0, 256 } /* the patient's right; patients may stand a little aside */
#define RIGHT_OF_PICTURE { 128 - 12, 256, 0, 256 }

static const ArraDomain *cxr;

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
  if (difference.strong_inside >= toggle->strong && difference.outside <= 0.02 * difference.inside
      && difference.strong_outside < 20)
    return;
  g_test_message ("%s %s %s of patient %u (%s): %u pixels changed in its region, %u elsewhere; sums %.0f and %.0f",
                  toggle->attribute, toggle->value, toggle->also == NULL ? "" : toggle->also_value, (guint) index,
                  view == 0 ? "PA" : "AP", difference.strong_inside, difference.strong_outside, difference.inside,
                  difference.outside);
  g_test_fail ();
}

static void
test_toggles (void)
{
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
test_heart (void)
{
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
test_heart_place (void)
{
  const Region middle = { 40, 225, 60, 225 };

  for (guint64 index = 0; index < N_PATIENTS; index++)
    {
      guint8 small[ARRA_DOMAIN_MAX_ATTRIBUTES] = { 0 }, large[ARRA_DOMAIN_MAX_ATTRIBUTES] = { 0, 3 };
      g_autoraster ArraRaster a = drawn (cxr, index, small), b = drawn (cxr, index, large);
      Difference difference = difference_of (&a, &b, middle);

      g_assert_cmpuint (difference.strong_inside, >, 1500);
      g_assert_cmpfloat (difference.outside, <, 0.02 * difference.inside);
    }
}

/* The view is the whole film's. */
static void
test_view (void)
{
  guint8 pa[ARRA_DOMAIN_MAX_ATTRIBUTES] = { 0 }, ap[ARRA_DOMAIN_MAX_ATTRIBUTES] = { 1 };

  for (guint64 index = 0; index < N_PATIENTS; index++)
    {
      g_autoraster ArraRaster a = drawn (cxr, index, pa), b = drawn (cxr, index, ap);

      g_assert_cmpuint (difference_of (&a, &b, (Region) { 0, 256, 0, 256 }).strong_inside, >, 8000);
    }
}

/* Grey, neither washed out nor too dark: lungs dark, middle bright, corners above the shoulders black. */
static void
test_grey (void)
{
  const guint8 none[ARRA_DOMAIN_MAX_ATTRIBUTES] = { 0 };

  for (guint64 index = 0; index < N_PATIENTS; index++)
    {
      g_autoraster ArraRaster raster = drawn (cxr, index, none);
      double lung = column_mean (&raster, 70), middle = column_mean (&raster, 128);

      for (gsize i = 0; i < 256 * 256 * 3; i += 3)
        g_assert_true (raster.pixels[i] == raster.pixels[i + 1] && raster.pixels[i] == raster.pixels[i + 2]);
      g_assert_true (lung > 30 && lung < 140);
      g_assert_true (middle > 160 && middle < 245);
      g_assert_cmpuint (raster.pixels[0], <, 30);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cxr = arra_domain_find ("phantom-cxr", NULL);
  g_test_add_func ("/domain/phantom_cxr/toggles", test_toggles);
  g_test_add_func ("/domain/phantom_cxr/heart", test_heart);
  g_test_add_func ("/domain/phantom_cxr/heart-place", test_heart_place);
  g_test_add_func ("/domain/phantom_cxr/view", test_view);
  g_test_add_func ("/domain/phantom_cxr/grey", test_grey);
  return g_test_run ();
}
