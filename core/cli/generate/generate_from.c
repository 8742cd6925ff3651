/* generate_from.c - a picture that is made anew in part: its codes, and which of them stay
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "generate.h"

#include "checkpoint.h"
#include "picture_format.h"
#include "signals.h"
#include "status.h"

static gboolean
free_rows (const GenerateCodes *codes, guint from_row, gint32 *known, GError **error)
{
  if (from_row > codes->rows)
    return cli_usage_error (error, "--from-row: the picture has only %u rows of tokens", codes->rows);
  for (gsize i = (gsize) (from_row - 1) * codes->columns; i < (gsize) codes->rows * codes->columns; i++)
    known[i] = -1;
  return TRUE;
}

gint32 *
generate_from (const GenerateOptions *options,
               const GenerateSetup *setup,
               ArraCheckpoint *checkpoint,
               ArraRequest *request,
               GError **error)
{
  const guint patch = arra_checkpoint_patch (checkpoint);
  g_autofree gint32 *known = NULL;
  g_auto (GenerateCodes) codes = { 0 };
  gboolean ok;

  if (options->from == NULL && arra_picture_format_inside (options->resume) != NULL)
    ok = generate_codes_resume (options->resume, checkpoint, &codes, error);
  else
    ok = generate_codes_read (options->from != NULL ? options->from : options->resume, setup->request.threads,
                              checkpoint, &codes, error);
  if (!ok)
    return NULL;
  known = g_memdup2 (codes.codes, (gsize) codes.rows * codes.columns * sizeof *known);
  request->width = codes.columns * patch;
  request->height = codes.rows * patch;
  if (setup->from_row > 0)
    ok = free_rows (&codes, setup->from_row, known, error);
  else
    ok = arra_checkpoint_vary (checkpoint, request, codes.codes, codes.rows, codes.columns, setup->vary, known, NULL,
                               NULL, cli_signals_stage (0), error);
  request->known = known;
  request->known_rows = codes.rows;
  request->known_columns = codes.columns;
  return ok ? g_steal_pointer (&known) : NULL;
}
