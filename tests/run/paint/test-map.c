/* test-map.c - how likely the codes of a picture are: the numbers that a session gives, window by window
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "checkpoint.h"
#include "job.h"
#include "models.h"

#define WINDOW 4

static char *tiny;
static ArraCheckpoint *checkpoint;
static guint patch;

static void
measure (const guint32 *codes, guint rows, guint columns, const char *prompt, double *with, double *without)
{
  ArraRequest request = models_request (checkpoint, 0, 0);
  g_autoptr (GError) error = NULL;

  request.prompt = prompt;
  arra_checkpoint_likelihood (checkpoint, &request, codes, rows, columns, with, without, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

/* The codes of the picture that a job makes, and the scores its session has for them. */
static void
test_own_size (void)
{
  ArraRequest request = models_request (checkpoint, WINDOW * patch, WINDOW * patch);
  g_autoptr (ArraJob) job = models_run (checkpoint, &request), other = models_job (checkpoint, &request);
  g_auto (ArraLikelihoodRoom) room = { 0 };
  ArraLikelihood likelihoods[WINDOW * WINDOW];
  double with[WINDOW * WINDOW], without[WINDOW * WINDOW];
  guint rows, columns, n;
  g_autofree guint32 *codes = arra_job_codes (job, 0, 0, &rows, &columns);
  guint32 head[ARRA_LAYOUT_HEAD];

  g_assert_cmpuint (rows, ==, WINDOW);
  g_assert_cmpuint (columns, ==, WINDOW);
  measure (codes, rows, columns, request.prompt, with, without);
  n = arra_layout_head (checkpoint->layout, WINDOW, WINDOW, head);
  for (guint i = 0; i < n; i++)
    g_assert_true (arra_session_push (&other->session, head[i], NULL));
  g_assert_true (arra_likelihood_room_init (&room, &other->session, WINDOW * WINDOW, NULL));
  g_assert_true (
      arra_session_likelihood (&other->session, &room, codes, WINDOW * WINDOW, 2, FALSE, likelihoods, NULL, NULL));
  for (guint i = 0; i < WINDOW * WINDOW; i++)
    {
      g_assert_cmpfloat (with[i], ==, likelihoods[i].cond);
      g_assert_cmpfloat (without[i], ==, likelihoods[i].uncond);
      g_assert_cmpfloat (with[i], <=, 0);
    }
}

/* Of a larger picture the first window is as if it were alone; another prompt changes nothing without one. */
static void
test_larger (void)
{
  guint32 codes[7 * 6], corner[WINDOW * WINDOW];
  double with[7 * 6], without[7 * 6], other[7 * 6], again[7 * 6], small[WINDOW * WINDOW];
  gboolean differs = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    codes[i] = i * 31 % checkpoint->layout->n_codes;
  for (guint i = 0; i < G_N_ELEMENTS (corner); i++)
    corner[i] = codes[i / WINDOW * 6 + i % WINDOW];
  measure (codes, 7, 6, "the red fox", with, without);
  measure (codes, 7, 6, "snow", other, again);
  measure (corner, WINDOW, WINDOW, "the red fox", small, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_assert_true (isfinite (with[i]) && with[i] <= 0);
      g_assert_cmpfloat (without[i], ==, again[i]);
      differs |= with[i] != other[i];
    }
  g_assert_true (differs);
  for (guint i = 0; i < G_N_ELEMENTS (corner); i++)
    g_assert_cmpfloat (small[i], ==, with[i / WINDOW * 6 + i % WINDOW]);
}

static void
test_refused (void)
{
  guint32 codes[WINDOW * WINDOW] = { checkpoint->layout->n_codes };
  ArraRequest request = models_request (checkpoint, 0, 0);
  g_autoptr (GError) error = NULL;

  g_assert_false (
      arra_checkpoint_likelihood (checkpoint, &request, codes, WINDOW, WINDOW, NULL, NULL, NULL, NULL, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_clear_error (&error);
  codes[0] = 0;
  g_assert_false (arra_checkpoint_likelihood (checkpoint, &request, codes, WINDOW - 1, WINDOW, NULL, NULL, NULL, NULL,
                                              NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  tiny = models_write_tiny ();
  checkpoint = models_open (tiny, ARRA_QUANT_AS_STORED);
  patch = arra_vqgan_patch (&checkpoint->vqgan_config);
  checkpoint->defaults.width = checkpoint->defaults.height = WINDOW * patch;
  g_test_add_func ("/map/own-size", test_own_size);
  g_test_add_func ("/map/larger", test_larger);
  g_test_add_func ("/map/refused", test_refused);
  result = g_test_run ();
  arra_checkpoint_unref (checkpoint);
  models_remove (tiny);
  return result;
}
