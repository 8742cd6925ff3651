/* generate_print.c - what `arra generate` says when it is done: for people, and as JSON
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "generate.h"

#include <string.h>

#include "checkpoint.h"
#include "cpu.h"
#include "job.h"
#include "json.h"
#include "request_mosaic.h"
#include "status.h"
#include "values.h"

#define PLACEHOLDER "<|image|>"

guint64
generate_count_tokens (const ArraJob *job)
{
  guint64 sum = 0;

  for (guint i = 0; i < arra_job_n_answers (job); i++)
    {
      gsize n;
      arra_job_tokens (job, i, &n, NULL);
      sum += n;
    }
  return sum;
}

static double
tokens_per_second (const GenerateResult *result)
{
  return result->run_seconds > 0 ? (double) result->new_tokens / result->run_seconds : 0;
}

/* Tokens for which no pass of the model was needed, because guesses of them came true */
static guint64
passes_saved (const ArraJob *job)
{
  const ArraLookahead *window = &job->session.lookahead;

  return window->n_tokens - MIN (window->n_passes, window->n_tokens);
}

static void
print_speed (const ArraJob *job, const GenerateResult *result)
{
  g_autofree char *rate = cli_format_double (tokens_per_second (result), 1);
  g_autofree char *time = cli_format_seconds (result->seconds);
  g_autofree char *saved = passes_saved (job) > 0
                               ? g_strdup_printf (", %" G_GUINT64_FORMAT " passes saved by guesses", passes_saved (job))
                               : NULL;

  cli_print ("seed %" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT " tokens, %s (%s tokens/s%s)\n",
             generate_request (job)->seed, generate_count_tokens (job), time, rate, saved != NULL ? saved : "");
}

/* What the model wrote besides pictures. */
static void
print_texts (const ArraJob *job)
{
  for (guint i = 0; i < arra_job_n_answers (job); i++)
    {
      g_autofree char *text = arra_job_text (job, i);

      if (*text != '\0' && strcmp (text, PLACEHOLDER) != 0)
        cli_print ("%s\n", text);
    }
}

static void
print_stopped (const GenerateSetup *setup, const ArraJob *job, const GenerateResult *result)
{
  g_autofree char *tokens = g_shell_quote (setup->tokens);
  g_autofree char *out = g_shell_quote (setup->out);

  if (!result->tokens_saved)
    {
      cli_note ("Stopped before the first token.");
      return;
    }
  cli_note ("Stopped after %" G_GUINT64_FORMAT " tokens, saved in %s", generate_count_tokens (job), setup->tokens);
  for (guint i = 0; i < result->partial->len; i++)
    cli_note ("%s", (const char *) g_ptr_array_index (result->partial, i));
  cli_note ("Go on with: arra generate --resume %s -o %s", tokens, out);
}

void
generate_note_unknown (const ArraCheckpoint *checkpoint, const char *prompt)
{
  g_autofree char *text = prompt != NULL ? arra_checkpoint_unknown_text (checkpoint, prompt) : NULL;

  if (text != NULL)
    cli_note ("%s", text);
}

void
generate_json_unknown (CliJson *json, const ArraCheckpoint *checkpoint, const char *prompt)
{
  g_auto (GStrv) words = prompt != NULL ? arra_checkpoint_unknown_words (checkpoint, prompt) : NULL;

  cli_json_begin_array (json, "unknown_words");
  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    cli_json_string (json, NULL, words[i]);
  cli_json_end_array (json);
}

void
generate_print (const GenerateOptions *options,
                const GenerateSetup *setup,
                const ArraCheckpoint *checkpoint,
                const ArraJob *job,
                const GenerateResult *result,
                gboolean stopped)
{
  if (!options->quiet)
    {
      print_texts (job);
      for (guint i = 0; i < result->files->len; i++)
        cli_print ("%s\n", (const char *) g_ptr_array_index (result->files, i));
      print_speed (job, result);
      if (result->tokens_saved && !stopped)
        cli_print ("tokens: %s\n", setup->tokens);
      if (arra_checkpoint_card (checkpoint)->medical && result->files->len > 0)
        cli_print ("synthetic - not for diagnosis\n");
    }
  if (stopped)
    print_stopped (setup, job, result);
}

