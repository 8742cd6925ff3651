/* tokenizer_decode.c - ids to text: through the alphabet of bytes, or with spaces as Metaspace writes them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tokenizer_private.h"

#include <string.h>

#include "utf8.h"

/* The bytes a token stands for into @out (room for its length); a token with a character beyond the alphabet stands for
 * its own text. Source: Hugging Face's ByteLevel decoder. */
static gsize
token_bytes (const char *text, gsize length, char *out)
{
  gsize n = 0;

  for (gsize at = 0; at < length;)
    {
      gunichar c = 0;
      gint step = arra_utf8_decode (text + at, length - at, &c);
      gint byte = step > 0 ? arra_char_to_byte (c) : -1;

      if (byte < 0)
        {
          memcpy (out, text, length);
          return length;
        }
      out[n++] = (char) byte;
      at += (gsize) step;
    }
  return n;
}

/* The token's text with spaces for the character that stands for them, without them where it is the @first. Source:
 * Hugging Face's Metaspace decoder. */
static gsize
token_text (const ArraPreStep *metaspace, gboolean first, const char *text, gsize length, char *out)
{
  const char *space = metaspace->pattern.text;
  gsize width = strlen (space), n = 0;

  for (gsize at = 0; at < length;)
    if (length - at >= width && memcmp (text + at, space, width) == 0)
      {
        if (!(first && metaspace->prefix_space))
          out[n++] = ' ';
        at += width;
      }
    else
      out[n++] = text[at++];
  return n;
}

static const ArraToken *
shown_token (const ArraTokenizer *tokenizer, guint32 id, gboolean skip_special)
{
  const ArraToken *token = arra_vocab_get (&tokenizer->vocab, id);

  return token != NULL && !(skip_special && (token->flags & ARRA_TOKEN_SPECIAL)) ? token : NULL;
}

/* What the token stands for into @out (room for its length) */
static gsize
show (const ArraTokenizer *tokenizer, const ArraToken *token, gboolean first, char *out)
{
  const char *text = arra_vocab_text (&tokenizer->vocab, token);

  return tokenizer->decoder.pattern.text != NULL ? token_text (&tokenizer->decoder, first, text, token->length, out)
                                                 : token_bytes (text, token->length, out);
}

char *
arra_tokenizer_decode (const ArraTokenizer *tokenizer, const guint32 *ids, gsize n, gboolean skip_special)
{
  g_autofree char *bytes = NULL;
  gsize size = 0, used = 0;
  gboolean first = TRUE;
  char *text;

  g_return_val_if_fail (tokenizer != NULL && (ids != NULL || n == 0), NULL);
  for (gsize i = 0; i < n; i++)
    {
      const ArraToken *token = shown_token (tokenizer, ids[i], skip_special);

      size += token != NULL ? token->length : 0;
    }
  bytes = g_try_malloc (size + 1);
  text = size < G_MAXSIZE / 4 ? g_try_malloc (3 * size + 1) : NULL;
  if (bytes == NULL || text == NULL)
    {
      g_free (text);
      return NULL;
    }
  for (gsize i = 0; i < n; i++)
    {
      const ArraToken *token = shown_token (tokenizer, ids[i], skip_special);

      if (token == NULL)
        continue;
      used += show (tokenizer, token, first, bytes + used);
      first = FALSE;
    }
  text[arra_utf8_make_valid (bytes, used, text)] = '\0';
  return text;
}
