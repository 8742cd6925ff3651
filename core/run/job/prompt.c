/* prompt.c - a prompt becomes what the model answers to
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "prompt.h"

#include <string.h>

#include "checkpoint.h"
#include "fail.h"
#include "mem.h"

typedef struct
{
  const char *name;
  const char *value;
} Slot;

/* The text with its slots replaced; @out NULL: only its length. */
static gboolean
expand (const char *text, const Slot *slots, gsize n_slots, char *out, gsize *length)
{
  gsize n = 0;

  while (*text != '\0')
    {
      const char *piece = text;
      gsize taken = 1, size = 1;

      for (gsize i = 0; i < n_slots; i++)
        if (g_str_has_prefix (text, slots[i].name))
          {
            piece = slots[i].value;
            taken = strlen (slots[i].name);
            size = strlen (piece);
            break;
          }
      if (out != NULL)
        memcpy (out + n, piece, size);
      if (!arra_size_add (n, size, &n))
        return FALSE;
      text += taken;
    }
  *length = n;
  return TRUE;
}

char *
arra_prompt_expand (const char *prompt_template, const char *prompt, guint width, guint height, GError **error)
{
  char w[16], h[16];
  const Slot slots[] = { { "{prompt}", prompt }, { "{width}", w }, { "{height}", h } };
  gsize length;
  char *out;

  if (width == 0 && (strstr (prompt_template, "{width}") != NULL || strstr (prompt_template, "{height}") != NULL))
    {
      arra_fail (error, ARRA_ERROR_ARGUMENT,
                 "This checkpoint's prompts name the size of the picture, so a size must be given");
      return NULL;
    }
  g_snprintf (w, sizeof w, "%u", width);
  g_snprintf (h, sizeof h, "%u", height);
  if (!expand (prompt_template, slots, G_N_ELEMENTS (slots), NULL, &length))
    {
      arra_fail (error, ARRA_ERROR_ARGUMENT, "The prompt is too long");
      return NULL;
    }
  out = arra_mem_new (length + 1, 1, "the prompt", error);
  if (out == NULL)
    return NULL;
  expand (prompt_template, slots, G_N_ELEMENTS (slots), out, &length);
  out[length] = '\0';
  return out;
}

static const char *
template_of (const ArraCheckpoint *checkpoint, const ArraRequest *request)
{
  if (request->prompt_template != NULL)
    return request->prompt_template;
  return checkpoint->prompt_template != NULL ? checkpoint->prompt_template : "{prompt}";
}

gboolean
arra_prompt_condition (const ArraCheckpoint *checkpoint,
                       const ArraRequest *request,
                       ArraCondition *condition,
                       GError **error)
{
  const ArraDecoder *decoder = &checkpoint->decoder;
  const ArraPromptReader reader = { checkpoint->layout, checkpoint->tokenizer, checkpoint->text_encoder };
  g_automem char *text
      = arra_prompt_expand (template_of (checkpoint, request), request->prompt, request->width, request->height, error);

  return text != NULL && decoder->conditioner->condition (decoder, &reader, text, condition, error);
}
