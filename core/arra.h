/* arra.h - the public face of libarra: a prompt becomes a picture with ARRA-trained autoregressive models, on the CPU.
 *
 * Copyright (C) 2026 The ARRA for GIMP authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <glib-object.h>

G_BEGIN_DECLS

#define ARRA_API __attribute__ ((visibility ("default")))

/* ----------------------------------------------------------------- version */

/* The version of this header; arra_version() is that of the library. */
#define ARRA_MAJOR_VERSION 0
#define ARRA_MINOR_VERSION 1
#define ARRA_MICRO_VERSION 0
#define ARRA_VERSION "0.1.0"

/* Whether this header is of that version or a later one, for #if. */
#define ARRA_CHECK_VERSION(major, minor, micro)                                                    \
  (ARRA_MAJOR_VERSION > (major) || (ARRA_MAJOR_VERSION == (major) && ARRA_MINOR_VERSION > (minor)) \
   || (ARRA_MAJOR_VERSION == (major) && ARRA_MINOR_VERSION == (minor) && ARRA_MICRO_VERSION >= (micro)))

/* The library's version, "major.minor.micro" (transfer none). Since: 0.1 */
ARRA_API const char *arra_version (void);

/* A tag "Since" holds for what stands below it, up to the next empty line.
 *
 * Structures grow at their end, in later versions. Programs may allocate ArraOpenOptions, ArraRequest, ArraMemoryPlan
 * and ArraPicture and copy them by value: the functions that read or fill such a structure are macros here, which tell
 * the library how large it was when the program was compiled. The library neither reads nor writes behind that, and
 * what an older program cannot say has its default. Other structures are allocated by the library alone. Language
 * bindings call the functions whose names end in _sized. */

/* ------------------------------------------------------------------ errors */

/**
 * ArraError:
 * @ARRA_ERROR_FAILED: something went wrong that the message explains
 * @ARRA_ERROR_ARGUMENT: an argument or option cannot be used as given
 * @ARRA_ERROR_NOT_FOUND: a file, tensor or token that is needed is not there
 * @ARRA_ERROR_INVALID_DATA: a file is broken; the message names the file and the fault
 * @ARRA_ERROR_UNSUPPORTED: a file is sound but holds something this version does not know
 * @ARRA_ERROR_NO_MEMORY: memory is or would be short; the message names what is needed and what there is
 * @ARRA_ERROR_UNAVAILABLE: this machine lacks something (a CPU feature, a display)
 *
 * Cancellation is always G_IO_ERROR_CANCELLED, failures of the operating system are G_FILE_ERROR or G_IO_ERROR.
 * Messages are English, or in the language of the locale once the program has bound the domain "arra-generate"
 * (bindtextdomain()).
 *
 * Since: 0.1
 */
typedef enum
{
  ARRA_ERROR_FAILED,
  ARRA_ERROR_ARGUMENT,
  ARRA_ERROR_NOT_FOUND,
  ARRA_ERROR_INVALID_DATA,
  ARRA_ERROR_UNSUPPORTED,
  ARRA_ERROR_NO_MEMORY,
  ARRA_ERROR_UNAVAILABLE,
} ArraError;

#define ARRA_ERROR (arra_error_quark ())
/* Since: 0.1 */
ARRA_API GQuark arra_error_quark (void);

/* -------------------------------------------------------------- checkpoints */

/* A loaded model: transformer, image tokenizer (VQGAN), text tokenizer, card. Immutable, shareable between threads.
 * Since: 0.1 */
typedef struct _ArraCheckpoint ArraCheckpoint;

/**
 * ArraCard:
 * What a checkpoint says about itself. Untrusted text: escape it before showing it as markup. All strings are UTF-8,
 * nullable unless noted, and belong to the checkpoint.
 *
 * Since: 0.1
 */
typedef struct
{
  const char *name; /* never NULL */
  const char *description;
  const char *license;
  const char *license_link;
  const char *training_data;
  const char *intended_use;
  const char *domain;                 /* "textures", "chest x-ray", … */
  gboolean medical;                   /* pictures must carry "synthetic - not for diagnosis" */
  const char *const *example_prompts; /* NULL-terminated, never NULL */
  const guint8 *thumbnail;            /* PNG bytes */
  gsize thumbnail_size;
  /* those that captions of its training had; NULL-terminated, never NULL; empty: it does not say */
  const char *const *words;
} ArraCard;

