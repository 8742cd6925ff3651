/* picture_prompts.c - captions that were kept as text, read as the model reads prompts when it makes pictures
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture_prompts.h"

#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "family.h"
#include "mem.h"

/* Ids of all items, one behind the other. */
typedef struct
{
  guint32 *starts, *ids; /* [n + 1], [starts[n]]; arra_mem */
  gsize room;            /* of ids */
} Table;

typedef struct
{
  ArraPictureItems inner;
  Table tables[ARRA_N_BRANCHES]; /* the second only where prompts stand in front */
} Prompts;

/* ------------------------------------------------------------------ as others see them */

static const guint32 *
look_up (const Table *table, guint item, guint *n)
{
  *n = table->starts[item + 1] - table->starts[item];
  return table->ids + table->starts[item];
}

static const guint32 *
prompt_of (gpointer owner, guint item, guint *n)
{
  return look_up (&((const Prompts *) owner)->tables[ARRA_CONDITIONAL], item, n);
}

static const guint32 *
front_of (gpointer owner, guint item, gboolean prompt, guint *n)
{
  return look_up (&((const Prompts *) owner)->tables[prompt ? ARRA_CONDITIONAL : ARRA_UNCONDITIONAL], item, n);
}

static void
codes_of (gpointer owner, guint item, guint32 *codes)
{
  const ArraPictureItems *inner = &((const Prompts *) owner)->inner;

  inner->codes (inner->owner, item, codes);
}

static void
features_of (gpointer owner, guint item, float *features)
{
  const ArraPictureItems *inner = &((const Prompts *) owner)->inner;

  inner->features (inner->owner, item, features);
}

static void
parts_of (gpointer owner, guint item, float *parts)
{
  const ArraPictureItems *inner = &((const Prompts *) owner)->inner;

  inner->parts (inner->owner, item, parts);
}

static guint
prompt_features_of (gpointer owner, guint item, float *features)
{
  const ArraPictureItems *inner = &((const Prompts *) owner)->inner;

  return inner->prompt_features (inner->owner, item, features);
}

static gboolean
check (gpointer owner, guint item, GError **error)
{
  return arra_picture_items_same (&((const Prompts *) owner)->inner, item, error);
}

static void
free_prompts (gpointer owner)
{
  Prompts *prompts = owner;

  arra_picture_items_clear (&prompts->inner);
  for (guint i = 0; i < ARRA_N_BRANCHES; i++)
    {
      arra_mem_free (prompts->tables[i].starts);
      arra_mem_free (prompts->tables[i].ids);
    }
  g_free (prompts);
}

/* ------------------------------------------------------------------ captions */

char *
arra_picture_caption (const ArraPictureItems *items, guint item, const char *name, GError **error)
{
  guint n;
  const guint32 *bytes = items->prompt (items->owner, item, &n);
  g_autofree char *text = g_malloc (n + 1);

  for (guint i = 0; i < n; i++)
    text[i] = (char) bytes[i];
  text[n] = '\0';
  if (n > 0 && g_utf8_validate (text, (gssize) n, NULL))
    return g_steal_pointer (&text);
  arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the caption of picture %u is empty, or no text", name, item);
  return NULL;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The highest number + 1; 0: some of @texts are none. */
static guint
count_numbers (const GPtrArray *texts)
{
  guint64 number, n = 0;

  for (guint i = 0; i < texts->len; i++)
    {
      if (!g_ascii_string_to_unsigned (texts->pdata[i], 10, 0, G_MAXINT32 - 1, &number, NULL))
        return 0;
      n = MAX (n, number + 1);
    }
  return (guint) n;
}

char **
arra_picture_classes (const ArraPictureItems *items, guint *n)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  *n = 0;
  if (!items->is_text)
    return NULL;
  for (guint i = 0; i < items->n; i++)
    {
      char *text = arra_picture_caption (items, i, "", NULL);

      if (text == NULL || g_hash_table_contains (seen, text))
        g_free (text); /* what is no text is told of where it is read */
      else
        {
          g_hash_table_add (seen, text);
          g_ptr_array_add (texts, text);
        }
    }
  *n = count_numbers (texts);
  if (*n > 0 || texts->len == 0)
    return NULL;
  g_ptr_array_sort (texts, compare);
  *n = texts->len;
  g_ptr_array_add (texts, NULL);
  return g_strdupv ((char **) texts->pdata);
}

/* ------------------------------------------------------------------ ids */

static gboolean
table_init (Table *table, guint n, GError **error)
{
  table->starts = arra_mem_new ((gsize) n + 1, sizeof *table->starts, "the prompts", error);
  if (table->starts != NULL)
    table->starts[0] = 0;
  return table->starts != NULL;
}

/* Room for @n ids of @item: where they are to go, NULL with @error set. */
static guint32 *
table_add (Table *table, guint item, guint n, GError **error)
{
  const gsize before = table->starts[item], end = before + n;
  guint32 *grown;

  if (end > G_MAXUINT32)
    {
      arra_fail (error, ARRA_ERROR_ARGUMENT, "The captions are too many tokens");
      return NULL;
    }
  if (end > table->room || table->ids == NULL)
    {
      table->room = 2 * end + 16;
      grown = arra_mem_resize (table->ids, table->room, sizeof *grown, "the prompts", error);
      if (grown == NULL)
        return NULL;
      table->ids = grown;
    }
  table->starts[item + 1] = (guint32) end;
  return table->ids + before;
}

