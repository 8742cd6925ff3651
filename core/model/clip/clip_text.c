/* clip_text.c - captions as the tokens that a text encoder reads
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "clip_text.h"

#include <string.h>

#include "fail.h"
#include "mem.h"

#define BERT_CONTEXT 256
#define OLD_EOS 2 /* what configurations said before they knew the real one */

static guint
find_end (const ArraClipConfig *config, const guint32 *ids, guint n)
{
  guint best = 0;

  for (guint i = 0; i < n; i++)
    {
      if (config->eos != OLD_EOS && ids[i] == config->eos)
        return i;
      if (ids[i] > ids[best])
        best = i;
    }
  return best;
}

/* What the tokenizer gave, between bos and eos. */
static guint
frame (const ArraClipConfig *config, const guint32 *found, gsize n_found, guint32 *ids)
{
  guint32 last = n_found > 0 ? found[n_found - 1] : config->eos;
  guint n = 0;

  if (config->eos != OLD_EOS)
    last = config->eos;
  if (n_found == 0 || found[0] != config->bos)
    ids[n++] = config->bos;
  if (n_found > 0 && found[n_found - 1] == last)
    n_found--;
  for (gsize i = 0; i < n_found && n < config->context - 1; i++)
    ids[n++] = found[i];
  ids[n++] = last;
  return n;
}

static gboolean
check_ids (const ArraClipConfig *config, const guint32 *ids, guint n, GError **error)
{
  for (guint i = 0; i < n; i++)
    if (ids[i] >= config->vocab_size)
      return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                        "The tokenizer does not fit the text encoder: id %u of a vocabulary of %u", ids[i],
                        config->vocab_size);
  return TRUE;
}

gboolean
arra_clip_encode_text (const ArraTokenizer *tokenizer,
                       const ArraClipConfig *config,
                       const char *text,
                       guint32 *ids,
                       ArraClipTokens *tokens,
                       GError **error)
{
  gsize n_found;
  g_automem guint32 *found = arra_tokenizer_encode (tokenizer, text, (gssize) strlen (text), TRUE, &n_found, error);

  if (found == NULL)
    return FALSE;
  tokens->n = frame (config, found, n_found, ids);
  tokens->end = find_end (config, ids, tokens->n);
  return check_ids (config, ids, tokens->n, error);
}

gboolean
arra_clip_encode_bert (const ArraWordpiece *pieces,
                       const ArraClipConfig *config,
                       const char *text,
                       guint32 *ids,
                       ArraClipTokens *tokens,
                       GError **error)
{
  tokens->n = arra_wordpiece_encode (pieces, text, ids, MIN (config->context, BERT_CONTEXT), error);
  tokens->end = 0;
  return tokens->n > 0 && check_ids (config, ids, tokens->n, error);
}
