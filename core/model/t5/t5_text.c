/* t5_text.c - texts as the tokens that the encoder reads
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "t5.h"

#include <string.h>

#include "fail.h"
#include "mem.h"

/* The first of @found and, where it is too long, its last @n_end behind them; the rest is padding. */
static guint
fit (const guint32 *found, gsize n_found, gsize n_end, guint32 pad, guint length, guint32 *ids)
{
  guint n = (guint) MIN (n_found, length);

  memcpy (ids, found, n * sizeof *ids);
  if (n_found > length)
    memcpy (ids + length - n_end, found + n_found - n_end, n_end * sizeof *ids);
  for (guint i = n; i < length; i++)
    ids[i] = pad;
  return n;
}

gboolean
arra_t5_encode_text (const ArraT5Config *config,
                     const ArraTokenizer *tokenizer,
                     const char *text,
                     guint length,
                     guint32 *ids,
                     guint *n_seen,
                     GError **error)
{
  gsize n_found, n_end;
  g_automem guint32 *found = arra_tokenizer_encode (tokenizer, text, -1, TRUE, &n_found, error);
  g_automem guint32 *end = found != NULL ? arra_tokenizer_encode (tokenizer, "", 0, TRUE, &n_end, error) : NULL;

  if (end == NULL)
    return FALSE;
  if (n_found == 0 || n_end > length)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "The tokenizer does not fit the text encoder: it puts %zu tokens behind a text", n_end);
  *n_seen = fit (found, n_found, n_end, config->pad, length, ids);
  for (guint i = 0; i < length; i++)
    if (ids[i] >= config->vocab_size)
      return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                        "The tokenizer does not fit the text encoder: id %u of a vocabulary of %u", ids[i],
                        config->vocab_size);
  return TRUE;
}