/**
 * ArraQuant:
 * Number format of the transformer's weights in memory.
 *
 * Since: 0.1
 */
typedef enum
{
  /* what the file holds: plain numbers mapped and not copied, quantised matrices laid out anew in memory */
  ARRA_QUANT_AS_STORED,
  ARRA_QUANT_F32,
  ARRA_QUANT_F16,
  ARRA_QUANT_BF16,
  ARRA_QUANT_Q8_0,
  ARRA_QUANT_Q4_0, /* 4.5 bits per weight; embedding and head as Q6_K */
  ARRA_QUANT_Q4_K, /* the same size, nearer to the original */
  ARRA_QUANT_Q6_K, /* 6.6 bits per weight */
} ArraQuant;

/* "auto", "f32", "f16", "bf16", "q8_0", "q4_0", "q4_k", "q6_k"; FALSE for another name. Since: 0.1 */
ARRA_API gboolean arra_quant_parse (const char *name, ArraQuant *quant);
ARRA_API const char *arra_quant_name (ArraQuant quant);

/* Since: 0.1 */
typedef struct
{
  /* (nullable): file (or folder) with the VQGAN, when the checkpoint has none or another is wanted */
  const char *vqgan;
  ArraQuant quant;
  guint threads;          /* for loading; 0: all */
  gboolean metadata_only; /* read and check headers and metadata, not the weights: enough for cards, plans and info */
  ArraQuant kv; /* keys and values of what was read, while tokens are made: F32 (also AS_STORED), F16 or Q8_0 */
  /* (nullable): folder of the text encoder that reads the prompts, when the checkpoint has none or another is wanted; a
   * model that reads them itself takes none */
  const char *text_encoder;
} ArraOpenOptions;

#define ARRA_OPEN_OPTIONS_INIT { NULL, ARRA_QUANT_AS_STORED, 0, FALSE, ARRA_QUANT_F32, NULL }

/**
 * arra_checkpoint_open:
 * @path: a GGUF file written by `arra convert`, or a Hugging Face directory
 * @options: (nullable): NULL for the defaults
 *
 * Returns: (transfer full): free with arra_checkpoint_unref(). Errors name the file and the fault.
 *
 * Since: 0.1
 */
ARRA_API ArraCheckpoint *arra_checkpoint_open_sized (const char *path,
                                                     const ArraOpenOptions *options,
                                                     gsize options_size,
                                                     GCancellable *cancellable,
                                                     GError **error);
#define arra_checkpoint_open(path, options, cancellable, error) \
  arra_checkpoint_open_sized (path, options, sizeof (ArraOpenOptions), cancellable, error)

/* Since: 0.1 */
ARRA_API ArraCheckpoint *arra_checkpoint_ref (ArraCheckpoint *checkpoint);
ARRA_API void arra_checkpoint_unref (ArraCheckpoint *checkpoint);
ARRA_API const char *arra_checkpoint_path (const ArraCheckpoint *checkpoint);
ARRA_API const ArraCard *arra_checkpoint_card (const ArraCheckpoint *checkpoint);
/* What was put right while it was opened, and what it cannot do: sentences for the user. NULL-terminated, never NULL;
 * belongs to the checkpoint. */
ARRA_API const char *const *arra_checkpoint_notes (const ArraCheckpoint *checkpoint);
/* (transfer full): words of @prompt that the checkpoint never learnt, each once, in their order and case folded, for
 * g_strfreev(); none when its card has no list of words. A word counts as learnt when the list has it or another form
 * of it: English endings (s, es, ed, ing, y, ly, er, est, en) make no difference, nor does a doubled or a silent last
 * letter. Single letters and the small words that hold sentences together ("the", "and", "with") are passed over.
 * Since: 0.1 */
ARRA_API char **arra_checkpoint_unknown_words (const ArraCheckpoint *checkpoint, const char *prompt);
/* (transfer full) (nullable): the same as a sentence for people, NULL when there are none: "'cat' is not among what
 * this checkpoint learnt". Since: 0.1 */
