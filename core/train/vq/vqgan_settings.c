/* vqgan_settings.c - how a VQGAN is trained, as its configuration says
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "vqgan_settings.h"

#include <inttypes.h>

#include "fail.h"
#include "settings.h"

#define MAX_CROP 4096

typedef enum
{
  KIND_NONE,
  KIND_PERCEPTUAL,
  KIND_PATCH,
} Kind;

static const char *const paddings[] = { "zeros", "replicate", "wrap", NULL };   /* as in ArraPadding */
static const char *const norms[] = { "group", "pixel", "pixel-decoder", NULL }; /* as in pixel_norm */
static const char *const parts[] = { "all", "decoder", NULL };
static const char *const kinds[] = { "none", "perceptual", "patch", NULL };
static const char *const measures[] = { "hinge", "pairs", NULL };

static gboolean
read_list (const ArraYaml *config, const char *key, guint *out, guint *n_out, GError **error)
{
  gint64 values[ARRA_VQGAN_MAX_LEVELS];
  gsize n;

  if (!arra_yaml_has (config, key))
    return TRUE;
  if (!arra_yaml_get_ints (config, key, ARRA_VQGAN_MAX_LEVELS, values, &n, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      if (values[i] < 1 || values[i] > G_MAXUINT16)
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"%s\" has an entry that cannot be used",
                          arra_yaml_path (config), key);
      out[i] = (guint) values[i];
    }
  *n_out = (guint) n;
  return TRUE;
}

static gboolean
read_model (ArraVqganConfig *m, const ArraYaml *config, GError **error)
{
  return arra_setting_number (config, "model.base_channels", 1, G_MAXUINT16, &m->ch, error)
         && read_list (config, "model.channel_multiplier", m->ch_mult, &m->n_levels, error)
         && arra_setting_number (config, "model.num_res_blocks", 1, G_MAXUINT16, &m->n_res_blocks, error)
         && read_list (config, "model.attn_resolutions", m->attn_resolutions, &m->n_attn, error)
         && arra_setting_number (config, "model.resolution", 1, G_MAXUINT16, &m->resolution, error)
         && arra_setting_number (config, "model.latent_channels", 1, G_MAXUINT16, &m->z_channels, error)
         && arra_setting_number (config, "model.embed_dim", 1, G_MAXUINT16, &m->embed_dim, error)
         && arra_setting_number (config, "model.num_embeddings", 1, G_MAXINT32, &m->n_embed, error)
         && arra_setting_number (config, "model.norm_groups", 1, G_MAXUINT16, &m->norm_groups, error);
}

/* What Chameleon's VQGAN has not. */
static gboolean
read_more (ArraVqganConfig *m, const ArraYaml *config, GError **error)
{
  gboolean attends = TRUE, smooth = FALSE;

  if (!arra_setting_number (config, "model.decoder_base_channels", 1, G_MAXUINT16, &m->decoder_ch, error)
      || !read_list (config, "model.decoder_channel_multiplier", m->decoder_ch_mult, &m->n_decoder_mult, error)
      || !arra_setting_number (config, "model.decoder_res_blocks", 1, G_MAXUINT16, &m->decoder_blocks, error)
      || !arra_setting_bool (config, "model.smooth_upsampling", &smooth, error)
      || !arra_setting_bool (config, "model.middle_attention", &attends, error)
      || !arra_setting_choice (config, "model.norm", norms, &m->pixel_norm, error)
      || !arra_setting_choice (config, "model.padding", paddings, &m->padding, error))
    return FALSE;
  m->smooth_upsampling = smooth;
  m->plain_middle = !attends;
  return TRUE;
}

static gboolean
check_lattice (const ArraVqganSettings *s, guint64 codes, const ArraYaml *config, GError **error)
{
  const char *path = arra_yaml_path (config);

  if (arra_yaml_has (config, "model.num_embeddings") && s->model.n_embed != codes)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: \"codebook.levels\" make %" PRIu64 " codes, \"model.num_embeddings\" is %u: leave it out",
                      path, codes, s->model.n_embed);
  if (arra_yaml_has (config, "model.embed_dim") && s->model.embed_dim != s->codebook.n_levels)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: \"codebook.levels\" has %u entries, \"model.embed_dim\" is %u: leave it out", path,
                      s->codebook.n_levels, s->model.embed_dim);
  return TRUE;
}

static gboolean
read_lattice (ArraVqganSettings *s, const ArraYaml *config, GError **error)
{
  ArraCodebookSettings *c = &s->codebook;
  guint64 codes = 1;

  if (!read_list (config, "codebook.levels", c->levels, &c->n_levels, error))
    return FALSE;
  if (c->n_levels == 0)
    return TRUE;
  for (guint i = 0; i < c->n_levels; i++)
    {
      codes *= c->levels[i];
      if (c->levels[i] < 2 || codes > G_MAXINT32)
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"codebook.levels\" has an entry that cannot be used",
                          arra_yaml_path (config));
    }
  if (!check_lattice (s, codes, config, error))
    return FALSE;
  s->model.n_embed = (guint) codes;
  s->model.embed_dim = c->n_levels;
  s->codebook_start = 0;
  return TRUE;
}

static gboolean
read_start (ArraVqganSettings *s, const ArraYaml *config, GError **error)
{
  guint part = 0;

  if (!arra_setting_file (config, "model.from", &s->from, error)
      || !arra_setting_choice (config, "model.learn", parts, &part, error))
    return FALSE;
  s->decoder_only = part == 1;
  if (s->decoder_only && s->from == NULL)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: \"model.learn\" is decoder: name a model that has an encoder in \"model.from\"",
                      arra_yaml_path (config));
  if (!arra_yaml_has (config, "codebook.start") && s->from != NULL)
    s->codebook_start = 0;
  if (s->decoder_only && s->codebook_start > 0)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: \"codebook.start\" places codes anew, but \"model.learn\" is decoder: leave one out",
                      arra_yaml_path (config));
  if (s->decoder_only)
    s->learner.adamw.weight_decay = 0; /* it would shrink what must stay */
  return TRUE;
}

