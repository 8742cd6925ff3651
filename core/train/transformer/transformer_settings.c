/* transformer_settings.c - what a configuration says to the transformer's training
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "transformer_private.h"

#include <inttypes.h>

#include "fail.h"
#include "settings.h"

#define MAX_BATCH 65536

enum
{
  HYBNEXT,
  REP,
  NONE,
};

enum
{
  IMAGE,
  REFERENCE,
};

static gboolean
read_text (const ArraYaml *config, const char *key, char **out, GError **error)
{
  const char *text;

  if (!arra_yaml_has (config, key))
    return TRUE;
  text = arra_yaml_get_string (config, key, error);
  *out = g_strdup (text);
  return text != NULL;
}

/* Which positions are aligned, of the token and of how they are found. */
static ArraAlignPositions
positions_of (guint token, guint positions)
{
  if (token == NONE)
    return ARRA_ALIGN_NONE;
  if (positions == REFERENCE)
    return token == REP ? ARRA_ALIGN_LAST : ARRA_ALIGN_WINDOW;
  return token == REP ? ARRA_ALIGN_TOKEN : ARRA_ALIGN_IMAGE;
}

static gboolean
read_alignment (const ArraYaml *config,
                const ArraPictureItems *items,
                ArraTransformerSettings *settings,
                GError **error)
{
  static const char *const tokens[] = { "hybnext", "rep", "none", NULL }, *const places[]
                                                                          = { "image", "reference", NULL };
  static const char *const heads[] = { "mlp", "max-pool", NULL }, *const measures[] = { "cosine", "mse", NULL };
  ArraAlignment *alignment = &settings->objective.alignment;
  guint token = items->feature_width > 0 ? HYBNEXT : NONE, place = IMAGE, head = ARRA_ALIGN_MLP,
        measure = ARRA_ALIGN_COSINE;
  guint64 layer = 1, window = (guint64) items->rows * items->columns;

  if (!arra_setting_choice (config, "objective.token", tokens, &token, error)
      || !arra_setting_choice (config, "objective.positions", places, &place, error)
      || !arra_setting_choice (config, "objective.head", heads, &head, error)
      || !arra_setting_choice (config, "objective.measure", measures, &measure, error)
      || !arra_setting_uint (config, "objective.layer", 0, 4096, &layer, error)
      || !arra_setting_uint (config, "objective.window", 1, G_MAXINT32, &window, error)
      || !arra_setting_double (config, "objective.lambda", 0, 1e6, &alignment->weight, error)
      || !read_text (config, "objective.rep_token", &settings->rep_token, error))
    return FALSE;
  if (token != NONE && items->feature_width == 0)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: \"objective.token\" asks for alignment, but \"data.features\" is missing: make "
                      "features with `arra features`",
                      arra_yaml_path (config));
  alignment->positions = positions_of (token, place);
  alignment->head = head;
  alignment->measure = measure;
  alignment->layer = (guint) layer;
  alignment->window = (guint) window;
  alignment->feature_width = items->feature_width;
  return TRUE;
}

static gboolean
read_parts (const ArraYaml *config, const ArraPictureItems *items, ArraTransformerSettings *settings, GError **error)
{
  static const char *const places[] = { "own", "next", NULL };
  ArraPartAlignment *parts = &settings->objective.parts;
  guint64 layer = ARRA_NO_LAYER, hidden = 0;
  guint place = 0;

  if (!arra_setting_choice (config, "objective.patch_positions", places, &place, error)
      || !arra_setting_uint (config, "objective.patch_layer", 0, 4096, &layer, error)
      || !arra_setting_uint (config, "objective.patch_width", 1, 1 << 16, &hidden, error)
      || !arra_setting_double (config, "objective.patch_lambda", 0, 1e6, &parts->weight, error))
    return FALSE;
  parts->width = items->part_width;
  parts->hidden = (guint) hidden;
  parts->layer = (guint) layer;
  parts->next = place == 1;
  return TRUE;
}

static gboolean
read_optimizer (const ArraYaml *config, ArraTransformerSettings *settings, GError **error)
{
  ArraLearnerSettings *learner = &settings->learner;

  if (!arra_setting_uint (config, "optimizer.batch", 1, MAX_BATCH, &settings->batch, error))
    return FALSE;
  settings->micro_batch = settings->batch;
  return arra_learner_settings_read_method (learner, config, error)
         && arra_setting_uint (config, "optimizer.micro_batch", 1, settings->batch, &settings->micro_batch, error)
         && arra_setting_double (config, "optimizer.weight_decay", 0, 1e3, &learner->adamw.weight_decay, error)
         && arra_setting_double (config, "optimizer.beta1", 0, 0.999999, &learner->adamw.beta1, error)
         && arra_setting_double (config, "optimizer.beta2", 0, 0.999999, &learner->adamw.beta2, error)
         && arra_setting_double (config, "optimizer.clip", 1e-6, 1e9, &learner->clip, error)
         && arra_setting_double (config, "optimizer.ema", 0, 0.9999999, &learner->average, error);
}

