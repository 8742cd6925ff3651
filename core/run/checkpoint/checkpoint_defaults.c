/* checkpoint_defaults.c - sampling settings and picture size when nothing else is asked for
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "checkpoint_private.h"

#include <string.h>

#include "card.h"
#include "card_keys.h"
#include "fail.h"
#include "jsonguard.h"

#define STANDARD_CODES 32 /* on a side: 512 pixels with an f=16 VQGAN, what the published models were trained on */
#define PROMPT_ROOM 256   /* tokens of the context that a default size leaves for the prompt */
#define MAX_SIDE 65536
#define MAX_TEMPERATURE 1000.0

static const struct
{
  const char *key;
  gsize offset;
} doubles[] = {
  { "guidance_scale", G_STRUCT_OFFSET (ArraCheckpoint, guidance_scale) },
  { "temperature", G_STRUCT_OFFSET (ArraCheckpoint, temperature) },
  { "top_p", G_STRUCT_OFFSET (ArraCheckpoint, top_p) },
};

static const struct
{
  const char *key;
  gsize offset;
  gboolean is_size;
} counts[] = {
  { "top_k", G_STRUCT_OFFSET (ArraCheckpoint, top_k), FALSE },
  { "text_top_k", G_STRUCT_OFFSET (ArraCheckpoint, text_top_k), FALSE },
  { "width", G_STRUCT_OFFSET (ArraCheckpoint, width), TRUE },
  { "height", G_STRUCT_OFFSET (ArraCheckpoint, height), TRUE },
};

#define TEMPLATE "prompt_template"

guint
arra_checkpoint_picture_room (const ArraCheckpoint *checkpoint)
{
  return checkpoint->decoder.context - MIN (PROMPT_ROOM, checkpoint->decoder.context / 4);
}

/* The largest square up to the standard one that there is and whose tokens leave room for a prompt. */
static guint
standard_side (const ArraCheckpoint *checkpoint)
{
  const ArraLayout *layout = checkpoint->layout;
  const guint room = arra_checkpoint_picture_room (checkpoint);
  guint64 grids;

  if (layout == NULL) /* a card alone */
    return 0;
  grids = MIN (MAX (STANDARD_CODES / layout->grid, 1), layout->n_grids);
  while (grids > 1 && arra_layout_tokens (layout, (guint) grids * layout->grid, (guint) grids * layout->grid) > room)
    grids--;
  return (guint) grids * arra_checkpoint_size_grid (checkpoint);
}

void
arra_defaults_init (ArraCheckpoint *checkpoint)
{
  const ArraDecoder *decoder = &checkpoint->decoder; /* empty for a card alone */

  checkpoint->prompt_template = g_strdup ("{prompt}");
  checkpoint->guidance_scale = decoder->guidance_scale;
  checkpoint->temperature = 1;
  checkpoint->top_p = 1;
  checkpoint->top_k = decoder->top_k;
  checkpoint->text_top_k = 10;
  checkpoint->width = checkpoint->height = standard_side (checkpoint);
}

static gboolean
take_template (ArraCheckpoint *checkpoint, const char *text, gsize length, const char *name, GError **error)
{
  if (length > ARRA_CARD_MAX_TEMPLATE)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %s is longer than %zu bytes", name, TEMPLATE,
                      ARRA_CARD_MAX_TEMPLATE);
  if (memchr (text, '\0', length) != NULL || g_strstr_len (text, (gssize) length, "{prompt}") == NULL)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %s has no {prompt}", name, TEMPLATE);
  g_free (checkpoint->prompt_template);
  checkpoint->prompt_template = g_strndup (text, length);
  return TRUE;
}

gboolean
arra_defaults_read_json (ArraCheckpoint *checkpoint, JsonObject *object, const char *name, GError **error)
{
  const char *text;

  for (gsize i = 0; i < G_N_ELEMENTS (doubles); i++)
    {
      double *value = G_STRUCT_MEMBER_P (checkpoint, doubles[i].offset);

      if (!arra_json_get_double_default (object, name, doubles[i].key, *value, value, error))
        return FALSE;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      guint *place = G_STRUCT_MEMBER_P (checkpoint, counts[i].offset);
      gint64 value;

      if (!arra_json_get_int_default (object, name, counts[i].key, 0, G_MAXINT32, *place, &value, error))
        return FALSE;
      *place = (guint) value;
    }
  if (!json_object_has_member (object, TEMPLATE) || json_node_is_null (json_object_get_member (object, TEMPLATE)))
    return TRUE;
  text = arra_json_get_string (object, name, TEMPLATE, error);
  return text != NULL && take_template (checkpoint, text, strlen (text), name, error);
}

