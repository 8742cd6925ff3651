/* job_text.c - an answer as text, with a placeholder where a picture stands
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "checkpoint.h"
#include "job.h"
#include "job_mosaic.h"

#define PLACEHOLDER "<|image|>"

static void
add_text (GString *text, const ArraJob *job, const ArraAnswer *answer, guint begin, guint end)
{
  g_autofree char *part = NULL;

  if (begin >= end || job->checkpoint->tokenizer == NULL)
    return;
  part = arra_tokenizer_decode (job->checkpoint->tokenizer, answer->tokens + begin, end - begin, FALSE);
  g_string_append (text, part);
}

char *
arra_job_text (const ArraJob *job, guint answer)
{
  const ArraAnswer *tokens;
  ArraPictureSpan span = { 0 };
  GString *text;
  guint done = 0;

  g_return_val_if_fail (job != NULL && answer < job->n_begun, NULL);
  if (arra_job_is_mosaic (job))
    return g_strdup (PLACEHOLDER);
  tokens = &job->answers[answer];
  text = g_string_new (NULL);
  while (arra_answer_find_picture (tokens, job->checkpoint->layout, done, &span))
    {
      add_text (text, job, tokens, done, span.begin);
      g_string_append (text, PLACEHOLDER);
      done = span.end;
    }
  add_text (text, job, tokens, done, tokens->n_tokens);
  return g_string_free (text, FALSE);
}
