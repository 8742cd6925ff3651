/* save_picture.c - a finished picture as PNG with what must travel with it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <arra.h>

#include "picture.h"

gboolean
arra_picture_save_png (const ArraPicture *picture, const char *path, const char *recipe, gboolean label, const ArraCard *card, GError **error)
{
  const ArraRaster raster = { picture->width, picture->height, 3, (guint8 *) picture->pixels };
  const ArraPictureLabels labels = {
    .parameters = recipe,
    .digital_source_type = label ? "trainedAlgorithmicMedia" : NULL,
    /* not for the user to switch off: a picture that looks like a patient's must say what it is */
    .description = card != NULL && card->medical ? ARRA_MEDICAL_NOTE : NULL,
    .software = label ? "ARRA" : NULL,
  };

  g_return_val_if_fail (picture != NULL && path != NULL, FALSE);
  return arra_raster_save_png (&raster, &labels, path, error);
}
