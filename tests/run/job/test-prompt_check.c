/* test-prompt_check.c - what checkpoints take as prompts, and how many tokens their pictures take
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <arra-prompt.h>
#include <glib/gstdio.h>
#include <string.h>

#include "fixture.h"
#include "models.h"

/* (transfer full): of the golden files */
static char *
golden (const char *name)
{
  return g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", name, NULL);
}

static ArraCheckpoint *
open_golden (const char *name, const char *encoder)
{
  g_autofree char *path = golden (name);
  g_autoptr (GError) error = NULL;
  ArraCheckpoint *checkpoint = arra_checkpoint_open_with_text_encoder (path, encoder, TRUE, NULL, &error);

  g_assert_no_error (error);
  return checkpoint;
}

static void
assert_refused (const ArraCheckpoint *checkpoint, const char *prompt, int code, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (arra_checkpoint_check_prompt (checkpoint, prompt, &error));
  g_assert_error (error, ARRA_ERROR, code);
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_text (void)
{
  char *directory = models_write_tiny ();
  ArraCheckpoint *checkpoint = models_open (directory, ARRA_QUANT_AS_STORED);

  g_assert_null (arra_checkpoint_classes (checkpoint));
  g_assert_false (arra_checkpoint_lacks_text_encoder (checkpoint));
  g_assert_true (arra_checkpoint_check_prompt (checkpoint, NULL, NULL));
  g_assert_true (arra_checkpoint_check_prompt (checkpoint, "the red fox", NULL));
  assert_refused (checkpoint, " ", ARRA_ERROR_ARGUMENT, "empty");
  assert_refused (checkpoint, "\xff", ARRA_ERROR_ARGUMENT, "UTF-8");
  arra_checkpoint_unref (checkpoint);
  models_remove (directory);
}

static void
test_classes (void)
{
  g_autoptr (ArraCheckpoint) checkpoint = open_golden ("llamagen/c2i/model.safetensors", "/nonexistent");

  g_assert_nonnull (arra_checkpoint_classes (checkpoint));
  g_assert_null (arra_checkpoint_classes (checkpoint)[0]);
  g_assert_false (arra_checkpoint_lacks_text_encoder (checkpoint));
  g_assert_true (arra_checkpoint_check_prompt (checkpoint, NULL, NULL));
  g_assert_true (arra_checkpoint_check_prompt (checkpoint, "9", NULL));
  assert_refused (checkpoint, "10", ARRA_ERROR_ARGUMENT, "0 to 9");
  assert_refused (checkpoint, "a red fox", ARRA_ERROR_ARGUMENT, "0 to 9");
}

static void
copy (const char *golden_name, const char *folder, const char *name)
{
  g_autofree char *from = golden (golden_name), *text = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (from, &text, &size, NULL));
  fixture_put (folder, name, text, (gssize) size);
}

static void
test_text_encoder (void)
{
  g_autoptr (ArraCheckpoint) without = open_golden ("llamagen/t2i/t2i_bf16.pt", NULL), with = NULL;
  g_autofree char *folder = fixture_directory (), *path = golden ("llamagen/t2i/t2i_bf16.pt");
  g_autoptr (GError) error = NULL;

  g_assert_true (arra_checkpoint_lacks_text_encoder (without));
  assert_refused (without, NULL, ARRA_ERROR_NOT_FOUND, "text encoder");
  assert_refused (without, "a cat", ARRA_ERROR_NOT_FOUND, "text encoder");
  g_assert_null (arra_checkpoint_open_with_text_encoder (path, folder, TRUE, NULL, &error));
  g_assert_nonnull (error);
  copy ("vision/t5_encoder/config.json", folder, "config.json");
  copy ("vision/t5_encoder/model.safetensors", folder, "model.safetensors");
  copy ("tokenizer/t5_unigram_A_small_charsmap/tokenizer.json", folder, "tokenizer.json");
  with = open_golden ("llamagen/t2i/t2i_bf16.pt", folder);
  g_assert_null (arra_checkpoint_classes (with));
  g_assert_false (arra_checkpoint_lacks_text_encoder (with));
  g_assert_true (arra_checkpoint_check_prompt (with, NULL, NULL));
  g_assert_true (arra_checkpoint_check_prompt (with, "a cat", NULL));
  fixture_remove (folder);
}

/* What a job makes is what was counted, in one piece and in parts. */
static void
test_tokens (void)
{
  char *directory = models_write_tiny ();
  ArraCheckpoint *checkpoint = models_open (directory, ARRA_QUANT_AS_STORED);
  ArraRequest own, request;

  arra_request_init (&own, checkpoint);
  for (guint i = 0; i < 3; i++)
    {
      ArraJob *job;
      gsize n;

      request = models_request (checkpoint, own.width * (i == 1 ? 2 : 1) + (i == 1), own.height);
      request.seamless = i == 2 ? ARRA_SEAMLESS_X : 0;
      g_assert_cmpint (arra_checkpoint_makes_parts (checkpoint, &request), ==, i > 0);
      job = models_run (checkpoint, &request);
      arra_job_tokens (job, 0, &n, NULL);
      g_assert_cmpuint (arra_checkpoint_count_tokens (checkpoint, &request), ==, n);
      arra_job_free (job);
    }
  request.width = request.height = request.seamless = 0;
  g_assert_cmpuint (arra_checkpoint_count_tokens (checkpoint, &request), ==, 0);
  request.width = request.height = 1000000;
  g_assert_cmpuint (arra_checkpoint_count_tokens (checkpoint, &request), ==, 0);
  arra_checkpoint_unref (checkpoint);
  models_remove (directory);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/prompt-check/text", test_text);
  g_test_add_func ("/prompt-check/classes", test_classes);
  g_test_add_func ("/prompt-check/text-encoder", test_text_encoder);
  g_test_add_func ("/prompt-check/tokens", test_tokens);
  return g_test_run ();
}
