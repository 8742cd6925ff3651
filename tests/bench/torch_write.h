/* torch_write.h - files of random values as torch.save writes them, streamed to the disk
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "fixture_private.h"

/* What the file holds. */
typedef enum
{
  TORCH_WRITE_DICTIONARY, /* the tensors by their names */
  TORCH_WRITE_MODULE,     /* a module pickled whole: the names' parts are modules in modules */
} TorchWriteForm;

/* Writes @tensors (FixtureTensor) first .. end-1 in @dtype as the dictionary's member @key; @key (nullable): as all of
 * it. A zip archive of stored entries at multiples of 64 bytes, pickle protocol 2. Memory does not grow with them. */
gboolean torch_write (const char *path,
                      const GArray *tensors,
                      guint first,
                      guint end,
                      ArraDType dtype,
                      TorchWriteForm form,
                      const char *key,
                      GError **error);
