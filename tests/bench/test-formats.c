/* test-formats.c - what number formats lose: the scores of tokens beside those of 32-bit floats, over the tokens that
 * these choose. Prints a table.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "checkpoint.h"
#include "detmath.h"
#include "job.h"

#define MOST_PROMPTS 16

typedef struct
{
  const char *name;
  ArraQuant quant, kv;
} Format;

/* The first is what the others are compared with. */
static const Format formats[] = {
  { "f32", ARRA_QUANT_F32, ARRA_QUANT_F32 },
  { "f16", ARRA_QUANT_F16, ARRA_QUANT_F32 },
  { "bf16", ARRA_QUANT_BF16, ARRA_QUANT_F32 },
  { "q8_0", ARRA_QUANT_Q8_0, ARRA_QUANT_F32 },
  { "q6_k", ARRA_QUANT_Q6_K, ARRA_QUANT_F32 },
  { "q4_k", ARRA_QUANT_Q4_K, ARRA_QUANT_F32 },
  { "q4_0", ARRA_QUANT_Q4_0, ARRA_QUANT_F32 },
  { "f32, keys and values f16", ARRA_QUANT_F32, ARRA_QUANT_F16 },
  { "f32, keys and values q8_0", ARRA_QUANT_F32, ARRA_QUANT_Q8_0 },
};

/* A picture as 32-bit floats make it. */
typedef struct
{
  char *prompt;
  guint32 *tokens;
  guint n_tokens;
  float *scores;    /* [n_tokens][of a vocabulary], for the codes */
  guint32 *choices; /* [n_tokens], the same */
} Picture;

typedef struct
{
  double divergence; /* sum of KL (floats || format), nats */
  guint64 n, same_choice, same_top;
} Loss;

static ArraCheckpoint *
open_as (const char *path, const Format *format)
{
  ArraOpenOptions options = ARRA_OPEN_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  ArraCheckpoint *checkpoint;

  options.quant = format->quant;
  options.kv = format->kv;
  checkpoint = arra_checkpoint_open (path, &options, NULL, &error);
  g_assert_no_error (error);
  return checkpoint;
}

static ArraJob *
job_of (ArraCheckpoint *checkpoint, const char *prompt)
{
  g_autoptr (GError) error = NULL;
  ArraRequest request;
  ArraJob *job;

  arra_request_init (&request, checkpoint);
  request.prompt = prompt;
  request.seed = 1;
  job = arra_job_new (checkpoint, &request, &error);
  g_assert_no_error (error);
  return job;
}

/* log of the sum of exp of the codes' scores */
static double
log_sum (const ArraLayout *layout, const float *scores)
{
  double top = -INFINITY, sum = 0;

  for (guint32 code = 0; code < layout->n_codes; code++)
    top = MAX (top, (double) scores[arra_layout_id (layout, code)]);
  for (guint32 code = 0; code < layout->n_codes; code++)
    sum += arra_exp ((double) scores[arra_layout_id (layout, code)] - top);
  return top + arra_log (sum);
}

static guint32
top_code (const ArraLayout *layout, const float *scores)
{
  guint32 best = 0;

  for (guint32 code = 1; code < layout->n_codes; code++)
    if (scores[arra_layout_id (layout, code)] > scores[arra_layout_id (layout, best)])
      best = code;
  return best;
}

static void
compare (const ArraLayout *layout, const float *right, const float *scores, Loss *loss)
{
  const double sum = log_sum (layout, right), other = log_sum (layout, scores);

  for (guint32 code = 0; code < layout->n_codes; code++)
    {
      const double p = (double) right[arra_layout_id (layout, code)] - sum;

      loss->divergence += arra_exp (p) * (p - ((double) scores[arra_layout_id (layout, code)] - other));
    }
  loss->same_top += top_code (layout, right) == top_code (layout, scores);
  loss->n++;
}

/* Goes through the picture's tokens with the scores and choices of @checkpoint: kept in @picture when @loss is NULL,
 * else compared with those there. */
