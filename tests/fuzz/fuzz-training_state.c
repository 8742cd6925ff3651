/* fuzz-training_state.c - the file that a training goes on from, with bytes changed (folder.h), and with its checksum
 * made right again
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <string.h>

#include "folder.h"
#include "source.h"
#include "toy.h"
#include "training_state.h"

#define HASH "trainer.sha256" /* the last in the file */

static guint8 *whole;
static gsize whole_size;
static ArraYaml *config;
static const char *const ignored[] = { "output", NULL };

static void
save_state (void)
{
  g_autofree char *folder = fuzz_path ("out"), *path = fuzz_path ("whole.safetensors");
  const ArraTrainingProgress progress = { .step = 3, .best = 0.5, .seconds = 2 };
  g_autoptr (GError) error = NULL;
  Toy toy;

  if (whole != NULL)
    return;
  toy_init (&toy);
  config = toy_config (folder, "");
  g_assert_true (arra_training_state_save (path, &(ArraTrainee) { &toy_class, &toy }, config, &progress, &error));
  g_assert_true (g_file_get_contents (path, (char **) &whole, &whole_size, NULL));
}

static void
load (const char *path)
{
  g_autoptr (GError) error = NULL;
  ArraTrainingProgress progress = { 0 };
  gboolean taken;
  Toy toy;

  toy_init (&toy);
  taken = arra_training_state_load (path, &(ArraTrainee) { &toy_class, &toy }, config, ignored, &progress, &error);
  fuzz_check (taken, error, NULL);
}

/* Somebody who changes a file with intent computes its checksum, too. FALSE: the file is no longer one that has
 * tensors. */
static gboolean
put_checksum (const char *path, guint8 *changed)
{
  g_autoptr (GChecksum) hash = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (ArraSource) source = arra_safetensors_open (path, NULL);
  gsize size = ARRA_TRAINING_HASH;

  for (gsize i = 0; source != NULL && i < arra_source_count (source); i++)
    {
      const char *name = arra_source_name (source, i);
      const ArraTensor *tensor = arra_source_tensor (source, i);

      if (strcmp (name, HASH) == 0)
        continue;
      g_checksum_update (hash, (const guchar *) name, (gssize) strlen (name) + 1);
      g_checksum_update (hash, tensor->data, (gssize) tensor->n_bytes);
    }
  g_checksum_get_digest (hash, changed + whole_size - size, &size);
  return source != NULL;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree guint8 *changed = NULL;
  g_autofree char *path = NULL, *sound = NULL;

  save_state ();
  changed = fuzz_change (whole, whole_size, whole_size, data, size);
  path = fuzz_put ("training.safetensors", changed, whole_size);
  load (path);
  if (!put_checksum (path, changed))
    return 0;
  sound = fuzz_put ("sound.safetensors", changed, whole_size);
  load (sound);
  return 0;
}
