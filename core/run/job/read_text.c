/* read_text.c - a prompt's features, for models that begin with them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "checkpoint.h"
#include "job.h"
#include "mem.h"

gboolean
arra_job_read_text (ArraJob *job, GCancellable *cancellable, GError **error)
{
  const ArraCheckpoint *checkpoint = job->checkpoint;
  const ArraTextEncoder *encoder = checkpoint->text_encoder;
  g_automem float *features = NULL;

  if (job->text == NULL)
    return TRUE;
  features = arra_mem_new (job->n_text, encoder->width * sizeof *features, "the prompt", error);
  if (features == NULL
      || !arra_text_encoder_run (encoder, arra_checkpoint_dtype (checkpoint), &job->exec, job->text, job->n_text,
                                 features, cancellable, error))
    return FALSE;
  arra_session_take_features (&job->session, checkpoint->decoder.conditioner, features, encoder->width);
  arra_mem_clear (&job->text);
  return TRUE;
}