static void
put_settings (CliJson *json, const ArraCheckpoint *checkpoint, const ArraRequest *request)
{
  cli_json_begin_object (json, "settings");
  cli_json_string (json, "prompt", request->prompt);
  cli_json_string (json, "template",
                   request->prompt_template != NULL ? request->prompt_template : checkpoint->prompt_template);
  cli_json_uint (json, "width", request->width);
  cli_json_uint (json, "height", request->height);
  if (arra_request_is_mosaic (request, checkpoint))
    {
      cli_json_uint (json, "seamless", request->seamless);
      cli_json_uint (json, "tries", arra_request_tries (request));
    }
  cli_json_uint (json, "count", request->count);
  cli_json_uint (json, "first", request->first);
  cli_json_double (json, "guidance_scale", request->guidance_scale);
  cli_json_uint (json, "top_k", request->top_k);
  cli_json_uint (json, "text_top_k", request->text_top_k);
  cli_json_double (json, "temperature", request->temperature);
  cli_json_double (json, "top_p", request->top_p);
  cli_json_bool (json, "greedy", request->greedy);
  cli_json_uint (json, "max_tokens", request->max_tokens);
  cli_json_uint (json, "threads", request->threads > 0 ? request->threads : arra_cpu_count ());
  cli_json_string (json, "quant", arra_quant_name (checkpoint->quant));
  cli_json_end_object (json);
}

static void
put_answers (CliJson *json, const ArraJob *job, const GenerateResult *result)
{
  cli_json_begin_array (json, "answers");
  for (guint i = 0; i < arra_job_n_answers (job); i++)
    {
      g_autofree char *text = arra_job_text (job, i);
      gboolean finished;
      gsize n;

      arra_job_tokens (job, i, &n, &finished);
      cli_json_begin_object (json, NULL);
      cli_json_bool (json, "finished", finished);
      cli_json_uint (json, "tokens", n);
      cli_json_string (json, "text", text);
      cli_json_begin_array (json, "files");
      for (guint file = 0; file < result->files->len; file++)
        if (g_array_index (result->answers, guint, file) == i)
          cli_json_string (json, NULL, g_ptr_array_index (result->files, file));
      cli_json_end_array (json);
      cli_json_end_object (json);
    }
  cli_json_end_array (json);
}

void
generate_print_json (const GenerateSetup *setup,
                     const ArraCheckpoint *checkpoint,
                     const ArraJob *job,
                     const GenerateResult *result,
                     gboolean stopped)
{
  g_autoptr (CliJson) json = cli_json_new ();

  cli_json_begin_object (json, NULL);
  cli_json_string (json, "status", stopped ? "stopped" : "finished");
  cli_json_string (json, "model", arra_checkpoint_path (checkpoint));
  cli_json_string (json, "fingerprint", arra_checkpoint_fingerprint (checkpoint));
  cli_json_bool (json, "medical", arra_checkpoint_card (checkpoint)->medical);
  cli_json_uint (json, "seed", generate_request (job)->seed);
  put_settings (json, checkpoint, generate_request (job));
  generate_json_unknown (json, checkpoint, generate_request (job)->prompt);
  put_answers (json, job, result);
  cli_json_begin_array (json, "files");
  for (guint i = 0; i < result->files->len; i++)
    cli_json_string (json, NULL, g_ptr_array_index (result->files, i));
  cli_json_end_array (json);
  cli_json_string (json, "tokens_file", result->tokens_saved ? setup->tokens : NULL);
  cli_json_uint (json, "tokens", generate_count_tokens (job));
  cli_json_measured (json, "seconds", result->seconds);
  cli_json_measured (json, "tokens_per_second", tokens_per_second (result));
  cli_json_uint (json, "passes_saved", passes_saved (job));
  cli_json_end_object (json);
  cli_print ("%s", cli_json_text (json));
}
