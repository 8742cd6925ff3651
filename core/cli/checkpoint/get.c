/* get.c - `arra get`: a checkpoint from the Hugging Face Hub, as a single GGUF file
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <unistd.h>

#include "commands.h"
#include "fetch_set.h"
#include "jsontext.h"
#include "locate.h"
#include "mapping.h"
#include "options.h"
#include "output.h"
#include "progress.h"
#include "signals.h"
#include "values.h"

#define STANDARD_PARALLEL 3

typedef struct
{
  char *out, *type, *vqgan, *revision, *parallel, **rest;
  gboolean agree, delete, quiet;
} Options;

/* What is being got. */
typedef struct
{
  const Options *options;
  ArraQuant quant;
  guint parallel;
  ArraHubAccess *access;
  ArraHubRepository *repository;
  char *folder; /* hidden: nobody takes what is in it for a checkpoint */
  char *out, *vqgan;
} Get;

static const CliHelp help = {
  .command = "get",
  .arguments = "OWNER/REPO",
  .summary = "Fetches a checkpoint from the Hugging Face Hub and writes it as a single GGUF file where `arra info` and GIMP find it.\n"
             "What is stopped goes on where it was; every file's hash is checked, and what the Hugging Face cache has is not fetched.",
  .examples = "  arra get OWNER/REPO --type q8_0\n"
              "  HF_TOKEN=hf_... arra get OWNER/REPO --vqgan vqgan.ckpt -o model.gguf",
  .notes = "The licence is shown first, and agreed to with y, or with --agree where nobody can be asked. For what its owner opens only to\n"
           "some, HF_TOKEN or Hugging Face's token file holds a token; it is sent to the hub's own host alone. HF_ENDPOINT names another\n"
           "hub, HTTPS_PROXY, HTTP_PROXY and NO_PROXY a proxy, SSL_CERT_FILE other authorities.",
};

static void
get_clear (Get *get)
{
  g_clear_pointer (&get->access, arra_hub_access_free);
  g_clear_pointer (&get->repository, arra_hub_repository_free);
  g_free (get->folder);
  g_free (get->out);
  g_free (get->vqgan);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Get, get_clear)

/* ------------------------------------------------------------------ what is asked for */

/* (transfer full): in the user's folder of checkpoints, after the repository */
static char *
standard_out (const Get *get)
{
  g_autofree char *folder = arra_checkpoints_folder (), *base = g_path_get_basename (get->options->rest[0]);
  const char *type = get->quant == ARRA_QUANT_AS_STORED ? NULL : arra_quant_name (get->quant);
  g_autofree char *name = g_strdup_printf ("%s%s%s.gguf", base, type != NULL ? "-" : "", type != NULL ? type : "");

  g_mkdir_with_parents (folder, 0777);
  return g_build_filename (folder, name, NULL);
}

static gboolean
check (Get *get, GError **error)
{
  const Options *options = get->options;

  get->parallel = STANDARD_PARALLEL;
  if (options->rest == NULL)
    return cli_usage_error (error, "no checkpoint: name the repository to fetch, OWNER/REPO");
  if (!cli_options_max_rest (options->rest, 1, error))
    return FALSE;
  if (!arra_hub_is_name (options->rest[0]))
    return cli_usage_error (error, "%s: is no repository: its name has the form OWNER/REPO", options->rest[0]);
  if (options->type != NULL && !cli_value_quant ("--type", options->type, &get->quant, error))
    return FALSE;
  if (options->parallel != NULL && !cli_value_guint ("--parallel", options->parallel, 1, ARRA_FETCH_MAX_PARALLEL, &get->parallel, error))
    return FALSE;
  if (!cli_locate_part ("--vqgan", options->vqgan, &get->vqgan, error))
    return FALSE;
  get->out = options->out != NULL ? g_strdup (options->out) : standard_out (get);
  return cli_output_check_file ("-o", get->out, error);
}

/* ------------------------------------------------------------------ its licence */

static gboolean
ask (const Get *get, GError **error)
{
  int answer, rest;

  if (get->options->agree)
    return TRUE;
  if (!isatty (STDIN_FILENO))
    return cli_usage_error (error, "its licence must be agreed to: read it at %s/%s, and say --agree", get->access->origin, get->repository->name);
  fprintf (stderr, "Have you read the licence, and do you agree to it? [y/N] ");
  fflush (stderr);
  answer = getchar ();
  for (rest = answer; rest != '\n' && rest != EOF;)
    rest = getchar ();
  return answer == 'y' || answer == 'Y' || cli_usage_error (error, "nothing was fetched: the licence was not agreed to");
}

static gboolean
show_and_ask (const Get *get, GError **error)
{
  const ArraHubRepository *repository = get->repository;
  g_autofree char *bytes = cli_format_bytes (arra_hub_files_size (repository->files));
  const char *license = repository->license != NULL ? repository->license : "not stated";

  if (!get->options->quiet)
    cli_print ("%s: %u files, %s; licence: %s, see %s/%s\n", repository->name, repository->files->len, bytes, license, get->access->origin,
               repository->name);
  return ask (get, error);
}

/* ------------------------------------------------------------------ its files */

