/* models.c - small checkpoints for tests
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models.h"

#include <string.h>

#include "mem.h"

#define ALMOST_NOTHING 1e-4f /* so that a layer is not refused for being zero */

char *
models_write (const Fixture *fixture)
{
  char *directory = fixture_directory ();
  g_autoptr (GError) error = NULL;

  fixture_write (fixture, directory, &error);
  g_assert_no_error (error);
  return directory;
}

char *
models_write_tiny (void)
{
  Fixture fixture;

  fixture_init (&fixture);
  return models_write (&fixture);
}

void
models_remove (char *directory)
{
  fixture_remove (directory);
  g_free (directory);
}

ArraCheckpoint *
models_open (const char *directory, ArraQuant quant)
{
  const ArraOpenOptions options = { .vqgan = directory, .quant = quant, .threads = 1 };
  g_autoptr (GError) error = NULL;
  ArraCheckpoint *checkpoint = arra_checkpoint_open (directory, &options, NULL, &error);

  g_assert_no_error (error);
  return checkpoint;
}

/* Reads all tensors as f32, lets @change at them and writes them back. */
typedef void (*Change) (const char *name, float *values, const ArraTensor *tensor, gpointer data);

static void
rewrite (const char *directory, Change change, gpointer data)
{
  g_autofree char *path = g_build_filename (directory, "model.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraSource) source = arra_safetensors_open (path, &error);
  g_autoptr (GPtrArray) blocks = g_ptr_array_new_with_free_func (g_free);
  g_autofree ArraNamedTensor *tensors = NULL;

  g_assert_no_error (error);
  tensors = g_new (ArraNamedTensor, arra_source_count (source));
  for (gsize i = 0; i < arra_source_count (source); i++)
    {
      const ArraTensor *stored = arra_source_tensor (source, i);
      const gsize n = arra_tensor_count (stored);
      float *values = g_new (float, n);

      g_ptr_array_add (blocks, values);
      arra_tensor_to_float (stored, 0, n, values);
      tensors[i] = (ArraNamedTensor) { arra_source_name (source, i), *stored };
      change (tensors[i].name, values, stored, data);
      tensors[i].tensor.dtype = ARRA_F32;
      tensors[i].tensor.data = values;
      tensors[i].tensor.n_bytes = n * sizeof (float);
    }
  arra_safetensors_write (path, tensors, arra_source_count (source), &error);
  g_assert_no_error (error);
}

typedef struct
{
  const ModelsLink *links;
  gsize n_links;
} Chain;

/* Walsh's patterns of +1 and -1, which are orthogonal: one for each token that links begin with, row 0 for
 * all others. */
static float
pattern (const Chain *chain, guint32 token, gsize i)
{
  gsize row = 0;

  while (row < chain->n_links && chain->links[row].from != token)
    row++;
  row = row < chain->n_links ? row + 1 : 0;
  return (__builtin_popcountll (row & i) & 1) != 0 ? -1.0f : 1.0f;
}

static void
set_links (const Chain *chain, float *lm_head, gsize hidden)
{
  for (gsize k = 0; k < chain->n_links; k++)
    for (gsize i = 0; i < hidden; i++)
      lm_head[chain->links[k].to * hidden + i]
          += chain->links[k].score / (float) hidden * pattern (chain, chain->links[k].from, i);
}

static void
change_to_chain (const char *name, float *values, const ArraTensor *tensor, gpointer data)
{
  const gsize n = arra_tensor_count (tensor), width = (gsize) tensor->shape[tensor->n_dims - 1];

  if (strcmp (name, "model.embed_tokens.weight") == 0)
    for (gsize i = 0; i < n; i++)
      values[i] = pattern (data, (guint32) (i / width), i % width);
  else if (strcmp (name, "model.norm.weight") == 0)
    for (gsize i = 0; i < n; i++)
      values[i] = 1;
  else if (strcmp (name, "lm_head.weight") == 0)
    {
      memset (values, 0, n * sizeof (float));
      set_links (data, values, width);
    }
  else if (g_str_has_suffix (name, "o_proj.weight") || g_str_has_suffix (name, "down_proj.weight"))
    {
      memset (values, 0, n * sizeof (float));
      values[0] = values[n - 1] = ALMOST_NOTHING;
    }
}

void
models_chain (const char *directory, const ModelsLink *links, gsize n_links)
{
  Chain chain = { links, n_links };

  rewrite (directory, change_to_chain, &chain);
}

typedef struct
{
  const char *tensor;
  float value;
} Poison;

static void
change_one (const char *name, float *values, const ArraTensor *tensor, gpointer data)
{
  const Poison *poison = data;

  if (strcmp (name, poison->tensor) == 0)
    for (gsize i = 0; i < arra_tensor_count (tensor); i++)
      values[i] = poison->value;
}

void
models_poison (const char *directory, const char *tensor, float value)
{
  Poison poison = { tensor, value };

  rewrite (directory, change_one, &poison);
}

ArraRequest
models_request (const ArraCheckpoint *checkpoint, guint width, guint height)
{
  ArraRequest request;

  arra_request_init (&request, checkpoint);
  request.prompt = "the red fox";
  request.width = width;
  request.height = height;
  request.seed = 42;
  request.top_k = 40;
  request.top_p = 0.95;
  request.temperature = 1.2;
  request.guidance_scale = 2.5;
  request.threads = 1;
  return request;
}

ArraJob *
models_job (ArraCheckpoint *checkpoint, const ArraRequest *request)
{
  g_autoptr (GError) error = NULL;
  ArraJob *job = arra_job_new (checkpoint, request, &error);

  g_assert_no_error (error);
  return job;
}

ArraJob *
models_run (ArraCheckpoint *checkpoint, const ArraRequest *request)
{
  g_autoptr (GError) error = NULL;
  ArraJob *job = models_job (checkpoint, request);

  arra_job_run (job, NULL, &error);
  g_assert_no_error (error);
  return job;
}

gboolean
models_same_answer (const ArraJob *a, guint i, const ArraJob *b, guint j)
{
  gboolean finished_a, finished_b;
  gsize n_a, n_b;
  const guint32 *tokens_a = arra_job_tokens (a, i, &n_a, &finished_a),
                *tokens_b = arra_job_tokens (b, j, &n_b, &finished_b);

  return finished_a == finished_b && n_a == n_b && memcmp (tokens_a, tokens_b, n_a * sizeof (guint32)) == 0;
}

void
models_assert_same_tokens (const ArraJob *a, const ArraJob *b)
{
  g_assert_cmpuint (arra_job_n_answers (a), ==, arra_job_n_answers (b));
  for (guint i = 0; i < arra_job_n_answers (a); i++)
    g_assert_true (models_same_answer (a, i, b, i));
}
