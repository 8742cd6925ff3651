/* test-raster_job.c - models whose prompts stand in front of the sequence: opened, planned, converted, and
 * the same tokens as their transformer gives by hand SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "checkpoint.h"
#include "fixture.h"
#include "gguf.h"
#include "janus.h"
#include "job.h"
#include "llamagen.h"
#include "mem.h"

#define SIDE 4
#define N_CODES 64

/* ---- random weights */

typedef struct
{
  GArray *tensors; /* ArraNamedTensor */
  GPtrArray *owned;
  guint32 state;
} Weights;

static float
next_number (Weights *weights)
{
  weights->state = weights->state * 1664525u + 1013904223u;
  return ((float) (weights->state >> 8) / (float) (1 << 24) - 0.5f) * 0.5f;
}

static gboolean
add_tensor (const char *name, guint n_dims, const gint64 *shape, gpointer data, GError **error)
{
  Weights *weights = data;
  ArraNamedTensor item = { .name = g_strdup (name), .tensor = { .dtype = ARRA_F32, .n_dims = n_dims } };
  gsize n = 1;
  float *values;

  for (guint d = 0; d < n_dims; d++)
    n *= (gsize) (item.tensor.shape[d] = shape[d]);
  values = g_new (float, n);
  for (gsize i = 0; i < n; i++)
    values[i] = next_number (weights) + (n_dims == 1 ? 1.0f : 0.0f);
  item.tensor.data = values;
  item.tensor.n_bytes = n * sizeof *values;
  g_ptr_array_add (weights->owned, values);
  g_ptr_array_add (weights->owned, (gpointer) item.name);
  g_array_append_val (weights->tensors, item);
  return TRUE;
}

static Weights
weights_new (void)
{
  return (Weights){ g_array_new (FALSE, FALSE, sizeof (ArraNamedTensor)),
                    g_ptr_array_new_with_free_func (g_free), 1 };
}

static void
weights_write (Weights *weights, const char *directory)
{
  g_autofree char *path = g_build_filename (directory, "model.safetensors", NULL);
  g_autoptr (GError) error = NULL;

  arra_safetensors_write (path, (const ArraNamedTensor *) (void *) weights->tensors->data,
                          weights->tensors->len, &error);
  g_assert_no_error (error);
  g_array_unref (weights->tensors);
  g_ptr_array_unref (weights->owned);
}

static char *
new_directory (void)
{
  char *directory = g_dir_make_tmp ("arra-raster-XXXXXX", NULL);

  g_assert_nonnull (directory);
  return directory;
}

