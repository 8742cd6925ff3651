/* fuzz-tokens.c - saved tokens: to go on with, and to be decoded. "@F@" in the input stands for the checkpoint's
 * fingerprint
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <string.h>

#include "checkpoint.h"
#include "fixture.h"
#include "folder.h"
#include "job.h"
#include "tokens_in.h"

static ArraCheckpoint *checkpoint; /* for the whole process */

static void
open_checkpoint (void)
{
  g_autofree char *path = fuzz_path ("checkpoint");
  g_autoptr (GError) error = NULL;
  Fixture fixture;

  if (checkpoint != NULL)
    return;
  fixture_init (&fixture);
  g_assert_true (fixture_write (&fixture, path, &error));
  checkpoint = arra_checkpoint_open (path, NULL, NULL, &error);
  g_assert_no_error (error);
}

/* Codes are the VQGAN's, and there are as many as there are places. */
static void
use_pictures (const GPtrArray *pictures)
{
  for (guint i = 0; i < pictures->len; i++)
    {
      const CliCodes *codes = pictures->pdata[i];

      g_assert_true (codes->rows > 0 && codes->columns > 0 && codes->rows <= codes->rows_total);
      for (gsize k = 0; k < (gsize) codes->rows * codes->columns; k++)
        g_assert_cmpuint (codes->codes[k], <, checkpoint->vqgan_config.n_embed);
    }
}

static void
use_job (const ArraJob *job)
{
  for (guint answer = 0; answer < job->n_begun; answer++)
    {
      gsize n;
      gboolean finished;
      const guint32 *tokens = arra_job_tokens (job, answer, &n, &finished);

      for (gsize i = 0; i < n; i++)
        g_assert_cmpuint (tokens[i], <, checkpoint->layout->n_tokens);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GString) text = g_string_new_len ((const char *) data, (gssize) size);
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL, fault = NULL;
  g_autoptr (GPtrArray) pictures = NULL;
  g_autoptr (ArraJob) job = NULL;

  open_checkpoint ();
  if (memchr (text->str, '\0', text->len) == NULL)
    g_string_replace (text, "@F@", arra_checkpoint_fingerprint (checkpoint), 0);
  path = fuzz_put ("tokens.json", text->str, text->len);
  pictures = cli_tokens_read (path, checkpoint, &error);
  fuzz_check (pictures != NULL, error, path);
  if (pictures != NULL)
    use_pictures (pictures);
  job = arra_job_resume (checkpoint, path, NULL, &fault);
  fuzz_check (job != NULL, fault, NULL);
  if (job != NULL)
    use_job (job);
  return 0;
}
