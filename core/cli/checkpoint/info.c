/* info.c - `arra info`: what a checkpoint holds, and the memory it needs
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "info.h"

#include "commands.h"
#include "open.h"
#include "options.h"
#include "progress.h"
#include "request.h"
#include "signals.h"
#include "values.h"
#include "vision_encoder.h"
#include "vqgan_file.h"

typedef struct
{
  char *model, *vqgan, *text_encoder, *quant, *kv, *size, *count, *cfg, *threads, **rest;
  gboolean verify, json, words;
} Options;

static const CliHelp help = {
  .command = "info",
  .arguments = "[CHECKPOINT]",
  .summary = "Says what a checkpoint holds (shapes, number formats, vocabulary, VQGAN, defaults, card, licence) and "
             "how much\n"
             "memory a request needs, without reading the weights. Alone it lists the checkpoints of this machine.\n"
             "Of an encoder of pictures or texts it says which one it is, what it makes of them, and the memory that "
             "takes. Of a\n"
             "picture that arra made it shows the recipe, and the command that makes it again.",
  .examples = "  arra info                               (the checkpoints there are, by name)\n"
              "  arra info textures\n"
              "  arra info textures --words              (all words that it learnt)\n"
              "  arra info model.gguf\n"
              "  arra info model-folder --vqgan vqgan.ckpt --size 512x512 --quant q8_0\n"
              "  arra info model.gguf --verify\n"
              "  arra info picture.png                   (its prompt, seed, checkpoint and settings)\n"
              "  arra info model.gguf --json",
};

static gboolean
count_tensor (const char *name, gboolean is_matrix, const ArraTensor *stored, gpointer data, GError **error)
{
  InfoFacts *facts = data;
  InfoAmount *amount = &facts->by_dtype[stored->dtype];

  amount->tensors++;
  amount->weights += arra_tensor_count (stored);
  amount->bytes += stored->n_bytes;
  facts->parameters += arra_tensor_count (stored);
  return TRUE;
}

static gboolean
has_part (const ArraCheckpoint *checkpoint, const char *tensor)
{
  g_autofree char *name = g_strconcat (checkpoint->vqgan_prefix != NULL ? checkpoint->vqgan_prefix : "", tensor, NULL);

  return checkpoint->vqgan_source != NULL && arra_source_find (checkpoint->vqgan_source, name) != NULL;
}

gboolean
info_facts_init (InfoFacts *facts, const ArraCheckpoint *checkpoint, const ArraRequest *request, GError **error)
{
  g_autoptr (GError) plan_error = NULL;

  *facts = (InfoFacts) { .checkpoint = checkpoint, .request = *request };
  if (!arra_weights_foreach (&checkpoint->decoder.weights, count_tensor, facts, error))
    return FALSE;
  facts->has_vqgan = checkpoint->vqgan_source != NULL;
  facts->has_encoder = has_part (checkpoint, "encoder.conv_in.weight");
  facts->has_decoder = has_part (checkpoint, "decoder.conv_in.weight");
  facts->fits = arra_checkpoint_plan (checkpoint, request, &facts->plan, &plan_error);
  facts->planned = facts->fits || g_error_matches (plan_error, ARRA_ERROR, ARRA_ERROR_NO_MEMORY);
  if (plan_error != NULL)
    facts->plan_error = g_strdup (plan_error->message);
  return TRUE;
}

guint64
info_weights_as (const ArraCheckpoint *checkpoint, ArraQuant quant)
{
  guint64 mapped, owned;

  return arra_decoder_measure (&checkpoint->decoder, arra_quant_dtype (quant), &mapped, &owned, NULL) ? mapped + owned
                                                                                                      : 0;
}

void
info_facts_clear (InfoFacts *facts)
{
  g_clear_pointer (&facts->plan_error, g_free);
}

static gboolean
apply (const Options *options, ArraRequest *request, ArraQuant *quant, ArraQuant *kv, GError **error)
{
  if (options->quant != NULL && !cli_value_quant ("--quant", options->quant, quant, error))
    return FALSE;
  if (options->kv != NULL && !cli_value_kv ("--kv", options->kv, kv, error))
    return FALSE;
  if (options->size != NULL && !cli_value_size ("--size", options->size, &request->width, &request->height, error))
    return FALSE;
  if (options->count != NULL && !cli_value_field ("--count", options->count, ARRA_FIELD_COUNT, request, error))
    return FALSE;
  if (options->cfg != NULL && !cli_value_field ("--cfg", options->cfg, ARRA_FIELD_GUIDANCE_SCALE, request, error))
    return FALSE;
  return options->threads == NULL
         || cli_value_field ("--threads", options->threads, ARRA_FIELD_THREADS, request, error);
}

static const char *
checkpoint_of (const Options *options, GError **error)
{
  if (options->model != NULL && options->rest != NULL)
    {
      cli_usage_error (error, "the checkpoint is given twice: --model and '%s'", options->rest[0]);
      return NULL;
    }
  return options->rest != NULL ? options->rest[0] : options->model;
}

static gboolean
verify (ArraCheckpoint *checkpoint, gboolean quiet, GError **error)
{
  g_autoptr (CliProgress) progress = cli_progress_new (!quiet, 1, NULL);

  cli_progress_say (progress, "Comparing hashes ...");
  return arra_checkpoint_verify (checkpoint, cli_signals_stage (0), error);
}

/* Whether nothing is asked for that a checkpoint alone has an answer to. */
static gboolean
asks_for_none (const Options *options)
{
  return options->vqgan == NULL && options->text_encoder == NULL && options->quant == NULL && options->kv == NULL
         && options->size == NULL && options->count == NULL && options->cfg == NULL && !options->verify
         && !options->words;
}

