/* arra-fields.h - the public face of libarra, continued: the numbers of a request, with their names and ranges
 *
 * Copyright (C) 2026 The ARRA for GIMP authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

G_BEGIN_DECLS

/**
 * ArraField:
 * The numbers of an ArraRequest, in the order in which recipes have them.
 *
 * Since: 0.1
 */
typedef enum
{
  ARRA_FIELD_COUNT,
  ARRA_FIELD_FIRST,
  ARRA_FIELD_GUIDANCE_SCALE,
  ARRA_FIELD_TOP_K,
  ARRA_FIELD_TEXT_TOP_K,
  ARRA_FIELD_TEMPERATURE,
  ARRA_FIELD_TOP_P,
  ARRA_FIELD_GREEDY,
  ARRA_FIELD_WIDTH,
  ARRA_FIELD_HEIGHT,
  ARRA_FIELD_MAX_TOKENS,
  ARRA_FIELD_THREADS,
  ARRA_FIELD_TRIES,
} ArraField;
#define ARRA_N_FIELDS (ARRA_FIELD_TRIES + 1)

/**
 * ArraFieldType:
 * @ARRA_FIELD_WHOLE: guint
 * @ARRA_FIELD_REAL: double
 * @ARRA_FIELD_SWITCH: gboolean
 *
 * Since: 0.1
 */
typedef enum
{
  ARRA_FIELD_WHOLE,
  ARRA_FIELD_REAL,
  ARRA_FIELD_SWITCH,
} ArraFieldType;

/**
 * ArraFieldInfo:
 * @name: in recipes, in the settings of a checkpoint and, behind a prefix, in GGUF files: "guidance_scale"
 * @offset: of the number in ArraRequest
 * @least: the smallest number that is taken
 * @most: the largest one
 * @low: what forms begin with; not below @least
 * @high: what forms end with; not above @most
 * @automatic: where all is said in numbers, the one that says nothing: what is chosen is the checkpoint's own, or what
 * is usual. It is @least where there is no such number
 * @is_own: checkpoints have one of their own
 *
 * Since: 0.1
 */
typedef struct
{
  const char *name;
  ArraFieldType type;
  gsize offset;
  double least, most;
  double low, high;
  double automatic;
  gboolean is_own;
} ArraFieldInfo;

/* Borrowed, for ever. Since: 0.1 */
ARRA_API const ArraFieldInfo *arra_field (ArraField field);

G_END_DECLS