ARRA_API char *arra_checkpoint_unknown_text (const ArraCheckpoint *checkpoint, const char *prompt);
/* Hex SHA-256 that names the model in recipes: over header and metadata, the stored hash of the tensor data among them
 * (GGUF), or over configuration, tokenizer, tensor headers and the first 64 bytes of each tensor (directory); over the
 * VQGAN's likewise. Since: 0.1 */
ARRA_API const char *arra_checkpoint_fingerprint (const ArraCheckpoint *checkpoint);
/* Pixels on a side that width and height must be multiples of (32 for an f=16 VQGAN), 0 without a VQGAN. Since: 0.1 */
ARRA_API guint arra_checkpoint_grid (const ArraCheckpoint *checkpoint);
/* Pixels on a side that one code stands for, also without a VQGAN. Since: 0.1 */
ARRA_API guint arra_checkpoint_patch (const ArraCheckpoint *checkpoint);
/* Whether the model makes a picture of this size in one piece; the error says which sizes it does. Since: 0.1 */
ARRA_API gboolean arra_checkpoint_check_size (const ArraCheckpoint *checkpoint,
                                              guint width,
                                              guint height,
                                              GError **error);

/**
 * ArraFound:
 * A place where a checkpoint lies, or what should be one.
 *
 * Since: 0.1
 */
typedef struct
{
  char *path;
  ArraCheckpoint *checkpoint; /* (nullable): opened with metadata_only: card, grid, plan; NULL when it is broken */
  char *problem;              /* (nullable): why it cannot be used, in words */
  /* (nullable): short, for arra_checkpoints_locate(); NULL when one before it has that name, or none is known */
  char *name;
} ArraFound;

/* $XDG_DATA_HOME/arra/checkpoints: where a user puts checkpoints. (transfer full): g_free(). Since: 0.1 */
ARRA_API char *arra_checkpoints_folder (void);

/**
 * arra_checkpoints_find:
 * @folders: (nullable): NULL-terminated further folders (each may be a checkpoint, or hold checkpoints)
 *
 * Looks into the installation (PREFIX/share/arra/checkpoints and the system's data folders), arra_checkpoints_folder(),
 * @folders and the Hugging Face cache, there at the commit that is in force. Broken ones are listed too. The default
 * checkpoint is the first without a problem ("textures" of the installation before others). Returns: (transfer full)
 * (element-type ArraFound): g_ptr_array_unref(); never NULL.
 *
 * Since: 0.1
 */
ARRA_API GPtrArray *arra_checkpoints_find (const char *const *folders, GCancellable *cancellable);

/**
 * arra_checkpoints_locate:
 * @text: a path, or the name of a checkpoint that arra_checkpoints_find() lists without further folders
 *
 * What begins with "/", "./", "../" or "~/", or ends with "/", is a path. Anything else is a path when a checkpoint
 * lies there (a .gguf file, or a folder with a config.json), else a name: that of a file without ".gguf" or of a
 * folder, or OWNER/REPO in the Hugging Face cache, of which the commit counts that its refs/main names; else a path
 * again, so that opening it says what lies there. Nothing is opened. Returns: (transfer full): g_free(); NULL with
 * ARRA_ERROR_NOT_FOUND, whose message names what is known.
 *
 * Since: 0.1
 */
ARRA_API char *arra_checkpoints_locate (const char *text, GError **error);

/* The checkpoint used when none is named, without opening any: "textures" of the installation, else the first .gguf
 * file of the folders above, the user's before the system's, whose "textures" comes before others. (transfer full)
 * (nullable): g_free(). Since: 0.1 */
ARRA_API char *arra_checkpoints_default (void);

/* ------------------------------------------------------------------ requests */

/**
 * ArraSeamless:
 * @ARRA_SEAMLESS_X: the right edge goes on at the left one
 * @ARRA_SEAMLESS_Y: the bottom edge goes on at the top one
 *
 * Since: 0.1
 */
typedef enum
{
  ARRA_SEAMLESS_X = 1 << 0,
  ARRA_SEAMLESS_Y = 1 << 1,
} ArraSeamless;

