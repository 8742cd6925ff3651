/* train_samples.c - pictures of a model that is still learning
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <glib/gstdio.h>

#include "signals.h"
#include "status.h"
#include "train.h"

static gboolean
make_picture (const CliTraining *training,
              ArraCheckpoint *checkpoint,
              const char *prompt,
              guint64 seed,
              const char *path,
              GError **error)
{
  g_autoptr (ArraJob) job = NULL;
  g_autofree char *recipe = NULL;
  const ArraPicture *picture;
  ArraRequest request;

  arra_request_init (&request, checkpoint);
  request.prompt = prompt;
  request.seed = seed;
  request.threads = arra_pool_threads (training->exec.pool);
  if (training->guidance_scale > 0)
    request.guidance_scale = training->guidance_scale;
  job = arra_job_new (checkpoint, &request, error);
  if (job == NULL || !arra_job_run (job, cli_signals_stage (1), error))
    return FALSE;
  picture = arra_job_decode (job, 0, 0, cli_signals_stage (1), error);
  if (picture == NULL)
    return FALSE;
  recipe = arra_job_recipe (job, 0, TRUE);
  return arra_picture_save_png (picture, path, recipe, TRUE, arra_checkpoint_card (checkpoint), error);
}

static gboolean
make_pictures (const CliTraining *training, const char *directory, guint64 step, GError **error)
{
  g_autofree char *folder = g_build_filename (training->output, "samples", NULL);
  g_autoptr (ArraCheckpoint) checkpoint = NULL;

  if (g_mkdir_with_parents (folder, 0777) != 0)
    {
      g_set_error (error, G_FILE_ERROR, (gint) g_file_error_from_errno (errno), "%s: cannot be created: %s", folder,
                   g_strerror (errno));
      return FALSE;
    }
  checkpoint = arra_checkpoint_open (directory, NULL, cli_signals_stage (1), error);
  if (checkpoint == NULL)
    return FALSE;
  for (guint i = 0; training->prompts[i] != NULL; i++)
    {
      g_autofree char *name = g_strdup_printf ("%07" G_GUINT64_FORMAT "-%u.png", step, i + 1);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (!make_picture (training, checkpoint, training->prompts[i], training->seed + i, path, error))
        return FALSE;
    }
  return TRUE;
}

/* A picture that cannot be made is no reason to end a training of hours. */
gboolean
cli_training_sample (const char *directory, guint64 step, gpointer data, GError **error)
{
  const CliTraining *training = data;
  g_autoptr (GError) fault = NULL;

  if (training->prompts[0] == NULL || make_pictures (training, directory, step, &fault))
    return TRUE;
  if (g_error_matches (fault, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&fault));
      return FALSE;
    }
  cli_progress_clear (training->progress);
  cli_note ("arra train: no sample pictures of step %" G_GUINT64_FORMAT ": %s", step, fault->message);
  return TRUE;
}
