/* test-own_form.c - Meta's form of a model, with its tokenizer and VQGAN in the folder beside: the same
 * tokens as the same weights in Hugging Face's give
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "chameleon.h"
#include "checkpoint.h"
#include "convert.h"
#include "fixture.h"
#include "job.h"
#include "mem.h"
#include "params.h"

static void
make_folder (const char *root, const char *name)
{
  g_autofree char *path = g_build_filename (root, name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (path, 0700), ==, 0);
}

static void
copy (const char *from_folder, const char *from, const char *to_folder, const char *to)
{
  g_autofree char *source = g_build_filename (from_folder, from, NULL),
                  *target = g_build_filename (to_folder, to, NULL);
  g_autofree char *text = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (source, &text, &size, NULL));
  g_assert_true (g_file_set_contents (target, text, (gssize) size, NULL));
}

static void
copy_golden (const char *golden, const char *to_folder, const char *to)
{
  copy (g_getenv ("ARRA_TEST_DATA"), golden, to_folder, to);
}

/* models/7b and tokenizer as Meta laid them out, and hf with the same weights. */
static char *
write_all (void)
{
  g_autofree char *other = fixture_directory (), *hf = NULL;
  char *root = fixture_directory ();
  Fixture fixture;

  fixture_init (&fixture);
  fixture.vocab = 320;
  fixture.codes = 16;
  g_assert_true (fixture_write (&fixture, other, NULL));
  make_folder (root, "models/7b");
  make_folder (root, "tokenizer");
  make_folder (root, "hf");
  copy_golden ("golden/chameleon/a_mha/meta/params.json", root, "models/7b/params.json");
  copy_golden ("golden/chameleon/a_mha/meta/consolidated.pth", root, "models/7b/consolidated.pth");
  copy_golden ("golden/chameleon/a_mha/config.json", root, "hf/config.json");
  copy_golden ("golden/chameleon/a_mha/model.safetensors", root, "hf/model.safetensors");
  hf = g_build_filename (root, "hf", NULL);
  fixture_replace (hf, "config.json", "\"vocabulary_map\"", "\"map_of_another\"");
  copy (other, "tokenizer.json", root, "tokenizer/text_tokenizer.json");
  copy (other, "tokenizer.json", root, "hf/tokenizer.json");
  copy (other, "vqgan.safetensors", root, "tokenizer/vqgan.safetensors");
  copy (other, "vqgan.yaml", root, "tokenizer/vqgan.yaml");
  copy (other, "vqgan.safetensors", root, "hf/vqgan.safetensors");
  copy (other, "vqgan.yaml", root, "hf/vqgan.yaml");
  fixture_remove (other);
  return root;
}

static ArraJob *
run (const char *root, const char *name)
{
  g_autofree char *path = g_build_filename (root, name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraCheckpoint) checkpoint = arra_checkpoint_open (path, NULL, NULL, &error);
  ArraRequest request;
  ArraJob *job;

  g_assert_no_error (error);
  g_assert_nonnull (checkpoint->vqgan);
  arra_request_init (&request, checkpoint);
  request.prompt = "a b";
  request.width = request.height = 4 * arra_checkpoint_grid (checkpoint);
  request.greedy = TRUE;
  request.threads = 1;
  job = arra_job_new (checkpoint, &request, &error);
  g_assert_no_error (error);
  arra_job_run (job, NULL, &error);
  g_assert_no_error (error);
  return job;
}

