/* clip_model.c - the model of a CLIP in training as a folder in Hugging Face's form
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <json-glib/json-glib.h>
#include <string.h>

#include "clip_trainee_private.h"
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
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *root = json_object_new ();

  json_node_take_object (node, root);
  json_object_set_string_member (root, "tokenizer_class", "PreTrainedTokenizerFast");
  json_object_set_string_member (root, "bos_token", s->start);
  json_object_set_string_member (root, "eos_token", s->end);
  json_object_set_string_member (root, "pad_token", s->end);
  json_object_set_int_member (root, "model_max_length", s->model.context);
  return json_to_string (node, TRUE);
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
