/* test-chameleon_forward.c - what a forward pass promises: the same bits however rows are grouped, positions,
 * limits, cancellation
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "allocations.h"
#include "cpu.h"
#include "mem.h"
#include "random_model.h"

#define N 23 /* tokens of a sequence */

typedef struct
{
  ArraChameleonConfig config;
  ArraSource *source;
  ArraChameleon *model;
  ArraPool *pool;
  ArraExec exec;
} Fixture;

static void
set_up_with (Fixture *fixture, ArraDType dtype, ArraCpu cpu, guint threads)
{
  g_autoptr (GError) error = NULL;

  fixture->pool = arra_pool_new (threads, &error);
  g_assert_no_error (error);
  fixture->exec = (ArraExec) { arra_kernels_get (cpu), fixture->pool };
  fixture->source = random_model_source (&fixture->config, 0.1f, 0.2f, FALSE, NULL, NULL);
  fixture->model = arra_chameleon_new (&fixture->config, fixture->source, dtype, NULL, fixture->pool, NULL, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  random_model_config (&fixture->config);
  set_up_with (fixture, ARRA_N_DTYPES, ARRA_CPU_C, 1);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  arra_chameleon_free (fixture->model);
  arra_source_unref (fixture->source);
  arra_pool_free (fixture->pool);
}

static ArraKvCache *
new_cache (Fixture *fixture, guint capacity)
{
  g_autoptr (GError) error = NULL;
  ArraKvCache *cache = arra_chameleon_kv_cache_new (&fixture->config, capacity, &error);

  g_assert_no_error (error);
  return cache;
}

static ArraTransformerRun *
new_run (Fixture *fixture, guint max_rows)
{
  g_autoptr (GError) error = NULL;
  ArraTransformerRun *run
      = arra_transformer_run_new (arra_chameleon_transformer (fixture->model), &fixture->exec, max_rows, 64, &error);

  g_assert_no_error (error);
  return run;
}

static void
read_tokens (ArraTransformerRun *run, ArraTransformerInput *inputs, guint n_inputs)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (arra_transformer_forward (run, inputs, n_inputs, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
}

/* Logits [N][vocab] of one sequence, @step tokens in each call, in blocks of @max_rows. */
static float *
logits_by (Fixture *fixture, const guint32 *ids, guint step, guint max_rows)
{
  g_autoptr (ArraKvCache) cache = new_cache (fixture, N);
  g_autoptr (ArraTransformerRun) run = new_run (fixture, max_rows);
  float *logits = g_new (float, N * fixture->config.vocab_size);

  for (guint i = 0; i < N; i += step)
    {
      ArraTransformerInput input = { .cache = cache, .ids = ids + i, .n_ids = MIN (step, N - i), .all_logits = TRUE };

      input.logits = logits + i * fixture->config.vocab_size;
      read_tokens (run, &input, 1);
    }
  return logits;
}

static void
assert_same (Fixture *fixture, const float *a, const float *b, guint rows, const char *what)
{
  gsize n = (gsize) rows * fixture->config.vocab_size;

  for (gsize i = 0; i < n; i++)
    if (memcmp (a + i, b + i, sizeof *a) != 0)
      g_error ("%s: logit %zu is %.9g, %.9g expected", what, i, (double) b[i], (double) a[i]);
}

/* The guidance pair: 5 tokens and 2, then one of each in one pass, against the same apart. */
static void
check_pair (Fixture *fixture, const guint32 *ids)
{
  guint vocab = fixture->config.vocab_size;
  g_autoptr (ArraKvCache) a = new_cache (fixture, N), b = new_cache (fixture, N), c = new_cache (fixture, N),
                          d = new_cache (fixture, N);
  g_autoptr (ArraTransformerRun) run = new_run (fixture, 4);
  g_autofree float *together = g_new (float, 2 * vocab), *apart = g_new (float, 2 * vocab);

  for (guint step = 0; step < 6; step++)
    {
      guint n = step == 0 ? 5 : 1, m = step == 0 ? 2 : 1;
      const guint32 *from = ids + (step == 0 ? 0 : 4 + step), *also = ids + (step == 0 ? 9 : 10 + step);
      ArraTransformerInput pair[2] = { { .cache = a, .ids = from, .n_ids = n, .logits = together },
                                       { .cache = b, .ids = also, .n_ids = m, .logits = together + vocab } };
      ArraTransformerInput first = { .cache = c, .ids = from, .n_ids = n, .logits = apart };
      ArraTransformerInput second = { .cache = d, .ids = also, .n_ids = m, .logits = apart + vocab };

      read_tokens (run, pair, 2);
      read_tokens (run, &first, 1);
      read_tokens (run, &second, 1);
      assert_same (fixture, apart, together, 2, "a pair");
    }
}

static void
check_groupings (ArraDType dtype, gboolean swin, const float **across)
{
  static float reference[4][N * 96];
  guint index = dtype == ARRA_F32 ? 0 : dtype == ARRA_BF16 ? 1 : dtype == ARRA_F16 ? 2 : 3;

  *across = NULL;
  for (ArraCpu cpu = ARRA_CPU_C; cpu < ARRA_N_CPU; cpu++)
    for (guint threads = 1; threads <= 2 && arra_cpu_supports (cpu, NULL); threads++)
      {
        Fixture fixture = { 0 };
        g_autofree guint32 *ids = NULL;
        static const guint groups[][2] = { { N, N }, { N, 1 }, { N, 3 }, { N, 7 }, { 1, 1 }, { 5, 4 }, { 2, 64 } };

        random_model_config (&fixture.config);
        fixture.config.swin_norm = swin;
        set_up_with (&fixture, dtype, cpu, threads);
        ids = random_ids (N, fixture.config.vocab_size, 7);
        for (gsize i = 0; i < G_N_ELEMENTS (groups); i++)
          {
            g_autofree float *logits = logits_by (&fixture, ids, groups[i][0], groups[i][1]);

            if (*across == NULL)
              *across = memcpy (reference[index], logits, sizeof reference[index]);
            else
              assert_same (&fixture, *across, logits, N, arra_cpu_name (cpu));
          }
        check_pair (&fixture, ids);
        tear_down (&fixture, NULL);
      }
}

/* Every weight type: blocks, single tokens and pairs give the same bits, in every mode and with one and two
 * threads. */
static void
test_grouping (void)
{
  const float *f32, *bf16, *f16, *q8;

  check_groupings (ARRA_F32, FALSE, &f32);
  check_groupings (ARRA_BF16, FALSE, &bf16);
  check_groupings (ARRA_F16, FALSE, &f16);
  check_groupings (ARRA_Q8_0, FALSE, &q8);
  /* the types do differ, so that the loop above has compared what it says */
  g_assert_true (memcmp (f32, bf16, N * sizeof *f32) != 0 && memcmp (f32, f16, N * sizeof *f32) != 0
                 && memcmp (f32, q8, N * sizeof *f32) != 0);
}

static void
test_grouping_swin (void)
{
  const float *any;

  check_groupings (ARRA_F32, TRUE, &any);
  check_groupings (ARRA_Q8_0, TRUE, &any);
}

/* RoPE is relative: a shift of all positions changes (almost) nothing, a gap between them does. */
static void
test_positions (Fixture *fixture, gconstpointer data)
{
  g_autofree guint32 *ids = random_ids (4, fixture->config.vocab_size, 3);
  const guint32 shifted[] = { 40, 41, 42, 43 }, gap[] = { 0, 1, 2, 30 }, zero_based[] = { 0, 1, 2, 3 };
  const guint32 *positions[] = { NULL, zero_based, shifted, gap };
  guint vocab = fixture->config.vocab_size;
  g_autofree float *logits = g_new (float, 4 * vocab);
  g_autoptr (ArraTransformerRun) run = new_run (fixture, 3);
  float shift = 0, jump = 0;

  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (ArraKvCache) cache = new_cache (fixture, 4);
      ArraTransformerInput input
          = { .cache = cache, .ids = ids, .n_ids = 4, .positions = positions[i], .logits = logits + i * vocab };

      read_tokens (run, &input, 1);
    }
  assert_same (fixture, logits, logits + vocab, 1, "positions from 0");
  for (guint i = 0; i < vocab; i++)
    {
      shift = MAX (shift, ABS (logits[2 * vocab + i] - logits[i]));
      jump = MAX (jump, ABS (logits[3 * vocab + i] - logits[i]));
    }
  g_assert_cmpfloat (shift, >, 0);
  g_assert_cmpfloat (shift, <, 1e-4);
  g_assert_cmpfloat (jump, >, 1e-3);
}

/* What was read after the cut leaves no trace. */
static void
test_truncate (Fixture *fixture, gconstpointer data)
{
  g_autofree guint32 *ids = random_ids (N, fixture->config.vocab_size, 5);
  guint vocab = fixture->config.vocab_size;
  g_autofree float *logits = g_new (float, 2 * vocab);
  g_autoptr (ArraKvCache) straight = new_cache (fixture, N), cut = new_cache (fixture, N);
  g_autoptr (ArraTransformerRun) run = new_run (fixture, 8);
  ArraTransformerInput whole = { .cache = straight, .ids = ids, .n_ids = 10, .logits = logits };
  ArraTransformerInput more = { .cache = cut, .ids = ids, .n_ids = 7 },
                       other = { .cache = cut, .ids = ids + 12, .n_ids = 6 };
  ArraTransformerInput rest = { .cache = cut, .ids = ids + 7, .n_ids = 3, .logits = logits + vocab };

  read_tokens (run, &whole, 1);
  read_tokens (run, &more, 1);
  read_tokens (run, &other, 1);
  g_assert_cmpuint (arra_kv_cache_length (cut), ==, 13);
  arra_kv_cache_truncate (cut, 7);
  arra_kv_cache_truncate (cut, 9);
  g_assert_cmpuint (arra_kv_cache_length (cut), ==, 7);
  read_tokens (run, &rest, 1);
  assert_same (fixture, logits, logits + vocab, 1, "after a cut");
}

static void
assert_refused (ArraTransformerRun *run, ArraTransformerInput *inputs, guint n_inputs, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (arra_transformer_forward (run, inputs, n_inputs, NULL, NULL, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_refusals (Fixture *fixture, gconstpointer data)
{
  g_autofree guint32 *ids = random_ids (70, fixture->config.vocab_size, 5);
  const guint32 outside[] = { 1, fixture->config.vocab_size }, far[] = { 1000000 };
  g_autoptr (ArraKvCache) cache = new_cache (fixture, 5), large = new_cache (fixture, 70);
  g_autoptr (ArraTransformerRun) run = new_run (fixture, 8);
  ArraTransformerInput fill = { .cache = cache, .ids = ids, .n_ids = 5 },
                       one = { .cache = cache, .ids = ids, .n_ids = 1 };
  ArraTransformerInput long_one = { .cache = large, .ids = ids, .n_ids = 65 },
                       unknown = { .cache = large, .ids = outside, .n_ids = 2 };
  ArraTransformerInput none = { .cache = large, .ids = ids, .n_ids = 0 },
                       away = { .cache = large, .ids = ids, .n_ids = 1, .positions = far };
  ArraTransformerInput twice[2]
      = { { .cache = large, .ids = ids, .n_ids = 1 }, { .cache = large, .ids = ids, .n_ids = 1 } };
  ArraChameleonConfig other = fixture->config;
  g_autoptr (ArraKvCache) foreign = NULL;
  ArraTransformerInput strange;

  read_tokens (run, &fill, 1);
  assert_refused (run, &one, 1, "full");
  assert_refused (run, &long_one, 1, "full");
  assert_refused (run, &unknown, 1, "96");
  assert_refused (run, &none, 1, "no tokens");
  assert_refused (run, &away, 1, "1000000");
  assert_refused (run, twice, 2, "share");
  other.n_layers = 3;
  foreign = arra_chameleon_kv_cache_new (&other, 8, NULL);
  strange = (ArraTransformerInput) { .cache = foreign, .ids = ids, .n_ids = 1 };
  assert_refused (run, &strange, 1, "another model");
  g_assert_cmpuint (arra_kv_cache_length (cache), ==, 5);
  g_assert_cmpuint (arra_kv_cache_length (large), ==, 0);
}

static void
test_sizes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gsize held = arra_mem_held ();

  g_assert_null (arra_transformer_run_new (arra_chameleon_transformer (fixture->model), &fixture->exec, 0, 8, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_clear_error (&error);
  g_assert_null (
      arra_transformer_run_new (arra_chameleon_transformer (fixture->model), &fixture->exec, 8, G_MAXUINT, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_clear_error (&error);
  {
    g_autoptr (ArraTransformerRun) run
        = arra_transformer_run_new (arra_chameleon_transformer (fixture->model), &fixture->exec, 9, 100, &error);

    g_assert_nonnull (run);
    g_assert_cmpuint (arra_mem_held () - held, ==,
                      arra_chameleon_run_bytes (&fixture->config, 9, 100, arra_pool_threads (fixture->pool)));
  }
  g_assert_cmpuint (arra_mem_held (), ==, held);
}

static gboolean
make_run (gpointer data, GError **error)
{
  const Fixture *fixture = data;
  g_autoptr (ArraTransformerRun) run
      = arra_transformer_run_new (arra_chameleon_transformer (fixture->model), &fixture->exec, 9, 100, error);

  return run != NULL;
}

static void
test_run_no_memory (Fixture *fixture, gconstpointer data)
{
  allocations_check (make_run, fixture);
}

/* A pass that would need memory fails here, and counts. */
static void
test_allocates_nothing (Fixture *fixture, gconstpointer data)
{
  g_autofree guint32 *ids = random_ids (N, fixture->config.vocab_size, 5);
  g_autofree float *logits = g_new (float, fixture->config.vocab_size);
  g_autoptr (ArraKvCache) cache = new_cache (fixture, N);
  g_autoptr (ArraTransformerRun) run = new_run (fixture, 8);
  ArraTransformerInput input = { .cache = cache, .ids = ids, .n_ids = N, .logits = logits };

  arra_mem_fail_nth (0);
  read_tokens (run, &input, 1);
  g_assert_false (arra_mem_failed ());
  arra_mem_fail_nth (-1);
}

static void
cancel_late (const char *what, int layer, guint input, const float *data, guint rows, guint width, gpointer user)
{
  if (strcmp (what, "attn_out") == 0 && layer == 1)
    g_cancellable_cancel (user);
}

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  g_autofree guint32 *ids = random_ids (N, fixture->config.vocab_size, 5);
  guint vocab = fixture->config.vocab_size;
  g_autofree float *logits = g_new0 (float, 2 * vocab);
  g_autoptr (ArraKvCache) cache = new_cache (fixture, N), straight = new_cache (fixture, N);
  g_autoptr (ArraTransformerRun) run = new_run (fixture, 8);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  ArraTransformerInput input = { .cache = cache, .ids = ids, .n_ids = N, .logits = logits };
  ArraTransformerInput again = { .cache = straight, .ids = ids, .n_ids = N, .logits = logits + vocab };

  g_assert_false (arra_transformer_forward (run, &input, 1, cancel_late, cancellable, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (arra_kv_cache_length (cache), ==, 0);
  read_tokens (run, &input, 1);
  read_tokens (run, &again, 1);
  assert_same (fixture, logits, logits + vocab, 1, "after a cancelled pass");
}

/* Flagged ids get the lowest float, and only when the configuration says so. */
static void
test_mask (Fixture *fixture, gconstpointer data)
{
  g_autofree guint32 *ids = random_ids (N, fixture->config.vocab_size, 5);
  guint vocab = fixture->config.vocab_size;
  g_autofree guint8 *masked = g_new0 (guint8, vocab);
  g_autofree float *logits = g_new (float, 2 * vocab);

  masked[4] = masked[vocab - 1] = 1;
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ArraKvCache) cache = new_cache (fixture, N);
      g_autoptr (ArraTransformerRun) run = NULL;
      ArraTransformerInput input = { .cache = cache, .ids = ids, .n_ids = N, .logits = logits + i * vocab };

      fixture->config.mask_image_logits = i > 0;
      arra_chameleon_free (fixture->model);
      fixture->model
          = arra_chameleon_new (&fixture->config, fixture->source, ARRA_N_DTYPES, masked, NULL, NULL, &error);
      run = new_run (fixture, 8);
      read_tokens (run, &input, 1);
    }
  for (guint id = 0; id < vocab; id++)
    {
      g_assert_cmpfloat (logits[id], >, -1000);
      g_assert_cmpfloat (logits[vocab + id], ==, masked[id] ? -3.4028235e38f : logits[id]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/chameleon/forward/grouping", test_grouping);
  g_test_add_func ("/chameleon/forward/grouping-swin", test_grouping_swin);
#define ADD(name, func) g_test_add ("/chameleon/forward/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("positions", test_positions);
  ADD ("truncate", test_truncate);
  ADD ("refusals", test_refusals);
  ADD ("sizes", test_sizes);
  ADD ("no-memory", test_run_no_memory);
  ADD ("allocates-nothing", test_allocates_nothing);
  ADD ("cancel", test_cancel);
  ADD ("mask", test_mask);
  return g_test_run ();
}
