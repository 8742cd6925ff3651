/* vocabulary.c - which token ids mean what, read by name from the checkpoint's vocabulary
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "vocabulary.h"

#include <string.h>

#include "fail.h"
#include "frame.h"
#include "mem.h"

#define FIRST_SIZE 8801u /* "<reserved08801>" is one grid */
#define NAME_LENGTH 32
#define PER_GRID 2 /* codes on a side of what sizes count */

typedef struct
{
  guint32 n_tokens;
  ArraTokenLookup lookup;
  gpointer data;
  const char *name;
} Names;

/* FALSE without an error: there is no such token; with one: its id is outside the model. */
static gboolean
find (const Names *names, const char *token, guint32 *id, GError **error)
{
  if (!names->lookup (names->data, token, id))
    return FALSE;
  if (*id < names->n_tokens)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: token \"%s\" has id %u, but the model has only %u tokens",
                    names->name, token, *id, names->n_tokens);
}

static gboolean
need (const Names *names, const char *token, guint32 *id, GError **error)
{
  GError *fault = NULL;

  if (find (names, token, id, &fault))
    return TRUE;
  if (fault == NULL)
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: the vocabulary has no token \"%s\"", names->name, token);
  g_propagate_error (error, fault);
  return FALSE;
}

static void
code_name (guint32 code, char name[NAME_LENGTH])
{
  char digits[16];
  char *letter = name;

  g_snprintf (digits, sizeof digits, "%u", code);
  letter = g_stpcpy (letter, "IMGIMG");
  for (const char *digit = digits; *digit != '\0'; digit++)
    *letter++ = (char) ('A' + (*digit - '0'));
  strcpy (letter, "Z");
}

gboolean
arra_image_code_parse (const char *token, guint32 *code)
{
  static const char prefix[] = "IMGIMG";
  const char *letter = token + sizeof prefix - 1;
  guint64 value = 0;

  if (!g_str_has_prefix (token, prefix) || *letter < 'A' || *letter > 'J' || (letter[0] == 'A' && letter[1] != 'Z'))
    return FALSE;
  for (; *letter >= 'A' && *letter <= 'J'; letter++)
    {
      value = value * 10 + (guint64) (*letter - 'A');
      if (value > G_MAXINT32)
        return FALSE;
    }
  if (letter[0] != 'Z' || letter[1] != '\0')
    return FALSE;
  *code = (guint32) value;
  return TRUE;
}

static void
size_name (guint32 grids, char name[NAME_LENGTH])
{
  g_snprintf (name, NAME_LENGTH, "<reserved%05u>", FIRST_SIZE + grids - 1);
}

char *
arra_image_code_name (guint32 code)
{
  char name[NAME_LENGTH];

  code_name (code, name);
  return g_strdup (name);
}

char *
arra_size_token_name (guint32 grids)
{
  char name[NAME_LENGTH];

  size_name (grids, name);
  return g_strdup (name);
}

/* How many names follow each other without a gap, from @first on. A later one whose id is outside the model
 * ends the row when
 * @open_end, else it is an error. */
static gboolean
count (const Names *names,
       void (*spell) (guint32, char *),
       guint32 first,
       gboolean open_end,
       guint32 *n,
       GError **error)
{
  GError *fault = NULL;
  char token[NAME_LENGTH];
  guint32 id, last = first;

  for (; last - first < names->n_tokens; last++)
    {
      spell (last, token);
      if (!find (names, token, &id, &fault))
        break;
    }
  if (fault != NULL && !(open_end && last > first))
    {
      g_propagate_error (error, fault);
      return FALSE;
    }
  g_clear_error (&fault);
  spell (first, token);
  if (last == first)
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: the vocabulary has no token \"%s\"", names->name, token);
  *n = last - first;
  return TRUE;
}

static gboolean
read_codes (ArraVocabulary *vocabulary, const Names *names, GError **error)
{
  char token[NAME_LENGTH];

  if (!count (names, code_name, 0, FALSE, &vocabulary->layout.n_codes, error))
    return FALSE;
  vocabulary->layout.id_of_code
      = arra_mem_new (vocabulary->layout.n_codes, sizeof (guint32), "the table of image tokens", error);
  if (vocabulary->layout.id_of_code == NULL)
    return FALSE;
  vocabulary->layout.code_of_id = arra_mem_new (names->n_tokens, sizeof (gint32), "the table of image tokens", error);
  if (vocabulary->layout.code_of_id == NULL)
    return FALSE;
  memset (vocabulary->layout.code_of_id, 0xff, names->n_tokens * sizeof (gint32));
  for (guint32 code = 0; code < vocabulary->layout.n_codes; code++)
    {
      guint32 id;

      code_name (code, token);
      if (!need (names, token, &id, error))
        return FALSE;
      if (vocabulary->layout.code_of_id[id] >= 0)
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: image tokens %d and %u have the same id %u", names->name,
                          vocabulary->layout.code_of_id[id], code, id);
      vocabulary->layout.id_of_code[code] = id;
      vocabulary->layout.code_of_id[id] = (gint32) code;
    }
  return TRUE;
}

