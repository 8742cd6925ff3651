/* fuzz-encoder_config.c - config.json of a classifier, and preprocessor_config.json of an image encoder
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <math.h>

#include "classifier.h"
#include "clip_pixels.h"
#include "folder.h"

static void
use_classifier (const ArraClassifierConfig *config)
{
  g_assert_true (config->size > 0 && config->size % (1u << config->n_levels) == 0);
  g_assert_true (config->n_attributes > 0 && config->n_attributes <= ARRA_CLASSIFIER_ATTRIBUTES);
  g_assert_cmpuint (arra_classifier_n_values (config), ==, config->starts[config->n_attributes]);
  for (guint i = 0; i < config->n_attributes; i++)
    g_assert_cmpuint (g_strv_length (config->attributes[i].values), ==, config->starts[i + 1] - config->starts[i]);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *config_path = fuzz_put ("config.json", data, size);
  g_autofree char *pixels_path = fuzz_put ("preprocessor_config.json", data, size);
  g_autofree char *folder = g_path_get_dirname (pixels_path);
  g_auto (ArraClassifierConfig) config = { 0 };
  g_autoptr (GError) error = NULL, fault = NULL;
  ArraClipPixels pixels;
  gboolean taken = arra_classifier_config_load (&config, config_path, &error);

  fuzz_check (taken, error, config_path);
  if (taken)
    use_classifier (&config);
  taken = arra_clip_pixels_read (&pixels, folder, &fault);
  fuzz_check (taken, fault, pixels_path);
  for (guint i = 0; taken && i < 3; i++)
    g_assert_true (isfinite (pixels.mean[i]) && pixels.deviation[i] > 0);
  return 0;
}
