/* generate_print.c - what `arra generate` says when it is done: for people, and as JSON
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "generate.h"

#include <string.h>

#include "checkpoint.h"
#include "cpu.h"
#include "job.h"
#include "jsonwriter.h"
#include "request_mosaic.h"
#include "status.h"
#include "values.h"

#define PLACEHOLDER "<|image|>"

static double
tokens_per_second (const GenerateResult *result)
{
  return result->run_seconds > 0 ? (double) result->new_tokens / result->run_seconds : 0;
}

static void
print_speed (const ArraJob *job, const GenerateResult *result)
{
  g_autofree char *rate = cli_format_double (tokens_per_second (result), 1);
  g_autofree char *time = cli_format_seconds (result->seconds);
  const guint64 passes = arra_lookahead_saved (&job->session.lookahead);
  g_autofree char *saved
      = passes > 0 ? g_strdup_printf (", %" G_GUINT64_FORMAT " passes saved by guesses", passes) : NULL;

  cli_print ("seed %" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT " tokens, %s (%s tokens/s%s)\n",
             generate_request (job)->seed, arra_job_count_tokens (job), time, rate, saved != NULL ? saved : "");
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
  cli_note ("Stopped after %" G_GUINT64_FORMAT " tokens, saved in %s", arra_job_count_tokens (job), setup->tokens);
  for (guint i = 0; i < result->partial->len; i++)
    cli_note ("%s", (const char *) g_ptr_array_index (result->partial, i));
  if (setup->keep > 0)
    cli_note ("Go on with: arra generate --resume %s --keep %u -o %s", tokens, setup->keep, out);
  else
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
generate_json_unknown (ArraJsonWriter *json, const ArraCheckpoint *checkpoint, const char *prompt)
{
  g_auto (GStrv) words = prompt != NULL ? arra_checkpoint_unknown_words (checkpoint, prompt) : NULL;

  arra_json_begin_array (json, "unknown_words");
  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    arra_json_put_string (json, NULL, words[i]);
  arra_json_end_array (json);
}

/* How near each written picture is to the prompt, and how it can be made again alone. */
static void
print_ranks (const ArraJob *job, const GenerateResult *result)
{
  for (guint i = 0; i < result->ranks->len && i < result->files->len; i++)
    {
      const ArraRank *rank = &g_array_index (result->ranks, ArraRank, i);
      g_autofree char *score = cli_format_double (rank->score, 1);

      cli_print ("%s: score %s, made with --first %u\n", (const char *) g_ptr_array_index (result->files, i), score,
                 generate_request (job)->first + rank->answer);
    }
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
      print_ranks (job, result);
      print_speed (job, result);
      if (result->tokens_saved && !stopped)
        cli_print ("tokens: %s\n", setup->tokens);
      if (arra_checkpoint_card (checkpoint)->medical && result->files->len > 0)
        cli_print ("synthetic - not for diagnosis\n");
      if (result->ranks->len > 0)
        generate_note_unknown (checkpoint, generate_request (job)->prompt);
    }
  if (stopped)
    print_stopped (setup, job, result);
}

static void
put_settings (ArraJsonWriter *json, const ArraCheckpoint *checkpoint, const ArraRequest *request)
{
  arra_json_begin_object (json, "settings");
  arra_json_put_string (json, "prompt", request->prompt);
  arra_json_put_string (json, "template",
                        request->prompt_template != NULL ? request->prompt_template : checkpoint->prompt_template);
  arra_fields_put (json, request, ARRA_FIELD_WIDTH, ARRA_FIELD_HEIGHT);
  if (arra_request_is_mosaic (request, checkpoint))
    {
      arra_json_put_uint (json, "seamless", request->seamless);
      arra_json_put_uint (json, "tries", arra_request_tries (request));
    }
  arra_fields_put (json, request, ARRA_FIELD_COUNT, ARRA_FIELD_GREEDY);
  arra_fields_put (json, request, ARRA_FIELD_MAX_TOKENS, ARRA_FIELD_MAX_TOKENS);
  arra_json_put_uint (json, "threads", request->threads > 0 ? request->threads : arra_cpu_count ());
  arra_json_put_string (json, "quant", arra_quant_name (checkpoint->quant));
  arra_json_put_string (json, "kv", arra_quant_name (checkpoint->kv));
  arra_json_end_object (json);
}

/* Where pictures are not compared there is none. */
static void
put_score (ArraJsonWriter *json, const GenerateResult *result, guint answer)
{
  for (guint i = 0; i < result->ranks->len; i++)
    if (g_array_index (result->ranks, ArraRank, i).answer == answer)
      arra_json_put_double (json, "score", g_array_index (result->ranks, ArraRank, i).score);
}

static void
put_answers (ArraJsonWriter *json, const ArraJob *job, const GenerateResult *result)
{
  arra_json_begin_array (json, "answers");
  for (guint i = 0; i < arra_job_n_answers (job); i++)
    {
      g_autofree char *text = arra_job_text (job, i);
      gboolean finished;
      gsize n;

      arra_job_tokens (job, i, &n, &finished);
      arra_json_begin_object (json, NULL);
      arra_json_put_bool (json, "finished", finished);
      arra_json_put_uint (json, "tokens", n);
      put_score (json, result, i);
      arra_json_put_string (json, "text", text);
      arra_json_begin_array (json, "files");
      for (guint file = 0; file < result->files->len; file++)
        if (g_array_index (result->answers, guint, file) == i)
          arra_json_put_string (json, NULL, g_ptr_array_index (result->files, file));
      arra_json_end_array (json);
      arra_json_end_object (json);
    }
  arra_json_end_array (json);
}

void
generate_print_json (const GenerateSetup *setup,
                     const ArraCheckpoint *checkpoint,
                     const ArraJob *job,
                     const GenerateResult *result,
                     gboolean stopped)
{
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_LINES);

  arra_json_begin_object (json, NULL);
  arra_json_put_string (json, "status", stopped ? "stopped" : "finished");
  arra_json_put_string (json, "model", arra_checkpoint_path (checkpoint));
  arra_json_put_string (json, "fingerprint", arra_checkpoint_fingerprint (checkpoint));
  arra_json_put_bool (json, "medical", arra_checkpoint_card (checkpoint)->medical);
  arra_json_put_uint (json, "seed", generate_request (job)->seed);
  put_settings (json, checkpoint, generate_request (job));
  generate_json_unknown (json, checkpoint, generate_request (job)->prompt);
  put_answers (json, job, result);
  arra_json_begin_array (json, "files");
  for (guint i = 0; i < result->files->len; i++)
    arra_json_put_string (json, NULL, g_ptr_array_index (result->files, i));
  arra_json_end_array (json);
  arra_json_put_string (json, "tokens_file", result->tokens_saved ? setup->tokens : NULL);
  arra_json_put_uint (json, "tokens", arra_job_count_tokens (job));
  arra_json_put_measured (json, "seconds", result->seconds);
  arra_json_put_measured (json, "tokens_per_second", tokens_per_second (result));
  arra_json_put_uint (json, "passes_saved", arra_lookahead_saved (&job->session.lookahead));
  arra_json_end_object (json);
  cli_print ("%s", arra_json_writer_text (json));
}
