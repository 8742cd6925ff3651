/* domain.h - pictures that generators draw, with captions and labels: what the small checkpoints learn from
 *
 * Everything is a pure function of (seed, index): textures the same bits on every machine, radiographs, which ask libm,
 * on one machine. A caption names only what is visibly drawn.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "item_run.h"
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
  const char *notice;  /* (nullable): what every picture's file says of itself: "synthetic - not for diagnosis" */
  guint n_attributes;
  const ArraDomainAttribute *attributes;
  /* Labels of item @index of series @seed, as often as they should be in a set. */
  void (*choose) (guint64 seed, guint64 index, guint8 *labels);
  /* One of many wordings of @labels. */
  void (*caption) (guint64 seed, guint64 index, const guint8 *labels, char caption[ARRA_DOMAIN_CAPTION]);
  /* Draws @labels into @raster (3 channels, square, a multiple of 32 pixels; 256 is what it is made for). Whatever the
   * labels do not say (the patient, the grain) is a function of (seed, index) alone: another label changes only what it
   * names. */
  gboolean (*draw) (guint64 seed, guint64 index, const guint8 *labels, ArraRaster *raster, GError **error);
} ArraDomain;

const ArraDomain *arra_domain_find (const char *name, GError **error); /* NOT_FOUND names the domains there are */
const ArraDomain *const *arra_domain_list (void);                      /* NULL-terminated */

/* (transfer full): every word that captions of @domain are made of, sorted, as words.h has words; g_strfreev(). Found
 * in as many captions as it takes for the rarest to come: the same list each time. */
char **arra_domain_words (const ArraDomain *domain);

/* By a hash of @labels. What has at most one label apart from the usual ones is no combination, and is never held out.
 */
gboolean arra_domain_held_out (const ArraDomain *domain, const guint8 *labels);

/* Item @index of series @seed among those of @split: labels, caption. The item of ARRA_DOMAIN_ALL when that belongs to
 * the split, else other labels for the same patient, stone or cloud: take another seed for pictures that must share
 * nothing with those of training. */
void
arra_domain_item (const ArraDomain *domain, ArraDomainSplit split, guint64 seed, guint64 index, ArraDomainItem *item);

/* What every draw asks first: three channels, a square of a multiple of 32 pixels, labels that have values. Errors:
 * ARGUMENT. */
gboolean arra_domain_check (const ArraDomain *domain, const guint8 *labels, const ArraRaster *raster, GError **error);

typedef struct
{
  ArraDomainSplit split;
  guint64 seed, first, count;
  guint size;    /* pixels a side; 0: 256 */
  guint threads; /* 0: all processors */
} ArraDomainSeries;

/* Writes a Hugging Face imagefolder: DIR/metadata.jsonl (file_name, text, one member for each attribute),
 * DIR/attributes.json ({name: [values]}), DIR/images/000000.png (the item's index), DIR/words.json ([the words of the
 * captions]), DIR/series.json (what the pictures are). Pictures that are there are kept, so that it resumes, and a
 * series can grow; a directory of another series or of other things is refused. metadata.jsonl comes last, so that an
 * interrupted series is no data set. */
gboolean arra_domain_write (const ArraDomain *domain,
                            const ArraDomainSeries *series,
                            const char *directory,
                            ArraItemProgress progress,
                            gpointer user,
                            GCancellable *cancellable,
                            GError **error);
