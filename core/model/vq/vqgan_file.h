/* vqgan_file.h - a VQGAN on disk: a file beside its configuration, a folder that holds both, or one of our GGUF files
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vqgan.h"

#define ARRA_VQGAN_PREFIX "vqgan." /* before the names of the VQGAN's tensors in our GGUF files */

typedef struct
{
  ArraVqganConfig config;
  ArraSource *source;
  char *prefix;      /* before the names of its tensors */
  char *path;        /* of the weights */
  char *config_path; /* (nullable): of the file that the configuration was read from, beside them */
} ArraVqganFile;

/* Reads configuration and names of tensors, no weights, from a file, a folder that holds one, or the folder of a model
 * that has it among its weights. Errors name the file; @file is then empty. */
gboolean arra_vqgan_file_open (ArraVqganFile *file, const char *path, GError **error);
/* Whether the weights at @path, a file or a folder, are those of a VQGAN and of nothing else. Its configuration may be
 * missing. */
gboolean arra_vqgan_file_is_alone (const char *path);
void arra_vqgan_file_clear (ArraVqganFile *file);
/* Writes it as a folder's vqgan.safetensors and vqgan.json, without what else lies in its file. */
gboolean arra_vqgan_file_save (const ArraVqganFile *file, const char *directory, GError **error);
/* Where the weights lie below @folder, (nullable) (transfer full). */
char *arra_vqgan_file_find (const char *folder);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ArraVqganFile, arra_vqgan_file_clear)
