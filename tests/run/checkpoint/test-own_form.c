/* test-own_form.c - Meta's form of a model, with its tokenizer and VQGAN in the folder beside: the same
 * tokens as the same weights in Hugging Face's give
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "checkpoint.h"
#include "fixture.h"
#include "job.h"

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/own_form/same", test_same);
  return g_test_run ();
}
