/* torch_build.h - torch.save files of any kind for tests
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

typedef struct
{
  const char *name; /* NULL: the end */
  const void *data;
  gsize size;
} TorchEntry;

/* A zip archive with these entries, stored (or deflated). */
void torch_build (const char *path, const TorchEntry *entries, gboolean deflated);

/* Programs of the pickle that torch.save writes; string literals to be put together. */
#define PROTO "\x80\x02"
#define STORAGE(class, key, count)                                                        \
  "(X\x07\x00\x00\x00storagectorch\n" class "\nX\x01\x00\x00\x00" key "X\x03\x00\x00\x00" \
                                            "cpu" count "tQ"
#define TENSOR(storage, offset, sizes, strides)                              \
  "ctorch._utils\n_rebuild_tensor_v2\n(" storage offset sizes strides "\x89" \
  "ccollections\nOrderedDict\n)RtR"