static void
write_text (const char *directory, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
remove_directory (char *directory)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (directory, name, NULL);

      g_assert_cmpint (g_remove (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (directory), ==, 0);
  g_free (directory);
}

static char *
write_classes (void)
{
  ArraLlamagenConfig config = { .kind = ARRA_LLAMAGEN_CLASSES,
                                .hidden_size = 32,
                                .intermediate_size = 64,
                                .n_layers = 2,
                                .n_heads = 2,
                                .n_kv_heads = 2,
                                .n_codes = N_CODES,
                                .n_classes = 10,
                                .n_prefix = 1,
                                .norm_eps = 1e-5f,
                                .rope_base = 10000 };
  char *directory = new_directory ();
  const ArraWeights table = arra_llamagen_weights (&config, NULL, "");
  Weights weights = weights_new ();

  g_assert_true (arra_llamagen_config_check (&config, "test", NULL));
  g_assert_true (arra_weights_describe (&table, add_tensor, &weights, NULL));
  weights_write (&weights, directory);
  write_text (directory, "model_args.json", "{\"n_head\": 2, \"block_size\": 16}");
  return directory;
}

static ArraCheckpoint *
open_at (const char *path)
{
  ArraOpenOptions options = ARRA_OPEN_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  ArraCheckpoint *checkpoint = arra_checkpoint_open (path, &options, NULL, &error);

  g_assert_no_error (error);
  return checkpoint;
}

/* ---- jobs */

static ArraRequest
request_of (const ArraCheckpoint *checkpoint, const char *prompt)
{
  ArraRequest request;

  arra_request_init (&request, checkpoint);
  request.prompt = prompt;
  request.greedy = TRUE;
  request.threads = 1;
  request.guidance_scale = 3;
  return request;
}

static ArraJob *
run (ArraCheckpoint *checkpoint, const ArraRequest *request)
{
  g_autoptr (GError) error = NULL;
  ArraJob *job = arra_job_new (checkpoint, request, &error);

  g_assert_no_error (error);
  arra_job_run (job, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (job->answers[0].n_tokens, ==, SIDE * SIDE);
  g_assert_true (job->answers[0].finished);
  return job;
}

/* The arg max of u + 3 (c - u), token by token, by hand. */
static void
assert_by_hand (const ArraJob *job, const guint32 *fronts[2], guint n_front)
{
  const ArraCheckpoint *checkpoint = job->checkpoint;
  const ArraKvShape shape = arra_transformer_kv_shape (&checkpoint->decoder.shape);
  const guint n_logits = checkpoint->decoder.shape.n_logits;
  g_autoptr (ArraTransformerRun) pass
      = arra_transformer_run_new (checkpoint->model, &job->exec, 2 * n_front, n_front + SIDE * SIDE, NULL);
  ArraKvCache *caches[2];
  g_autofree float *logits = g_new (float, 2 * n_logits);
  guint32 last = 0;

  for (guint i = 0; i < 2; i++)
    caches[i] = arra_kv_cache_new (&shape, n_front + SIDE * SIDE, NULL);
  for (guint at = 0; at < SIDE * SIDE; at++)
    {
      ArraTransformerInput inputs[2];
      guint32 best = 0;
      float most = -INFINITY;

      for (guint i = 0; i < 2; i++)
        inputs[i] = (ArraTransformerInput){ .cache = caches[i],
                                            .ids = at == 0 ? fronts[i] : &last,
                                            .n_ids = at == 0 ? n_front : 1,
                                            .columns = SIDE,
                                            .logits = logits + i * n_logits };
      g_assert_true (arra_transformer_forward (pass, inputs, 2, NULL, NULL, NULL, NULL));
      for (guint32 id = 0; id < n_logits; id++)
        {
          const float u = logits[n_logits + id], score = u + 3.0f * (logits[id] - u);

          if (score > most)
            {
              most = score;
              best = id;
            }
        }
      g_assert_cmpuint (job->answers[0].tokens[at], ==, best);
      last = checkpoint->decoder.first_id + best;
    }
  for (guint i = 0; i < 2; i++)
    arra_kv_cache_free (caches[i]);
}

/* The same tokens after a cancelled run that goes on, and from a GGUF file made of it. */
static void
assert_same_elsewhere (const char *directory, const ArraJob *job)
{
  g_autofree char *path = g_build_filename (directory, "out.gguf", NULL);
  g_autoptr (ArraCheckpoint) checkpoint = NULL;
  g_autoptr (ArraJob) other = NULL;
  g_autoptr (GError) error = NULL;

  arra_checkpoint_convert (directory, NULL, NULL, path, ARRA_QUANT_F32, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  checkpoint = open_at (path);
  g_assert_cmpstr (checkpoint->decoder.family->architecture, ==,
                   job->checkpoint->decoder.family->architecture);
  other = run (checkpoint, &job->request);
  g_assert_cmpmem (other->answers[0].tokens, SIDE * SIDE * sizeof (guint32), job->answers[0].tokens,
                   SIDE * SIDE * sizeof (guint32));
}

static void
test_classes (void)
{
  static const guint32 three[] = { N_CODES + 3 }, none[] = { N_CODES + 10 };
  const guint32 *fronts[] = { three, none };
  char *directory = write_classes ();
  ArraCheckpoint *checkpoint = open_at (directory);
  const ArraRequest request = request_of (checkpoint, " 3 ");
  ArraJob *job = run (checkpoint, &request);

  assert_by_hand (job, fronts, 1);
  assert_same_elsewhere (directory, job);
  arra_job_free (job);
  arra_checkpoint_unref (checkpoint);
  remove_directory (directory);
}

static void
test_no_class (void)
{
  static const char *const prompts[] = { "10", "-1", "golden retriever", "3.0" };
  char *directory = write_classes ();
  ArraCheckpoint *checkpoint = open_at (directory);

  for (gsize i = 0; i < G_N_ELEMENTS (prompts); i++)
    {
      const ArraRequest request = request_of (checkpoint, prompts[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (arra_job_new (checkpoint, &request, &error));
      g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
      g_assert_nonnull (strstr (error->message, "0 to 9"));
    }
  arra_checkpoint_unref (checkpoint);
  remove_directory (directory);
}

/* What a job takes is what was planned: the part in front of either branch is counted. */
static void
test_planned (void)
{
  char *directory = write_classes ();
  ArraCheckpoint *checkpoint = open_at (directory);
  const ArraRequest request = request_of (checkpoint, "3");
  const guint64 before = arra_mem_held ();
  g_autoptr (GError) error = NULL;
  ArraJob *job = arra_job_new (checkpoint, &request, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (job->capacities.context, ==, 1 + SIDE * SIDE);
  g_assert_cmpuint (job->capacities.uncond_context, ==, 1 + SIDE * SIDE);
  g_assert_cmpuint (arra_mem_held () - before, <=,
                    arra_job_bytes (checkpoint, &request, &job->capacities)
                        + 2 * arra_decoder_kv_cache_bytes (&checkpoint->decoder, 1 + SIDE * SIDE) + 4096);
  arra_job_free (job);
  arra_checkpoint_unref (checkpoint);
  remove_directory (directory);
}

/* ---- prompts of text in front */

#define N_TEXT 20
#define BEGIN 12
#define PAD 13
#define IMAGE 14

static const char tokenizer_json[]
    = "{\"version\": \"1.0\", \"truncation\": null, \"padding\": null, \"added_tokens\": ["
      "{\"id\": 12, \"content\": \"<｜begin▁of▁sentence｜>\", \"single_word\": false, \"lstrip\": false, "
      "\"rstrip\": false, \"normalized\": false, \"special\": true},"
      "{\"id\": 13, \"content\": \"<｜▁pad▁｜>\", \"single_word\": false, \"lstrip\": false, \"rstrip\": "
      "false, \"normalized\": false, \"special\": true},"
      "{\"id\": 14, \"content\": \"<begin_of_image>\", \"single_word\": false, \"lstrip\": false, "
      "\"rstrip\": "
      "false, \"normalized\": false, \"special\": true},"
      "{\"id\": 15, \"content\": \"<|User|>\", \"single_word\": false, \"lstrip\": false, \"rstrip\": false, "
      "\"normalized\": false, \"special\": true},"
      "{\"id\": 16, \"content\": \"<|Assistant|>\", \"single_word\": false, \"lstrip\": false, \"rstrip\": "
      "false, \"normalized\": false, \"special\": true}], \"normalizer\": null, "
      "\"pre_tokenizer\": {\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"trim_offsets\": true, "
      "\"use_regex\": false}, \"post_processor\": null, \"decoder\": {\"type\": \"ByteLevel\", "
      "\"add_prefix_space\": true, \"trim_offsets\": true, \"use_regex\": true}, "
      "\"model\": {\"type\": \"BPE\", \"dropout\": null, \"unk_token\": null, \"continuing_subword_prefix\": "
      "null, \"end_of_word_suffix\": null, \"fuse_unk\": false, \"byte_fallback\": false, "
      "\"vocab\": {\"a\": 0, \"c\": 1, \"t\": 2, \":\": 3, \"Ġ\": 4, \"Ċ\": 5}, \"merges\": []}}";

static char *
write_janus (void)
{
  ArraJanusConfig config = { .n_text = N_TEXT,
                             .hidden_size = 32,
                             .intermediate_size = 64,
                             .n_layers = 2,
                             .n_heads = 2,
                             .n_kv_heads = 2,
                             .context = 64,
                             .n_codes = N_CODES,
                             .code_size = 8,
                             .head_size = 32,
                             .norm_eps = 1e-6f,
                             .rope_theta = 10000 };
  char *directory = new_directory ();
  const ArraWeights table = arra_janus_weights (&config, NULL, "", ARRA_JANUS_ORIGINAL);
  Weights weights = weights_new ();

  g_assert_true (arra_janus_config_check (&config, "test", NULL));
  g_assert_true (arra_weights_describe (&table, add_tensor, &weights, NULL));
  weights_write (&weights, directory);
  write_text (directory, "tokenizer.json", tokenizer_json);
  write_text (
      directory, "config.json",
      "{\"model_type\": \"multi_modality\", \"language_config\": {\"vocab_size\": 20, \"hidden_size\": 32, "
      "\"intermediate_size\": 64, \"num_hidden_layers\": 2, \"num_attention_heads\": 2, "
      "\"max_position_embeddings\": 64}, \"vision_config\": {\"num_image_tokens\": 16}}");
  return directory;
}

static void
test_text (void)
{
  /* <｜begin▁of▁sentence｜><|User|>: a cat\n\n<|Assistant|>:<begin_of_image> */
  static const guint32 prompt[] = { BEGIN, 15, 3, 4, 0, 4, 1, 0, 2, 5, 5, 16, 3, IMAGE };
  guint32 none[G_N_ELEMENTS (prompt)];
  const guint32 *fronts[] = { prompt, none };
  char *directory = write_janus ();
  ArraCheckpoint *checkpoint = open_at (directory);
  const ArraRequest request = request_of (checkpoint, "a cat");
  ArraJob *job = run (checkpoint, &request);

  arra_janus_unconditional (prompt, G_N_ELEMENTS (prompt), PAD, none);
  assert_by_hand (job, fronts, G_N_ELEMENTS (prompt));
  assert_same_elsewhere (directory, job);
  arra_job_free (job);
  arra_checkpoint_unref (checkpoint);
  remove_directory (directory);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/raster_job/classes", test_classes);
  g_test_add_func ("/raster_job/no-class", test_no_class);
  g_test_add_func ("/raster_job/planned", test_planned);
  g_test_add_func ("/raster_job/text", test_text);
  return g_test_run ();
}