static gboolean
list (Get *get, GError **error)
{
  const char *revision = get->options->revision != NULL ? get->options->revision : "main";
  g_autoptr (ArraHttp) http = NULL;
  g_autofree char *checkpoints = arra_checkpoints_folder (), *plain = NULL;
  g_auto (GStrv) words = g_strsplit (get->options->rest[0], "/", 2);

  get->access = arra_hub_access_new (error);
  http = get->access != NULL ? arra_http_new (get->access->timeout, error) : NULL;
  if (http == NULL)
    return FALSE;
  get->repository = arra_hub_repository_get (get->access, http, get->options->rest[0], revision, cli_signals_stage (0), error);
  if (get->repository == NULL)
    return FALSE;
  arra_hub_files_keep_needed (get->repository->files);
  plain = g_strjoinv ("--", words);
  get->folder = g_build_filename (checkpoints, ".fetch", plain, get->repository->commit, NULL);
  return get->repository->files->len > 0 || cli_usage_error (error, "%s: holds no checkpoint", get->repository->name);
}

static void
show_state (const ArraFetchState *state, gpointer progress)
{
  ArraProgress shown = { .phase = ARRA_PHASE_PROMPT, .seconds_left = state->seconds_left };

  shown.fraction = state->total > 0 ? (double) state->done / (double) state->total : 1;
  cli_progress_update (&shown, progress);
}

static void
show_note (const char *text, gpointer progress)
{
  cli_progress_clear (progress);
  cli_note ("%s", text);
}

static gboolean
fetch (const Get *get, CliProgress *progress, GError **error)
{
  const ArraFetchOptions options = { .parallel = get->parallel,
                                     .room_after = arra_hub_files_size (get->repository->files),
                                     .func = show_state,
                                     .note = show_note,
                                     .data = progress };

  return arra_fetch_set (get->access, get->repository, get->folder, &options, cli_signals_stage (0), error);
}

/* ------------------------------------------------------------------ its GGUF file */

/* What the hub says about the licence goes into the file. *@path: (nullable) (transfer full): the card. */
static gboolean
write_card (const Get *get, char **path, GError **error)
{
  g_autoptr (GString) card = g_string_new ("{\"license\":");
  g_autofree char *link = g_strdup_printf ("%s/%s", get->access->origin, get->repository->name);

  if (get->repository->license == NULL)
    return TRUE;
  arra_json_append_string (card, get->repository->license);
  g_string_append (card, ",\"license_link\":");
  arra_json_append_string (card, link);
  g_string_append_c (card, '}');
  *path = g_build_filename (get->folder, ".license.json", NULL);
  return arra_write_file (*path, card->str, card->len, error);
}

static gboolean
verify (const char *path, GError **error)
{
  const ArraOpenOptions options = { .metadata_only = TRUE };
  g_autoptr (ArraCheckpoint) checkpoint = arra_checkpoint_open (path, &options, cli_signals_stage (0), error);

  return checkpoint != NULL && arra_checkpoint_verify (checkpoint, cli_signals_stage (0), error);
}

static gboolean
convert (const Get *get, CliProgress *progress, GError **error)
{
  g_autofree char *card = NULL;

  cli_progress_set_label (progress, "Converting");
  return write_card (get, &card, error)
         && arra_checkpoint_convert (get->folder, get->vqgan, card, get->out, get->quant, cli_progress_update, progress, cli_signals_stage (0),
                                     error)
         && verify (get->out, error);
}

/* Removes a folder with what is in it; links are removed, not followed. */
static void
remove_all (const char *path)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);
      remove_all (inner);
    }
  g_remove (path);
}

static void
tell_end (const Get *get)
{
  if (get->options->delete)
    remove_all (get->folder);
  if (get->options->quiet)
    return;
  cli_print ("%s: written and verified\n", get->out);
  if (!get->options->delete)
    cli_print ("%s: what was fetched; it is not needed any more\n", get->folder);
}

static gboolean
run (gpointer data, GError **error)
{
  const Options *options = data;
  g_auto (Get) get = { .options = options, .quant = ARRA_QUANT_AS_STORED };
  g_autoptr (CliProgress) progress = NULL;

  if (!check (&get, error) || !list (&get, error) || !show_and_ask (&get, error))
    return FALSE;
  progress = cli_progress_new (!options->quiet, 1, "Fetching");
  if (!fetch (&get, progress, error) || !convert (&get, progress, error))
    return FALSE;
  cli_progress_clear (progress);
  tell_end (&get);
  return TRUE;
}

CliStatus
cli_get (int argc, char **argv)
{
  Options options = { 0 };
  const GOptionEntry entries[] = {
    { "type", 't', 0, G_OPTION_ARG_STRING, &options.type, "Weights as f32, bf16, f16 or q8_0 (default: auto, as they are stored)", "TYPE" },
    { "out", 'o', 0, G_OPTION_ARG_FILENAME, &options.out, "File to write (default: REPO-TYPE.gguf in the user's folder of checkpoints)", "FILE.gguf" },
    { "vqgan", 0, 0, G_OPTION_ARG_FILENAME, &options.vqgan, "VQGAN to include, in place of the checkpoint's own", "FILE" },
    { "revision", 0, 0, G_OPTION_ARG_STRING, &options.revision, "Branch, tag or commit (default: main)", "NAME" },
    { "parallel", 0, 0, G_OPTION_ARG_STRING, &options.parallel, "Files that are fetched at once, 1 to 8 (default: 3)", "N" },
    { "agree", 0, 0, G_OPTION_ARG_NONE, &options.agree, "The licence has been read and agreed to: do not ask", NULL },
    { "delete", 0, 0, G_OPTION_ARG_NONE, &options.delete, "Delete what was fetched once the GGUF file is verified", NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, "Print nothing but errors", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.rest, NULL, NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };

  return cli_run_command (&help, entries, argc, argv, run, &options);
}
