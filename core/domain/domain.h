/* domain.h - pictures that generators draw, with captions and labels: what the small checkpoints learn from
 *
 * Everything is a pure function of (seed, index): the same on every machine with the same libm-free arithmetic is not promised, the same on one
 * machine is. A caption names only what is visibly drawn.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "picture.h"

#define ARRA_DOMAIN_MAX_ATTRIBUTES 24
#define ARRA_DOMAIN_CAPTION 256

/* What a label can be: values[0] is "none" or the usual one. Names and values are the words of metadata.jsonl. */
typedef struct
{
  const char *name;
  guint n_values;
  const char *const *values;
} ArraDomainAttribute;

typedef struct
{
  guint8 labels[ARRA_DOMAIN_MAX_ATTRIBUTES]; /* index into the attribute's values */
  char caption[ARRA_DOMAIN_CAPTION];
} ArraDomainItem;

typedef enum
{
  ARRA_DOMAIN_ALL,
  ARRA_DOMAIN_TRAINING, /* combinations of attributes that are not held out */
  ARRA_DOMAIN_HELD_OUT, /* about an eighth of the combinations, by a hash of the labels: never in training */
} ArraDomainSplit;

typedef struct
{
  const char *name;    /* "phantom-cxr" */
  const char *summary; /* one line */
  guint n_attributes;
  const ArraDomainAttribute *attributes;
  /* Labels of item @index of series @seed, as often as they should be in a set. */
  void (*choose) (guint64 seed, guint64 index, guint8 *labels);
  /* One of many wordings of @labels. */
  void (*caption) (guint64 seed, guint64 index, const guint8 *labels, char caption[ARRA_DOMAIN_CAPTION]);
  /* Draws @labels into @raster (3 channels, square, a multiple of 32 pixels; 256 is what it is made for). Whatever the labels do not say (the patient,
   * the grain) is a function of (seed, index) alone: another label changes only what it names. */
  gboolean (*draw) (guint64 seed, guint64 index, const guint8 *labels, ArraRaster *raster, GError **error);
} ArraDomain;

const ArraDomain *arra_domain_find (const char *name, GError **error); /* NOT_FOUND names the domains there are */
const ArraDomain *const *arra_domain_list (void);                      /* NULL-terminated */

/* Item @index of series @seed among those of @split: labels, caption. */
void arra_domain_item (const ArraDomain *domain, ArraDomainSplit split, guint64 seed, guint64 index, ArraDomainItem *item);
gboolean arra_domain_held_out (const ArraDomain *domain, const guint8 *labels);

typedef void (*ArraDomainProgress) (guint64 done, guint64 count, gpointer user);
/* Writes a Hugging Face imagefolder: DIR/metadata.jsonl (file_name, text, one member for each attribute), DIR/attributes.json ({name: [values]}),
 * DIR/images/000000.png. Pictures are drawn by @threads threads; existing ones of the same series are kept, so that it resumes. */
gboolean arra_domain_write (const ArraDomain *domain, ArraDomainSplit split, guint64 seed, guint64 first, guint64 count, guint size, const char *directory, guint threads, ArraDomainProgress progress, gpointer user, GCancellable *cancellable, GError **error);
