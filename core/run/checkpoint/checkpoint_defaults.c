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
  checkpoint->defaults = (ArraRequest) {
    .guidance_scale = decoder->guidance_scale, .temperature = 1, .top_p = 1, .top_k = decoder->top_k, .text_top_k = 10
  };
  checkpoint->defaults.width = checkpoint->defaults.height = standard_side (checkpoint);
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

  for (ArraField field = 0; field < ARRA_N_FIELDS; field++)
    if (arra_field (field)->is_own
        && !arra_field_read (field, &checkpoint->defaults, object, name, G_MAXINT32, FALSE, error))
      return FALSE;
  if (!json_object_has_member (object, TEMPLATE) || json_node_is_null (json_object_get_member (object, TEMPLATE)))
    return TRUE;
  text = arra_json_get_string (object, name, TEMPLATE, error);
  return text != NULL && take_template (checkpoint, text, strlen (text), name, error);
}

static gboolean
load_field (ArraCheckpoint *checkpoint, const ArraFieldInfo *info, GError **error)
{
  g_autofree char *key = g_strconcat (ARRA_DEFAULT_PREFIX, info->name, NULL);
  gpointer place = G_STRUCT_MEMBER_P (&checkpoint->defaults, info->offset);
  guint64 value;

  if (!arra_gguf_has (checkpoint->gguf, key))
    return TRUE;
  if (info->type == ARRA_FIELD_REAL)
    return arra_gguf_get_double (checkpoint->gguf, key, place, error);
  if (!arra_gguf_get_uint (checkpoint->gguf, key, G_MAXINT32, &value, error))
    return FALSE;
  *(guint *) place = (guint) value;
  return TRUE;
}

gboolean
arra_defaults_load (ArraCheckpoint *checkpoint, GError **error)
{
  const char *text;
  gsize length;

  for (ArraField field = 0; field < ARRA_N_FIELDS; field++)
    if (arra_field (field)->is_own && !load_field (checkpoint, arra_field (field), error))
      return FALSE;
  if (!arra_gguf_has (checkpoint->gguf, ARRA_DEFAULT_PREFIX TEMPLATE))
    return TRUE;
  return arra_gguf_get_string (checkpoint->gguf, ARRA_DEFAULT_PREFIX TEMPLATE, &text, &length, error)
         && take_template (checkpoint, text, length, checkpoint->path, error);
}

static void
store_fields (const ArraCheckpoint *checkpoint, ArraFieldType type, ArraGgufWriter *writer)
{
  for (ArraField field = 0; field < ARRA_N_FIELDS; field++)
    {
      const ArraFieldInfo *info = arra_field (field);
      g_autofree char *key = g_strconcat (ARRA_DEFAULT_PREFIX, info->name, NULL);
      gconstpointer value = G_STRUCT_MEMBER_P (&checkpoint->defaults, info->offset);

      if (!info->is_own || info->type != type)
        continue;
      /* without a VQGAN nobody knows how many pixels a code stands for */
      if (arra_checkpoint_grid (checkpoint) == 0 && (field == ARRA_FIELD_WIDTH || field == ARRA_FIELD_HEIGHT))
        continue;
      if (type == ARRA_FIELD_REAL)
        arra_gguf_writer_set_double (writer, key, *(const double *) value);
      else
        arra_gguf_writer_set_uint (writer, key, *(const guint *) value);
    }
}

/* Files made before have them in this order, too: what is made of the same weights has the same bytes. */
void
arra_defaults_store (const ArraCheckpoint *checkpoint, ArraGgufWriter *writer)
{
  arra_gguf_writer_set_string (writer, ARRA_DEFAULT_PREFIX TEMPLATE, checkpoint->prompt_template, -1);
  store_fields (checkpoint, ARRA_FIELD_REAL, writer);
  store_fields (checkpoint, ARRA_FIELD_WHOLE, writer);
}

static gboolean
check_size (ArraCheckpoint *checkpoint, const char *name, GError **error)
{
  ArraRequest *own = &checkpoint->defaults;
  g_autoptr (GError) fault = NULL;

  if (own->width > ARRA_MAX_SIDE || own->height > ARRA_MAX_SIDE || (own->width == 0) != (own->height == 0))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: width and height must both be 0, or both between 1 and %d",
                      name, ARRA_MAX_SIDE);
  if (own->width == 0 || checkpoint->layout == NULL
      || arra_checkpoint_fits_size (checkpoint, own->width, own->height, &fault))
    return TRUE;
  /* what the checkpoint says was meant for another VQGAN than the one given */
  if (!checkpoint->vqgan_given)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the default size: %s", name, fault->message);
  own->width = own->height = standard_side (checkpoint);
  return TRUE;
}

gboolean
arra_defaults_settle (ArraCheckpoint *checkpoint, const char *name, GError **error)
{
  const ArraRequest *own = &checkpoint->defaults;
  const double hottest = arra_field (ARRA_FIELD_TEMPERATURE)->most;

  if (!(own->guidance_scale >= 0 && own->guidance_scale <= ARRA_MAX_GUIDANCE))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: guidance_scale must be between 0 and %d", name,
                      ARRA_MAX_GUIDANCE);
  if (!(own->temperature <= hottest && (float) own->temperature > 0))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: temperature must be above 0 and at most %d", name,
                      (int) hottest);
  if (!(own->top_p > 0 && own->top_p <= 1))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: top_p must be above 0 and at most 1", name);
  return check_size (checkpoint, name, error);
}
