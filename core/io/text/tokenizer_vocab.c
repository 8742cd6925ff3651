/* tokenizer_vocab.c - tokens by id and by text, compactly
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tokenizer_vocab.h"

#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "mem.h"
#include "utf8.h"

#define FREE G_MAXUINT32

gboolean
arra_vocab_init (ArraVocab *vocab, const char *name, gsize count, gsize bytes, GError **error)
{
  gsize size = 16;

  if (count > 2 * (gsize) ARRA_MAX_TOKENS || bytes > G_MAXUINT32 - 2 * count)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %zu tokens of %zu bytes are too many", name, count, bytes);
  while (size < 2 * count)
    size *= 2;
  vocab->room = count;
  vocab->text_room = bytes + count;
  vocab->mask = size - 1;
  vocab->tokens = arra_mem_new (count, sizeof *vocab->tokens, "vocabulary", error);
  if (vocab->tokens == NULL)
    return FALSE;
  vocab->text = arra_mem_new (vocab->text_room, 1, "vocabulary texts", error);
  if (vocab->text == NULL)
    return FALSE;
  vocab->table = arra_mem_new (size, sizeof *vocab->table, "vocabulary table", error);
  if (vocab->table == NULL)
    return FALSE;
  memset (vocab->table, 0xff, size * sizeof *vocab->table);
  return TRUE;
}

void
arra_vocab_clear (ArraVocab *vocab)
{
  arra_mem_clear (&vocab->tokens);
  arra_mem_clear (&vocab->table);
  arra_mem_clear (&vocab->text);
}

/* FNV-1a, 64 bits */
static gsize
hash (const char *text, gsize length)
{
  guint64 h = G_GUINT64_CONSTANT (0xcbf29ce484222325);

  for (gsize i = 0; i < length; i++)
    h = (h ^ (guint8) text[i]) * G_GUINT64_CONSTANT (0x100000001b3);
  return (gsize) (h ^ h >> 32);
}

/* The place of the text in the table: its own, or the free one where it belongs. */
static guint32 *
find_place (const ArraVocab *vocab, const char *text, gsize length)
{
  for (gsize i = hash (text, length) & vocab->mask;; i = (i + 1) & vocab->mask)
    {
      guint32 *place = &vocab->table[i];
      const ArraToken *token = &vocab->tokens[*place == FREE ? 0 : *place];

      if (*place == FREE || (token->length == length && memcmp (vocab->text + token->offset, text, length) == 0))
        return place;
    }
}

gboolean
arra_vocab_add (ArraVocab *vocab,
                const char *name,
                const char *text,
                gsize length,
                guint32 id,
                guint32 flags,
                GError **error)
{
  guint32 *place = find_place (vocab, text, length);

  if (*place != FREE)
    {
      ArraToken *token = &vocab->tokens[*place];
      g_autofree char *quoted = arra_quote (text, length);

      if (token->id != id)
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: token %s has two ids, %u and %u", name, quoted,
                          token->id, id);
      token->flags |= flags;
      return TRUE;
    }
  g_assert (vocab->n < vocab->room && length < vocab->text_room - vocab->text_size);
  *place = (guint32) vocab->n;
  vocab->tokens[vocab->n++] = (ArraToken) { id, (guint32) vocab->text_size, (guint32) length, flags };
  memcpy (vocab->text + vocab->text_size, text, length);
  vocab->text_size += length;
  vocab->text[vocab->text_size++] = '\0';
  return TRUE;
}

static int
compare_ids (const void *a, const void *b)
{
  const ArraToken *x = a, *y = b;

  return (x->id > y->id) - (x->id < y->id);
}

gboolean
arra_vocab_seal (ArraVocab *vocab, const char *name, GError **error)
{
  qsort (vocab->tokens, vocab->n, sizeof *vocab->tokens, compare_ids);
  for (gsize i = 1; i < vocab->n; i++)
    if (vocab->tokens[i].id == vocab->tokens[i - 1].id)
      {
        g_autofree char *one = arra_quote (arra_vocab_text (vocab, &vocab->tokens[i - 1]), vocab->tokens[i - 1].length);
        g_autofree char *two = arra_quote (arra_vocab_text (vocab, &vocab->tokens[i]), vocab->tokens[i].length);

        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: id %u belongs to two tokens, %s and %s", name,
                          vocab->tokens[i].id, one, two);
      }

  memset (vocab->table, 0xff, (vocab->mask + 1) * sizeof *vocab->table);
  for (gsize i = 0; i < vocab->n; i++)
    *find_place (vocab, arra_vocab_text (vocab, &vocab->tokens[i]), vocab->tokens[i].length) = (guint32) i;
  return TRUE;
}

const ArraToken *
arra_vocab_find (const ArraVocab *vocab, const char *text, gsize length)
{
  guint32 index = *find_place (vocab, text, length);

  return index == FREE ? NULL : &vocab->tokens[index];
}

const ArraToken *
arra_vocab_get (const ArraVocab *vocab, guint32 id)
{
  const ArraToken key = { id, 0, 0, 0 };

  if (id < vocab->n && vocab->tokens[id].id == id) /* ids without gaps are their own index */
    return &vocab->tokens[id];
  return bsearch (&key, vocab->tokens, vocab->n, sizeof key, compare_ids);
}
