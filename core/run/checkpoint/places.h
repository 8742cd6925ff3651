/* places.h - where checkpoints lie, and what they are called, before any of them is opened
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

#define ARRA_DEFAULT_NAME "textures" /* meant for everybody */
#define ARRA_MAX_PLACES 500

typedef struct
{
  char *path;
  /* (nullable): short: a file's without ".gguf", a folder's, "OWNER/REPO"; NULL when one before it has that name */
  char *name;
} ArraPlace;

/* The places in the order in which they count: the installation's, the system's, the user's, those in @folders
 * (nullable, NULL-terminated; they have no names), the Hugging Face cache's. (transfer full) (element-type ArraPlace):
 * g_ptr_array_unref() */
GPtrArray *arra_places_list (const char *const *folders);

/* Whether something is a checkpoint as far as can be seen without opening it: a folder with a config.json, a file that
 * begins as GGUF does or is called so. */
gboolean arra_place_looks_right (const char *path);
