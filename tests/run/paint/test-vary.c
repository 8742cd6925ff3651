/* test-vary.c - which codes of a picture a variation makes again
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "checkpoint.h"
#include "models.h"

#define WINDOW 4
#define ROWS 5
#define COLUMNS 6
#define N (ROWS * COLUMNS)

static char *tiny;
static ArraCheckpoint *checkpoint;
static guint32 codes[N];

static void
vary (double share, gint32 *known)
{
  ArraRequest request = models_request (checkpoint, 0, 0);
  g_autoptr (GError) error = NULL;

  arra_checkpoint_vary (checkpoint, &request, codes, ROWS, COLUMNS, share, known, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

static guint
count_free (const gint32 *known)
{
  guint n = 0;

  for (guint i = 0; i < N; i++)
    {
      n += known[i] == -1;
      g_assert_true (known[i] == -1 || known[i] == (gint32) codes[i]);
    }
  return n;
}

/* No code that stays is less likely than one that goes. */
static void
test_least_likely (void)
{
  ArraRequest request = models_request (checkpoint, 0, 0);
  double likelihoods[N], lowest_kept = 0, highest_free = -INFINITY;
  gint32 known[N];

  vary (0.3, known);
  g_assert_cmpuint (count_free (known), ==, 9);
  g_assert_true (arra_checkpoint_likelihood (checkpoint, &request, codes, ROWS, COLUMNS, likelihoods, NULL, NULL, NULL,
                                             NULL, NULL));
  for (guint i = 0; i < N; i++)
    if (known[i] == -1)
      highest_free = MAX (highest_free, likelihoods[i]);
    else
      lowest_kept = MIN (lowest_kept, likelihoods[i]);
  g_assert_cmpfloat (highest_free, <=, lowest_kept);
}

static void
test_shares (void)
{
  gint32 known[N];

  vary (1e-9, known);
  g_assert_cmpuint (count_free (known), ==, 1);
  vary (1, known);
  g_assert_cmpuint (count_free (known), ==, N);
}

static void
test_refused (void)
{
  static const double shares[] = { 0, -0.5, 1.01, NAN };
  ArraRequest request = models_request (checkpoint, 0, 0);
  gint32 known[N];

  for (gsize i = 0; i < G_N_ELEMENTS (shares); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (arra_checkpoint_vary (checkpoint, &request, codes, ROWS, COLUMNS, shares[i], known, NULL, NULL,
                                            NULL, &error));
      g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
    }
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  tiny = models_write_tiny ();
  checkpoint = models_open (tiny, ARRA_QUANT_AS_STORED);
  checkpoint->defaults.width = checkpoint->defaults.height = WINDOW * arra_checkpoint_patch (checkpoint);
  for (guint i = 0; i < N; i++)
    codes[i] = i * 31 % checkpoint->layout->n_codes;
  g_test_add_func ("/vary/least-likely", test_least_likely);
  g_test_add_func ("/vary/shares", test_shares);
  g_test_add_func ("/vary/refused", test_refused);
  result = g_test_run ();
  arra_checkpoint_unref (checkpoint);
  models_remove (tiny);
  return result;
}
