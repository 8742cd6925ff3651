/* arra-get.h - the public face of libarra, continued: checkpoints from the Hugging Face Hub
 *
 * Copyright (C) 2026 The ARRA for GIMP authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

G_BEGIN_DECLS

/* Nothing here contacts anything but arra_get_ask() and arra_get_run(), and these only the Hugging Face Hub, or what
 * HF_ENDPOINT names, and where it sends on to. */

/**
 * ArraOffer:
 * A checkpoint of the catalogue (arra/catalogue.json of the installation): what there is to know before it is got.
 * Strings belong to the list that it is in. Sizes and times follow from what was published about it, and are about
 * right; 0 where that is not known. The hub says what there is to fetch, and what each file's hash must be.
 *
 * Since: 0.1
 */
typedef struct
{
  const char *name;       /* for arra_get_new() */
  const char *title;      /* for people */
  const char *repository; /* OWNER/REPO */
  const char *draws;      /* what it makes pictures of, a sentence in the user's language */
  const char *license;
  const char *license_link;
  const char *vqgan_link; /* (nullable): where its image tokenizer is had, which is then to be given to arra_get_new()
                             as a file */
  guint side;             /* pixels on a side of its pictures */
  ArraQuant quant;        /* of the weights in its GGUF file, unless asked otherwise */
  guint64 fetched_bytes;  /* what is fetched */
  guint64 file_bytes;     /* its GGUF file */
  guint64 memory;         /* bytes, while it makes a picture */
  double seconds;         /* for a picture on this computer, by how fast its memory is read */
  const char *problem;    /* (nullable): why it cannot be used on this computer, in words */
} ArraOffer;

/* (transfer full) (element-type ArraOffer): g_ptr_array_unref(). Reads memory for some milliseconds, to see how fast
 * that goes. NOT_FOUND when no catalogue is installed. Since: 0.1 */
ARRA_API GPtrArray *arra_offers_list (GError **error);

/* A checkpoint that is being got. Since: 0.1 */
typedef struct _ArraGet ArraGet;

/* Since: 0.1 */
typedef struct
{
  const char *path;     /* (nullable): the GGUF file to write; NULL: NAME-TYPE.gguf in arra_checkpoints_folder() */
  const char *type;     /* (nullable): for arra_quant_parse(); NULL: what the catalogue says, else as stored */
  const char *vqgan;    /* (nullable): file or folder with the image tokenizer to put into it */
  const char *revision; /* (nullable): branch, tag or commit */
  guint parallel;       /* files that are fetched at once, 1 to 8; 0: 3 */
  guint reserved;       /* 0 */
} ArraGetOptions;

#define ARRA_GET_OPTIONS_INIT { NULL, NULL, NULL, NULL, 0, 0 }

/**
 * arra_get_new:
 * @what: the name of an offer, or OWNER/REPO
 * @options: (nullable): NULL for the defaults
 *
 * Contacts nothing. ARGUMENT for what can be known to be wrong already: a file of that name is there, or the image
 * tokenizer is missing. Returns: (transfer full): arra_get_free(). It belongs to one thread at a time.
 *
 * Since: 0.1
 */
ARRA_API ArraGet *arra_get_new_sized (const char *what, const ArraGetOptions *options, gsize size, GError **error);
#define arra_get_new(what, options, error) arra_get_new_sized (what, options, sizeof (ArraGetOptions), error)

/* Since: 0.1 */
ARRA_API void arra_get_free (ArraGet *get);

/* Since: 0.1 */
typedef enum
{
  ARRA_GET_ASKING,     /* the hub is asked what there is */
  ARRA_GET_FETCHING,   /* files come, and are checked */
  ARRA_GET_CONVERTING, /* they become one GGUF file */
  ARRA_GET_VERIFYING,  /* that is read again and compared with its hashes */
} ArraGetStage;

/* Since: 0.1 */
typedef struct
{
  ArraGetStage stage;
  double fraction;                 /* of this stage, 0..1 */
  guint64 bytes_done, bytes_total; /* while files come; 0 else */
  double bytes_per_second;         /* 0: not known yet, or nothing comes */
  double seconds_left;             /* of this stage; negative: not known yet */
} ArraGetProgress;

/* Called in the thread that runs it, some times a second and at every change of stage. Since: 0.1 */
typedef void (*ArraGetProgressFunc) (const ArraGetProgress *progress, gpointer data);
/* Something that the user is to know, in words: a wrong file was removed. Called in any thread, never two at a time.
 * Since: 0.1 */
typedef void (*ArraGetNoteFunc) (const char *note, gpointer data);

/* @progress, @note: (nullable). Since: 0.1 */
ARRA_API void arra_get_set_progress (ArraGet *get, ArraGetProgressFunc progress, ArraGetNoteFunc note, gpointer data);

/**
 * arra_get_ask:
 * Asks the hub what there is: then arra_get_offered() knows it. Errors are in words: UNAVAILABLE without a network,
 * NOT_FOUND, ARGUMENT for what its owner opens only to some, INVALID_DATA for files that differ from those that the
 * catalogue knows.
 *
 * Since: 0.1
 */
ARRA_API gboolean arra_get_ask (ArraGet *get, GCancellable *cancellable, GError **error);
ARRA_API void arra_get_ask_async (ArraGet *get, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
ARRA_API gboolean arra_get_ask_finish (ArraGet *get, GAsyncResult *result, GError **error);

/* What the hub answered. Untrusted text: escape it before showing it as markup. Since: 0.1 */
typedef struct
{
  const char *license;      /* (nullable): as the repository's card names it */
  const char *license_link; /* where it is to be read: never NULL */
  guint n_files;
  guint64 bytes;
} ArraOffered;

/* (nullable) (transfer none): NULL before arra_get_ask(). Since: 0.1 */
ARRA_API const ArraOffered *arra_get_offered (const ArraGet *get);
/* The GGUF file that is, or will be, there. Since: 0.1 */
ARRA_API const char *arra_get_path (const ArraGet *get);
/* (nullable): the folder of what is fetched; NULL before arra_get_ask(). Since: 0.1 */
ARRA_API const char *arra_get_folder (const ArraGet *get);

/* The user has read the licence and agrees to it: without that nothing is fetched. Since: 0.1 */
ARRA_API void arra_get_agree (ArraGet *get);

/**
 * arra_get_run:
 * Fetches, converts and verifies; what config.json says is looked at before any weights are fetched. What is stopped,
 * however that comes about, is gone on with by another call, also in another process: whole files are checked and not
 * fetched again. The file is in its place only when it is whole and verified. Private memory stays small.
 * G_IO_ERROR_CANCELLED when cancelled; UNSUPPORTED for a kind of model that is not known; G_FILE_ERROR_NOSPC names the
 * room that is needed.
 *
 * Since: 0.1
 */
ARRA_API gboolean arra_get_run (ArraGet *get, GCancellable *cancellable, GError **error);
ARRA_API void arra_get_run_async (ArraGet *get, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
ARRA_API gboolean arra_get_run_finish (ArraGet *get, GAsyncResult *result, GError **error);

/* Deletes what was fetched, which is not needed any more once the GGUF file is there; links into the Hugging Face cache
 * are deleted, not what they point to. Since: 0.1 */
ARRA_API void arra_get_delete_fetched (ArraGet *get);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraGet, arra_get_free)

G_END_DECLS