static gboolean
read_data (ArraVqganSettings *s, const ArraYaml *config, GError **error)
{
  guint patch = arra_vqgan_patch (&s->model);

  if (!arra_setting_number (config, "data.batch", 1, 4096, &s->batch, error)
      || !arra_setting_number (config, "data.crop", 1, MAX_CROP, &s->cropping.crop, error)
      || !arra_setting_bool (config, "data.flip", &s->cropping.flip, error)
      || !arra_setting_bool (config, "data.tile", &s->cropping.tile, error))
    return FALSE;
  if (s->cropping.crop % patch != 0 || s->cropping.crop % 8 != 0)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"data.crop\" is %u, not a multiple of %u",
                      arra_yaml_path (config), s->cropping.crop, MAX (patch, 8));
  return TRUE;
}

static gboolean
read_loss (ArraVqganSettings *s, const ArraYaml *config, GError **error)
{
  guint kind = KIND_PERCEPTUAL;

  if (!arra_setting_choice (config, "loss.kind", kinds, &kind, error)
      || !arra_setting_double (config, "loss.l1", 0, 1e6, &s->loss.absolute, error)
      || !arra_setting_double (config, "loss.l2", 0, 1e6, &s->loss.squared, error)
      || !arra_setting_double (config, "loss.perceptual", 0, 1e6, &s->loss.perceptual, error)
      || !arra_setting_double (config, "loss.colour", 0, 1e6, &s->loss.colour, error)
      || !arra_setting_double (config, "loss.coarse", 0, 1e6, &s->loss.coarse, error)
      || !arra_setting_double (config, "loss.texture", 0, 1e6, &s->loss.texture, error)
      || !arra_setting_double (config, "loss.comb", 0, 1e6, &s->loss.comb, error)
      || !arra_setting_double (config, "loss.commitment", 0, 1e6, &s->commitment, error))
    return FALSE;
  if (kind == KIND_NONE)
    s->loss.perceptual = s->loss.colour = s->loss.coarse = s->loss.texture = s->loss.comb = 0;
  s->loss.period = arra_vqgan_patch (&s->model);
  s->judged = kind == KIND_PATCH;
  return TRUE;
}

static gboolean
read_critic (ArraVqganSettings *s, const ArraYaml *config, GError **error)
{
  guint measure = 0;

  if (!arra_setting_choice (config, "loss.critic_measure", measures, &measure, error))
    return FALSE;
  s->critic.pairs = measure == 1;
  return arra_setting_number (config, "loss.critic_channels", 1, 512, &s->critic.channels, error)
         && arra_setting_double (config, "loss.critic_features", 0, 1e6, &s->critic.features, error)
         && arra_setting_uint (config, "loss.critic_start", 0, G_MAXINT64, &s->critic_start, error)
         && arra_setting_double (config, "loss.critic_weight", 0, 1e6, &s->critic_weight, error)
         && arra_setting_bool (config, "loss.critic_adaptive", &s->critic_adaptive, error)
         && arra_setting_double (config, "loss.critic_rate", 0, 1e3, &s->critic_rate, error);
}

static gboolean
read_optimizer (ArraVqganSettings *s, const ArraYaml *config, GError **error)
{
  return arra_learner_settings_read (&s->learner, config, error)
         && arra_learner_settings_read_method (&s->learner, config, error)
         && arra_setting_uint (config, "codebook.start", 0, G_MAXINT64, &s->codebook_start, error)
         && arra_setting_double (config, "codebook.decay", 0, 0.9999999, &s->codebook.decay, error)
         && arra_setting_double (config, "codebook.revive_below", 0, 1, &s->codebook.revive_below, error);
}

gboolean
arra_vqgan_settings_read (ArraVqganSettings *settings, const ArraYaml *config, GError **error)
{
  *settings = (ArraVqganSettings) {
    .model = { .ch = 32,
               .n_levels = 5,
               .ch_mult = { 1, 1, 2, 2, 4 },
               .n_res_blocks = 1,
               .resolution = 256,
               .in_channels = 3,
               .out_channels = 3,
               .z_channels = 64,
               .embed_dim = 8,
               .n_embed = 1024,
               .norm_groups = 8 },
    .batch = 8,
    .cropping = { .crop = 128 },
    .learner = { { 0.9, 0.99, 1e-8, 1e-4 }, 1, 0, 0 },
    .loss = { .absolute = 1, .squared = 1, .perceptual = 1, .colour = 1 },
    .commitment = 0.25,
    .critic = { .channels = 32 },
    .critic_start = 2000,
    .critic_weight = 0.8,
    .critic_adaptive = TRUE,
    .critic_rate = 1,
    .codebook_start = 200,
    .codebook = { .decay = 0.99, .revive_below = 0.1 },
  };
  return read_model (&settings->model, config, error) && read_more (&settings->model, config, error)
         && read_lattice (settings, config, error)
         && arra_vqgan_config_check (&settings->model, arra_yaml_path (config), error)
         && read_data (settings, config, error) && read_loss (settings, config, error)
         && read_critic (settings, config, error) && read_optimizer (settings, config, error)
         && read_start (settings, config, error);
}

void
arra_vqgan_settings_clear (ArraVqganSettings *settings)
{
  g_clear_pointer (&settings->from, g_free);
}
