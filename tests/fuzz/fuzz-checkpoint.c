/* fuzz-checkpoint.c - a checkpoint in one file with bytes of its header changed (folder.h): defaults, card, vocabulary,
 * tokenizer, shapes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <math.h>

#include "checkpoint.h"
#include "fixture.h"
#include "folder.h"

static guint8 *whole;
static gsize whole_size, header_size;

static void
make_checkpoint (void)
{
  g_autofree char *folder = fuzz_path ("checkpoint"), *path = fuzz_path ("whole.gguf");
  g_autoptr (ArraCheckpoint) checkpoint = NULL;
  const ArraOpenOptions options = { .metadata_only = TRUE };
  g_autoptr (GError) error = NULL;
  Fixture fixture;

  if (whole != NULL)
    return;
  fixture_init (&fixture);
  g_assert_true (fixture_write (&fixture, folder, &error));
  g_assert_true (arra_checkpoint_convert (folder, NULL, NULL, path, ARRA_QUANT_AS_STORED, NULL, NULL, NULL, &error));
  checkpoint = arra_checkpoint_open (path, &options, NULL, &error);
  g_assert_no_error (error);
  header_size = arra_gguf_header_size (checkpoint->gguf);
  g_assert_true (g_file_get_contents (path, (char **) &whole, &whole_size, NULL));
}

/* What is taken is within the bounds of requests. */
static void
use (const ArraCheckpoint *checkpoint)
{
  g_assert_true (isfinite (checkpoint->defaults.guidance_scale) && checkpoint->defaults.temperature > 0);
  g_assert_true (checkpoint->defaults.top_p > 0 && checkpoint->defaults.top_p <= 1);
  g_assert_true (g_utf8_validate (arra_checkpoint_card (checkpoint)->name, -1, NULL));
  for (guint i = 0; i < checkpoint->layout->n_codes; i++)
    g_assert_cmpuint (checkpoint->layout->id_of_code[i], <, checkpoint->layout->n_tokens);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const ArraOpenOptions options = { .metadata_only = TRUE };
  g_autofree guint8 *changed = NULL;
  g_autofree char *path = NULL;
  g_autoptr (ArraCheckpoint) checkpoint = NULL;
  g_autoptr (GError) error = NULL;

  make_checkpoint ();
  changed = fuzz_change (whole, whole_size, header_size, data, size);
  path = fuzz_put ("changed.gguf", changed, whole_size);
  checkpoint = arra_checkpoint_open (path, &options, NULL, &error);
  fuzz_check (checkpoint != NULL, error, NULL);
  if (checkpoint != NULL)
    use (checkpoint);
  return 0;
}
