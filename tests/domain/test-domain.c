/* test-domain.c - what every domain keeps to: names, labels, splits, captions, pictures that are functions of
 * (seed, index)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "allocations.h"
#include "domain.h"
#include "words.h"

#define N_ITEMS 4000

static void
test_find (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (arra_domain_list ()[0]);
  for (const ArraDomain *const *d = arra_domain_list (); *d != NULL; d++)
    g_assert_true (arra_domain_find ((*d)->name, NULL) == *d);
  g_assert_null (arra_domain_find ("sculptures", &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "phantom-cxr"));
}

/* Nothing that JSON would have to escape */
static void
assert_plain (const char *text)
{
  for (; *text != '\0'; text++)
    g_assert_true (*text >= ' ' && *text < 0x7f && *text != '"' && *text != '\\');
}

static void
check_item (const ArraDomain *domain, const ArraDomainItem *item)
{
  for (guint a = 0; a < domain->n_attributes; a++)
    g_assert_cmpuint (item->labels[a], <, domain->attributes[a].n_values);
  assert_plain (item->caption);
  g_assert_cmpuint (strlen (item->caption), >=, 3);
  g_assert_cmpuint (strlen (item->caption), <, ARRA_DOMAIN_CAPTION - 1);
}

/* Whatever series and split captions come from, the list has their words, and the list is the same each time.
 */
static void
test_words (gconstpointer data)
{
  const ArraDomain *domain = data;
  g_auto (GStrv) words = arra_domain_words (domain), again = arra_domain_words (domain);

  g_assert_true (g_strv_equal ((const char *const *) words, (const char *const *) again));
  for (guint64 i = 0; i < 5 * N_ITEMS; i++)
    {
      g_auto (GStrv) said = NULL;
      ArraDomainItem item;

      arra_domain_item (domain, i & 1 ? ARRA_DOMAIN_ALL : ARRA_DOMAIN_HELD_OUT, 7, i, &item);
      said = arra_words_of (item.caption);
      for (char **word = said; *word != NULL; word++)
        g_assert_true (g_strv_contains ((const char *const *) words, *word));
    }
}

static void
test_splits (gconstpointer data)
{
  const ArraDomain *domain = data;
  g_autoptr (GHashTable) training
      = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  g_autoptr (GHashTable) held_out
      = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  GHashTableIter iter;
  gpointer labels;

  for (guint64 i = 0; i < N_ITEMS; i++)
    {
      ArraDomainItem all, train, held;

      arra_domain_item (domain, ARRA_DOMAIN_ALL, 7, i, &all);
      arra_domain_item (domain, ARRA_DOMAIN_TRAINING, 7, i, &train);
      arra_domain_item (domain, ARRA_DOMAIN_HELD_OUT, 7, i, &held);
      check_item (domain, &all);
      check_item (domain, &held);
      g_assert_false (arra_domain_held_out (domain, train.labels));
      g_assert_true (arra_domain_held_out (domain, held.labels));
      g_assert_cmpmem (all.labels, sizeof all.labels,
                       arra_domain_held_out (domain, all.labels) ? held.labels : train.labels, sizeof all.labels);
      g_hash_table_add (training, g_bytes_new (train.labels, sizeof train.labels));
      g_hash_table_add (held_out, g_bytes_new (held.labels, sizeof held.labels));
    }
  g_assert_cmpuint (g_hash_table_size (held_out), >, g_hash_table_size (training) / 20);
  g_hash_table_iter_init (&iter, held_out);
  while (g_hash_table_iter_next (&iter, &labels, NULL))
    g_assert_false (g_hash_table_contains (training, labels));
}

/* Every value of every attribute is in training often enough to be learned. */
static void
test_values (gconstpointer data)
{
  const ArraDomain *domain = data;
  guint counts[ARRA_DOMAIN_MAX_ATTRIBUTES][64] = { { 0 } };

  for (guint64 i = 0; i < N_ITEMS; i++)
    {
      ArraDomainItem item;

      arra_domain_item (domain, ARRA_DOMAIN_TRAINING, 1, i, &item);
      for (guint a = 0; a < domain->n_attributes; a++)
        counts[a][item.labels[a]]++;
    }
  for (guint a = 0; a < domain->n_attributes; a++)
    for (guint v = 0; v < domain->attributes[a].n_values; v++)
      if (counts[a][v] < N_ITEMS / 60)
        {
          g_test_message ("%s %s: only %u of %d", domain->attributes[a].name, domain->attributes[a].values[v],
                          counts[a][v], N_ITEMS);
          g_test_fail ();
        }
}

