/* generate_setup.c - what the options of `arra generate` come to, checked before any work is done
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "generate.h"

#include <string.h>

#include "checkpoint.h"
#include "inputs.h"
#include "locate.h"
#include "mem.h"
#include "output.h"
#include "picture_format.h"
#include "prompt.h"
#include "recipe_read.h"
#include "request.h"
#include "request_mosaic.h"
#include "status.h"
#include "values.h"

#define MAX_TOP (1u << 24)
#define ALTERNATIVES 4 /* ways on from a row of saved tokens */

/* -1 would be taken for an option: all tokens are guided when none is given. */
static gboolean
take_interval (GenerateSetup *setup, const GenerateOptions *options, GError **error)
{
  guint interval;

  if (options->cfg_interval == NULL)
    return TRUE;
  if (!cli_value_guint ("--cfg-interval", options->cfg_interval, 0, MAX_TOP, &interval, error))
    return FALSE;
  setup->cfg_interval = (gint) interval;
  return TRUE;
}

guint
generate_n_kept (const GenerateSetup *setup, const ArraRequest *request)
{
  return setup->keep > 0 ? MIN (setup->keep, request->count) : request->count;
}

static gboolean
apply_numbers (const GenerateOptions *options, ArraRequest *request, GError **error)
{
  const struct
  {
    const char *option, *text;
    ArraField field;
  } numbers[] = {
    { "--count", options->count, ARRA_FIELD_COUNT },
    { "--first", options->first, ARRA_FIELD_FIRST },
    { "--top-k", options->top_k, ARRA_FIELD_TOP_K },
    { "--text-top-k", options->text_top_k, ARRA_FIELD_TEXT_TOP_K },
    { "--threads", options->threads, ARRA_FIELD_THREADS },
    { "--max-tokens", options->max_tokens, ARRA_FIELD_MAX_TOKENS },
    { "--tries", options->tries, ARRA_FIELD_TRIES },
    { "--cfg", options->cfg, ARRA_FIELD_GUIDANCE_SCALE },
    { "--temperature", options->temperature, ARRA_FIELD_TEMPERATURE },
    { "--top-p", options->top_p, ARRA_FIELD_TOP_P },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (numbers[i].text != NULL
        && !cli_value_field (numbers[i].option, numbers[i].text, numbers[i].field, request, error))
      return FALSE;
  return TRUE;
}

gboolean
generate_is_resumed (const GenerateOptions *options)
{
  return options->resume != NULL && options->from_row == NULL;
}

/* Settings of the picture whose upper rows stay. Its edges cannot be made again: they belong to these rows, too. */
static void
apply_recipe (const ArraRecipe *recipe, ArraRequest *request)
{
  const ArraRequest *saved = arra_recipe_request (recipe);

  request->prompt = saved->prompt;
  request->prompt_template = saved->prompt_template;
  arra_fields_copy (request, saved, ARRA_FIELDS_SAMPLING);
  request->tries = saved->tries;
  request->count = ALTERNATIVES;
}

gboolean
generate_setup_apply (const GenerateSetup *setup, const GenerateOptions *options, ArraRequest *request, GError **error)
{
  request->prompt = setup->prompt;
  request->prompt_template = setup->prompt_template;
  request->seed = setup->seed;
  request->scored = setup->keep > 0;
  if (setup->recipe != NULL)
    apply_recipe (setup->recipe, request);
  if (options->greedy)
    request->greedy = TRUE;
  if (!apply_numbers (options, request, error))
    return FALSE;
  if (options->size != NULL && !cli_value_size ("--size", options->size, &request->width, &request->height, error))
    return FALSE;
  if (options->seamless != NULL && !cli_value_seamless ("--seamless", options->seamless, &request->seamless, error))
    return FALSE;
  return options->memory == NULL || cli_value_bytes ("--memory", options->memory, &request->memory_limit, error);
}

/* How many are made is known later when saved tokens go on. */
static gboolean
take_keep (GenerateSetup *setup, const GenerateOptions *options, GError **error)
{
  if (options->keep == NULL)
    return TRUE;
  if (!cli_value_guint ("--keep", options->keep, 1, ARRA_MAX_COUNT, &setup->keep, error))
    return FALSE;
  if (options->prompts != NULL && setup->keep > 1)
    return cli_usage_error (error, "--keep: each of --prompts becomes one picture, so only 1 can be kept");
  return TRUE;
}

typedef struct
{
  const char *option;
  gboolean given;
} Given;

static gboolean
refuse_given (const Given *settings, gsize n, const char *beside, GError **error)
{
  for (gsize i = 0; i < n; i++)
    if (settings[i].given)
      return cli_usage_error (error, "%s cannot go with %s", settings[i].option, beside);
  return TRUE;
}

/* A saved run keeps its settings: nothing that would change its picture may come with it, but for other ways on from a
 * row. */
static gboolean
check_resume (const GenerateOptions *options, GError **error)
{
  const gboolean resumed = generate_is_resumed (options);
  const Given settings[] = {
    { "a prompt", options->rest != NULL },
    { "--prompt", options->prompt != NULL },
    { "--prompt-file", options->prompt_file != NULL },
    { "--template", options->prompt_template != NULL },
    { "--size", options->size != NULL },
    { "--count", options->count != NULL && resumed },
    { "--first", options->first != NULL && resumed },
    { "--seed", options->seed != NULL && resumed },
    { "--cfg", options->cfg != NULL },
    { "--cfg-interval", options->cfg_interval != NULL },
    { "--top-k", options->top_k != NULL },
    { "--text-top-k", options->text_top_k != NULL },
    { "--temperature", options->temperature != NULL },
    { "--top-p", options->top_p != NULL },
    { "--greedy", options->greedy },
    { "--seamless", options->seamless != NULL },
    { "--from", options->from != NULL },
    { "--vary", options->vary != NULL },
    { "--tries", options->tries != NULL },
    { "--max-tokens", options->max_tokens != NULL },
    { "--quant", options->quant != NULL },
    { "--kv", options->kv != NULL },
  };

  return refuse_given (settings, G_N_ELEMENTS (settings),
                       "--resume: saved tokens go on with the settings they began with", error);
}

static gboolean
take_seed (GenerateSetup *setup, const GenerateOptions *options, GError **error)
{
  setup->seed = options->prompts == NULL ? g_random_int () : 0;
  return options->seed == NULL || cli_value_uint ("--seed", options->seed, 0, G_MAXUINT64, &setup->seed, error);
}

static gboolean
take_row (GenerateSetup *setup, const GenerateOptions *options, GError **error)
{
  return cli_value_guint ("--from-row", options->from_row, 1, 65536, &setup->from_row, error);
}

/* Other ways on from a row of saved tokens, with their settings but for the seed. */
static gboolean
take_other_ways (GenerateSetup *setup, const GenerateOptions *options, GError **error)
{
  if (generate_is_resumed (options))
    return TRUE;
  setup->recipe = arra_recipe_read_file (options->resume, error);
  if (setup->recipe == NULL || !take_row (setup, options, error) || !take_seed (setup, options, error))
    return FALSE;
  setup->cfg_interval = setup->recipe->cfg_interval;
  if (arra_recipe_request (setup->recipe)->prompt != NULL)
    return TRUE;
  return cli_usage_error (error, "--resume: %s holds no prompt: give one, with --from %s instead", options->resume,
                          options->resume);
}

/* What a picture's recipe holds more than its settings: tokens, which make it again. It names no files, or, from a
 * stranger, none that are opened. */
static gboolean
take_picture (GenerateSetup *setup, const GenerateOptions *options, char **model, GError **error)
{
  g_autoptr (ArraRecipe) recipe = arra_recipe_read_file (options->resume, error);

  g_clear_pointer (model, g_free);
  g_clear_pointer (&setup->vqgan, g_free);
  g_clear_pointer (&setup->text_encoder, g_free);
  if (recipe == NULL)
    return FALSE;
  if (recipe->known != NULL)
    return cli_usage_error (
        error,
        "--resume: %s was made from another picture, or filled, so its recipe alone does not make it "
        "again ('arra info' shows it); --from goes on from the picture",
        options->resume);
  if (options->model != NULL)
    return TRUE;
  *model = cli_locate_fingerprint (recipe->fingerprint, NULL);
  return *model != NULL
         || cli_usage_error (error,
                             "--resume: %s was made with a checkpoint that 'arra info' does not list: name it "
                             "with --model",
                             options->resume);
}

/* Where checkpoint and parts are. A recipe in a picture says what they are. */
static gboolean
take_origin (GenerateSetup *setup,
             const GenerateOptions *options,
             char **model,
             char **quant,
             char **kv,
             GError **error)
{
  const gboolean is_picture = arra_picture_format_inside (options->resume) != NULL;
  g_autoptr (GError) fault = NULL;

  if (generate_tokens_origin (options->resume, setup, model, quant, kv, &fault))
    return !is_picture || take_picture (setup, options, model, error);
  if (is_picture && g_error_matches (fault, ARRA_ERROR, ARRA_ERROR_NOT_FOUND))
    return cli_usage_error (
        error, "--resume: %s: give its prompt, and --from FILE with --vary or --from-row, to go on from it",
        fault->message);
  g_propagate_error (error, g_steal_pointer (&fault));
  return FALSE;
}

static gboolean
take_resumed (GenerateSetup *setup, const GenerateOptions *options, GError **error)
{
  g_autofree char *model = NULL, *quant = NULL, *kv = NULL;

  if (!check_resume (options, error) || !take_origin (setup, options, &model, &quant, &kv, error)
      || !take_other_ways (setup, options, error))
    return FALSE;
  if (quant != NULL && !arra_quant_parse (quant, &setup->quant))
    return cli_usage_error (error, "--resume: %s names an unknown number format '%s'", options->resume, quant);
  if (kv != NULL && !arra_quant_parse (kv, &setup->kv))
    return cli_usage_error (error, "--resume: %s names an unknown number format '%s'", options->resume, kv);
  if (options->vqgan != NULL)
    {
      g_free (setup->vqgan);
      setup->vqgan = g_strdup (options->vqgan);
    }
  if (options->text_encoder != NULL)
    {
      g_free (setup->text_encoder);
      setup->text_encoder = g_strdup (options->text_encoder);
    }
  if (options->model == NULL && model != NULL && !g_file_test (model, G_FILE_TEST_EXISTS))
    return cli_usage_error (error, "--resume: the checkpoint is no longer at %s: name it with --model", model);
  setup->model = cli_locate_checkpoint (options->model != NULL ? options->model : model, error);
  return setup->model != NULL;
}

/* Their pictures go into a folder, which is checked when the checkpoint is known. */
static gboolean
take_prompts (GenerateSetup *setup, const GenerateOptions *options, GError **error)
{
  if (options->limit != NULL && !cli_value_guint ("--limit", options->limit, 1, G_MAXINT32, &setup->limit, error))
    return FALSE;
  setup->out = g_strdup (options->out);
  return cli_output_check_folder ("-o", setup->out, error);
}

/* A picture that is kept in part says its own size, and which part is what is to be said. */
static gboolean
take_from (GenerateSetup *setup, const GenerateOptions *options, GError **error)
{
  if (options->from == NULL)
    {
      if (options->from_row == NULL && options->vary == NULL)
        return TRUE;
      return cli_usage_error (error, options->from_row != NULL ? "--from-row goes with --from FILE or --resume FILE"
                                                               : "--vary goes with --from FILE");
    }
  if ((options->from_row == NULL) == (options->vary == NULL))
    return cli_usage_error (error, "--from goes with either --from-row R or --vary SHARE");
  if (options->size != NULL || options->prompts != NULL)
    return cli_usage_error (error, "%s cannot go with --from", options->size != NULL ? "--size" : "--prompts");
  if (options->from_row != NULL)
    return take_row (setup, options, error);
  return cli_value_double ("--vary", options->vary, 0.000001, 1, &setup->vary, error);
}

static gboolean
take_new (GenerateSetup *setup, const GenerateOptions *options, GError **error)
{
  if (options->quant != NULL && !cli_value_quant ("--quant", options->quant, &setup->quant, error))
    return FALSE;
  if (options->kv != NULL && !cli_value_kv ("--kv", options->kv, &setup->kv, error))
    return FALSE;
  if (!take_seed (setup, options, error) || !take_interval (setup, options, error))
    return FALSE;
  setup->vqgan = g_strdup (options->vqgan);
  setup->text_encoder = g_strdup (options->text_encoder);
  if (options->prompt_template != NULL)
    {
      setup->prompt_template = cli_argument_utf8 ("--template", options->prompt_template, error);
      if (setup->prompt_template == NULL)
        return FALSE;
    }
  if (!take_from (setup, options, error) || !generate_setup_apply (setup, options, &setup->request, error))
    return FALSE;
  setup->model = cli_locate_checkpoint (options->model, error);
  if (setup->model == NULL)
    return FALSE;
  if (options->prompts != NULL)
    return take_prompts (setup, options, error);
  setup->prompt = cli_prompt_read (options->prompt, options->prompt_file, options->rest, error);
  return setup->prompt != NULL;
}

/* What a list of prompts leaves no room for. */
static gboolean
check_prompts (const GenerateOptions *options, GError **error)
{
  const Given settings[] = {
    { "a prompt", options->rest != NULL },
    { "--prompt", options->prompt != NULL },
    { "--prompt-file", options->prompt_file != NULL },
    { "--first", options->first != NULL },
    { "--tokens-out", options->tokens_out != NULL },
    { "--resume", options->resume != NULL },
  };

  if (!refuse_given (settings, G_N_ELEMENTS (settings), "--prompts", error))
    return FALSE;
  if (options->count != NULL && options->keep == NULL)
    return cli_usage_error (error, "--count cannot go with --prompts without --keep 1");
  if (options->out == NULL)
    return cli_usage_error (error, "no output: name the folder to write with -o DIR");
  return TRUE;
}

static void
name_outputs (GenerateSetup *setup, const GenerateOptions *options)
{
  g_autofree char *named = g_strdup_printf ("arra-%" G_GUINT64_FORMAT ".png", setup->seed);
  const gboolean is_picture = options->resume != NULL && arra_picture_format_inside (options->resume) != NULL;

  if (options->out != NULL)
    setup->out = g_strdup (cli_output_path (options->out));
  else if (options->resume != NULL)
    setup->out = cli_output_sibling (options->resume, is_picture ? "-again.png" : ".png");
  else
    setup->out = g_strdup (named);
  if (options->tokens_out != NULL)
    setup->tokens = g_strdup (cli_output_path (options->tokens_out));
  else if (generate_is_resumed (options) && !is_picture)
    setup->tokens = g_strdup (options->resume);
  else
    setup->tokens = cli_output_sibling (cli_output_is_stream (setup->out) ? named : setup->out, ".tokens.json");
}

/* Nothing that is read, nor the tokens, may lie where a picture goes. */
static gboolean
check_picture (const GenerateSetup *setup, const CliInputs *inputs, const char *path, GError **error)
{
  g_autofree char *whole = g_canonicalize_filename (path, NULL);
  g_autofree char *tokens = setup->tokens != NULL ? g_canonicalize_filename (setup->tokens, NULL) : NULL;

  if (g_strcmp0 (whole, tokens) == 0 && (cli_output_is_standard (path) || !cli_output_is_stream (path)))
    return cli_usage_error (error, "-o and --tokens-out both name %s", path);
  return cli_inputs_spare (inputs, "-o", path, error);
}

gboolean
generate_check_pictures (const GenerateSetup *setup, const CliInputs *inputs, GError **error)
{
  const guint n = generate_n_kept (setup, &setup->request);

  if (!cli_output_check_count ("-o", setup->out, n, error) || !check_picture (setup, inputs, setup->out, error))
    return FALSE;
  for (guint i = 1; n > 1 && i <= n; i++)
    {
      g_autofree char *name = cli_output_numbered (setup->out, i);

      if (!cli_output_check ("-o", name, error) || !check_picture (setup, inputs, name, error))
        return FALSE;
    }
  return TRUE;
}

/* Tokens that nobody asked for are saved when a run is stopped, if they can be: one that writes to a pipe needs no
 * folder. */
static gboolean
check_tokens (const GenerateSetup *setup, const GenerateOptions *options, const CliInputs *inputs, GError **error)
{
  if (options->tokens_out == NULL && !generate_is_resumed (options) && cli_output_is_stream (setup->out))
    return TRUE;
  return cli_output_check ("--tokens-out", setup->tokens, error)
         && cli_inputs_spare (inputs, "--tokens-out", setup->tokens, error);
}

/* Saved tokens that go on are read, and written again in their place. */
static gboolean
check_outputs (const GenerateSetup *setup, const GenerateOptions *options, GError **error)
{
  g_autoptr (CliInputs) inputs = cli_inputs_new ();

  cli_inputs_add_checkpoint (inputs, setup->model, setup->vqgan);
  cli_inputs_add (inputs, setup->text_encoder);
  cli_inputs_add (inputs, options->prompt_file);
  cli_inputs_add (inputs, options->from);
  if (!cli_output_check_picture ("-o", setup->out, error) || !check_tokens (setup, options, inputs, error))
    return FALSE;
  cli_inputs_add (inputs, options->resume);
  return generate_check_pictures (setup, inputs, error);
}

static gboolean
locate_vqgan (GenerateSetup *setup, GError **error)
{
  g_autofree char *given = g_steal_pointer (&setup->vqgan);

  return cli_locate_part ("--vqgan", given, &setup->vqgan, error);
}

static void
begin (GenerateSetup *setup)
{
  *setup = (GenerateSetup) { .quant = ARRA_QUANT_AS_STORED, .kv = ARRA_QUANT_F32, .cfg_interval = -1 };
  arra_request_init (&setup->request, NULL);
}

gboolean
generate_setup_take (GenerateSetup *setup, const GenerateOptions *options, GError **error)
{
  begin (setup);
  return take_new (setup, options, error) && locate_vqgan (setup, error);
}

gboolean
generate_setup_init (GenerateSetup *setup, const GenerateOptions *options, GError **error)
{
  begin (setup);
  if (options->quiet && options->json)
    return cli_usage_error (error, "--quiet and --json contradict each other");
  if (options->json && (cli_output_is_standard (options->out) || cli_output_is_standard (options->tokens_out)))
    return cli_usage_error (error, "--json prints to standard output, which cannot be a file as well");
  if (options->limit != NULL && options->prompts == NULL)
    return cli_usage_error (error, "--limit goes with --prompts");
  if (options->prompts != NULL && !check_prompts (options, error))
    return FALSE;
  if (!take_keep (setup, options, error))
    return FALSE;
  if (options->resume != NULL
      && (!take_resumed (setup, options, error) || !generate_setup_apply (setup, options, &setup->request, error)))
    return FALSE;
  if (options->resume == NULL && !take_new (setup, options, error))
    return FALSE;
  if (!locate_vqgan (setup, error))
    return FALSE;
  if (!generate_is_resumed (options) && setup->keep > setup->request.count)
    return cli_usage_error (error, "--keep %u: only %u can be kept: as many as --count makes", setup->keep,
                            setup->request.count);
  if (options->prompts != NULL)
    return TRUE;
  name_outputs (setup, options);
  return check_outputs (setup, options, error);
}

void
generate_setup_clear (GenerateSetup *setup)
{
  arra_recipe_free (setup->recipe);
  g_free (setup->model);
  g_free (setup->vqgan);
  g_free (setup->text_encoder);
  arra_mem_free (setup->prompt);
  arra_mem_free (setup->prompt_template);
  g_free (setup->out);
  g_free (setup->tokens);
}