static void
test_same (void)
{
  g_autofree char *root = write_all ();
  ArraJob *own = run (root, "models/7b"), *usual = run (root, "hf");
  g_autofree char *path = g_build_filename (root, "hf", "model.gguf", NULL);
  g_autofree char *from = g_build_filename (root, "models/7b", NULL);
  g_autoptr (GError) error = NULL;
  ArraJob *converted;

  g_assert_cmpmem (own->answers[0].tokens, own->answers[0].n_tokens * sizeof (guint32), usual->answers[0].tokens,
                   usual->answers[0].n_tokens * sizeof (guint32));
  arra_checkpoint_convert (from, NULL, NULL, path, ARRA_QUANT_AS_STORED, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  converted = run (root, "hf/model.gguf");
  g_assert_cmpmem (own->answers[0].tokens, own->answers[0].n_tokens * sizeof (guint32), converted->answers[0].tokens,
                   converted->answers[0].n_tokens * sizeof (guint32));
  arra_job_free (converted);
  arra_job_free (own);
  arra_job_free (usual);
  fixture_remove (root);
}

/* The weights of a source on their way into a file */
typedef struct
{
  GArray *items; /* of ArraConversion */
  ArraGgufWriter *writer;
  ArraSource *source;
} Conversion;

/* An ArraParamFunc */
static gboolean
add_item (const char *name, gboolean is_matrix, const ArraTensor *stored, gpointer data, GError **error)
{
  Conversion *conversion = data;
  ArraConversion item = { .name = g_strdup (name), .source = conversion->source, .stored = stored };

  item.dtype = is_matrix ? arra_param_matrix_dtype (name, stored, ARRA_N_DTYPES) : ARRA_F32;
  g_array_append_val (conversion->items, item);
  return arra_gguf_writer_add_tensor (conversion->writer, name, item.dtype, stored->n_dims, stored->shape, error);
}

static gboolean
go_on (guint64 done, gpointer data, GError **error)
{
  return TRUE;
}

/* Writes @path. */
static void
convert_source (const ArraChameleonConfig *config, ArraSource *source, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) items = g_array_new (FALSE, FALSE, sizeof (ArraConversion));
  g_autoptr (ArraGgufWriter) writer = arra_gguf_writer_new (path, &error);
  g_autoptr (ArraPool) pool = arra_pool_new (2, &error);
  Conversion conversion = { items, writer, source };
  const ArraWeights weights = arra_chameleon_weights (config, source);

  g_assert_no_error (error);
  arra_gguf_writer_set_string (writer, "general.architecture", "chameleon", -1);
  arra_weights_foreach (&weights, add_item, &conversion, &error);
  g_assert_no_error (error);
  arra_gguf_writer_begin (writer, &error);
  g_assert_no_error (error);
  arra_convert_tensors (items, writer, pool, go_on, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < items->len; i++)
    g_free (g_array_index (items, ArraConversion, i).name);
  g_assert_true (arra_gguf_writer_commit (writer, NULL, &error));
}

/* The most bytes that are held while the weights of @folder, of Meta's form or of Hugging Face's, become @path */
static gsize
convert_form (const ArraChameleonConfig *config, const char *folder, gboolean own, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraSource) source = NULL;
  const gsize before = arra_mem_held ();

  arra_mem_reset_peak ();
  source = own ? arra_chameleon_meta_open (config, folder, &error) : arra_safetensors_open_directory (folder, &error);
  g_assert_no_error (error);
  convert_source (config, source, path);
  return arra_mem_peak () - before;
}

/* The same file from Meta's parts as from Hugging Face's form, with no more memory than a tensor takes. */
static void
test_streamed (gconstpointer model)
{
  g_autofree char *hf = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", "chameleon", model, NULL);
  g_autofree char *own = g_build_filename (hf, "meta", NULL), *folder = fixture_directory ();
  g_autofree char *one = g_build_filename (folder, "one.gguf", NULL);
  g_autofree char *two = g_build_filename (folder, "two.gguf", NULL), *from_own = NULL, *from_hf = NULL;
  ArraChameleonConfig config;
  gsize largest, n_own, n_hf;

  g_assert_true (arra_chameleon_meta_config (&config, own, NULL));
  largest = (gsize) config.vocab_size * config.hidden_size * 2;
  g_assert_cmpuint (convert_form (&config, own, TRUE, one), <, convert_form (&config, hf, FALSE, two) + largest);
  g_assert_true (g_file_get_contents (one, &from_own, &n_own, NULL));
  g_assert_true (g_file_get_contents (two, &from_hf, &n_hf, NULL));
  g_assert_cmpmem (from_own, n_own, from_hf, n_hf);
  fixture_remove (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/own_form/same", test_same);
  g_test_add_data_func ("/own_form/streamed/one", "a_mha", test_streamed);
  g_test_add_data_func ("/own_form/streamed/parts", "b_gqa_swin", test_streamed);
  return g_test_run ();
}
