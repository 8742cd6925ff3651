/* test-raster_job.c - models whose prompts stand in front of the sequence: opened, planned, converted, and
 * the same tokens as their transformer gives by hand
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <arra-prompt.h>
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
#include "t5.h"

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
  return (Weights) { g_array_new (FALSE, FALSE, sizeof (ArraNamedTensor)), g_ptr_array_new_with_free_func (g_free), 1 };
}

static void
weights_write (Weights *weights, const char *directory)
{
  g_autofree char *path = g_build_filename (directory, "model.safetensors", NULL);
  g_autoptr (GError) error = NULL;

  arra_safetensors_write (path, (const ArraNamedTensor *) (void *) weights->tensors->data, weights->tensors->len,
                          &error);
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
      char *path = g_build_filename (directory, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        {
          remove_directory (path);
          continue;
        }
      g_assert_cmpint (g_remove (path), ==, 0);
      g_free (path);
    }
  g_assert_cmpint (g_rmdir (directory), ==, 0);
  g_free (directory);
}

static char *
write_classes_of (guint n_classes, const char *args)
{
  ArraLlamagenConfig config = { .kind = ARRA_LLAMAGEN_CLASSES,
                                .hidden_size = 32,
                                .intermediate_size = 64,
                                .n_layers = 2,
                                .n_heads = 2,
                                .n_kv_heads = 2,
                                .n_codes = N_CODES,
                                .n_classes = n_classes,
                                .n_prefix = 1,
                                .norm_eps = 1e-5f,
                                .rope_base = 10000 };
  char *directory = new_directory ();
  const ArraWeights table = arra_llamagen_weights (&config, NULL, "");
  Weights weights = weights_new ();

  g_assert_true (arra_llamagen_config_check (&config, "test", NULL));
  g_assert_true (arra_weights_describe (&table, add_tensor, &weights, NULL));
  weights_write (&weights, directory);
  write_text (directory, "model_args.json", args);
  return directory;
}

static char *
write_classes (void)
{
  return write_classes_of (10, "{\"n_head\": 2, \"block_size\": 16}");
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

/* What a branch begins with. */
typedef struct
{
  const guint32 *ids;
  const float *rows; /* or these */
  guint n, left_out;
} Front;

static ArraTransformerRun *
new_pass (const ArraJob *job, guint n_front)
{
  return arra_transformer_run_new (job->checkpoint->model, &job->exec, 2 * n_front, n_front + SIDE * SIDE, NULL);
}

