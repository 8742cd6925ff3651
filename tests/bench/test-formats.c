/* test-formats.c - what number formats lose: the scores of tokens beside those of 32-bit floats, over the tokens that
 * these choose. Prints a table.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "checkpoint.h"
#include "format_loss.h"
#include "job.h"

#define MOST_PROMPTS 16

/* A picture as 32-bit floats make it. */
typedef struct
{
  char *prompt;
  guint32 *tokens;
  guint n_tokens;
  float *scores;    /* [n_tokens][codes], where a code comes next */
  guint32 *choices; /* [n_tokens], the same */
} Picture;

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

/* The scores of codes, in their order, among those of all ids. */
static void
take_codes (const ArraLayout *layout, const float *scores, float *codes)
{
  for (guint32 code = 0; code < layout->n_codes; code++)
    codes[code] = scores[arra_layout_id (layout, code)];
}

/* Goes through the picture's tokens with the scores and choices of @checkpoint: kept in @picture when @loss is NULL,
 * else compared with those there. */
static void
read_picture (ArraCheckpoint *checkpoint, Picture *picture, Loss *loss)
{
  g_autoptr (ArraJob) job = job_of (checkpoint, picture->prompt);
  const ArraLayout *layout = checkpoint->layout;
  g_autofree float *scores = g_new (float, layout->n_codes);
  guint k = 0;

  for (guint i = 0; i < picture->n_tokens; i++)
    {
      g_autoptr (GError) error = NULL;
      guint32 id;

      if (job->session.grammar.expect == ARRA_EXPECT_CODE)
        {
          arra_session_next (&job->session, &job->sampling, 0, i, &id, NULL, NULL, NULL, &error);
          g_assert_no_error (error);
          take_codes (layout, job->session.logits[0], scores);
          if (loss == NULL)
            {
              memcpy (picture->scores + (gsize) k * layout->n_codes, scores, layout->n_codes * sizeof *scores);
              picture->choices[k] = id;
            }
          else
            {
              loss_add (loss, picture->scores + (gsize) k * layout->n_codes, scores, layout->n_codes);
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
  picture->scores = g_new (float, (gsize) picture->n_tokens * checkpoint->layout->n_codes);
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
  for (gsize f = 0; f < N_FORMATS; f++)
    {
      ArraCheckpoint *checkpoint = open_as (data, &formats[f]);
      Loss loss = { 0 };

      for (guint i = 0; i < n; i++)
        read_picture (checkpoint, &pictures[i], &loss);
      arra_checkpoint_unref (checkpoint);
      g_test_message ("| %s | %.6f | %.4f | %.4f |", formats[f].name, loss_divergence (&loss),
                      (double) loss.same_top / (double) loss.n, (double) loss.same_choice / (double) loss.n);
      if (f == 0)
        g_assert_cmpuint (loss.same_choice, ==, loss.n);
      g_assert_cmpfloat (loss_divergence (&loss), <, 0.5);
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
