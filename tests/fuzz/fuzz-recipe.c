/* fuzz-recipe.c - recipes out of pictures, layers and saved tokens
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <math.h>

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraRecipe) recipe = arra_recipe_parse ((const char *) data, (gssize) size, &error);

  g_assert_true ((recipe != NULL) == (error == NULL));
  if (recipe != NULL)
    {
      const ArraRequest *request = arra_recipe_request (recipe);

      g_assert_nonnull (arra_recipe_fingerprint (recipe));
      g_assert_true (request->temperature > 0 && isfinite (request->guidance_scale));
      g_assert_true (request->top_p > 0 && request->top_p <= 1);
      g_assert_true (request->prompt == NULL || g_utf8_validate (request->prompt, -1, NULL));
    }
  return 0;
}