/**
 * ArraRequest:
 * What to generate. Fill with arra_request_init() first, so that fields added later have their defaults. Strings are
 * borrowed.
 *
 * Since: 0.1
 */
typedef struct
{
  const char *prompt;          /* UTF-8 */
  const char *prompt_template; /* (nullable): the checkpoint's; "{prompt}", "{width}", "{height}" are replaced */
  guint width, height; /* pixels, any: what is no size of the model's own is made window by window; 0 x 0: the model
                        * chooses, and may answer with text or several pictures */
  guint count;         /* answers, each from its own noise */
  /* number of the first of them in the noise, from 0: one of several pictures can be made again alone */
  guint first;
  guint64 seed;
  double guidance_scale; /* classifier-free guidance; 1: off */
  guint top_k;           /* image tokens; 0: all */
  guint text_top_k;
  double temperature;   /* > 0 */
  double top_p;         /* 0 < p <= 1 */
  gboolean greedy;      /* most likely token always */
  guint threads;        /* 0: all */
  guint max_tokens;     /* longest answer when the model chooses; 0: what fits the context */
  guint64 memory_limit; /* bytes; 0: what the machine has free */
  guint seamless;       /* ArraSeamless: edges that fit each other when the picture is repeated */
  /* (nullable): codes of the picture that stay, row by row, as arra_checkpoint_encode_file() gives them; -1: to be made
   */
  const gint32 *known;
  guint known_rows, known_columns;
  /* of a run of codes that known ones follow, how many are compared by how likely they make these: up to 16; 0: 4. Of
   * one that ends above known ones four times as many are, up to 16 */
  guint tries;
  gboolean scored; /* memory is planned for arra_job_score(); needs a size */
  /* of a picture larger than the model's own, windows that are made side by side, up to 16; 0: what is fast. The
   * picture is the same; saved tokens are in the order in which it was made */
  guint together;
} ArraRequest;

/* Sets @request to the checkpoint's sampling defaults (prompt NULL, seed 0). @checkpoint: (nullable). Since: 0.1 */
ARRA_API void arra_request_init_sized (ArraRequest *request, gsize request_size, const ArraCheckpoint *checkpoint);
#define arra_request_init(request, checkpoint) arra_request_init_sized (request, sizeof (ArraRequest), checkpoint)

/**
 * ArraMemoryPlan:
 * What a request needs, in bytes, before any of it is allocated.
 *
 * Since: 0.1
 */
typedef struct
{
  guint64 weights_mapped;  /* file pages that must stay in memory */
  guint64 weights_private; /* converted or copied weights, tables, tokenizer */
  guint64 cache;           /* KV caches */
  guint64 work;            /* activations, logits, VQGAN buffers, pictures, thread stacks */
  guint64 total;
  guint64 available; /* now; 0: unknown */
} ArraMemoryPlan;

/* Fails with ARRA_ERROR_NO_MEMORY naming both numbers when total > available (or the request's limit); @plan is set all
 * the same. Since: 0.1 */
ARRA_API gboolean arra_checkpoint_plan_sized (const ArraCheckpoint *checkpoint,
                                              const ArraRequest *request,
                                              gsize request_size,
                                              ArraMemoryPlan *plan,
                                              gsize plan_size,
                                              GError **error);
#define arra_checkpoint_plan(checkpoint, request, plan, error) \
  arra_checkpoint_plan_sized (checkpoint, request, sizeof (ArraRequest), plan, sizeof (ArraMemoryPlan), error)

/* ---------------------------------------------------------------------- jobs */

/* Since: 0.1 */
typedef struct _ArraJob ArraJob;

/* 8-bit sRGB, rows top down, 3 bytes a pixel, no padding. Since: 0.1 */
typedef struct
{
  guint width, height;
  /* token rows; fewer than total: a partial picture, and height is that of the finished rows */
  guint rows_finished, rows_total;
  const guint8 *pixels;
} ArraPicture;

/* Since: 0.1 */
typedef enum
{
  ARRA_PHASE_PROMPT,   /* reading the prompt */
  ARRA_PHASE_TOKENS,   /* predicting tokens */
  ARRA_PHASE_DECODING, /* tokens to pixels */
} ArraPhase;

