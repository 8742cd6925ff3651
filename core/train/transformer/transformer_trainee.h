/* transformer_trainee.h - the transformer learns captioned pictures with ARRA's objective (arXiv 2503.07334)
 *
 * Keys of the configuration beside the trainer's; paths are relative to its folder, values in brackets are the
 * defaults.
 *
 * data.tokens: cache of tokens (token_cache.h), whose captions are tokens of the model's own tokenizer, or text
 *
 * data.features, data.patches, data.prompts: caches of features (feature_cache.h) of the pictures, of their patches,
 * and of their captions; without the first two nothing is aligned
 *
 * data.held_out [0]: pictures at the end that are validated with and not learnt
 *
 * data.window [the whole]: rows and columns of codes of each picture that are learnt at a time, another window each
 * time; held-out ones are the first. Its size is what the saved model makes when it is not asked for another
 *
 * data.tile [false]: pictures have no borders: windows, whole ones too, begin anywhere and go on at the other side
 *
 * data.drop_prompt [0.1]: share of pictures that are learnt without their prompt, as guidance needs it
 *
 * model.start [random]: random, text-only (image rows of the head zeroed), general
 *
 * model.from: checkpoint that a start other than random begins with: a folder, a file as it is published, or a GGUF
 * file of full precision
 *
 * model.family [the usual one], .tokenizer, .classes [the captions, or their numbers]: of the random start
 *
 * model.hidden_size, .layers, .heads, .kv_heads [heads], .intermediate_size [8/3 of hidden_size], .context [what the
 * longest picture needs, to the next multiple of 256: prompts may be longer than captions], .rope_theta [10000],
 * .swin_norm [false], .deviation [0.02]: shape and start of a random model
 *
 * model.vqgan: VQGAN that goes into the saved model: its file, or the folder it lies in with its configuration; the one
 * that made the codes
 *
 * model.card: JSON file whose members go into the saved model's arra.json: name, description, license, guidance_scale,
 * prompt_template, …
 *
 * objective.token [hybnext with features]: hybnext, rep, none
 *
 * objective.positions [image]: image: where image tokens come next; reference: the positions of the reference's code
 *
 * objective.window [codes of a picture]: of the reference's positions
 *
 * objective.rep_token [<racm3:break>]: the token that rep aligns at
 *
 * objective.layer [1], .head [mlp] mlp or max-pool, .measure [cosine] cosine or mse, .lambda [1]
 *
 * objective.patch_layer [a third of the layers], .patch_positions [own] own or next, .patch_width [four times
 * hidden_size, at most 2048] of the head, .patch_lambda [2]
 *
 * objective.z_weight [1e-5], .dropout [0.05]
 *
 * optimizer.batch [16]: pictures of a step, of all processes together: each takes those that one alone would take there
 *
 * optimizer.micro_batch [batch]: pictures that are computed together
 *
 * optimizer.method [adamw]: adamw, or muon: that for the matrices of layers and of the alignment's head, AdamW for all
 * else (muon.h); optimizer.momentum [0.95] of muon
 *
 * optimizer.weight_decay [0.05], .beta1 [0.9], .beta2 [0.95], .clip [4]
 *
 * optimizer.ema [0]: decay of the averaged weights, which are what is validated and saved; 0: none
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "picture_sequence.h"
#include "trainee.h"

/* An ArraTraineeNew. */
gboolean arra_transformer_trainee_new (const ArraYaml *config,
                                       const ArraTrainSetup *setup,
                                       ArraTrainee *trainee,
                                       GError **error);
/* The same for @items (taken, also after a failure) in place of what "data.tokens" and "data.features" name. */
gboolean arra_transformer_trainee_new_with (const ArraYaml *config,
                                            const ArraTrainSetup *setup,
                                            const ArraPictureItems *items,
                                            ArraTrainee *trainee,
                                            GError **error);
