/* family_test.h - what the tests of every family of transformers ask
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "gguf.h"
#include "transformer.h"

/* The logits of every row are the same bits whether the rows of @ids come at once, in blocks or one by one, alone or
 * beside another sequence, on every kernel table that this machine has and on any number of threads. */
void family_assert_bits (const ArraTransformer *transformer, const guint32 *ids, guint n, guint columns);

/* A GGUF file of the metadata that @store writes, read back (transfer full). */
typedef void (*FamilyStore) (gconstpointer config, ArraGgufWriter *writer);
ArraGguf *family_store (FamilyStore store, gconstpointer config);

/* A tensor of this shape without any numbers. */
void family_add_shape (ArraSource *source, guint file, const char *name, gint64 rows, gint64 columns);
ArraSource *family_empty_source (guint *file);