/* Since: 0.1 */
typedef struct
{
  ArraPhase phase;
  guint answer;                    /* 0 .. count-1 */
  guint tokens_done, tokens_total; /* of this answer; total 0: not known */
  double fraction;                 /* of the whole request, 0..1 */
  double tokens_per_second;        /* 0: not measured yet */
  double seconds_left;             /* of the whole request; negative: not known yet */
  const ArraPicture *preview;      /* (nullable): a new partial picture of this answer, valid during the call */
} ArraProgress;

/* Called from the thread that runs the job, at most a few times a second and at every change of phase. Since: 0.1 */
typedef void (*ArraProgressFunc) (const ArraProgress *progress, gpointer data);

/**
 * arra_job_new:
 * Checks the request whole (prompt, size, ranges, memory) before any work. Plans and allocates all memory.
 * Returns: (transfer full): free with arra_job_free(). A job belongs to one thread at a time.
 *
 * Since: 0.1
 */
ARRA_API ArraJob *
arra_job_new_sized (ArraCheckpoint *checkpoint, const ArraRequest *request, gsize request_size, GError **error);
#define arra_job_new(checkpoint, request, error) arra_job_new_sized (checkpoint, request, sizeof (ArraRequest), error)

/* Since: 0.1 */
ARRA_API void arra_job_free (ArraJob *job);

/* @previews: whether partial pictures are decoded while tokens come (at most 10 % of the run time). Since: 0.1 */
ARRA_API void arra_job_set_progress (ArraJob *job, ArraProgressFunc func, gpointer data, gboolean previews);

/**
 * ArraFinishedFunc:
 * An answer is finished, and the next one has not begun. @job may be asked anything, and arra_job_decode() makes the
 * answer's pictures, which the job then keeps until it is freed or run again. Returns: FALSE with @error set ends the
 * run with that error; what is finished is kept.
 *
 * Since: 0.1
 */
typedef gboolean (*ArraFinishedFunc) (ArraJob *job, guint answer, gpointer data, GError **error);

/* @func: (nullable): called from the thread that runs the job, once for each answer that the run finishes. Since: 0.1
 */
ARRA_API void arra_job_set_finished (ArraJob *job, ArraFinishedFunc func, gpointer data);

/**
 * arra_job_run:
 * Runs, or goes on after a cancelled run, until all answers are finished. G_IO_ERROR_CANCELLED: sampling stops after
 * the current token and everything finished is kept: tokens, and pictures through arra_job_decode().
 *
 * Since: 0.1
 */
