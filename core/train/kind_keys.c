/* kind_keys.c - the keys that configurations of trainings may have
 *
 * Readers of settings ask for keys one by one, and stop at the first that is missing. A misspelt one is what
 * is wrong then, and only a list can tell.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "kind_keys.h"

#include <string.h>

#include "fail.h"

typedef struct
{
  const char *kind;
  const char *const *keys; /* of a section each: the section, and what it may have */
} Keys;

static const char *const all[] = {
  "kind output seed",
  "training. steps learning_rate warmup schedule min_learning_rate validate_every patience "
  "checkpoint_minutes checkpoint_every sample_every log_every max_minutes",
  "samples. prompts seed guidance_scale",
  NULL,
};
static const char *const transformer[] = {
  "data. tokens features patches prompts held_out drop_prompt window tile",
  "model. start from family classes tokenizer hidden_size layers heads kv_heads intermediate_size context rope_theta "
  "swin_norm deviation vqgan card",
  "objective. token positions window rep_token layer head measure lambda patch_layer patch_positions patch_width patch_lambda "
  "z_weight dropout",
  "optimizer. batch micro_batch method momentum weight_decay beta1 beta2 clip ema",
  NULL,
};
static const char *const vqgan[] = {
  "model. base_channels channel_multiplier num_res_blocks attn_resolutions resolution latent_channels "
  "embed_dim num_embeddings norm_groups decoder_base_channels decoder_channel_multiplier "
  "decoder_res_blocks smooth_upsampling middle_attention norm padding average from learn",
  "data. path paths fit size validation batch crop flip tile",
  "loss. kind l1 l2 perceptual colour coarse texture comb commitment critic_start critic_weight critic_adaptive "
  "critic_channels critic_rate critic_measure critic_features",
  "codebook. start decay revive_below levels",
  "optimizer. method momentum beta1 beta2 weight_decay clip",
  NULL,
};
static const char *const clip[] = {
  "model. tokenizer start end image_size patch_size width layers heads text_width text_layers "
  "text_heads context projection average",
  "data. path paths fit size validation batch contrast brightness",
  "optimizer. method momentum beta1 beta2 weight_decay clip",
  NULL,
};
static const char *const classifier[] = {
  "model. size colours channels norm_groups average", "data. path paths fit validation batch",
  "augment. shift brightness contrast blur noise",    "loss. balance",
  "optimizer. beta1 beta2 weight_decay clip",         NULL,
};
static const Keys kinds[] = {
  { "transformer", transformer },
  { "vqgan", vqgan },
  { "clip", clip },
  { "classifier", classifier },
};

/* Whether @line has @key, or the list that it is an entry of. */
static gboolean
has_key (const char *line, const char *key)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  gboolean in_section = g_str_has_suffix (words[0], ".");
  const char *name = in_section && g_str_has_prefix (key, words[0]) ? key + strlen (words[0]) : key;
  gsize length = strcspn (name, ".");

  if (in_section && name == key)
    return FALSE;
  for (guint i = in_section; words[i] != NULL; i++)
    if (strlen (words[i]) == length && strncmp (words[i], name, length) == 0)
      return name[length] == '\0' || g_ascii_isdigit (name[length + 1]);
  return FALSE;
}

static gboolean
is_in (const char *const *lines, const char *key)
{
  for (; *lines != NULL; lines++)
    if (has_key (*lines, key))
      return TRUE;
  return FALSE;
}

typedef struct
{
  const char *kind; /* (nullable) */
  char *unknown;    /* (nullable): the first */
} Search;

static void
look_at (const char *key, const char *text, gpointer data)
{
  Search *search = data;
  gboolean known = is_in (all, key);

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (search->kind == NULL || strcmp (search->kind, kinds[i].kind) == 0)
      known = known || is_in (kinds[i].keys, key);
  if (!known && search->unknown == NULL)
    search->unknown = g_strdup (key);
}

gboolean
arra_kind_keys_check (const ArraYaml *config, GError **error)
{
  Search search = { .kind = arra_yaml_has (config, "kind") ? arra_yaml_get_string (config, "kind", NULL) : NULL };
  g_autofree char *unknown = NULL;

  arra_yaml_each (config, look_at, &search);
  unknown = search.unknown;
  if (unknown == NULL)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"%s\" is not known%s%s%s", arra_yaml_path (config), unknown,
                    search.kind != NULL ? " to trainings of the kind \"" : "", search.kind != NULL ? search.kind : "",
                    search.kind != NULL ? "\"" : "");
}
