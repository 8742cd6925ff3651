/* test-vqgan_run.c - runs of a VQGAN: threads, partial pictures, progress, cancelling, memory
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "allocations.h"
#include "golden_vqgan.h"
#include "mem.h"

static void
random_codes (guint32 *codes, gsize n, guint32 n_embed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (7);

  for (gsize i = 0; i < n; i++)
    codes[i] = (guint32) g_rand_int_range (random, 0, (gint32) n_embed);
}

#define ROWS 11
#define COLUMNS 23
#define PIXELS (3 * 2 * ROWS * 2 * COLUMNS)

static void
decode_small (const ArraVqgan *vqgan, guint threads, guint max_rows, guint rows, float *pixels)
{
  g_autoptr (ArraPool) pool = arra_pool_new (threads, NULL);
  ArraExec exec = { arra_kernels_default (NULL), pool };
  guint32 codes[ROWS * COLUMNS];
  GError *error = NULL;
  g_autoptr (ArraVqganRun) run = arra_vqgan_run_new (vqgan, &exec, max_rows, COLUMNS, FALSE, &error);

  g_assert_no_error (error);
  random_codes (codes, G_N_ELEMENTS (codes), vqgan_small.n_embed);
  arra_vqgan_decode (run, codes, rows, COLUMNS, pixels, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
test_threads (void)
{
  g_autoptr (ArraVqgan) vqgan = golden_vqgan (&vqgan_small, "vqgan/small/vqgan.safetensors", "");
  g_autofree float *one = g_new (float, PIXELS), *other = g_new (float, PIXELS);

  decode_small (vqgan, 1, ROWS, ROWS, one);
  for (guint threads = 2; threads <= 3; threads++)
    {
      decode_small (vqgan, threads, ROWS, ROWS, other);
      g_assert_cmpmem (one, PIXELS * sizeof *one, other, PIXELS * sizeof *other);
    }
}

/* Fewer rows than the buffers are for: the same as with buffers of that size. */
static void
test_partial (void)
{
  g_autoptr (ArraVqgan) vqgan = golden_vqgan (&vqgan_small, "vqgan/small/vqgan.safetensors", "");
  g_autofree float *one = g_new (float, PIXELS), *other = g_new (float, PIXELS);
  gsize n = 3 * 2 * 4 * 2 * COLUMNS;

  decode_small (vqgan, 2, 4, 4, one);
  decode_small (vqgan, 2, ROWS, 4, other);
  g_assert_cmpmem (one, n * sizeof *one, other, n * sizeof *other);
}

typedef struct
{
  GCancellable *cancellable;
  double last;
  guint n_calls;
} Following;

static void
follow (double fraction, gpointer user)
{
  Following *following = user;

  g_assert_cmpfloat (fraction, >, following->last);
  g_assert_cmpfloat (fraction, <=, 1.0);
  following->last = fraction;
  following->n_calls++;
  if (following->cancellable != NULL && fraction > 0.3)
    g_cancellable_cancel (following->cancellable);
}

