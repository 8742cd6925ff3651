/* fixture_private.h - between the files of the fixture
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "fixture.h"

/* A tensor of random values, uniform in centre - spread .. centre + spread. */
typedef struct
{
  char *name;
  guint n_dims;
  gint64 shape[4];
  float centre, spread;
} FixtureTensor;

/* Lists of tensors: (transfer full) g_array_unref(). */
GArray *fixture_transformer_tensors (const Fixture *fixture);
GArray *fixture_vqgan_tensors (const Fixture *fixture, const char *prefix, gboolean decoder);

/* Writes @tensors first .. end-1 as one safetensors file of @dtype; values depend on @seed and the tensor's name alone.
 */
gboolean fixture_write_safetensors (const char *path,
                                    GArray *tensors,
                                    guint first,
                                    guint end,
                                    ArraDType dtype,
                                    guint64 seed,
                                    GError **error);

/* (transfer full) texts of the files */
char *fixture_tokenizer_json (char **tokens);
char *fixture_config_json (const Fixture *fixture, char **tokens);
char *fixture_vqgan_yaml (const Fixture *fixture);
