/* few_pictures.c - captioned pictures as tokens, for tests of the transformer's training
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "few_pictures.h"

#include <string.h>

#include "noise.h"

void
few_pictures_init (FewPictures *pictures, guint64 seed)
{
  for (guint i = 0; i < FEW_N; i++)
    {
      pictures->lengths[i] = 1 + arra_noise_bits (seed, 1, i, 0) % 4;
      for (guint k = 0; k < 4; k++)
        pictures->prompts[i][k] = 200 + arra_noise_bits (seed, 2, i, k) % 100;
      for (guint k = 0; k < FEW_SIDE * FEW_SIDE; k++)
        pictures->codes[i][k] = arra_noise_bits (seed, 3, i, k) % 64;
      for (guint k = 0; k < FEW_FEATURE; k++)
        pictures->features[i][k] = (float) arra_noise_bits (seed, 4, i, k) * 0x1p-31f - 1.0f;
    }
}

static const guint32 *
prompt_of (gpointer owner, guint item, guint *n)
{
  const FewPictures *pictures = owner;

  *n = pictures->lengths[item];
  return pictures->prompts[item];
}

static void
codes_of (gpointer owner, guint item, guint32 *codes)
{
  const FewPictures *pictures = owner;

  memcpy (codes, pictures->codes[item], sizeof pictures->codes[item]);
}

static void
features_of (gpointer owner, guint item, float *features)
{
  const FewPictures *pictures = owner;

  memcpy (features, pictures->features[item], sizeof pictures->features[item]);
}

ArraPictureItems
few_pictures_items (FewPictures *pictures, gboolean features)
{
  return (ArraPictureItems) { .n = FEW_N,
                              .rows = FEW_SIDE,
                              .columns = FEW_SIDE,
                              .feature_width = features ? FEW_FEATURE : 0,
                              .prompt = prompt_of,
                              .codes = codes_of,
                              .features = features_of,
                              .owner = pictures };
}

ArraYaml *
few_pictures_config (const char *folder, const char *output, const char *more)
{
  g_autofree char *text = g_strdup_printf ("kind: transformer\noutput: %s\nseed: 3\n"
                                           "training: {steps: 6, learning_rate: 0.01, schedule: constant}\n"
                                           "model:\n  tokenizer: %s/tokenizer.json\n  hidden_size: 32\n"
                                           "  layers: 2\n  heads: 4\noptimizer:\n  batch: 4\n%s",
                                           output, folder, more);
  g_autoptr (GError) error = NULL;
  ArraYaml *config = arra_yaml_parse (text, strlen (text), "few.yaml", &error);

  g_assert_no_error (error);
  return config;
}

ArraTrainee
few_pictures_trainee (const ArraYaml *config, FewPictures *pictures, gboolean features, ArraPool *pool)
{
  g_autoptr (GError) error = NULL;
  ArraTrainSetup setup = { .exec = { arra_kernels_get (ARRA_CPU_C), pool }, .seed = 3 };
  ArraPictureItems items = few_pictures_items (pictures, features);
  ArraTrainee trainee;

  arra_transformer_trainee_new_with (config, &setup, &items, &trainee, &error);
  g_assert_no_error (error);
  return trainee;
}