static gboolean
run (gpointer data, GError **error)
{
  const Options *options = data;
  g_autoptr (ArraCheckpoint) checkpoint = NULL;
  g_autoptr (ArraRecipe) recipe = NULL;
  ArraRequest request;
  ArraQuant quant = ARRA_QUANT_AS_STORED, kv = ARRA_QUANT_F32;
  InfoFacts facts;
  GError *twice = NULL;
  const char *path = checkpoint_of (options, &twice);
  gboolean ok;

  arra_request_init (&request, NULL);
  if (twice != NULL)
    {
      g_propagate_error (error, twice);
      return FALSE;
    }
  if (!cli_options_max_rest (options->rest, 1, error) || !apply (options, &request, &quant, &kv, error))
    return FALSE;
  if (path == NULL && asks_for_none (options) && options->threads == NULL)
    return info_list (options->json, cli_signals_stage (0), error);
  if (path != NULL && asks_for_none (options) && (recipe = info_recipe_read (path)) != NULL)
    {
      info_recipe (recipe, path, options->json);
      return TRUE;
    }
  if (path != NULL && asks_for_none (options) && arra_vision_encoder_knows (path))
    return info_encoder (path, request.threads, options->json, error);
  if (path != NULL && asks_for_none (options) && arra_text_encoder_check (path, NULL))
    return info_text_encoder (path, request.threads, options->json, error);
  checkpoint = cli_open_metadata (path, options->vqgan, options->text_encoder, quant, kv, error);
  if (checkpoint == NULL && path != NULL && asks_for_none (options) && arra_vqgan_file_is_alone (path))
    {
      g_clear_error (error);
      return info_vqgan (path, options->json, error);
    }
  if (checkpoint == NULL || (options->verify && !verify (checkpoint, options->json, error)))
    return FALSE;
  arra_request_init (&request, checkpoint);
  if (checkpoint->decoder.conditioner->reads_text || checkpoint->text_encoder != NULL)
    request.prompt = "a picture";
  ok = apply (options, &request, &quant, &kv, error) && info_facts_init (&facts, checkpoint, &request, error);
  if (!ok)
    return FALSE;
  facts.verified = options->verify;
  facts.words = options->words;
  if (options->json)
    info_print_json (&facts);
  else
    info_print (&facts);
  info_facts_clear (&facts);
  return TRUE;
}

CliStatus
cli_info (int argc, char **argv)
{
  Options options = { 0 };
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &options.model,
      "Checkpoint: a .gguf file, a Hugging Face folder, or a name", "PATH" },
    { "vqgan", 0, 0, G_OPTION_ARG_FILENAME, &options.vqgan, "VQGAN, when the checkpoint has none", "FILE" },
    { "text-encoder", 0, 0, G_OPTION_ARG_FILENAME, &options.text_encoder,
      "Text encoder, for a model whose prompts one reads", "FOLDER" },
    { "quant", 0, 0, G_OPTION_ARG_STRING, &options.quant,
      "Memory for weights as auto, f32, f16, bf16, q8_0, q6_k, q4_k or q4_0", "TYPE" },
    { "kv", 0, 0, G_OPTION_ARG_STRING, &options.kv, "Memory for keys and values as f32, f16 or q8_0", "TYPE" },
    { "size", 's', 0, G_OPTION_ARG_STRING, &options.size, "Memory for pictures of this size, or auto", "WxH" },
    { "count", 'n', 0, G_OPTION_ARG_STRING, &options.count, "Memory for this many pictures", "N" },
    { "cfg", 0, 0, G_OPTION_ARG_STRING, &options.cfg, "Memory with this guidance; 1: without", "SCALE" },
    { "threads", 0, 0, G_OPTION_ARG_STRING, &options.threads, "Memory with this many threads", "N" },
    { "verify", 0, 0, G_OPTION_ARG_NONE, &options.verify, "Compare stored hashes with the contents", NULL },
    { "words", 0, 0, G_OPTION_ARG_NONE, &options.words, "List all words that it learnt", NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print a JSON object", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.rest, NULL, NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };

  return cli_run_command (&help, entries, argc, argv, run, &options);
}
