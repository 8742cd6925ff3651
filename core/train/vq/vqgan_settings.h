/* vqgan_settings.h - how a VQGAN is trained, as its configuration says
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "codebook.h"
#include "learner.h"
#include "patch_critic.h"
#include "picture_supply.h"
#include "pixel_loss.h"
#include "vqgan.h"

typedef struct
{
  ArraVqganConfig
      model; /* "model.base_channels" (32), "channel_multiplier" ([1, 1, 2, 2, 4]), "num_res_blocks" (1),
                "attn_resolutions" ([]), "resolution" (256), "latent_channels" (64), "embed_dim" (8), "num_embeddings"
                (1024), "norm_groups" (8); "model.decoder_base_channels", "decoder_channel_multiplier" (the encoder's),
                "decoder_res_blocks" (one more than the encoder has), "smooth_upsampling" (false), "middle_attention"
                (true), "norm" (group): group, pixel; "padding" (zeros): zeros, replicate or wrap */
  /* (nullable): "model.from": a folder of an earlier training's model, or its vqgan.safetensors, of the same shape:
   * where this one begins */
  char *from;
  /* "model.learn" (all): all, or decoder: encoder and codes, and so all tokens, stay as they are */
  gboolean decoder_only;
  guint batch;                 /* "data.batch" (8) */
  ArraCropping cropping;       /* "data.crop" (128), "data.flip" (false), "data.tile" (false) */
  ArraLearnerSettings learner; /* weight_decay (0.0001), model.average (0) */
  /* "loss.l1" (1), "loss.l2" (1), "loss.perceptual", "loss.colour" (1 unless kind is none), "loss.coarse" (0),
   * "loss.texture", "loss.comb" (0) */
  ArraPixelLoss loss;
  double commitment; /* "loss.commitment" (0.25) */
  gboolean judged;   /* "loss.kind" (perceptual): none, perceptual, patch: a critic too */
  /* "loss.critic_channels" (32), "loss.critic_measure" (hinge): hinge, pairs; "loss.critic_features" (0) */
  ArraPatchCriticSettings critic;
  guint64 critic_start; /* "loss.critic_start" (2000): steps without it */
  double critic_weight; /* "loss.critic_weight" (0.8): of the critic's gradient beside the others' */
  /* "loss.critic_adaptive" (true): that weight is a share of the norm of the others' gradient of the decoder's last
   * weights */
  gboolean critic_adaptive;
  double critic_rate; /* "loss.critic_rate" (1): times the learning rate */
  /* "codebook.start" (200; 0 with "model.from", whose codes stay): steps in which vectors pass as they are; then the
   * codes are put where vectors are */
  guint64 codebook_start;
  /* "codebook.decay" (0.99), "codebook.revive_below" (0.1); "codebook.levels": a lattice, whose form sets embed_dim and
   * num_embeddings */
  ArraCodebookSettings codebook;
} ArraVqganSettings;

/* Messages name file and key. */
gboolean arra_vqgan_settings_read (ArraVqganSettings *settings, const ArraYaml *config, GError **error);
void arra_vqgan_settings_clear (ArraVqganSettings *settings); /* whether it could be read or not */
