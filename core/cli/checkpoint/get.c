/* get.c - `arra get`: a checkpoint from the Hugging Face Hub, as a single GGUF file
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "get.h"

#include <stdio.h>
#include <unistd.h>

#include "commands.h"
#include "fetch_set.h"
#include "locate.h"
#include "options.h"
#include "output.h"
#include "progress.h"
#include "signals.h"
#include "values.h"

typedef struct
{
  char *out, *type, *vqgan, *revision, *parallel, **rest;
  gboolean agree, delete, keep, quiet, json;
} Options;

/* What is drawn while it comes. */
typedef struct
{
  CliProgress *progress;
  ArraGetStage stage;
} View;

static const CliHelp help = {
  .command = "get",
  .arguments = "[NAME|OWNER/REPO]",
  .summary
  = "Fetches a checkpoint from the Hugging Face Hub and writes it as a single GGUF file where `arra info` and GIMP find it.\n"
    "Without a name it lists those of the catalogue: what they draw, their licence, what they need; nothing is contacted.\n"
    "What is stopped goes on where it was; every file's hash is checked, and what the Hugging Face cache has is not fetched.",
  .examples = "  arra get\n"
              "  arra get janus-pro-1b\n"
              "  arra get OWNER/REPO --type q8_0 --agree --delete-originals\n"
              "  HF_TOKEN=hf_... arra get lumina-mgpt-7b --vqgan vqgan.ckpt -o model.gguf",
  .notes
  = "The licence is shown first, and agreed to with y, or with --agree where nobody can be asked. For what its owner opens only to\n"
    "some, HF_TOKEN or Hugging Face's token file holds a token; it is sent to the hub's own host alone. HF_ENDPOINT names another\n"
    "hub, HTTPS_PROXY, HTTP_PROXY and NO_PROXY a proxy, SSL_CERT_FILE other authorities.",
};

/* ------------------------------------------------------------------ what is asked for */

static ArraGet *
begin (const Options *options, GError **error)
{
  g_autofree char *vqgan = NULL;
  guint parallel = 0;
  ArraQuant quant;

  if (!cli_options_max_rest (options->rest, 1, error)
      || (options->type != NULL && !cli_value_quant ("--type", options->type, &quant, error))
      || (options->parallel != NULL
          && !cli_value_guint ("--parallel", options->parallel, 1, ARRA_FETCH_MAX_PARALLEL, &parallel, error))
      || !cli_locate_part ("--vqgan", options->vqgan, &vqgan, error)
      || (options->out != NULL && !cli_output_check_file ("-o", options->out, error)))
    return NULL;
  if (options->delete && options->keep)
    {
      cli_usage_error (error, "--delete-originals and --keep-originals cannot be given together");
      return NULL;
    }
  return arra_get_new (options->rest[0],
                       &((ArraGetOptions) { .path = options->out,
                                            .type = options->type,
                                            .vqgan = vqgan,
                                            .revision = options->revision,
                                            .parallel = parallel }),
                       error);
}

/* Anything but y is no. */
static gboolean
ask (const char *question)
{
  int answer, rest;

  fprintf (stderr, "%s [y/N] ", question);
  fflush (stderr);
  answer = getchar ();
  for (rest = answer; rest != '\n' && rest != EOF;)
    rest = getchar ();
  return answer == 'y' || answer == 'Y';
}

/* ------------------------------------------------------------------ its licence */

/* What the catalogue says, and what the hub says now. */
static void
show_license (const Options *options, const ArraOffered *offered)
{
  g_autoptr (GPtrArray) offers = arra_hub_is_name (options->rest[0]) ? NULL : arra_offers_list (NULL);
  g_autofree char *bytes = cli_format_bytes (offered->bytes);

  cli_print ("%s: %u files, %s\n", options->rest[0], offered->n_files, bytes);
  for (guint i = 0; offers != NULL && i < offers->len; i++)
    {
      const ArraOffer *offer = offers->pdata[i];

      if (g_str_equal (offer->name, options->rest[0]))
        cli_print ("Licence: %s\n", offer->license);
    }
  cli_print ("Licence as its page names it: %s\nTo be read at %s\n",
             offered->license != NULL ? offered->license : "not stated", offered->license_link);
}