static gboolean
read_sizes (ArraVocabulary *vocabulary, const Names *names, GError **error)
{
  char token[NAME_LENGTH];

  if (!count (names, size_name, 1, TRUE, &vocabulary->layout.n_grids, error))
    return FALSE;
  vocabulary->id_of_size
      = arra_mem_new ((gsize) vocabulary->layout.n_grids + 1, sizeof (guint32), "the table of size tokens", error);
  if (vocabulary->id_of_size == NULL)
    return FALSE;
  vocabulary->id_of_size[0] = ARRA_NO_TOKEN;
  for (guint32 grids = 1; grids <= vocabulary->layout.n_grids; grids++)
    {
      size_name (grids, token);
      if (!need (names, token, &vocabulary->id_of_size[grids], error))
        return FALSE;
    }
  return TRUE;
}

/* Frame tokens must be told from each other and from codes. */
static gboolean
check_distinct (const ArraVocabulary *vocabulary, const char *name, GError **error)
{
  const guint32 frame[]
      = { vocabulary->image_start, vocabulary->image_end, vocabulary->new_line, vocabulary->stop, vocabulary->bos };

  for (gsize i = 0; i < G_N_ELEMENTS (frame); i++)
    {
      if (vocabulary->layout.code_of_id[frame[i]] >= 0)
        return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                          "%s: id %u is both an image token and a token that frames pictures", name, frame[i]);
      for (gsize j = 0; j < i; j++)
        if (frame[i] == frame[j])
          return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                            "%s: two of the tokens that frame pictures have the same id %u", name, frame[i]);
    }
  return TRUE;
}

static gboolean
read_all (ArraVocabulary *vocabulary, const Names *names, guint32 tokenizer_size, GError **error)
{
  if (!need (names, "<s>", &vocabulary->bos, error) || !need (names, "<racm3:break>", &vocabulary->image_start, error)
      || !need (names, "<eoss>", &vocabulary->image_end, error)
      || !need (names, "<reserved08799>", &vocabulary->new_line, error)
      || !need (names, "<reserved08706>", &vocabulary->stop, error) || !read_codes (vocabulary, names, error)
      || !read_sizes (vocabulary, names, error) || !check_distinct (vocabulary, names->name, error))
    return FALSE;
  if (!names->lookup (names->data, "<|image|>", &vocabulary->placeholder))
    vocabulary->placeholder = tokenizer_size;
  if (vocabulary->placeholder >= names->n_tokens)
    vocabulary->placeholder = ARRA_NO_TOKEN;
  return TRUE;
}

gboolean
arra_vocabulary_init (ArraVocabulary *vocabulary,
                      guint32 n_tokens,
                      guint32 tokenizer_size,
                      ArraTokenLookup lookup,
                      gpointer data,
                      const char *name,
                      GError **error)
{
  const Names names = { n_tokens, lookup, data, name };

  *vocabulary
      = (ArraVocabulary) { .layout = { .class = &arra_chameleon_frame, .n_tokens = n_tokens, .grid = PER_GRID } };
  if (read_all (vocabulary, &names, tokenizer_size, error))
    return TRUE;
  arra_vocabulary_clear (vocabulary);
  return FALSE;
}

ArraLayout *
arra_vocabulary_new (guint32 n_tokens,
                     guint32 tokenizer_size,
                     ArraTokenLookup lookup,
                     gpointer data,
                     const char *name,
                     GError **error)
{
  ArraVocabulary *vocabulary = arra_mem_new0 (1, sizeof *vocabulary, "the vocabulary", error);

  if (vocabulary == NULL)
    return NULL;
  if (arra_vocabulary_init (vocabulary, n_tokens, tokenizer_size, lookup, data, name, error))
    return &vocabulary->layout;
  arra_mem_free (vocabulary);
  return NULL;
}

static gboolean
look_up_tokenizer (gpointer data, const char *token, guint32 *id)
{
  return arra_tokenizer_id (data, token, id);
}

gboolean
arra_vocabulary_init_tokenizer (ArraVocabulary *vocabulary,
                                guint32 n_tokens,
                                const ArraTokenizer *tokenizer,
                                const char *name,
                                GError **error)
{
  return arra_vocabulary_init (vocabulary, n_tokens, arra_tokenizer_size (tokenizer), look_up_tokenizer,
                               (gpointer) tokenizer, name, error);
}

void
arra_vocabulary_clear (ArraVocabulary *vocabulary)
{
  arra_mem_free (vocabulary->layout.id_of_code);
  arra_mem_free (vocabulary->layout.code_of_id);
  arra_mem_free (vocabulary->id_of_size);
  *vocabulary = (ArraVocabulary) { 0 };
}

const ArraVocabulary *
arra_vocabulary_of (const ArraLayout *layout)
{
  g_assert (layout->class == &arra_chameleon_frame);
  return (const ArraVocabulary *) layout;
}

guint
arra_vocabulary_grids (const ArraVocabulary *vocabulary, guint32 id)
{
  for (guint32 grids = 1; grids <= vocabulary->layout.n_grids; grids++)
    if (vocabulary->id_of_size[grids] == id)
      return grids;
  return 0;
}