ARRA_API gboolean arra_job_run (ArraJob *job, GCancellable *cancellable, GError **error);
ARRA_API void arra_job_run_async (ArraJob *job, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
ARRA_API gboolean arra_job_run_finish (ArraJob *job, GAsyncResult *result, GError **error);

/* Since: 0.1 */
ARRA_API guint arra_job_n_answers (const ArraJob *job); /* begun so far */
/* Token ids of an answer (what follows the prompt, without the stop token); valid until the job runs on. Since: 0.1 */
ARRA_API guint64 arra_job_count_tokens (const ArraJob *job); /* of all answers, so far */
ARRA_API const guint32 *arra_job_tokens (const ArraJob *job, guint answer, gsize *n_tokens, gboolean *finished);
/* The codes of a picture's finished rows, row by row; (transfer full): g_free(). NULL: there is no such picture, or no
 * row of it. Since: 0.1 */
ARRA_API guint32 *arra_job_codes (ArraJob *job, guint answer, guint picture, guint *rows, guint *columns);
/* (transfer full): g_free(). The answer as text, pictures as <|image|>. Since: 0.1 */
ARRA_API char *arra_job_text (const ArraJob *job, guint answer);
ARRA_API guint arra_job_n_pictures (const ArraJob *job, guint answer); /* begun ones too */

/**
 * arra_job_decode:
 * The picture's pixels; a partial picture from its finished rows alone. Kept by the job until it is freed or runs on.
 * Cancellable. Returns: (transfer none): NULL with @error set, e.g. ARRA_ERROR_NOT_FOUND when no row is finished.
 *
 * Since: 0.1
 */
ARRA_API const ArraPicture *
arra_job_decode (ArraJob *job, guint answer, guint picture, GCancellable *cancellable, GError **error);

/**
 * arra_job_score:
 * @score: (out): log p(picture | prompt) - log p(picture | nothing), in nats, over all codes: how much the prompt
 * explains of the picture. Of pictures of one size and prompt the highest is nearest to the prompt
 *
 * Reads a finished answer's picture once with the prompt and once with none, and remembers what came out. From the
 * thread that runs the job, an ArraFinishedFunc among others. The tokens stay what they are. ARGUMENT: the request was
 * not scored; NOT_FOUND: the answer is not finished.
 *
 * Since: 0.1
 */
ARRA_API gboolean arra_job_score (ArraJob *job, guint answer, double *score, GCancellable *cancellable, GError **error);

/**
 * ArraRank:
 * A picture among others of its prompt.
 * @score: as arra_job_score()
 *
 * Since: 0.1
 */
typedef struct
{
  guint answer;
  double score;
} ArraRank;

/**
 * arra_job_rank:
 * @ranks: of ArraRank; all answers are appended, and the nearest to the prompt is first, of equal ones the earlier
 *
 * As arra_job_score() of each answer.
 *
 * Since: 0.1
 */
ARRA_API gboolean arra_job_rank (ArraJob *job, GArray *ranks, GCancellable *cancellable, GError **error);

/* The recipe (settings, seed, fingerprint, tokens) of the job as JSON; (transfer full): g_free(). @answer: one, or
 * G_MAXUINT for all.
 * @with_prompt: FALSE leaves the prompt out. Since: 0.1 */
ARRA_API char *arra_job_recipe (const ArraJob *job, guint answer, gboolean with_prompt);
/* Writes that whole or not at all. Since: 0.1 */
ARRA_API gboolean arra_job_save_tokens (const ArraJob *job, const char *path, GError **error);
/* A job that goes on where the saved one stopped, with its settings; fails when the checkpoint is another one. With one
 * of metadata_only it can only be decoded. @request: (nullable): only its threads, memory_limit, scored. Since: 0.1 */
ARRA_API ArraJob *arra_job_resume_sized (ArraCheckpoint *checkpoint,
                                         const char *path,
                                         const ArraRequest *request,
                                         gsize request_size,
                                         GError **error);
#define arra_job_resume(checkpoint, path, request, error) \
  arra_job_resume_sized (checkpoint, path, request, sizeof (ArraRequest), error)

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraCheckpoint, arra_checkpoint_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraJob, arra_job_free)

/* ------------------------------------------------------------------- recipes */

/* A recipe read back: what arra_job_recipe() wrote, from a PNG, a layer or a tokens file. Untrusted: every value is
 * range-checked. Since: 0.1 */
typedef struct _ArraRecipe ArraRecipe;

/* @json: @size bytes (-1: NUL-terminated). Returns: (transfer full): arra_recipe_free(). Since: 0.1 */
ARRA_API ArraRecipe *arra_recipe_parse (const char *json, gssize size, GError **error);
ARRA_API void arra_recipe_free (ArraRecipe *recipe);
/* Settings; strings belong to the recipe; prompt is NULL when it was left out. Since: 0.1 */
ARRA_API const ArraRequest *arra_recipe_request (const ArraRecipe *recipe);
ARRA_API const char *arra_recipe_fingerprint (const ArraRecipe *recipe);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraRecipe, arra_recipe_free)

/* ---------------------------------------------------------- tools around them */

/* The codes of a picture file. The picture is cropped to the centre and resized to @width x @height (0 x 0: its own
 * size rounded down to the grid). Returns: (transfer full): g_free(); rows x columns codes in raster order. Since: 0.1
 */
ARRA_API guint32 *arra_checkpoint_encode_file (ArraCheckpoint *checkpoint,
                                               const char *path,
                                               guint width,
                                               guint height,
                                               guint threads,
                                               guint *rows,
                                               guint *columns,
                                               GCancellable *cancellable,
                                               GError **error);

/* The same of @pixels, 8-bit RGB as in ArraPicture; width and height are multiples of the pixels a code stands for on a
 * side. Since: 0.1 */
