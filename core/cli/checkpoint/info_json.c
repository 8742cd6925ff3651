/* info_json.c - `arra info --json`
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "info.h"

#include <arra-prompt.h>
#include "jsonwriter.h"
#include "status.h"

static void
put_card (ArraJsonWriter *json, const ArraCard *card)
{
  arra_json_begin_object (json, "card");
  arra_json_put_string (json, "name", card->name);
  arra_json_put_string (json, "description", card->description);
  arra_json_put_string (json, "license", card->license);
  arra_json_put_string (json, "license_link", card->license_link);
  arra_json_put_string (json, "training_data", card->training_data);
  arra_json_put_string (json, "intended_use", card->intended_use);
  arra_json_put_string (json, "domain", card->domain);
  arra_json_put_bool (json, "medical", card->medical);
  arra_json_begin_array (json, "example_prompts");
  for (guint i = 0; card->example_prompts[i] != NULL; i++)
    arra_json_put_string (json, NULL, card->example_prompts[i]);
  arra_json_end_array (json);
  arra_json_begin_array (json, "words");
  for (guint i = 0; card->words[i] != NULL; i++)
    arra_json_put_string (json, NULL, card->words[i]);
  arra_json_end_array (json);
  arra_json_put_uint (json, "thumbnail_bytes", card->thumbnail_size);
  arra_json_end_object (json);
}

static void
put_transformer (ArraJsonWriter *json, const InfoFacts *facts)
{
  const ArraDecoder *decoder = &facts->checkpoint->decoder;
  const ArraTransformerShape *shape = &decoder->shape;

  arra_json_begin_object (json, "transformer");
  arra_json_put_string (json, "family", decoder->family->name);
  arra_json_put_string (json, "published_license", decoder->family->license);
  arra_json_put_uint (json, "parameters", facts->parameters);
  arra_json_put_uint (json, "layers", shape->n_layers);
  arra_json_put_uint (json, "hidden_size", shape->hidden_size);
  arra_json_put_uint (json, "intermediate_size", shape->intermediate_size);
  arra_json_put_uint (json, "heads", shape->n_heads);
  arra_json_put_uint (json, "kv_heads", shape->n_kv_heads);
  arra_json_put_uint (json, "head_dim", shape->head_dim);
  arra_json_put_uint (json, "vocab_size", shape->n_ids);
  arra_json_put_uint (json, "context", decoder->context);
  arra_json_put_bool (json, "swin_norm", shape->swin_norm);
  arra_json_put_bool (json, "mask_image_logits", decoder->writes_only);
  arra_json_begin_object (json, "weights");
  for (guint i = 0; i < ARRA_N_DTYPES; i++)
    if (facts->by_dtype[i].tensors > 0)
      {
        arra_json_begin_object (json, arra_dtype_name ((ArraDType) i));
        arra_json_put_uint (json, "tensors", facts->by_dtype[i].tensors);
        arra_json_put_uint (json, "weights", facts->by_dtype[i].weights);
        arra_json_put_uint (json, "bytes", facts->by_dtype[i].bytes);
        arra_json_end_object (json);
      }
  arra_json_end_object (json);
  arra_json_end_object (json);
}

static void
put_token (const char *name, guint32 id, gpointer data)
{
  arra_json_put_uint (data, name, id);
}

static void
put_vocabulary (ArraJsonWriter *json, const ArraLayout *layout)
{
  arra_json_begin_object (json, "vocabulary");
  arra_layout_tell (layout, put_token, json);
  arra_json_put_uint (json, "image_codes", layout->n_codes);
  arra_json_put_uint (json, "sizes", layout->n_grids);
  arra_json_end_object (json);
}

static void
put_prompts (ArraJsonWriter *json, const ArraCheckpoint *checkpoint)
{
  const ArraTextEncoder *encoder = checkpoint->text_encoder;
  const char *const *classes = arra_checkpoint_classes (checkpoint);

  arra_json_put_bool (json, "tokenizer", checkpoint->tokenizer != NULL);
  if (checkpoint->decoder.conditioner->reads_features)
    arra_json_put_string (json, "text_encoder", encoder != NULL ? encoder->path : NULL);
  if (classes == NULL)
    return;
  arra_json_begin_array (json, "classes");
  for (; *classes != NULL; classes++)
    arra_json_put_string (json, NULL, *classes);
  arra_json_end_array (json);
}

static void
put_vqgan (ArraJsonWriter *json, const InfoFacts *facts)
{
  const ArraVqganConfig *config = &facts->checkpoint->vqgan_config;

  if (!facts->has_vqgan)
    {
      arra_json_put_string (json, "vqgan", NULL);
      return;
    }
  arra_json_begin_object (json, "vqgan");
  info_put_vqgan (json, config);
  arra_json_put_uint (json, "grid", arra_checkpoint_grid (facts->checkpoint));
  arra_json_put_bool (json, "encoder", facts->has_encoder);
  arra_json_put_bool (json, "decoder", facts->has_decoder);
  arra_json_put_string (json, "path", facts->checkpoint->vqgan_path);
  arra_json_end_object (json);
}

static void
put_defaults (ArraJsonWriter *json, const ArraCheckpoint *checkpoint)
{
  arra_json_begin_object (json, "defaults");
  arra_fields_put (json, &checkpoint->defaults, ARRA_FIELD_WIDTH, ARRA_FIELD_HEIGHT);
  arra_fields_put (json, &checkpoint->defaults, ARRA_FIELD_GUIDANCE_SCALE, ARRA_FIELD_TOP_P);
  arra_json_put_string (json, "prompt_template", checkpoint->prompt_template);
  arra_json_end_object (json);
}

static void
put_quants (ArraJsonWriter *json, const ArraCheckpoint *checkpoint)
{
  arra_json_begin_object (json, "weights_by_quant");
  for (guint quant = ARRA_QUANT_F32; quant <= ARRA_QUANT_Q6_K; quant++)
    arra_json_put_uint (json, arra_quant_name ((ArraQuant) quant), info_weights_as (checkpoint, (ArraQuant) quant));
  arra_json_end_object (json);
}

static void
put_plan (ArraJsonWriter *json, const InfoFacts *facts)
{
  const ArraMemoryPlan *plan = &facts->plan;

  arra_json_begin_object (json, "memory");
  arra_json_put_uint (json, "width", facts->request.width);
  arra_json_put_uint (json, "height", facts->request.height);
  arra_json_put_uint (json, "count", facts->request.count);
  if (facts->planned)
    {
      arra_json_put_uint (json, "weights_mapped", plan->weights_mapped);
      arra_json_put_uint (json, "weights_private", plan->weights_private);
      arra_json_put_uint (json, "cache", plan->cache);
      arra_json_put_uint (json, "work", plan->work);
      arra_json_put_uint (json, "total", plan->total);
      arra_json_put_uint (json, "available", plan->available);
      arra_json_put_bool (json, "fits", facts->fits);
    }
  arra_json_put_string (json, "error", facts->plan_error);
  arra_json_end_object (json);
}

void
info_print_json (const InfoFacts *facts)
{
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_LINES);

  arra_json_begin_object (json, NULL);
  arra_json_put_string (json, "path", arra_checkpoint_path (facts->checkpoint));
  arra_json_put_string (json, "fingerprint", arra_checkpoint_fingerprint (facts->checkpoint));
  arra_json_begin_array (json, "notes");
  for (const char *const *note = arra_checkpoint_notes (facts->checkpoint); *note != NULL; note++)
    arra_json_put_string (json, NULL, *note);
  arra_json_end_array (json);
  put_card (json, arra_checkpoint_card (facts->checkpoint));
  put_transformer (json, facts);
  put_vocabulary (json, facts->checkpoint->layout);
  put_prompts (json, facts->checkpoint);
  put_vqgan (json, facts);
  put_defaults (json, facts->checkpoint);
  put_quants (json, facts->checkpoint);
  put_plan (json, facts);
  if (facts->verified)
    arra_json_put_bool (json, "verified", TRUE);
  arra_json_end_object (json);
  cli_print ("%s", arra_json_writer_text (json));
}