static void
read_picture (ArraCheckpoint *checkpoint, Picture *picture, Loss *loss)
{
  g_autoptr (ArraJob) job = job_of (checkpoint, picture->prompt);
  const gsize n_logits = checkpoint->decoder.shape.n_logits;
  guint k = 0;

  for (guint i = 0; i < picture->n_tokens; i++)
    {
      g_autoptr (GError) error = NULL;
      guint32 id;

      if (job->session.grammar.expect == ARRA_EXPECT_CODE)
        {
          arra_session_next (&job->session, &job->sampling, 0, i, &id, NULL, NULL, NULL, &error);
          g_assert_no_error (error);
          if (loss == NULL)
            {
              memcpy (picture->scores + k * n_logits, job->session.logits[0], n_logits * sizeof (float));
              picture->choices[k] = id;
            }
          else
            {
              compare (checkpoint->layout, picture->scores + k * n_logits, job->session.logits[0], loss);
              loss->same_choice += picture->choices[k] == id;
            }
          k++;
        }
      arra_session_push (&job->session, picture->tokens[i], &error);
      g_assert_no_error (error);
    }
}

static void
make_picture (ArraCheckpoint *checkpoint, const char *prompt, Picture *picture)
{
  g_autoptr (ArraJob) job = job_of (checkpoint, prompt);
  g_autoptr (GError) error = NULL;
  const guint32 *tokens;
  gsize n;

  arra_job_run (job, NULL, &error);
  g_assert_no_error (error);
  tokens = arra_job_tokens (job, 0, &n, NULL);
  picture->n_tokens = (guint) n;
  picture->prompt = g_strdup (prompt);
  picture->tokens = g_memdup2 (tokens, picture->n_tokens * sizeof *tokens);
  picture->scores = g_new (float, (gsize) picture->n_tokens * checkpoint->decoder.shape.n_logits);
  picture->choices = g_new (guint32, picture->n_tokens);
  read_picture (checkpoint, picture, NULL);
}

static void
clear_picture (Picture *picture)
{
  g_free (picture->prompt);
  g_free (picture->tokens);
  g_free (picture->scores);
  g_free (picture->choices);
}

/* The loss of a format over the prompts that the checkpoint's card gives as examples. */
static void
test_formats (gconstpointer data)
{
  Picture pictures[MOST_PROMPTS] = { 0 };
  ArraCheckpoint *whole = open_as (data, &formats[0]);
  const char *const *prompts = (const char *const *) arra_checkpoint_card (whole)->example_prompts;
  guint n = 0;

  for (; n < MOST_PROMPTS && prompts != NULL && prompts[n] != NULL; n++)
    make_picture (whole, prompts[n], &pictures[n]);
  arra_checkpoint_unref (whole);
  g_assert_cmpuint (n, >, 0);
  g_test_message ("| %s | KL, nats | same most likely token | same choice with the same seed |", (const char *) data);
  for (gsize f = 0; f < G_N_ELEMENTS (formats); f++)
    {
      ArraCheckpoint *checkpoint = open_as (data, &formats[f]);
      Loss loss = { 0 };
      double mean;

      for (guint i = 0; i < n; i++)
        read_picture (checkpoint, &pictures[i], &loss);
      arra_checkpoint_unref (checkpoint);
      mean = loss.divergence / (double) loss.n;
      g_test_message ("| %s | %.6f | %.4f | %.4f |", formats[f].name, mean, (double) loss.same_top / (double) loss.n,
                      (double) loss.same_choice / (double) loss.n);
      if (f == 0)
        g_assert_cmpuint (loss.same_choice, ==, loss.n);
      g_assert_cmpfloat (mean, <, 0.5);
    }
  for (guint i = 0; i < n; i++)
    clear_picture (&pictures[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (int i = 1; i < argc; i++)
    {
      g_autofree char *name = g_path_get_basename (argv[i]), *path = g_strconcat ("/formats/", name, NULL);

      g_test_add_data_func (path, argv[i], test_formats);
    }
  return g_test_run ();
}
