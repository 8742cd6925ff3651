/* generate.h - the parts of `arra generate`
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "inputs.h"
#include "jsonwriter.h"
#include "progress.h"
#include "status.h"

/* The options as given, NULL or FALSE when they were not. */
typedef struct
{
  char *model, *vqgan, *text_encoder, *quant, *kv, *prompt, *prompt_file, *prompts, *limit, **rest;
  char *size, *count, *first, *seed, *cfg, *cfg_interval, *top_k, *text_top_k, *temperature, *top_p, *prompt_template,
      *max_tokens;
  char *out, *tokens_out, *resume, *threads, *memory, *seamless, *tries, *from, *from_row, *vary, *keep;
  gboolean greedy, json, no_metadata, quiet;
} GenerateOptions;

/* What the options come to, before the checkpoint is opened. */
typedef struct
{
  char *model;           /* path of the checkpoint */
  char *vqgan;           /* (nullable) */
  char *text_encoder;    /* (nullable) */
  char *prompt;          /* (nullable): resuming; arra_mem memory */
  char *prompt_template; /* (nullable): arra_mem memory */
  char *out;             /* a picture; with several prompts a folder */
  char *tokens;          /* where tokens go: asked for, or when the run is stopped */
  ArraQuant quant, kv;
  guint64 seed;
  guint limit;         /* of several prompts: how many; 0: all */
  guint from_row;      /* of --from: the first row that is made again, from 1; 0: not said */
  double vary;         /* of --from: the share of codes that is made again; 0: not said */
  guint keep;          /* of the pictures made, those that are nearest to the prompt; 0: all, as they come */
  gint cfg_interval;   /* as arra_job_set_cfg_interval() */
  ArraRecipe *recipe;  /* (nullable): whose settings are used: of --resume with --from-row */
  ArraRequest request; /* as far as it can be known without the checkpoint */
} GenerateSetup;

/* What came out. */
typedef struct
{
  GArray *ranks;      /* ArraRank: of all answers, the nearest to the prompt first; empty: not compared */
  GPtrArray *files;   /* char *: pictures written */
  GArray *answers;    /* guint: the answer each of them belongs to */
  GPtrArray *partial; /* "fox.png: 5 finished rows of 16", of those that are not whole */
  gboolean tokens_saved;
  guint64 new_tokens; /* predicted in this run */
  double run_seconds; /* of predicting them */
  double seconds;     /* of everything */
} GenerateResult;

/* generate_options.c */

/* Prints --help and sets *@helped, or fills @options; free with generate_options_clear(). */
gboolean generate_options_parse (GenerateOptions *options, int argc, char **argv, gboolean *helped, GError **error);
void generate_options_clear (GenerateOptions *options);

/* generate_setup.c */

/* Checks all that can be checked before any work: combinations, values, prompt, checkpoint's name, output files. */
gboolean generate_setup_init (GenerateSetup *setup, const GenerateOptions *options, GError **error);
/* Of these only what is made and with what, for a command whose outputs are its own. */
gboolean generate_setup_take (GenerateSetup *setup, const GenerateOptions *options, GError **error);
void generate_setup_clear (GenerateSetup *setup);
/* Whether saved tokens are gone on with as they are. */
gboolean generate_is_resumed (const GenerateOptions *options);
/* Sets what the options say about the request; the rest stays. */
gboolean
generate_setup_apply (const GenerateSetup *setup, const GenerateOptions *options, ArraRequest *request, GError **error);

/* Pictures that are written of those that are made. */
guint generate_n_kept (const GenerateSetup *setup, const ArraRequest *request);
/* Whether so many pictures can be written to setup->out, and none of them lies where something is read or where
 * setup->tokens (nullable) goes. */
gboolean generate_check_pictures (const GenerateSetup *setup, const CliInputs *inputs, GError **error);

/* generate_open.c */

gboolean generate_wants_pictures (const GenerateOptions *options);
/* The checkpoint of @setup with its parts as they are to lie in memory, or only its headers. */
ArraCheckpoint *generate_open_parts (const GenerateSetup *setup, gboolean metadata_only, GError **error);
/* Checks the request against the checkpoint, then loads it. */
ArraCheckpoint *
generate_open (const GenerateOptions *options, const GenerateSetup *setup, CliProgress *progress, GError **error);

/* generate_codes.c: what is made anew in part, or looked at */

typedef struct
{
  guint rows, columns;
  guint32 *codes; /* g_free() */
} GenerateCodes;

/* Of the picture or the saved tokens at @path; of several the first. */
gboolean
generate_codes_read (const char *path, guint threads, ArraCheckpoint *checkpoint, GenerateCodes *codes, GError **error);
/* Of the first answer of saved tokens, or of a picture with a recipe, as the job has them that made it. */
gboolean generate_codes_resume (const char *path, ArraCheckpoint *checkpoint, GenerateCodes *codes, GError **error);
void generate_codes_clear (GenerateCodes *codes);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GenerateCodes, generate_codes_clear)

/* generate_from.c: what --from, or --resume with --from-row, keeps of a picture */

/* The codes that stay, into @request, which borrows them: (transfer full), g_free(). NULL with @error set. */
gint32 *generate_from (const GenerateOptions *options,
                       const GenerateSetup *setup,
                       ArraCheckpoint *checkpoint,
                       ArraRequest *request,
                       GError **error);

/* generate_series.c: a picture for each of many prompts, in a folder. Prints what it has done. */

CliStatus
generate_series (const GenerateOptions *options, const GenerateSetup *setup, CliProgress *progress, GError **error);

/* generate_tokens.c: the file that --resume reads. */

/* Where the checkpoint was when @path was written, and the VQGAN and the text encoder of @setup, as far as the file
 * says; (transfer full) strings, nullable. */
gboolean
generate_tokens_origin (const char *path, GenerateSetup *setup, char **model, char **quant, char **kv, GError **error);
/* The recipe of the whole job with the places of checkpoint, VQGAN and text encoder, written whole or not at all. */
gboolean generate_tokens_save (const GenerateSetup *setup, const ArraJob *job, GError **error);

/* The settings in force, also those of a resumed job; (transfer none) */
const ArraRequest *generate_request (const ArraJob *job);

/* generate_print.c */

/* Says on standard error which words of @prompt (nullable) the checkpoint never learnt. */
void generate_note_unknown (const ArraCheckpoint *checkpoint, const char *prompt);
/* The same as an array, "unknown_words", in @json. */
void generate_json_unknown (ArraJsonWriter *json, const ArraCheckpoint *checkpoint, const char *prompt);

void generate_print (const GenerateOptions *options,
                     const GenerateSetup *setup,
                     const ArraCheckpoint *checkpoint,
                     const ArraJob *job,
                     const GenerateResult *result,
                     gboolean stopped);
void generate_print_json (const GenerateSetup *setup,
                          const ArraCheckpoint *checkpoint,
                          const ArraJob *job,
                          const GenerateResult *result,
                          gboolean stopped);
