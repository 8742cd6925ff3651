/* encoders.c - small encoders with random weights, in the folders of trained ones
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoders.h"

#include <string.h>

#include "clip_graph.h"
#include "fixture.h"
#include "source.h"

static void
save_weights (const ArraParameters *parameters, const char *directory)
{
  g_autofree char *path = g_build_filename (directory, "model.safetensors", NULL);
  g_autofree ArraNamedTensor *tensors = g_new0 (ArraNamedTensor, parameters->n);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < parameters->n; i++)
    {
      const ArraParameter *item = &parameters->items[i];
      ArraTensor *tensor = &tensors[i].tensor;

      tensors[i].name = item->name;
      *tensor = (ArraTensor) { .dtype = ARRA_F32, .n_dims = item->n_dims, .data = parameters->data + item->offset };
      memcpy (tensor->shape, item->shape, sizeof item->shape);
      tensor->n_bytes = item->count * sizeof (float);
    }
  arra_safetensors_write (path, tensors, parameters->n, &error);
  g_assert_no_error (error);
}

void
encoders_write_judge (const char *directory, ArraClassifierAttribute *attributes, guint n)
{
  ArraClassifierConfig config = { .size = 16,
                                  .colours = 3,
                                  .n_levels = 2,
                                  .channels = { 4, 8 },
                                  .norm_groups = 2,
                                  .n_attributes = n,
                                  .attributes = attributes };
  g_autofree char *path = g_build_filename (directory, "config.json", NULL);
  g_autoptr (ArraParameters) parameters = arra_parameters_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (directory, 0755), ==, 0);
  g_assert_true (arra_classifier_config_check (&config, "judge", &error));
  g_assert_true (arra_parameters_add_classifier (parameters, &config, &error));
  g_assert_true (arra_parameters_allocate (parameters, FALSE, &error));
  arra_parameters_start_by_inputs (parameters, 1);
  arra_classifier_config_save (&config, path, &error);
  g_assert_no_error (error);
  save_weights (parameters, directory);
}

void
encoders_write_clip (const char *directory)
{
  ArraClipConfig config = { .vision = { 12, 20, 1, 2, 1e-5f, FALSE, FALSE },
                            .text = { 8, 16, 1, 2, 1e-5f, TRUE, FALSE },
                            .image_size = 16,
                            .patch_size = 8,
                            .context = 16,
                            .bos = 0,
                            .eos = 1,
                            .projection = 6,
                            .logit_scale = 1 };
  g_autoptr (ArraParameters) parameters = arra_parameters_new (NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  Fixture fixture;

  fixture_init (&fixture);
  fixture.vqgan = FALSE;
  config.vocab_size = fixture.vocab;
  fixture_write (&fixture, directory, &error);
  g_assert_no_error (error);
  g_assert_true (arra_parameters_add_clip (parameters, &config, &error));
  g_assert_true (arra_parameters_allocate (parameters, FALSE, &error));
  arra_clip_start (parameters, &config, 2);
  text = arra_clip_config_to_json (&config);
  fixture_put (directory, "config.json", text, -1);
  save_weights (parameters, directory);
}