ARRA_API guint32 *arra_checkpoint_encode (ArraCheckpoint *checkpoint,
                                          const guint8 *pixels,
                                          guint width,
                                          guint height,
                                          guint threads,
                                          GCancellable *cancellable,
                                          GError **error);

/* ------------------------------------------------------------------ painting */

/* A hole in a picture, being filled. Since: 0.1 */
typedef struct _ArraFill ArraFill;

/**
 * arra_fill_new:
 * @pixels: the picture, 8-bit RGB, rows top down without padding; copied
 * @mask: a byte for each pixel: 0 stays as it is, to the bit; 255 is made; between them is blended. Copied
 * @request: prompt, seed and settings; its size and what it knows are those of the hole's surroundings, which are
 * encoded here
 *
 * Returns: (transfer full): free with arra_fill_free().
 *
 * Since: 0.1
 */
ARRA_API ArraFill *arra_fill_new_sized (ArraCheckpoint *checkpoint,
                                        const guint8 *pixels,
                                        const guint8 *mask,
                                        guint width,
                                        guint height,
                                        const ArraRequest *request,
                                        gsize request_size,
                                        GCancellable *cancellable,
                                        GError **error);
#define arra_fill_new(checkpoint, pixels, mask, width, height, request, cancellable, error) \
  arra_fill_new_sized (checkpoint, pixels, mask, width, height, request, sizeof (ArraRequest), cancellable, error)
ARRA_API void arra_fill_free (ArraFill *fill);
/* (transfer none): the job that makes what is in the hole: to be run, watched and cancelled as any other. Since: 0.1 */
ARRA_API ArraJob *arra_fill_job (ArraFill *fill);
/* The whole picture with answer @answer in its hole; pixels are valid until the next call. NOT_FOUND: the answer is not
 * finished. Since: 0.1 */
ARRA_API gboolean
arra_fill_paint (ArraFill *fill, guint answer, ArraPicture *picture, GCancellable *cancellable, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraFill, arra_fill_free)

/**
 * arra_checkpoint_likelihood:
 * @request: the prompt, and threads
 * @codes: of a picture of any size, row by row
 * @with_prompt, @without_prompt: (nullable): [@rows][@columns]: natural logarithms of each code's probability given the
 * codes before it, with the prompt and with none. Where a picture is larger than the model's own, a code is seen in the
 * first of the overlapping windows that hold it
 * @func: (nullable): its fraction is told
 *
 * What the sum of their differences says of a picture: how much the prompt explains of it.
 *
 * Since: 0.1
 */
ARRA_API gboolean arra_checkpoint_likelihood_sized (ArraCheckpoint *checkpoint,
                                                    const ArraRequest *request,
                                                    gsize request_size,
                                                    const guint32 *codes,
                                                    guint rows,
                                                    guint columns,
                                                    double *with_prompt,
                                                    double *without_prompt,
                                                    ArraProgressFunc func,
                                                    gpointer data,
                                                    GCancellable *cancellable,
                                                    GError **error);
#define arra_checkpoint_likelihood(checkpoint, request, codes, rows, columns, with_prompt, without_prompt, func, data, \
                                   cancellable, error)                                                                 \
  arra_checkpoint_likelihood_sized (checkpoint, request, sizeof (ArraRequest), codes, rows, columns, with_prompt,      \
                                    without_prompt, func, data, cancellable, error)

/**
 * arra_checkpoint_map:
 * @request: the prompt (nullable: none), and threads
 * @phrase: (nullable)
 * @codes: of a picture of any size, row by row, as arra_checkpoint_likelihood() reads them
 *
 * Without @phrase how surprising each code is: -log p of it given the codes before it and the prompt, in nats: 0 where
 * it was certain. With one what it adds: log p with the phrase behind the prompt, after a comma, - log p without it.
 * Returns: (transfer full): [@rows][@columns]: g_free(). NULL with @error set.
 *
 * Since: 0.1
 */
ARRA_API double *arra_checkpoint_map_sized (ArraCheckpoint *checkpoint,
                                            const ArraRequest *request,
                                            gsize request_size,
                                            const char *phrase,
                                            const guint32 *codes,
                                            guint rows,
                                            guint columns,
                                            ArraProgressFunc func,
                                            gpointer data,
                                            GCancellable *cancellable,
                                            GError **error);
