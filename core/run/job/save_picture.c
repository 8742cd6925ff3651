/* save_picture.c - a finished picture as PNG with what must travel with it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <arra.h>
#include <string.h>

#include "picture.h"

gboolean
arra_picture_save_png_sized (const ArraPicture *picture,
                             gsize picture_size,
                             const char *path,
                             const char *recipe,
                             gboolean label,
                             const ArraCard *card,
                             GError **error)
{
  ArraPicture whole = { 0 };
  const ArraPictureLabels labels = {
    .parameters = recipe,
    .digital_source_type = label ? "trainedAlgorithmicMedia" : NULL,
    /* not for the user to switch off: a picture that looks like a patient's must say what it is */
    .description = card != NULL && card->medical ? ARRA_MEDICAL_NOTE : NULL,
    .software = label ? "ARRA" : NULL,
  };
  ArraRaster raster;

  g_return_val_if_fail (picture != NULL && path != NULL, FALSE);
  memcpy (&whole, picture, MIN (picture_size, sizeof whole));
  raster = (ArraRaster) { whole.width, whole.height, 3, (guint8 *) whole.pixels };
  return arra_raster_save_png (&raster, &labels, path, error);
}
