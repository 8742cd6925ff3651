/* model_folder.h - a folder that is replaced as a whole: OUTPUT/model
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "trainee.h"

/* Saves the trainee's model into PATH.new and puts that in the place of @path in one step; whoever reads
 * @path sees the old model or the new one. A link is followed to the folder it names. What
 * @path holds that the model does not consist of is kept. */
gboolean arra_model_folder_save (const char *path, const ArraTrainee *trainee, GError **error);
/* Removes @path with all that is in it, when it is there. */
gboolean arra_folder_remove (const char *path, GError **error);
