/* info_json.c - `arra info --json`
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "info.h"
#include "json.h"
#include "status.h"

static void
put_card (CliJson *json, const ArraCard *card)
{
  cli_json_begin_object (json, "card");
  cli_json_string (json, "name", card->name);
  cli_json_string (json, "description", card->description);
  cli_json_string (json, "license", card->license);
  cli_json_string (json, "license_link", card->license_link);
  cli_json_string (json, "training_data", card->training_data);
  cli_json_string (json, "intended_use", card->intended_use);
  cli_json_string (json, "domain", card->domain);
  cli_json_bool (json, "medical", card->medical);
  cli_json_begin_array (json, "example_prompts");
  for (guint i = 0; card->example_prompts[i] != NULL; i++)
    cli_json_string (json, NULL, card->example_prompts[i]);
  cli_json_end_array (json);
  cli_json_begin_array (json, "words");
  for (guint i = 0; card->words[i] != NULL; i++)
    cli_json_string (json, NULL, card->words[i]);
  cli_json_end_array (json);
  cli_json_uint (json, "thumbnail_bytes", card->thumbnail_size);
  cli_json_end_object (json);
}

static void
put_transformer (CliJson *json, const InfoFacts *facts)
{
  const ArraDecoder *decoder = &facts->checkpoint->decoder;
  const ArraTransformerShape *shape = &decoder->shape;

  cli_json_begin_object (json, "transformer");
  cli_json_string (json, "family", decoder->family->name);
  cli_json_string (json, "published_license", decoder->family->license);
  cli_json_uint (json, "parameters", facts->parameters);
  cli_json_uint (json, "layers", shape->n_layers);
  cli_json_uint (json, "hidden_size", shape->hidden_size);
  cli_json_uint (json, "intermediate_size", shape->intermediate_size);
  cli_json_uint (json, "heads", shape->n_heads);
  cli_json_uint (json, "kv_heads", shape->n_kv_heads);
  cli_json_uint (json, "head_dim", shape->head_dim);
  cli_json_uint (json, "vocab_size", shape->n_ids);
  cli_json_uint (json, "context", decoder->context);
  cli_json_bool (json, "swin_norm", shape->swin_norm);
  cli_json_bool (json, "mask_image_logits", decoder->writes_only);
  cli_json_begin_object (json, "weights");
  for (guint i = 0; i < ARRA_N_DTYPES; i++)
    if (facts->by_dtype[i].tensors > 0)
      {
        cli_json_begin_object (json, arra_dtype_name ((ArraDType) i));
        cli_json_uint (json, "tensors", facts->by_dtype[i].tensors);
        cli_json_uint (json, "weights", facts->by_dtype[i].weights);
        cli_json_uint (json, "bytes", facts->by_dtype[i].bytes);
        cli_json_end_object (json);
      }
  cli_json_end_object (json);
  cli_json_end_object (json);
}

static void
put_token (const char *name, guint32 id, gpointer data)
{
  cli_json_uint (data, name, id);
}

static void
put_vocabulary (CliJson *json, const ArraLayout *layout)
{
  cli_json_begin_object (json, "vocabulary");
  arra_layout_tell (layout, put_token, json);
  cli_json_uint (json, "image_codes", layout->n_codes);
  cli_json_uint (json, "sizes", layout->n_grids);
  cli_json_end_object (json);
}

static void
put_prompts (CliJson *json, const ArraCheckpoint *checkpoint)
{
  const ArraTextEncoder *encoder = checkpoint->text_encoder;
  const char *const *classes = arra_checkpoint_classes (checkpoint);

  cli_json_bool (json, "tokenizer", checkpoint->tokenizer != NULL);
  if (checkpoint->decoder.conditioner->reads_features)
    cli_json_string (json, "text_encoder", encoder != NULL ? encoder->path : NULL);
  if (classes == NULL)
    return;
  cli_json_begin_array (json, "classes");
  for (; *classes != NULL; classes++)
    cli_json_string (json, NULL, *classes);
  cli_json_end_array (json);
}

static void
put_vqgan (CliJson *json, const InfoFacts *facts)
{
  const ArraVqganConfig *config = &facts->checkpoint->vqgan_config;

  if (!facts->has_vqgan)
    {
      cli_json_string (json, "vqgan", NULL);
      return;
    }
  cli_json_begin_object (json, "vqgan");
  cli_json_uint (json, "codes", config->n_embed);
  cli_json_uint (json, "embed_dim", config->embed_dim);
  cli_json_uint (json, "patch", arra_vqgan_patch (config));
  cli_json_uint (json, "grid", arra_checkpoint_grid (facts->checkpoint));
  cli_json_bool (json, "encoder", facts->has_encoder);
  cli_json_bool (json, "decoder", facts->has_decoder);
  cli_json_string (json, "path", facts->checkpoint->vqgan_path);
  cli_json_end_object (json);
}

static void
put_defaults (CliJson *json, const ArraCheckpoint *checkpoint)
{
  cli_json_begin_object (json, "defaults");
  cli_json_uint (json, "width", checkpoint->width);
  cli_json_uint (json, "height", checkpoint->height);
  cli_json_double (json, "guidance_scale", checkpoint->guidance_scale);
  cli_json_uint (json, "top_k", checkpoint->top_k);
  cli_json_uint (json, "text_top_k", checkpoint->text_top_k);
  cli_json_double (json, "temperature", checkpoint->temperature);
  cli_json_double (json, "top_p", checkpoint->top_p);
  cli_json_string (json, "prompt_template", checkpoint->prompt_template);
  cli_json_end_object (json);
}

static void
put_quants (CliJson *json, const ArraCheckpoint *checkpoint)
{
  cli_json_begin_object (json, "weights_by_quant");
  for (guint quant = ARRA_QUANT_F32; quant <= ARRA_QUANT_Q6_K; quant++)
    cli_json_uint (json, arra_quant_name ((ArraQuant) quant), info_weights_as (checkpoint, (ArraQuant) quant));
  cli_json_end_object (json);
}

static void
put_plan (CliJson *json, const InfoFacts *facts)
{
  const ArraMemoryPlan *plan = &facts->plan;

  cli_json_begin_object (json, "memory");
  cli_json_uint (json, "width", facts->request.width);
  cli_json_uint (json, "height", facts->request.height);
  cli_json_uint (json, "count", facts->request.count);
  if (facts->planned)
    {
      cli_json_uint (json, "weights_mapped", plan->weights_mapped);
      cli_json_uint (json, "weights_private", plan->weights_private);
      cli_json_uint (json, "cache", plan->cache);
      cli_json_uint (json, "work", plan->work);
      cli_json_uint (json, "total", plan->total);
      cli_json_uint (json, "available", plan->available);
      cli_json_bool (json, "fits", facts->fits);
    }
  cli_json_string (json, "error", facts->plan_error);
  cli_json_end_object (json);
}

void
info_print_json (const InfoFacts *facts)
{
  g_autoptr (CliJson) json = cli_json_new ();

  cli_json_begin_object (json, NULL);
  cli_json_string (json, "path", arra_checkpoint_path (facts->checkpoint));
  cli_json_string (json, "fingerprint", arra_checkpoint_fingerprint (facts->checkpoint));
  cli_json_begin_array (json, "notes");
  for (const char *const *note = arra_checkpoint_notes (facts->checkpoint); *note != NULL; note++)
    cli_json_string (json, NULL, *note);
  cli_json_end_array (json);
  put_card (json, arra_checkpoint_card (facts->checkpoint));
  put_transformer (json, facts);
  put_vocabulary (json, facts->checkpoint->layout);
  put_prompts (json, facts->checkpoint);
  put_vqgan (json, facts);
  put_defaults (json, facts->checkpoint);
  put_quants (json, facts->checkpoint);
  put_plan (json, facts);
  if (facts->verified)
    cli_json_bool (json, "verified", TRUE);
  cli_json_end_object (json);
  cli_print ("%s", cli_json_text (json));
}
