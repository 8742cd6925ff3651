/* check.h - one golden case: its files, its tolerances, what was compared and how far off it was
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include <json-glib/json-glib.h>

#include "exec.h"
#include "source.h"

typedef struct
{
  const char *id;
  const char *root;      /* the golden directory */
  char *dir;             /* the case's own */
  const char *tolerance; /* the manifest's words */
  double bound;          /* its first "abs NUMBER" */
  guint within;          /* its "within NUMBER", for 8-bit pictures */
  JsonObject *entry;
  guint threads;
  ArraExec exec;

  GHashTable *compared; /* "file:tensor" */
  guint n_compared;
  double worst, worst_bound; /* the comparison nearest to, or farthest past, its bound */
  GString *faults;           /* nullable: a sentence for each failure */
} Check;

/* FALSE: this family is not supported. Failures go to check->faults through the functions below. */
typedef gboolean (*CheckRunner) (Check *check);
gboolean check_chameleon (Check *check);
gboolean check_vqgan (Check *check);
gboolean check_vocabulary_names (Check *check);
gboolean check_rules (Check *check);
gboolean check_layout (Check *check);
gboolean check_tokenizer (Check *check);
gboolean check_caption (Check *check);
gboolean check_torch_files (Check *check);
gboolean check_t5 (Check *check);
gboolean check_e2e (Check *check);
gboolean check_training (Check *check);
gboolean check_lr_schedule (Check *check);
gboolean check_clip (Check *check);
gboolean check_open_clip (Check *check);
gboolean check_preprocess (Check *check);
gboolean check_dinov2 (Check *check);
gboolean check_medsam (Check *check);
gboolean check_inception (Check *check);
gboolean check_densenet (Check *check);
gboolean check_vq (Check *check);
gboolean check_llamagen (Check *check);
gboolean check_janus (Check *check);

void check_fault (Check *check, const char *format, ...) G_GNUC_PRINTF (2, 3);
gboolean check_error (Check *check, GError *error); /* (transfer full) nullable: TRUE and a fault when there is one */

/* (transfer full) (nullable): the file that the manifest's sentence on weights begins with; a fault when it names none.
 */
char *check_weights_path (Check *check);

/* A case's file; a fault when it cannot be read. */
ArraSource *check_open (Check *check, const char *file);
/* (nullable) */
const ArraTensor *check_tensor (ArraSource *source, const char *name);

/* Compare with tensor @name of @source (opened from @file) and count it. An absent tensor is passed over: not every
 * case has every one. */
void check_floats (Check *check, ArraSource *source, const char *file, const char *name, const float *got, gsize n);
void check_ints (Check *check, ArraSource *source, const char *file, const char *name, const gint64 *got, gsize n);
void check_bytes (Check *check,
                  ArraSource *source,
                  const char *file,
                  const char *name,
                  const guint8 *got,
                  gsize n,
                  guint within);

/* The integers of a tensor as gint64 (transfer full, g_free): I64, I32 or U8; a fault and NULL when it is missing. */
gint64 *check_read_ints (Check *check, ArraSource *source, const char *name, gsize *n);

/* The numbers of a tensor (transfer full, g_free); a fault and NULL when it is missing. */
float *check_read_floats (Check *check, ArraSource *source, const char *name);

/* Values that are not tensors: exact. */
void check_same_int (Check *check, const char *what, gint64 expected, gint64 got);
void check_same_text (Check *check, const char *what, const char *expected, const char *got);
void check_note_float (Check *check, double error, double bound, const char *what);

/* Every out.* of the files the manifest lists for this case must have been compared. */
void check_complete (Check *check);

JsonParser *check_json (Check *check, const char *file, JsonObject **object);