#define arra_checkpoint_map(checkpoint, request, phrase, codes, rows, columns, func, data, cancellable, error)    \
  arra_checkpoint_map_sized (checkpoint, request, sizeof (ArraRequest), phrase, codes, rows, columns, func, data, \
                             cancellable, error)

/**
 * arra_checkpoint_map_grey:
 * @map: [@rows][@columns], of arra_checkpoint_map()
 * @of_phrase: whether it is one of a phrase
 * @pixels: (out): a byte for each pixel of the picture, [@rows * side][@columns * side], where a code stands for
 * side x side of them
 *
 * Surprise is black for the twentieth of the codes that surprise least, and white for the twentieth that surprise most.
 * What a phrase adds is grey (128) where it adds nothing, and white or black for the twentieth that it changes most.
 *
 * Returns: what white stands for, in nats.
 *
 * Since: 0.1
 */
ARRA_API double arra_checkpoint_map_grey (const ArraCheckpoint *checkpoint,
                                          const double *map,
                                          guint rows,
                                          guint columns,
                                          gboolean of_phrase,
                                          guint8 *pixels);

/**
 * arra_checkpoint_vary:
 * @request: the prompt, and threads
 * @codes: of a picture, row by row, no smaller than the model's own
 * @share: above 0 to 1: how much of it is to be made again
 * @known: [@rows][@columns]: set to the codes, and to -1 for that share of them, at least one: those that the model
 * finds least likely with this prompt
 * @func: (nullable): its fraction is told
 *
 * What ArraRequest.known is to be for a variation of a picture.
 *
 * Since: 0.1
 */
ARRA_API gboolean arra_checkpoint_vary_sized (ArraCheckpoint *checkpoint,
                                              const ArraRequest *request,
                                              gsize request_size,
                                              const guint32 *codes,
                                              guint rows,
                                              guint columns,
                                              double share,
                                              gint32 *known,
                                              ArraProgressFunc func,
                                              gpointer data,
                                              GCancellable *cancellable,
                                              GError **error);
#define arra_checkpoint_vary(checkpoint, request, codes, rows, columns, share, known, func, data, cancellable, error) \
  arra_checkpoint_vary_sized (checkpoint, request, sizeof (ArraRequest), codes, rows, columns, share, known, func,    \
                              data, cancellable, error)

/* What medical pictures carry everywhere (card->medical): "synthetic – not for diagnosis" */
#define ARRA_MEDICAL_NOTE "synthetic \xe2\x80\x93 not for diagnosis"

/* Writes @picture as PNG with its recipe (nullable) and, when @label, the IPTC label of AI pictures; atomic. @card:
 * (nullable): a medical one adds its note whatever @label says. Since: 0.1 */
ARRA_API gboolean arra_picture_save_png_sized (const ArraPicture *picture,
                                               gsize picture_size,
                                               const char *path,
                                               const char *recipe,
                                               gboolean label,
                                               const ArraCard *card,
                                               GError **error);
#define arra_picture_save_png(picture, path, recipe, label, card, error) \
  arra_picture_save_png_sized (picture, sizeof (ArraPicture), path, recipe, label, card, error)

/**
 * arra_checkpoint_convert:
 * Writes a single-file GGUF with transformer weights as @quant (norms and small tensors stay f32), VQGAN, tokenizer,
 * template, defaults, card
 * (@card_path: (nullable): a JSON file whose members override the card) and provenance. Streams: private memory stays
 * small. Atomic.
 *
 * Since: 0.1
 */
ARRA_API gboolean arra_checkpoint_convert (const char *path,
                                           const char *vqgan,
                                           const char *card_path,
                                           const char *out_path,
                                           ArraQuant quant,
                                           ArraProgressFunc func,
                                           gpointer data,
                                           GCancellable *cancellable,
                                           GError **error);

/* Compares stored hashes with the contents; ARRA_ERROR_INVALID_DATA names the file that differs. Since: 0.1 */
ARRA_API gboolean arra_checkpoint_verify (ArraCheckpoint *checkpoint, GCancellable *cancellable, GError **error);

G_END_DECLS
