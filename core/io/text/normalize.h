/* normalize.h - text before it is split: the normalizer of a tokenizer.json
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "charsmap.h"
#include "pretokenize.h"

#define ARRA_MAX_NORMAL_STEPS 16

typedef struct _ArraNormalStep ArraNormalStep;

typedef struct
{
  ArraNormalStep *steps[ARRA_MAX_NORMAL_STEPS];
  guint n;
} ArraNormalizer;

/* Reads member "normalizer" of @root into zero-initialised @normalizer: null, Precompiled, Replace, Strip,
 * and Sequences of them. Anything else: ARRA_ERROR_UNSUPPORTED naming it. Messages start with @name. */
gboolean arra_normalizer_load (ArraNormalizer *normalizer, JsonObject *root, const char *name, GError **error);
void arra_normalizer_clear (ArraNormalizer *normalizer);

/* Valid UTF-8 @text as the steps leave it, *@size bytes. A result of more than ARRA_MAX_TEXT bytes is an
 * ARRA_ERROR_ARGUMENT. Returns: (transfer full): arra_mem memory, NUL-terminated. */
char *arra_normalize (const ArraNormalizer *normalizer, const char *text, gsize length, gsize *size, GError **error);