/* The arg max of u + 3 (c - u), token by token, by hand. */
static void
assert_by_hand (const ArraJob *job, const Front fronts[2])
{
  const guint n_front = fronts[0].n;
  const ArraCheckpoint *checkpoint = job->checkpoint;
  const ArraKvShape shape = arra_transformer_kv_shape (&checkpoint->decoder.shape);
  const guint n_logits = checkpoint->decoder.shape.n_logits;
  g_autoptr (ArraTransformerRun) pass = new_pass (job, n_front);
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
        inputs[i] = (ArraTransformerInput) { .cache = caches[i],
                                             .ids = at == 0 ? fronts[i].ids : &last,
                                             .rows = at == 0 ? fronts[i].rows : NULL,
                                             .left_out = fronts[i].left_out,
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

static double
log_softmax (const float *scores, guint32 code)
{
  double sum = 0;

  for (guint i = 0; i < N_CODES; i++)
    sum += exp ((double) scores[i]);
  return (double) scores[code] - log (sum);
}

/* How likely the picture's codes are is what the scores of its own steps say, whatever stands in front of the branches.
 */
static void
assert_likely (ArraJob *job)
{
  const guint32 *codes = job->answers[0].tokens;
  double with[SIDE * SIDE], without[SIDE * SIDE];
  g_autoptr (GError) error = NULL;

  arra_checkpoint_likelihood (job->checkpoint, &job->request, codes, SIDE, SIDE, with, without, NULL, NULL, NULL,
                              &error);
  g_assert_no_error (error);
  arra_session_rewind (&job->session, job->prompt_length);
  for (guint i = 0; i < SIDE * SIDE; i++)
    {
      guint32 id;

      g_assert_true (arra_session_next (&job->session, &job->sampling, 0, i, &id, NULL, NULL, NULL, NULL));
      g_assert_cmpfloat_with_epsilon (with[i], log_softmax (job->session.logits[0], codes[i]), 1e-5);
      g_assert_cmpfloat_with_epsilon (without[i], log_softmax (job->session.logits[1], codes[i]), 1e-5);
      g_assert_true (arra_session_push_code (&job->session, codes[i], NULL));
    }
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
  g_assert_cmpstr (checkpoint->decoder.family->architecture, ==, job->checkpoint->decoder.family->architecture);
  other = run (checkpoint, &job->request);
  g_assert_cmpmem (other->answers[0].tokens, SIDE * SIDE * sizeof (guint32), job->answers[0].tokens,
                   SIDE * SIDE * sizeof (guint32));
}

static void
test_classes (void)
{
  static const guint32 three[] = { N_CODES + 3 }, none[] = { N_CODES + 10 };
  const Front fronts[] = { { three, NULL, 1, 0 }, { none, NULL, 1, 0 } };
  char *directory = write_classes ();
  ArraCheckpoint *checkpoint = open_at (directory);
  const ArraRequest request = request_of (checkpoint, " 3 ");
  ArraJob *job = run (checkpoint, &request);

  assert_by_hand (job, fronts);
  assert_same_elsewhere (directory, job);
  assert_likely (job);
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

/* Names are ImageNet's where there are as many classes, or the model's own; a GGUF file keeps them. */
static void
test_names (void)
{
  static const struct
  {
    guint n;
    const char *args, *prompt;
    guint class;
  } models[] = {
    { 1000, "{\"n_head\": 2, \"block_size\": 16}", "Golden retriever", 207 },
    { 2, "{\"n_head\": 2, \"block_size\": 16, \"class_names\": [\"oak, oak wood\", \"pine\"]}", "oak wood", 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (models); i++)
    {
      const guint32 class[] = { N_CODES + models[i].class }, none[] = { N_CODES + models[i].n };
      const Front fronts[] = { { class, NULL, 1, 0 }, { none, NULL, 1, 0 } };
      char *directory = write_classes_of (models[i].n, models[i].args);
      ArraCheckpoint *checkpoint = open_at (directory);
      const ArraRequest request = request_of (checkpoint, models[i].prompt);
      ArraJob *job = run (checkpoint, &request);

      g_assert_cmpuint (g_strv_length ((char **) arra_checkpoint_classes (checkpoint)), ==, models[i].n);
      assert_by_hand (job, fronts);
      assert_same_elsewhere (directory, job);
      assert_likely (job);
      arra_job_free (job);
      arra_checkpoint_unref (checkpoint);
      remove_directory (directory);
    }
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
                        + 2 * arra_decoder_kv_cache_bytes (&checkpoint->decoder, 1 + SIDE * SIDE, ARRA_F32) + 4096);
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
  write_text (directory, "config.json",
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
  const Front fronts[] = { { prompt, NULL, G_N_ELEMENTS (prompt), 0 }, { none, NULL, G_N_ELEMENTS (prompt), 0 } };
  char *directory = write_janus ();
  ArraCheckpoint *checkpoint = open_at (directory);
  const ArraRequest request = request_of (checkpoint, "a cat");
  ArraJob *job = run (checkpoint, &request);

  arra_janus_unconditional (prompt, G_N_ELEMENTS (prompt), PAD, none);
  assert_by_hand (job, fronts);
  assert_same_elsewhere (directory, job);
  assert_likely (job);
  arra_job_free (job);
  arra_checkpoint_unref (checkpoint);
  remove_directory (directory);
}

/* A tokenizer with more ids than the model has text: none of them becomes a code. */
static void
test_too_many_ids (void)
{
  char *directory = write_janus ();
  g_autofree char *more = g_strdup (tokenizer_json);
  ArraCheckpoint *checkpoint;
  g_autoptr (GError) error = NULL;
  ArraRequest request;

  memcpy (strstr (more, "\"id\": 16"), "\"id\": 20", 8);
  write_text (directory, "tokenizer.json", more);
  checkpoint = open_at (directory);
  request = request_of (checkpoint, "a cat");
  g_assert_null (arra_job_new (checkpoint, &request, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
  g_assert_nonnull (strstr (error->message, "id 20 of a vocabulary of 20"));
  arra_checkpoint_unref (checkpoint);
  remove_directory (directory);
}

/* ---- prompts whose features stand in front */

static void
copy_golden (const char *directory, const char *golden, const char *name)
{
  g_autofree char *from = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", golden, NULL);
  g_autofree char *to = g_build_filename (directory, name, NULL), *text = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (from, &text, &size, NULL));
  g_assert_true (g_file_set_contents (to, text, (gssize) size, NULL));
}

static char *
write_features (gboolean with_encoder)
{
  char *directory = new_directory ();
  g_autofree char *encoder = g_build_filename (directory, "text_encoder", NULL);

  copy_golden (directory, "llamagen/t2i/t2i_bf16.pt", "t2i_bf16.pt");
  copy_golden (directory, "llamagen/t2i/model_args.json", "model_args.json");
  if (!with_encoder)
    return directory;
  g_assert_cmpint (g_mkdir (encoder, 0700), ==, 0);
  copy_golden (encoder, "vision/t5_encoder/config.json", "config.json");
  copy_golden (encoder, "vision/t5_encoder/model.safetensors", "model.safetensors");
  copy_golden (encoder, "tokenizer/t5_unigram_A_small_charsmap/tokenizer.json", "tokenizer.json");
  return directory;
}

#define N_PREFIX 120

/* Rows of a text's features, as the reference has them: of padded ids. */
static guint
rows_by_hand (const ArraJob *job, const char *clean, float *rows)
{
  const ArraCheckpoint *checkpoint = job->checkpoint;
  const ArraT5Config *config = checkpoint->text_encoder->config;
  g_autoptr (ArraT5) t5 = arra_t5_new (config, checkpoint->text_encoder->source, ARRA_N_DTYPES, NULL, NULL, NULL);
  g_autoptr (ArraTransformerRun) pass = new_pass (job, N_PREFIX);
  g_autofree float *features = g_new (float, N_PREFIX * config->hidden_size);
  guint32 ids[N_PREFIX];
  guint n_seen;

  g_assert_true (
      arra_t5_encode_text (config, checkpoint->text_encoder->tokenizer, clean, N_PREFIX, ids, &n_seen, NULL));
  g_assert_true (arra_t5_forward (t5, &job->exec, ids, N_PREFIX, n_seen, features, NULL, NULL));
  arra_llamagen_project (pass, features, n_seen, rows);
  return n_seen;
}

static void
test_features (void)
{
  char *directory = write_features (TRUE);
  ArraCheckpoint *checkpoint = open_at (directory);
  ArraRequest request = request_of (checkpoint, "A Tench, on <b>sand</b>!");
  g_autofree float *rows = g_new (float, N_PREFIX * checkpoint->decoder.shape.hidden_size);
  guint32 none[N_PREFIX];
  ArraJob *job;
  guint n;

  request.count = 2;
  request.threads = 2;
  job = run (checkpoint, &request);
  n = rows_by_hand (job, "a tench, on sand!", rows);
  g_assert_cmpuint (n, >, 3);
  for (guint i = 0; i < n; i++)
    none[i] = N_CODES + N_PREFIX - n + i;
  assert_by_hand (job, (const Front[]) { { NULL, rows, n, N_PREFIX - n }, { none, NULL, n, N_PREFIX - n } });
  g_assert_cmpmem (job->answers[1].tokens, SIDE * SIDE * sizeof (guint32), job->answers[0].tokens,
                   SIDE * SIDE * sizeof (guint32));
  assert_same_elsewhere (directory, job);
  assert_likely (job);
  arra_job_free (job);
  arra_checkpoint_unref (checkpoint);
  remove_directory (directory);
}

/* The text encoder is needed for prompts, and said to be. */
static void
test_no_encoder (void)
{
  char *directory = write_features (FALSE);
  ArraCheckpoint *checkpoint = open_at (directory);
  const ArraRequest request = request_of (checkpoint, "a tench");
  g_autoptr (GError) error = NULL;

  g_assert_null (arra_job_new (checkpoint, &request, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "flan-t5-xl"));
  g_assert_nonnull (strstr (error->message, "--text-encoder"));
  arra_checkpoint_unref (checkpoint);
  remove_directory (directory);
}

/* After so many tokens guidance ends: the unconditional branch reads no further. */
static void
test_interval (void)
{
  char *directory = write_classes ();
  ArraCheckpoint *checkpoint = open_at (directory);
  const ArraRequest request = request_of (checkpoint, "3");
  g_autofree char *recipe = NULL;
  g_autoptr (GError) error = NULL;
  ArraJob *job = arra_job_new (checkpoint, &request, &error);

  g_assert_no_error (error);
  arra_job_set_cfg_interval (job, 4);
  arra_job_run (job, NULL, &error);
  g_assert_no_error (error);
  recipe = arra_job_recipe (job, G_MAXUINT, TRUE);
  g_assert_nonnull (strstr (recipe, "\"cfg_interval\": 4"));
  g_assert_cmpuint (arra_kv_cache_length (job->session.uncond), ==, 1 + 4 + 1);
  g_assert_cmpuint (arra_kv_cache_length (job->session.cond), ==, SIDE * SIDE);
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
  g_test_add_func ("/raster_job/names", test_names);
  g_test_add_func ("/raster_job/planned", test_planned);
  g_test_add_func ("/raster_job/text", test_text);
  g_test_add_func ("/raster_job/too-many-ids", test_too_many_ids);
  g_test_add_func ("/raster_job/features", test_features);
  g_test_add_func ("/raster_job/no-encoder", test_no_encoder);
  g_test_add_func ("/raster_job/interval", test_interval);
  return g_test_run ();
}
