/* training_folder.h - the folder that a training writes: one trainer at a time, and nothing in it that another one made
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

#define ARRA_TRAINING_STATE "training.safetensors"

typedef struct _ArraTrainingFolder ArraTrainingFolder;

ArraTrainingFolder *arra_training_folder_new (const char *path); /* does nothing yet */
/* nullable; lets other trainers in, as the process's end does */
void arra_training_folder_free (ArraTrainingFolder *folder);

/* Keeps other trainers out of a folder that is there, and looks at what it holds. FAILED: another process trains in it.
 * ARGUMENT: it holds a training and @resume is not set, or what a training would replace and none of its own has made.
 */
gboolean arra_training_folder_claim (ArraTrainingFolder *folder, gboolean resume, GError **error);
/* Makes the folder when it is not there, claims it, and marks it as one where a training has begun. */
gboolean arra_training_folder_begin (ArraTrainingFolder *folder, gboolean resume, GError **error);
/* Whether a training has saved its state there. */
gboolean arra_training_folder_is_begun (const ArraTrainingFolder *folder);
/* The state is there now, and says whose the folder is. */
void arra_training_folder_saved (ArraTrainingFolder *folder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraTrainingFolder, arra_training_folder_free)