static gboolean
put_ids (Table *table, guint item, const guint32 *ids, guint n, GError **error)
{
  guint32 *place = table_add (table, item, n, error);

  if (place != NULL && n > 0)
    memcpy (place, ids, n * sizeof *ids);
  return place != NULL;
}

/* A range of ids: rows of a prompt's features, or of those that stand for none. */
static gboolean
put_range (Table *table, guint item, guint32 first, guint n, GError **error)
{
  guint32 *place = table_add (table, item, n, error);

  for (guint i = 0; place != NULL && i < n; i++)
    place[i] = first + i;
  return place != NULL;
}

/* What conditions of texts become: of those in the sequence what stands around them is the layout's. */
static gboolean
put_condition (Prompts *prompts, guint item, const ArraCondition *condition, gboolean in_front, GError **error)
{
  const ArraPrefix *sequence = &condition->sequence, *front = condition->front;
  Table *tables = prompts->tables;

  if (!in_front)
    return put_ids (&tables[ARRA_CONDITIONAL], item, sequence->ids + 1, sequence->n - 2, error);
  return put_ids (&tables[ARRA_CONDITIONAL], item, front[ARRA_CONDITIONAL].ids, front[ARRA_CONDITIONAL].n, error)
         && put_ids (&tables[ARRA_UNCONDITIONAL], item, front[ARRA_UNCONDITIONAL].ids, front[ARRA_UNCONDITIONAL].n,
                     error);
}

static gboolean
read_text (Prompts *prompts,
           guint item,
           const ArraDecoder *decoder,
           const ArraPromptReader *reader,
           const char *name,
           GError **error)
{
  g_autofree char *text = arra_picture_caption (&prompts->inner, item, name, error);
  g_auto (ArraCondition) condition = { .sequence = { NULL, 0, 0, FALSE } };

  if (text == NULL)
    return FALSE;
  if (decoder->conditioner->condition (decoder, reader, text, &condition, error))
    return put_condition (prompts, item, &condition, !arra_layout_has_text (reader->layout), error);
  g_prefix_error (error, "%s: picture %u: ", name, item);
  return FALSE;
}

/* Features are in place of the text. */
static gboolean
read_features (Prompts *prompts, guint item, const ArraTrainable *model, float *rows, GError **error)
{
  const guint n = prompts->inner.prompt_features (prompts->inner.owner, item, rows);

  return put_range (&prompts->tables[ARRA_CONDITIONAL], item, model->first_prompt, n, error)
         && put_range (&prompts->tables[ARRA_UNCONDITIONAL], item, model->first_prompt - n, n, error);
}

static gboolean
check_kind (const ArraPictureItems *items,
            const ArraDecoder *decoder,
            const ArraTrainable *model,
            const char *name,
            GError **error)
{
  if (model->prompt_rows == 0 && items->is_text)
    return TRUE;
  if (model->prompt_rows == 0)
    return arra_fail (
        error, ARRA_ERROR_INVALID_DATA,
        "%s: \"data.tokens\": a %s reads captions as text, and these were made tokens: make the file with "
        "`arra pretokenize` without --tokenizer",
        name, decoder->family->name);
  if (items->prompt_rows == 0)
    return arra_fail (error, ARRA_ERROR_NOT_FOUND,
                      "%s: \"data.prompts\" is missing: this model reads features of captions, which `arra features "
                      "--text-encoder` makes",
                      name);
  if (items->prompt_rows != model->prompt_rows || items->prompt_width != model->prompt_width)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: \"data.prompts\": has features of %u rows of %u numbers, and the model reads %u of %u", name,
                      items->prompt_rows, items->prompt_width, model->prompt_rows, model->prompt_width);
  return TRUE;
}

static gboolean
fill (Prompts *prompts,
      const ArraDecoder *decoder,
      const ArraTrainable *model,
      const ArraPromptReader *reader,
      const char *name,
      GError **error)
{
  const gboolean features = model->prompt_rows > 0;
  g_automem float *rows = features ? arra_mem_new ((gsize) model->prompt_rows * model->prompt_width, sizeof *rows,
                                                   "features of a prompt", error)
                                   : NULL;

  if (features && rows == NULL)
    return FALSE;
  for (guint i = 0; i < prompts->inner.n; i++)
    if (!(features ? read_features (prompts, i, model, rows, error)
                   : read_text (prompts, i, decoder, reader, name, error)))
      return FALSE;
  return TRUE;
}

gboolean
arra_picture_prompts_open (ArraPictureItems *items,
                           const ArraDecoder *decoder,
                           const ArraTrainable *model,
                           const ArraPromptReader *reader,
                           const char *name,
                           GError **error)
{
  const gboolean in_front = !arra_layout_has_text (reader->layout);
  Prompts *prompts;

  if (!check_kind (items, decoder, model, name, error))
    return FALSE;
  prompts = g_new0 (Prompts, 1);
  prompts->inner = *items;
  items->owner = prompts;
  items->free_owner = free_prompts;
  items->prompt = prompt_of;
  items->front = in_front ? front_of : NULL;
  items->first_id = in_front ? decoder->first_id : 0;
  items->codes = codes_of;
  items->features = items->features != NULL ? features_of : NULL;
  items->parts = items->parts != NULL ? parts_of : NULL;
  items->prompt_features = items->prompt_features != NULL ? prompt_features_of : NULL;
  items->check = check;
  items->is_text = FALSE;
  for (guint i = 0; i < ARRA_N_BRANCHES; i++)
    if (!table_init (&prompts->tables[i], items->n, error))
      return FALSE;
  return fill (prompts, decoder, model, reader, name, error);
}
