/* tokens_in.h - files with image tokens: from `arra encode`, from `arra generate`, or plain numbers
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

typedef struct
{
  guint rows, columns;
  guint32 *codes;                             /* rows x columns; arra_mem memory */
  guint rows_total;                           /* of a picture that is not whole: what it would have */
  char *recipe;                               /* (nullable): of this picture's answer; so it was generated */
  guint answer, n_answers, index, n_pictures; /* which of the file's pictures it is */
} CliCodes;

/* (transfer full): all pictures of the file ("-": standard input) that have a finished row; at least one, or NULL with
 * @error set. Every code is below the checkpoint's number of codes, and one of its codebook where the file says which
 * that is. Free with g_ptr_array_unref(). */
GPtrArray *cli_tokens_read (const char *path, const ArraCheckpoint *checkpoint, GError **error);