static gboolean
agree (const Options *options, ArraGet *get, GError **error)
{
  const ArraOffered *offered = arra_get_offered (get);

  if (!options->quiet || !options->agree)
    show_license (options, offered);
  if (!options->agree && !isatty (STDIN_FILENO))
    return cli_usage_error (error, "its licence must be agreed to: read it at %s, and say --agree",
                            offered->license_link);
  if (!options->agree && !ask ("Have you read the licence, and do you agree to it?"))
    return cli_usage_error (error, "nothing was fetched: the licence was not agreed to");
  arra_get_agree (get);
  return TRUE;
}

/* ------------------------------------------------------------------ while it comes */

static void
show_progress (const ArraGetProgress *state, gpointer data)
{
  static const char *const labels[] = {
    [ARRA_GET_ASKING] = "Asking",
    [ARRA_GET_FETCHING] = "Fetching",
    [ARRA_GET_CONVERTING] = "Converting",
    [ARRA_GET_VERIFYING] = "Verifying",
  };
  const ArraProgress shown
      = { .phase = ARRA_PHASE_PROMPT, .fraction = state->fraction, .seconds_left = state->seconds_left };
  View *view = data;

  if (state->stage != view->stage)
    cli_progress_set_label (view->progress, labels[state->stage]);
  view->stage = state->stage;
  cli_progress_update (&shown, view->progress);
}

static void
show_note (const char *text, gpointer data)
{
  cli_progress_clear (((View *) data)->progress);
  cli_note ("%s", text);
}

static gboolean
fetch (const Options *options, ArraGet *get, GError **error)
{
  g_autoptr (CliProgress) progress = cli_progress_new (!options->quiet, 1, "Fetching");
  View view = { progress, ARRA_GET_FETCHING };
  gboolean done;

  arra_get_set_progress (get, show_progress, show_note, &view);
  done = arra_get_run (get, cli_signals_stage (0), error);
  cli_progress_clear (progress);
  return done;
}

static void
tell_end (const Options *options, ArraGet *get)
{
  gboolean can_ask = !options->delete && !options->keep && !options->quiet && isatty (STDIN_FILENO);

  if (!options->quiet)
    cli_print ("%s: written and verified\n", arra_get_path (get));
  if (options->delete || (can_ask && ask ("Delete what was fetched? It is not needed any more.")))
    arra_get_delete_fetched (get);
  else if (!options->quiet)
    cli_print ("%s: what was fetched; it is not needed any more\n", arra_get_folder (get));
}

static gboolean
run (gpointer data, GError **error)
{
  const Options *options = data;
  g_autoptr (ArraGet) get = NULL;

  if (options->rest == NULL)
    return get_list (options->json, error);
  if (options->json)
    return cli_usage_error (error, "--json is for the list: it goes without '%s'", options->rest[0]);
  get = begin (options, error);
  if (get == NULL || !arra_get_ask (get, cli_signals_stage (0), error) || !agree (options, get, error)
      || !fetch (options, get, error))
    return FALSE;
  tell_end (options, get);
  return TRUE;
}

CliStatus
cli_get (int argc, char **argv)
{
  Options options = { 0 };
  const GOptionEntry entries[] = {
    { "type", 't', 0, G_OPTION_ARG_STRING, &options.type,
      "Weights as f32, bf16, f16, q8_0, q6_k, q4_k, q4_0 or auto: as stored (default: as the catalogue says, else auto)",
      "TYPE" },
    { "out", 'o', 0, G_OPTION_ARG_FILENAME, &options.out,
      "File to write (default: NAME-TYPE.gguf in the user's folder of checkpoints)", "FILE.gguf" },
    { "vqgan", 0, 0, G_OPTION_ARG_FILENAME, &options.vqgan, "VQGAN to include, in place of the checkpoint's own",
      "FILE" },
    { "revision", 0, 0, G_OPTION_ARG_STRING, &options.revision,
      "Branch, tag or commit (default: the catalogue's, else main)", "NAME" },
    { "parallel", 0, 0, G_OPTION_ARG_STRING, &options.parallel, "Files that are fetched at once, 1 to 8 (default: 3)",
      "N" },
    { "agree", 0, 0, G_OPTION_ARG_NONE, &options.agree, "The licence has been read and agreed to: do not ask", NULL },
    { "delete-originals", 0, 0, G_OPTION_ARG_NONE, &options.delete,
      "Delete what was fetched once the GGUF file is verified: do not ask", NULL },
    { "keep-originals", 0, 0, G_OPTION_ARG_NONE, &options.keep, "Keep what was fetched: do not ask", NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print the list as a JSON object", NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, "Print nothing but errors", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.rest, NULL, NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };

  return cli_run_command (&help, entries, argc, argv, run, &options);
}