static void
draw (const ArraDomain *domain, guint64 seed, guint64 index, gsize size, ArraRaster *raster)
{
  ArraDomainItem item;
  GError *error = NULL;

  arra_domain_item (domain, ARRA_DOMAIN_ALL, seed, index, &item);
  g_assert_true (arra_raster_init (raster, size, size, 3, NULL));
  memset (raster->pixels, 0xa5, size * size * 3);
  domain->draw (seed, index, item.labels, raster, &error);
  g_assert_no_error (error);
}

static void
test_pure (gconstpointer data)
{
  const ArraDomain *domain = data;

  for (guint64 i = 0; i < 3; i++)
    {
      g_autoraster ArraRaster a = { 0 }, b = { 0 }, other = { 0 }, seeded = { 0 };

      draw (domain, 5, i, 128, &a);
      draw (domain, 5, i + 1, 128, &other);
      draw (domain, 6, i, 128, &seeded);
      draw (domain, 5, i, 128, &b);
      g_assert_cmpmem (a.pixels, 128 * 128 * 3, b.pixels, 128 * 128 * 3);
      g_assert_true (memcmp (a.pixels, other.pixels, 128 * 128 * 3) != 0);
      g_assert_true (memcmp (a.pixels, seeded.pixels, 128 * 128 * 3) != 0);
    }
}

static void
refuse (const ArraDomain *domain, gsize width, gsize height, guint channels, const guint8 *labels)
{
  g_autoraster ArraRaster raster = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_true (arra_raster_init (&raster, width, height, channels, NULL));
  g_assert_false (domain->draw (1, 1, labels, &raster, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
}

static void
test_refused (gconstpointer data)
{
  const ArraDomain *domain = data;
  const guint8 none[ARRA_DOMAIN_MAX_ATTRIBUTES] = { 0 };

  refuse (domain, 64, 96, 3, none);
  refuse (domain, 100, 100, 3, none);
  refuse (domain, 64, 64, 1, none);
  for (guint a = 0; a < domain->n_attributes; a++)
    {
      guint8 labels[ARRA_DOMAIN_MAX_ATTRIBUTES] = { 0 };

      labels[a] = (guint8) domain->attributes[a].n_values;
      refuse (domain, 64, 64, 3, labels);
    }
}

typedef struct
{
  const ArraDomain *domain;
  ArraDomainItem item;
  ArraRaster raster;
} Drawing;

static gboolean
draw_one (gpointer data, GError **error)
{
  Drawing *d = data;

  return d->domain->draw (1, 1, d->item.labels, &d->raster, error);
}

static void
test_no_memory (gconstpointer data)
{
  Drawing drawing = { .domain = data };

  arra_domain_item (drawing.domain, ARRA_DOMAIN_ALL, 1, 1, &drawing.item);
  g_assert_true (arra_raster_init (&drawing.raster, 32, 32, 3, NULL));
  allocations_check (draw_one, &drawing);
  arra_raster_clear (&drawing.raster);
}

static void
add_test (const char *name, const ArraDomain *domain, GTestDataFunc func)
{
  g_autofree char *path = g_strdup_printf ("/domain/%s/%s", domain->name, name);

  g_test_add_data_func (path, domain, func);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/domain/find", test_find);
  for (const ArraDomain *const *d = arra_domain_list (); *d != NULL; d++)
    {
      add_test ("words", *d, test_words);
      add_test ("splits", *d, test_splits);
      add_test ("values", *d, test_values);
      add_test ("pure", *d, test_pure);
      add_test ("refused", *d, test_refused);
      add_test ("no-memory", *d, test_no_memory);
    }
  return g_test_run ();
}
