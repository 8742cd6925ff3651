/* picture_supply.h - the pictures of a training, all in memory, and crops of them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "exec.h"
#include "trainee.h"

/* Square RGB pictures of one size, [n][size][size][3]. */
typedef struct
{
  guint size, n, n_valid;
  guint8 *pixels; /* to learn from */
  guint8 *valid;  /* to measure with */
} ArraPictureSupply;

/* Undefined contents, to be filled by the caller. */
ArraPictureSupply *arra_picture_supply_new (guint size, guint n, guint n_valid, GError **error);
void arra_picture_supply_free (ArraPictureSupply *supply);                        /* nullable */
void arra_picture_supply_hash (const ArraPictureSupply *supply, GChecksum *hash); /* all pictures */

/* Loads the data sets of the configuration (dataset.h): "data.path", or the list "data.paths"; relative to its folder.
 * "data.size" (256): pixels on a side, "data.validation" (16): so many at the end of each data set are held out,
 * "data.fit" (crop): how pictures become squares. */
ArraPictureSupply *arra_picture_supply_load (const ArraYaml *config, const ArraTrainSetup *setup, GError **error);

/* Its parts: the data sets that the configuration names ("data.path" or "data.paths"), and their pictures: first those
 * to learn from, data set by data set. */
/* (element-type ArraDataset) (transfer full) */
GPtrArray *arra_picture_supply_datasets (const ArraYaml *config, const ArraTrainSetup *setup, GError **error);
ArraPictureSupply *arra_picture_supply_gather (GPtrArray *datasets,
                                               guint size,
                                               guint held,
                                               const ArraYaml *config,
                                               const ArraTrainSetup *setup,
                                               GError **error);

typedef struct
{
  guint crop;    /* pixels on a side, at most the supply's size */
  gboolean flip; /* half of the crops from right to left */
  gboolean tile; /* pictures are tiles: crops begin anywhere, and go on at the other side */
} ArraCropping;

/* @n crops as [n][crop][crop][3] floats in -1..1: which, is a function of @seed and @step. */
void arra_picture_supply_draw (const ArraPictureSupply *supply,
                               const ArraCropping *cropping,
                               guint64 seed,
                               guint64 step,
                               guint n,
                               float *out);
/* [n][size][size][3] */
void arra_pictures_hash (const guint8 *pixels, gsize n, guint size, GChecksum *hash);
/* One whole picture in the same form as crops. */
void arra_picture_floats (const guint8 *pixels, gsize n_pixels, float *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraPictureSupply, arra_picture_supply_free)
