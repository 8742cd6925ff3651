/* torch.h - the parts of the torch.save reader
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "mapping.h"
#include "pickle.h"
#include "source.h"

/* arra_torch_open() for a file already mapped (or bytes made to look so), which the source keeps: tensors lie in it. */
ArraSource *arra_torch_read (ArraMapping *mapping, const char *prefix, GError **error);

/* -------------------------------------------------------------- the zip file */

typedef struct _ArraTorchZip ArraTorchZip;

/* Opens the archive and finds its root (NAME of NAME/data.pkl). The mapping must outlive it. */
ArraTorchZip *arra_torch_zip_open (ArraMapping *mapping, GError **error);
void arra_torch_zip_free (ArraTorchZip *zip); /* nullable */

/* Contents of ROOT/@entry where they lie in the mapping (borrowed), which must be stored, not compressed, and match
 * their CRC-32. All that is found in one archive is no longer than the archive. @size: set to the contents' size; when
 * @expected is not G_MAXSIZE another size is an error, before anything is read. */
const guint8 *arra_torch_zip_find (ArraTorchZip *zip, const char *entry, gsize expected, gsize *size, GError **error);

/* ---------------------------------------------- what PyTorch before 1.6 wrote */

typedef struct _ArraTorchLegacy ArraTorchLegacy;

/* Whether the file begins as torch.save wrote before there were zip files. */
gboolean arra_torch_is_legacy (ArraMapping *mapping);

/* Reads what stands before the storages, the object into zero-initialised @pickle (to be cleared also after a failure),
 * and finds the storages. The mapping must outlive both. */
ArraTorchLegacy *arra_torch_legacy_open (ArraMapping *mapping, ArraPickle *pickle, GError **error);
void arra_torch_legacy_free (ArraTorchLegacy *legacy); /* nullable */

/* Bytes of the storage called @key where they lie in the mapping (borrowed); another size than @expected is an error.
 */
const guint8 *arra_torch_legacy_find (ArraTorchLegacy *legacy, const char *key, gsize expected, GError **error);

/* ----------------------------------------------------------------- the views */

/* A storage's elements seen through offset, sizes and strides, all counted in elements. */
typedef struct
{
  const guint8 *data;
  gint64 count; /* elements of the storage */
  ArraDType dtype;
  gint64 offset;
  guint n_dims;
  gint64 sizes[ARRA_MAX_DIMS], strides[ARRA_MAX_DIMS];
} ArraTorchView;

/* Whether every element lies within the storage. */
gboolean arra_torch_view_fits (const ArraTorchView *view);
gboolean arra_torch_view_is_dense (const ArraTorchView *view); /* row-major without gaps */
/* The elements, row-major and dense, into @out. */
void arra_torch_view_copy (const ArraTorchView *view, guint8 *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraTorchZip, arra_torch_zip_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraTorchLegacy, arra_torch_legacy_free)