static void
test_progress (void)
{
  g_autoptr (ArraVqgan) vqgan = golden_vqgan (&vqgan_small, "vqgan/small/vqgan.safetensors", "");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree float *pixels = g_new (float, PIXELS);
  ArraExec exec = { arra_kernels_default (NULL), NULL };
  guint32 codes[ROWS * COLUMNS] = { 0 };
  Following whole = { .last = -1.0 }, cut = { .last = -1.0, .cancellable = cancellable };
  GError *error = NULL;
  g_autoptr (ArraVqganRun) run = arra_vqgan_run_new (vqgan, &exec, ROWS, COLUMNS, FALSE, &error);

  g_assert_no_error (error);
  g_assert_true (arra_vqgan_decode (run, codes, ROWS, COLUMNS, pixels, follow, &whole, cancellable, &error));
  g_assert_cmpfloat (whole.last, ==, 1.0);
  g_assert_cmpuint (whole.n_calls, >, 10);
  g_assert_false (arra_vqgan_decode (run, codes, ROWS, COLUMNS, pixels, follow, &cut, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpfloat (cut.last, <, 0.7);
  g_error_free (error);
}

static void
test_arguments (void)
{
  g_autoptr (ArraVqgan) vqgan = golden_vqgan (&vqgan_small, "vqgan/small/vqgan.safetensors", "");
  ArraExec exec = { arra_kernels_default (NULL), NULL };
  float pixels[3 * 8 * 8];
  guint32 codes[4] = { 0, 1, vqgan_small.n_embed, 3 };
  GError *error = NULL;
  g_autoptr (ArraVqganRun) decoding = arra_vqgan_run_new (vqgan, &exec, 2, 2, FALSE, NULL);
  g_autoptr (ArraVqganRun) encoding = arra_vqgan_run_new (vqgan, &exec, 2, 2, TRUE, NULL);

  g_assert_false (arra_vqgan_decode (decoding, codes, 2, 2, pixels, NULL, NULL, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (arra_vqgan_decode (decoding, codes, 3, 1, pixels, NULL, NULL, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (arra_vqgan_decode (encoding, codes, 1, 1, pixels, NULL, NULL, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (arra_vqgan_encode (encoding, pixels, 3, 4, codes, NULL, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_clear_error (&error);
  g_assert_null (arra_vqgan_run_new (vqgan, &exec, G_MAXUINT, G_MAXUINT, FALSE, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_clear_error (&error);
  g_assert_cmpuint (arra_vqgan_run_bytes (&vqgan_small, G_MAXUINT, G_MAXUINT, FALSE, 1), ==, G_MAXUINT64);
}

/* What is announced is what is taken. */
static void
test_memory (void)
{
  g_autoptr (ArraSource) source = golden_source ("vqgan/small/vqgan.safetensors");
  g_autoptr (ArraPool) pool = arra_pool_new (2, NULL);
  ArraExec exec = { arra_kernels_default (NULL), pool };
  guint64 mapped = 0, owned = 0;
  gsize before = arra_mem_held ();
  GError *error = NULL;
  g_autoptr (ArraVqgan) vqgan = NULL;

  g_assert_true (arra_vqgan_measure (&vqgan_small, source, "", &mapped, &owned, &error));
  vqgan = arra_vqgan_new (&vqgan_small, source, "", pool, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (mapped, ==, 0);
  g_assert_cmpuint (arra_mem_held () - before, ==, owned);
  for (int encode = 0; encode <= 1; encode++)
    {
      g_autoptr (ArraVqganRun) run = NULL;

      before = arra_mem_held ();
      run = arra_vqgan_run_new (vqgan, &exec, 5, 9, encode, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (arra_mem_held () - before, ==, arra_vqgan_run_bytes (&vqgan_small, 5, 9, encode, 2));
    }
}

static gboolean
load_and_decode (gpointer data, GError **error)
{
  g_autofree char *path = golden_path ("vqgan/small/vqgan.safetensors");
  ArraExec exec = { arra_kernels_default (NULL), NULL };
  guint32 codes[1] = { 5 };
  float pixels[3 * 4], latent[16];
  g_autoptr (ArraSource) source = arra_safetensors_open (path, error);
  g_autoptr (ArraVqgan) vqgan = source != NULL ? arra_vqgan_new (&vqgan_small, source, "", NULL, NULL, error) : NULL;
  g_autoptr (ArraVqganRun) decoding = vqgan != NULL ? arra_vqgan_run_new (vqgan, &exec, 1, 1, FALSE, error) : NULL;
  g_autoptr (ArraVqganRun) encoding = decoding != NULL ? arra_vqgan_run_new (vqgan, &exec, 1, 1, TRUE, error) : NULL;

  return encoding != NULL && arra_vqgan_decode (decoding, codes, 1, 1, pixels, NULL, NULL, NULL, error)
         && arra_vqgan_encode (encoding, pixels, 2, 2, codes, latent, NULL, error);
}

static void
test_no_memory (void)
{
  g_assert_cmpuint (allocations_check (load_and_decode, NULL), >=, 10);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vqgan-run/threads", test_threads);
  g_test_add_func ("/vqgan-run/partial", test_partial);
  g_test_add_func ("/vqgan-run/progress", test_progress);
  g_test_add_func ("/vqgan-run/arguments", test_arguments);
  g_test_add_func ("/vqgan-run/memory", test_memory);
  g_test_add_func ("/vqgan-run/no-memory", test_no_memory);
  return g_test_run ();
}
