/* generate_open.c - the checkpoint of `arra generate`: headers and the request against them first, then the
 * weights
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "generate.h"

#include <unistd.h>

#include "checkpoint.h"
#include "open.h"
#include "signals.h"
#include "status.h"

gboolean
generate_wants_pictures (const GenerateOptions *options)
{
  return options->out != NULL || options->tokens_out == NULL;
}

ArraCheckpoint *
generate_open_parts (const GenerateSetup *setup, gboolean metadata_only, GError **error)
{
  ArraOpenOptions options = ARRA_OPEN_OPTIONS_INIT;

  options.vqgan = setup->vqgan;
  options.text_encoder = setup->text_encoder;
  options.quant = setup->quant;
  options.kv = setup->kv;
  options.threads = setup->request.threads;
  options.metadata_only = metadata_only;
  return arra_checkpoint_open (setup->model, &options, cli_signals_stage (0), error);
}

static gboolean
check_decoder (const GenerateOptions *options, const ArraCheckpoint *checkpoint, GError **error)
{
  if (!generate_wants_pictures (options) || checkpoint->vqgan_source != NULL)
    return TRUE;
  return cli_usage_error (error,
                          "%s holds no VQGAN, which turns tokens into pixels: give one with --vqgan FILE, or "
                          "ask for tokens alone "
                          "with --tokens-out FILE",
                          arra_checkpoint_path (checkpoint));
}

static void
show_licence (const GenerateOptions *options, const ArraCheckpoint *checkpoint)
{
  const ArraCard *card = arra_checkpoint_card (checkpoint);

  if (options->quiet || options->json || !isatty (STDERR_FILENO))
    return;
  cli_note ("%s%s%s%s", card->name, card->license != NULL ? ", licence: " : "",
            card->license != NULL ? card->license : "", card->medical ? "; synthetic - not for diagnosis" : "");
}

/* Size, template and memory against the checkpoint's headers, before gigabytes of weights are read. */
static gboolean
check_metadata (const GenerateOptions *options, const GenerateSetup *setup, GError **error)
{
  g_autoptr (ArraCheckpoint) checkpoint = generate_open_parts (setup, TRUE, error);
  ArraMemoryPlan plan;
  ArraRequest request;

  if (checkpoint == NULL || !check_decoder (options, checkpoint, error))
    return FALSE;
  if (!options->quiet)
    cli_show_notes (checkpoint);
  show_licence (options, checkpoint);
  if (generate_is_resumed (options))
    return TRUE;
  arra_request_init (&request, checkpoint);
  return generate_setup_apply (setup, options, &request, error)
         && arra_checkpoint_plan (checkpoint, &request, &plan, error);
}

ArraCheckpoint *
generate_open (const GenerateOptions *options, const GenerateSetup *setup, CliProgress *progress, GError **error)
{
  g_autofree char *text = g_strdup_printf ("Loading %s ...", setup->model);

  if (!check_metadata (options, setup, error))
    return NULL;
  cli_progress_say (progress, text);
  return generate_open_parts (setup, FALSE, error);
}
