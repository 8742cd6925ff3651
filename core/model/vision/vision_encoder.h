/* vision_encoder.h - what turns pictures into features: teachers of a training, and what pictures are
 * measured by
 *
 * One interface over all networks; the table in vision_encoder.c has a row for each, and nothing else names
 * one.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "encoder_memory.h"
#include "exec.h"
#include "picture.h"
#include "source.h"

/* Not to be used by two threads at once, but for arra_vision_encoder_prepare(). */
typedef struct _ArraVisionEncoder ArraVisionEncoder;

typedef struct
{
  guint channels, height, width; /* of a prepared picture: [channels][height][width] */
  guint rows, columns;           /* of patches; 0: there are none */
  guint feature, patch;          /* numbers of the whole picture's feature, and of a patch's */
} ArraVisionShape;

/* Which feature of a picture (arXiv 2503.07334, section 4.4). */
typedef enum
{
  ARRA_VISION_CLS,     /* the network's own: the (projected) class token, the mean over SAM's map, the last
                          pooling of a convolutional network */
  ARRA_VISION_AVERAGE, /* the mean of the patches */
  ARRA_VISION_BOTH,    /* one after the other */
  ARRA_VISION_PATCHES, /* each patch's own: [rows][columns] features of a picture */
} ArraVisionAggregation;

/* @path: a folder or a file as it was downloaded; which network it is, is told by config.json or by the names
 * of its tensors. @exec must outlive what its members point to; it is copied. UNSUPPORTED: none that is
 * known. */
ArraVisionEncoder *arra_vision_encoder_open (const char *path, const ArraExec *exec, GError **error);
/* The same for weights that are open; @path, for messages, may have a configuration beside them. */
ArraVisionEncoder *
arra_vision_encoder_open_source (const char *path, ArraSource *source, const ArraExec *exec, GError **error);
/* The same as arra_vision_encoder_open() without its weights, whose names and shapes are checked: it can be measured,
 * but neither run nor hashed. */
ArraVisionEncoder *arra_vision_encoder_describe (const char *path, const ArraExec *exec, GError **error);
/* Whether @path is such a folder or file, by config.json or else by the names of tensors: whatever it is
 * otherwise, or where it cannot be read, it is not. */
gboolean arra_vision_encoder_knows (const char *path);
void arra_vision_encoder_free (ArraVisionEncoder *encoder); /* nullable */

const char *arra_vision_encoder_name (const ArraVisionEncoder *encoder); /* "CLIP" */
const ArraVisionShape *arra_vision_encoder_shape (const ArraVisionEncoder *encoder);
gsize arra_vision_encoder_floats (const ArraVisionEncoder *encoder); /* of a prepared picture */
/* Numbers of a feature; 0: the encoder has no such feature. */
guint arra_vision_encoder_width (const ArraVisionEncoder *encoder, ArraVisionAggregation aggregation);
/* Numbers of a picture: of its one feature, or of all those of its patches. */
gsize arra_vision_encoder_numbers (const ArraVisionEncoder *encoder, ArraVisionAggregation aggregation);
/* What features of @n pictures at once take, these pictures and features among them. */
gboolean arra_vision_encoder_measure (ArraVisionEncoder *encoder,
                                      guint n,
                                      ArraVisionAggregation aggregation,
                                      ArraEncoderMemory *memory,
                                      GError **error);
/* SHA-256 (hex, transfer full) of what decides a picture's features. */
char *arra_vision_encoder_sha256 (const ArraVisionEncoder *encoder);

/* @pixels: room for arra_vision_encoder_floats(). By any thread. */
gboolean
arra_vision_encoder_prepare (const ArraVisionEncoder *encoder, const ArraRaster *raster, float *pixels, GError **error);
/* Of @n prepared pictures, one behind the other: @features (nullable) [n][shape->feature], @patches
 * (nullable) [n][rows][columns][shape->patch]; not normalised. */
gboolean arra_vision_encoder_run (ArraVisionEncoder *encoder,
                                  guint n,
                                  const float *pixels,
                                  float *features,
                                  float *patches,
                                  GError **error);
/* [n][arra_vision_encoder_numbers()]. UNSUPPORTED: an encoder without patches is asked for them, or their mean. */
gboolean arra_vision_encoder_features (ArraVisionEncoder *encoder,
                                       guint n,
                                       const float *pixels,
                                       ArraVisionAggregation aggregation,
                                       float *features,
                                       GError **error);

/* Whether it reads texts too, and their features [n][shape->feature], in one space with those of pictures. */
gboolean arra_vision_encoder_reads_texts (const ArraVisionEncoder *encoder);
gboolean arra_vision_encoder_texts (ArraVisionEncoder *encoder,
                                    guint n,
                                    const char *const *texts,
                                    float *features,
                                    GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraVisionEncoder, arra_vision_encoder_free)