gboolean
arra_defaults_load (ArraCheckpoint *checkpoint, GError **error)
{
  const char *text;
  gsize length;

  for (gsize i = 0; i < G_N_ELEMENTS (doubles); i++)
    {
      g_autofree char *key = g_strconcat (ARRA_DEFAULT_PREFIX, doubles[i].key, NULL);
      double *value = G_STRUCT_MEMBER_P (checkpoint, doubles[i].offset);

      if (arra_gguf_has (checkpoint->gguf, key) && !arra_gguf_get_double (checkpoint->gguf, key, value, error))
        return FALSE;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      g_autofree char *key = g_strconcat (ARRA_DEFAULT_PREFIX, counts[i].key, NULL);
      guint64 value;

      if (!arra_gguf_has (checkpoint->gguf, key))
        continue;
      if (!arra_gguf_get_uint (checkpoint->gguf, key, G_MAXINT32, &value, error))
        return FALSE;
      G_STRUCT_MEMBER (guint, checkpoint, counts[i].offset) = (guint) value;
    }
  if (!arra_gguf_has (checkpoint->gguf, ARRA_DEFAULT_PREFIX TEMPLATE))
    return TRUE;
  return arra_gguf_get_string (checkpoint->gguf, ARRA_DEFAULT_PREFIX TEMPLATE, &text, &length, error)
         && take_template (checkpoint, text, length, checkpoint->path, error);
}

void
arra_defaults_store (const ArraCheckpoint *checkpoint, ArraGgufWriter *writer)
{
  arra_gguf_writer_set_string (writer, ARRA_DEFAULT_PREFIX TEMPLATE, checkpoint->prompt_template, -1);
  for (gsize i = 0; i < G_N_ELEMENTS (doubles); i++)
    {
      g_autofree char *key = g_strconcat (ARRA_DEFAULT_PREFIX, doubles[i].key, NULL);
      arra_gguf_writer_set_double (writer, key, G_STRUCT_MEMBER (const double, checkpoint, doubles[i].offset));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      g_autofree char *key = g_strconcat (ARRA_DEFAULT_PREFIX, counts[i].key, NULL);

      /* without a VQGAN nobody knows how many pixels a code stands for */
      if (arra_checkpoint_grid (checkpoint) == 0 && counts[i].is_size)
        continue;
      arra_gguf_writer_set_uint (writer, key, G_STRUCT_MEMBER (const guint, checkpoint, counts[i].offset));
    }
}

static gboolean
check_size (ArraCheckpoint *checkpoint, const char *name, GError **error)
{
  g_autoptr (GError) fault = NULL;

  if (checkpoint->width > MAX_SIDE || checkpoint->height > MAX_SIDE
      || (checkpoint->width == 0) != (checkpoint->height == 0))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: width and height must both be 0, or both between 1 and %d",
                      name, MAX_SIDE);
  if (checkpoint->width == 0 || checkpoint->layout == NULL
      || arra_checkpoint_fits_size (checkpoint, checkpoint->width, checkpoint->height, &fault))
    return TRUE;
  /* what the checkpoint says was meant for another VQGAN than the one given */
  if (!checkpoint->vqgan_given)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the default size: %s", name, fault->message);
  checkpoint->width = checkpoint->height = standard_side (checkpoint);
  return TRUE;
}

gboolean
arra_defaults_settle (ArraCheckpoint *checkpoint, const char *name, GError **error)
{
  if (!(checkpoint->guidance_scale >= 0 && checkpoint->guidance_scale <= ARRA_MAX_GUIDANCE))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: guidance_scale must be between 0 and %d", name,
                      (int) ARRA_MAX_GUIDANCE);
  if (!(checkpoint->temperature <= MAX_TEMPERATURE && (float) checkpoint->temperature > 0))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: temperature must be above 0 and at most %d", name,
                      (int) MAX_TEMPERATURE);
  if (!(checkpoint->top_p > 0 && checkpoint->top_p <= 1))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: top_p must be above 0 and at most 1", name);
  return check_size (checkpoint, name, error);
}
