/* clip_settings.c - how an image and text encoder is trained, as its configuration says
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "clip_settings.h"

#include <string.h>

#include "fail.h"
#include "settings.h"

#define MAX_SIZE 4096
#define MAX_HELD 10000
#define MAX_BATCH 4096
#define EPS 1e-5f
#define AMBIGUOUS_ID 2 /* as the end, other programs take it for an old configuration's mistake */

static gboolean
read_text (const ArraYaml *config, const char *key, const char *standard, char **out, GError **error)
{
  const char *text = standard;

  if (arra_yaml_has (config, key))
    text = arra_yaml_get_string (config, key, error);
  *out = g_strdup (text);
  return text != NULL;
}

static gboolean
read_model (ArraClipConfig *m, const ArraYaml *config, GError **error)
{
  const struct
  {
    const char *key;
    guint *value;
  } numbers[] = {
    { "model.image_size", &m->image_size },     { "model.patch_size", &m->patch_size },
    { "model.width", &m->vision.width },        { "model.layers", &m->vision.n_layers },
    { "model.heads", &m->vision.n_heads },      { "model.text_width", &m->text.width },
    { "model.text_layers", &m->text.n_layers }, { "model.text_heads", &m->text.n_heads },
    { "model.context", &m->context },           { "model.projection", &m->projection },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (!arra_setting_number (config, numbers[i].key, 1, G_MAXUINT16, numbers[i].value, error))
      return FALSE;
  m->vision.intermediate = 4 * m->vision.width;
  m->text.intermediate = 4 * m->text.width;
  return TRUE;
}

static gboolean
read_tokenizer (ArraClipSettings *s, const ArraYaml *config, GError **error)
{
  if (!read_text (config, "model.start", "<s>", &s->start, error)
      || !read_text (config, "model.end", "<reserved08706>", &s->end, error)
      || !arra_setting_file (config, "model.tokenizer", &s->tokenizer, error))
    return FALSE;
  if (s->tokenizer == NULL)
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: \"model.tokenizer\" is missing", arra_yaml_path (config));
  return TRUE;
}

static gboolean
read_data (ArraClipSettings *s, const ArraYaml *config, GError **error)
{
  s->augmentation.crop = s->model.image_size;
  s->size = s->model.image_size + 8;
  if (!arra_setting_number (config, "data.size", 1, MAX_SIZE, &s->size, error)
      || !arra_setting_number (config, "data.validation", 0, MAX_HELD, &s->held, error)
      || !arra_setting_number (config, "data.batch", 2, MAX_BATCH, &s->batch, error)
      || !arra_setting_double (config, "data.contrast", 0, 1, &s->augmentation.contrast, error)
      || !arra_setting_double (config, "data.brightness", 0, 1, &s->augmentation.brightness, error))
    return FALSE;
  if (s->size < s->model.image_size)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"data.size\" is %u, less than \"model.image_size\", %u",
                      arra_yaml_path (config), s->size, s->model.image_size);
  return TRUE;
}

static gboolean
read_optimizer (ArraClipSettings *s, const ArraYaml *config, GError **error)
{
  return arra_learner_settings_read (&s->learner, config, error)
         && arra_learner_settings_read_method (&s->learner, config, error);
}

gboolean
arra_clip_settings_read (ArraClipSettings *settings, const ArraYaml *config, GError **error)
{
  *settings = (ArraClipSettings) {
    .model = { .vision = { .width = 192, .n_layers = 6, .n_heads = 3, .eps = EPS },
               .text = { .width = 128, .n_layers = 3, .n_heads = 2, .eps = EPS },
               .image_size = 128,
               .patch_size = 16,
               .context = 64,
               .projection = 128,
               .logit_scale = 2.6592 },
    .augmentation = { .contrast = 0.1, .brightness = 0.05 },
    .batch = 96,
    .held = 64,
    .learner = { { 0.9, 0.98, 1e-8, 0.05 }, 1, 0, 0 },
  };
  return read_model (&settings->model, config, error) && read_tokenizer (settings, config, error)
         && read_data (settings, config, error) && read_optimizer (settings, config, error);
}

void
arra_clip_settings_clear (ArraClipSettings *settings)
{
  g_clear_pointer (&settings->tokenizer, g_free);
  g_clear_pointer (&settings->start, g_free);
  g_clear_pointer (&settings->end, g_free);
}

static gboolean
find_token (const ArraYaml *config,
            const ArraTokenizer *tokenizer,
            const char *key,
            const char *token,
            guint *id,
            GError **error)
{
  guint32 found;

  if (!arra_tokenizer_id (tokenizer, token, &found))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: the tokenizer has no token \"%s\": name one of its tokens in \"%s\"",
                      arra_yaml_path (config), token, key);
  *id = found;
  return TRUE;
}

gboolean
arra_clip_settings_adopt (ArraClipSettings *settings,
                          const ArraYaml *config,
                          const ArraTokenizer *tokenizer,
                          GError **error)
{
  ArraClipConfig *model = &settings->model;

  model->vocab_size = arra_tokenizer_size (tokenizer);
  if (!find_token (config, tokenizer, "model.start", settings->start, &model->bos, error)
      || !find_token (config, tokenizer, "model.end", settings->end, &model->eos, error))
    return FALSE;
  if (model->eos == AMBIGUOUS_ID)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: \"model.end\" has id %d, which other programs read as \"the highest id\": name "
                      "another token",
                      arra_yaml_path (config), AMBIGUOUS_ID);
  return arra_clip_config_check (model, arra_yaml_path (config), error);
}
