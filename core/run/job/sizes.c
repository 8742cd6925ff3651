/* sizes.c - the picture sizes Lumina-mGPT was trained on
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sizes.h"

guint
arra_crop_sizes (guint target, guint patch, ArraSize *sizes, guint max)
{
  guint n_patches = (target / patch) * (target / patch);
  guint w = n_patches, h = 1, count = 0;

  /* Walk along the border of the area, from the widest shape to the tallest. */
  while (w > 0)
    {
      if (MAX (w, h) <= 4 * MIN (w, h))
        {
          if (sizes != NULL && count < max)
            sizes[count] = (ArraSize) { w * patch, h * patch };
          count++;
        }
      if ((guint64) (h + 1) * w <= n_patches)
        h++;
      else
        w--;
    }
  return count;
}

ArraSize
arra_crop_choose (const ArraSize *sizes, guint n_sizes, guint width, guint height)
{
  ArraSize best = { 0, 0 };
  double best_share = -1;

  for (guint i = 0; i < n_sizes; i++)
    {
      double x = (double) sizes[i].width / width, y = (double) sizes[i].height / height;
      double share = MIN (x, y) / MAX (x, y);
      gboolean larger = sizes[i].width > best.width || (sizes[i].width == best.width && sizes[i].height > best.height);

      if (share > best_share || (share == best_share && larger))
        {
          best = sizes[i];
          best_share = share;
        }
    }
  return best;
}
