/* generate_codes.c - the codes of a picture, or of saved tokens of any kind
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "generate.h"

#include "picture_format.h"
#include "signals.h"
#include "tokens_in.h"

void
generate_codes_clear (GenerateCodes *codes)
{
  g_clear_pointer (&codes->codes, g_free);
}

gboolean
generate_codes_resume (const char *path, ArraCheckpoint *checkpoint, GenerateCodes *codes, GError **error)
{
  g_autoptr (ArraJob) job = arra_job_resume (checkpoint, path, NULL, error);

  if (job == NULL)
    return FALSE;
  if (arra_job_n_answers (job) > 0)
    codes->codes = arra_job_codes (job, 0, 0, &codes->rows, &codes->columns);
  if (codes->codes != NULL)
    return TRUE;
  g_set_error (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND, "%s: holds no picture with a finished row", path);
  return FALSE;
}

gboolean
generate_codes_read (const char *path, guint threads, ArraCheckpoint *checkpoint, GenerateCodes *codes, GError **error)
{
  g_autoptr (GPtrArray) pictures = NULL;
  g_autoptr (GError) fault = NULL;
  const CliCodes *first;

  if (arra_picture_format_inside (path) != NULL)
    {
      codes->codes = arra_checkpoint_encode_file (checkpoint, path, 0, 0, threads, &codes->rows, &codes->columns,
                                                  cli_signals_stage (0), error);
      return codes->codes != NULL;
    }
  pictures = cli_tokens_read (path, checkpoint, &fault);
  /* made in windows: where its codes lie, the job knows that made them */
  if (g_error_matches (fault, ARRA_ERROR, ARRA_ERROR_UNSUPPORTED))
    return generate_codes_resume (path, checkpoint, codes, error);
  if (pictures == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&fault));
      return FALSE;
    }
  first = g_ptr_array_index (pictures, 0);
  *codes = (GenerateCodes) { first->rows, first->columns,
                             g_memdup2 (first->codes, (gsize) first->rows * first->columns * sizeof *first->codes) };
  return TRUE;
}
