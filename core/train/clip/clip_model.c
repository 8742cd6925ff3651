/* clip_model.c - the model of a CLIP in training as a folder in Hugging Face's form
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "clip_trainee_private.h"
#include "jsonwriter.h"
#include "mapping.h"

static gboolean
save_weights (const ArraClipTrainee *t, const char *directory, GError **error)
{
  g_autofree char *path = g_build_filename (directory, "model.safetensors", NULL);

  return arra_parameters_save (t->parameters, arra_learner_weights (&t->learner), path, error);
}

static gboolean
save_text (const char *directory, const char *name, const char *text, gsize size, GError **error)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);

  return arra_write_file (path, text, size, error);
}

/* What transformers' AutoTokenizer wants to know. */
static char *
describe_tokenizer (const ArraClipSettings *s)
{
  ArraJsonWriter *json = arra_json_writer_new (ARRA_JSON_LINES);

  arra_json_begin_object (json, NULL);
  arra_json_put_string (json, "tokenizer_class", "PreTrainedTokenizerFast");
  arra_json_put_string (json, "bos_token", s->start);
  arra_json_put_string (json, "eos_token", s->end);
  arra_json_put_string (json, "pad_token", s->end);
  arra_json_put_uint (json, "model_max_length", s->model.context);
  arra_json_end_object (json);
  return arra_json_writer_end (json);
}

gboolean
arra_clip_trainee_save (gpointer self, const char *directory, GError **error)
{
  const ArraClipTrainee *t = self;
  g_autofree char *config = arra_clip_config_to_json (&t->settings.model);
  g_autofree char *pixels = arra_clip_pixels_to_json (&arra_clip_pixels_standard, t->settings.model.image_size);
  g_autofree char *about = describe_tokenizer (&t->settings);
  gsize size;
  const char *tokenizer = arra_tokenizer_json (t->tokenizer, &size);

  return save_weights (t, directory, error) && save_text (directory, "config.json", config, strlen (config), error)
         && save_text (directory, "preprocessor_config.json", pixels, strlen (pixels), error)
         && save_text (directory, "tokenizer.json", tokenizer, size, error)
         && save_text (directory, "tokenizer_config.json", about, strlen (about), error);
}