static gboolean
read_family (const ArraYaml *config, ArraTransformerSettings *settings, GError **error)
{
  g_autofree char *what = g_strconcat (arra_yaml_path (config), ": \"model.family\"", NULL);
  const char *name;

  settings->family = arra_family_usual ();
  if (!arra_yaml_has (config, "model.family"))
    return TRUE;
  name = arra_yaml_get_string (config, "model.family", error);
  settings->family = name != NULL ? arra_family_named (name, what, error) : NULL;
  return settings->family != NULL;
}

static gboolean
read_start (const ArraYaml *config, ArraTransformerSettings *settings, GError **error)
{
  static const char *const starts[] = { "random", "text-only", "general", NULL };
  guint start = ARRA_START_RANDOM;

  if (!arra_setting_choice (config, "model.start", starts, &start, error)
      || !arra_setting_file (config, "model.vqgan", &settings->vqgan, error)
      || !arra_setting_file (config, "model.card", &settings->card, error))
    return FALSE;
  settings->start = start;
  if (start == ARRA_START_RANDOM
          ? !read_family (config, settings, error)
                || !arra_setting_file (config, "model.tokenizer", &settings->tokenizer, error)
                || !arra_setting_file (config, "model.classes", &settings->classes, error)
                || !arra_setting_double (config, "model.deviation", 1e-6, 10, &settings->deviation, error)
          : !arra_setting_file (config, "model.from", &settings->from, error))
    return FALSE;
  if (start == ARRA_START_RANDOM && settings->tokenizer == NULL && settings->family->needs_tokenizer)
    return arra_fail (error, ARRA_ERROR_NOT_FOUND,
                      "%s: \"model.tokenizer\" is missing: name a tokenizer.json, as `arra tokenizer-train` writes it",
                      arra_yaml_path (config));
  if (start != ARRA_START_RANDOM && settings->from == NULL)
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: \"model.from\" is missing: name the checkpoint to start from",
                      arra_yaml_path (config));
  return TRUE;
}

static gboolean
read_window (const ArraYaml *config, ArraTransformerSettings *settings, GError **error)
{
  gint64 sides[2] = { 0, 0 };
  gsize n = 2;

  if (!arra_setting_bool (config, "data.tile", &settings->tiles, error)
      || (arra_yaml_has (config, "data.window") && !arra_yaml_get_ints (config, "data.window", 2, sides, &n, error)))
    return FALSE;
  if (n != 2 || sides[0] < 0 || sides[1] < 0 || MAX (sides[0], sides[1]) > G_MAXUINT16)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: \"data.window\" is not two numbers of codes, as in [8, 32]: rows and columns",
                      arra_yaml_path (config));
  settings->rows = (guint) sides[0];
  settings->columns = (guint) sides[1];
  return TRUE;
}

static gboolean
read_held_out (const ArraYaml *config, const ArraPictureItems *items, ArraTransformerSettings *settings, GError **error)
{
  if (!arra_setting_uint (config, "data.held_out", 0, G_MAXUINT32, &settings->held_out, error))
    return FALSE;
  if (settings->held_out < MAX (items->n, 1))
    return TRUE;
  return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                    "%s: there are %u pictures, of which \"data.held_out\" holds out %" PRIu64
                    ": none is left to learn from; hold out fewer, as with --set data.held_out=%u",
                    arra_yaml_path (config), items->n, settings->held_out, items->n / 8);
}

gboolean
arra_transformer_settings_read (const ArraYaml *config,
                                const ArraPictureItems *items,
                                ArraTransformerSettings *settings,
                                GError **error)
{
  return read_alignment (config, items, settings, error) && read_parts (config, items, settings, error)
         && read_optimizer (config, settings, error) && read_held_out (config, items, settings, error)
         && arra_setting_double (config, "data.drop_prompt", 0, 1, &settings->drop_prompt, error)
         && arra_setting_double (config, "objective.z_weight", 0, 1, &settings->objective.z_weight, error)
         && arra_setting_double (config, "objective.dropout", 0, 0.99, &settings->objective.dropout, error);
}

gboolean
arra_transformer_settings_read_start (const ArraYaml *config, ArraTransformerSettings *settings, GError **error)
{
  *settings = (ArraTransformerSettings) {
    .batch = 16,
    .drop_prompt = 0.1,
    .deviation = 0.02,
    .learner = { ARRA_ADAMW_REFERENCE, 4, 0, 0 },
    .objective = { .z_weight = 1e-5, .dropout = 0.05, .alignment = { .weight = 1 }, .parts = { .weight = 2 } }
  };
  return read_start (config, settings, error) && read_window (config, settings, error);
}

void
arra_transformer_settings_clear (ArraTransformerSettings *settings)
{
  g_free (settings->from);
  g_free (settings->tokenizer);
  g_free (settings->vqgan);
  g_free (settings->card);
  g_free (settings->classes);
  g_free (settings->rep_token);
}
