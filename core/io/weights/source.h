/* source.h - named tensors, wherever they lie: safetensors, GGUF or a torch zip
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "mapping.h"
#include "tensor.h"

/* A set of named tensors over mapped files. The views point into the mappings and live as long as the source. */
typedef struct _ArraSource ArraSource;

ArraSource *arra_source_ref (ArraSource *source);
void arra_source_unref (ArraSource *source); /* nullable */

/* (nullable): NULL when there is none of that name. Borrowed. */
const ArraTensor *arra_source_find (const ArraSource *source, const char *name);
gsize arra_source_count (const ArraSource *source);
const char *arra_source_name (const ArraSource *source, gsize index); /* in file order */
const ArraTensor *arra_source_tensor (const ArraSource *source, gsize index);
const char *arra_source_file_of (const ArraSource *source, const char *name); /* the file's path, for messages */
/* the same of a tensor of the source */
const char *arra_source_file_with (const ArraSource *source, const ArraTensor *tensor);
/* Whether a tensor is named but cannot be used, so that arra_source_find() does not give it: then @error says why. */
gboolean arra_source_is_absent (const ArraSource *source, const char *name, GError **error);
/* What stands before @mark, whole words of a tensor's name, in the first name that ends with it (transfer full); NULL
 * when none does. */
char *arra_source_find_prefix (const ArraSource *source, const char *mark);
/* (nullable): what the user is to know about the files that were taken, a sentence. */
const char *arra_source_note (const ArraSource *source);

/* Reading a tensor of the source, wherever it lies; any thread. */
/* Whether it lies in pieces, so that its data is NULL, or where its numbers cannot be read in place. */
gboolean arra_source_is_gathered (const ArraSource *source, const ArraTensor *tensor);
/* Bytes @first .. @first + @n - 1: where they are in a file or, put together, in @buffer. */
const void *arra_source_bytes (const ArraSource *source, const ArraTensor *tensor, gsize first, gsize n, void *buffer);
/* Numbers @first .. @first + @count - 1 (both multiples of the type's block) as a tensor of their own, likewise.
 * @buffer must lie at a multiple of 8. */
ArraTensor
arra_source_part (const ArraSource *source, const ArraTensor *tensor, gsize first, gsize count, void *buffer);
/* arra_mapping_release() of the pages that these numbers are read from */
void arra_source_release (const ArraSource *source, const ArraTensor *tensor, gsize first, gsize count);

guint64 arra_source_mapped_bytes (const ArraSource *source);
gboolean arra_source_check (const ArraSource *source,
                            GError **error); /* arra_mapping_check() over all files, and those of held sources */

/* For readers: an empty source. Adding a file takes a reference of the mapping; @owned is arra_mem memory that is taken
 * and freed with the source. Adding a tensor copies the name and the view: ARRA_ERROR_INVALID_DATA, naming file and
 * tensor, for a second tensor of one name and for a name with control characters (names are safe to print). Views found
 * before are void after adding. */
ArraSource *arra_source_new (void);
gboolean arra_source_add_file (ArraSource *source, ArraMapping *mapping, guint *file_index, GError **error);
void arra_source_add_memory (ArraSource *source, void *owned);
/* Keeps @other as long as @source: its tensors may be added here under other names. */
void arra_source_hold (ArraSource *source, ArraSource *other);
gboolean
arra_source_add (ArraSource *source, guint file_index, const char *name, const ArraTensor *tensor, GError **error);
/* A tensor that is named but cannot be used, which matters to nobody who does not ask for it. @why, words that follow
 * its name in a message of @code, is copied. The same errors. */
gboolean arra_source_add_absent (ArraSource *source,
                                 guint file_index,
                                 const char *name,
                                 ArraError code,
                                 const char *why,
                                 GError **error);
void arra_source_set_note (ArraSource *source, const char *note);

/* How the bytes of a tensor come together that lies nowhere in one piece: each time anew when they are read, so that
 * nothing is held. The first member of what knows the pieces, a block of arra_mem memory. Both may be called by several
 * threads at once. */
typedef struct _ArraGathered ArraGathered;
struct _ArraGathered
{
  void (*read) (const ArraGathered *gathered, gsize first, gsize n, guint8 *out); /* bytes @first .. @first + @n - 1 */
  void (*release) (const ArraGathered *gathered, gsize first, gsize n); /* of the files' pages that these lie in */
};
/* As arra_source_add(), of a tensor whose data is NULL from then on. Takes @gathered, also after an error. */
gboolean arra_source_add_gathered (ArraSource *source,
                                   guint file_index,
                                   const char *name,
                                   const ArraTensor *tensor,
                                   ArraGathered *gathered,
                                   GError **error);

/* Readers. Every fault gives a GError that names file and fault. */
ArraSource *arra_safetensors_open (const char *path, GError **error);
/* The same for a file already mapped (or bytes made to look so). A small tensor that does not lie at a multiple of its
 * element size is copied. */
ArraSource *arra_safetensors_read (ArraMapping *mapping, GError **error);
/* A directory's one model.safetensors, or else the shards that its model.safetensors.index.json names. Shards that are
 * missing matter when a tensor of theirs is asked for (arra_source_is_absent()); all of them missing is an error. */
ArraSource *arra_safetensors_open_directory (const char *directory, GError **error);
/* What torch.save writes, its zip form or that of before PyTorch 1.6; executes nothing. Tensors are named by their path
 * of keys, indices and, in objects pickled whole, attributes. @prefix (nullable): only tensors below this key, e.g.
 * "state_dict", whose name loses it. Tensors whose storage class or layout is unknown are passed over only when their
 * name is not asked for later. */
ArraSource *arra_torch_open (const char *path, const char *prefix, GError **error);
/* The files that @index names, pytorch_model.bin.index.json in @directory: the same for what torch.save wrote. Shards
 * that are missing matter when a tensor of theirs is asked for. */
ArraSource *arra_torch_open_shards (const char *directory, const char *index, GError **error);

/* Writer of safetensors for tests, tools and checkpoints: names in the given order, data too except that wider elements
 * come first (so that all are aligned), 8-byte aligned header, atomic. No quantised types. */
typedef struct
{
  const char *name;
  ArraTensor tensor;
} ArraNamedTensor;
gboolean arra_safetensors_write (const char *path, const ArraNamedTensor *tensors, gsize n_tensors, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraSource, arra_source_unref)
