/* vqgan_model.c - the model of a VQGAN in training as a folder, and a training that begins with one
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "fail.h"
#include "params.h"
#include "source.h"
#include "vqgan_trainee_private.h"

#define CODEBOOK "quantize.embedding.weight"
#define WEIGHTS "vqgan.safetensors"

static ArraNamedTensor
named (const char *name, guint n_dims, const gint64 *shape, gsize count, const float *data)
{
  ArraNamedTensor tensor = { name, { .dtype = ARRA_F32, .n_dims = n_dims, .data = data } };

  memcpy (tensor.tensor.shape, shape, n_dims * sizeof *shape);
  tensor.tensor.n_bytes = count * sizeof (float);
  return tensor;
}

static gboolean
save_weights (const ArraVqganTrainee *t, const char *path, GError **error)
{
  const ArraParameters *p = t->parameters;
  const float *data = arra_learner_weights (&t->learner);
  const ArraCodebook *c = t->codebook;
  const gint64 shape[] = { (gint64) c->n_codes, (gint64) c->dim };
  g_autofree ArraNamedTensor *tensors = g_new (ArraNamedTensor, p->n + 1);

  tensors[0] = named (CODEBOOK, 2, shape, c->n_codes * c->dim, c->vectors);
  for (guint i = 0; i < p->n; i++)
    {
      const ArraParameter *item = &p->items[i];

      tensors[i + 1] = named (item->name, item->n_dims, item->shape, item->count, data + item->offset);
    }
  return arra_safetensors_write (path, tensors, p->n + 1, error);
}

gboolean
arra_vqgan_trainee_save (gpointer self, const char *directory, GError **error)
{
  const ArraVqganTrainee *t = self;
  g_autofree char *weights = g_build_filename (directory, WEIGHTS, NULL);
  g_autofree char *config = g_build_filename (directory, "vqgan.json", NULL);
  g_autofree char *text = arra_vqgan_config_to_json (&t->settings.model);

  return save_weights (t, weights, error) && arra_write_file (config, text, strlen (text), error);
}

/* ---- the start */

static gboolean
load_codes (ArraVqganTrainee *t, ArraSource *source, GError **error)
{
  ArraCodebook *c = t->codebook;
  ArraWeight weight = { .owned = NULL };
  ArraParam param = { .name = CODEBOOK,
                      .kind = ARRA_PARAM_VECTOR,
                      .n_dims = 2,
                      .shape = { (gint64) c->n_codes, (gint64) c->dim },
                      .weight = &weight };
  gboolean ok = arra_param_bind (&param, source, ARRA_F32, NULL, NULL, error);

  if (ok && t->settings.codebook.n_levels == 0)
    arra_codebook_set (c, weight.view.data);
  else if (ok && memcmp (weight.view.data, c->vectors, c->n_codes * c->dim * sizeof (float)) != 0)
    ok = arra_fail (error, ARRA_ERROR_INVALID_DATA,
                    "%s: its codes are not those of \"codebook.levels\": give the levels that it was trained with",
                    arra_source_file_of (source, CODEBOOK));
  arra_weight_clear (&weight);
  return ok;
}

gboolean
arra_vqgan_trainee_load (ArraVqganTrainee *t, GError **error)
{
  const char *from = t->settings.from;
  g_autofree char *path = NULL;
  g_autoptr (ArraSource) source = NULL;

  if (from == NULL)
    return TRUE;
  path = g_file_test (from, G_FILE_TEST_IS_DIR) ? g_build_filename (from, WEIGHTS, NULL) : g_strdup (from);
  source = arra_safetensors_open (path, error);
  return source != NULL && (t->settings.codebook_start > 0 || load_codes (t, source, error))
         && arra_parameters_load (t->parameters, source, error);
}
