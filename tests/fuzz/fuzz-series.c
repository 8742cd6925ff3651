/* fuzz-series.c - prompts one a line; and attributes.json, "---", metadata.jsonl of a data set with labels
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "folder.h"
#include "prompts.h"

static void
read_prompts (const guint8 *data, gsize size)
{
  g_autofree char *path = fuzz_put ("prompts.txt", data, size);
  g_autoptr (GError) error = NULL;
  CliPrompts prompts;
  gboolean taken = cli_prompts_read (&prompts, path, &error);

  fuzz_check (taken, error, NULL);
  if (!taken)
    return;
  for (guint i = 0; i < prompts.texts->len; i++)
    g_assert_true (g_utf8_validate (prompts.texts->pdata[i], -1, NULL));
  cli_prompts_clear (&prompts);
}

static void
read_labels (const guint8 *data, gsize size)
{
  gsize attributes_size;
  g_autofree char *attributes = fuzz_next_part (&data, &size, &attributes_size);
  g_autofree char *folder = fuzz_path ("set");
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraDataset) set = NULL;

  g_free (fuzz_put ("set/attributes.json", attributes, attributes_size));
  g_free (fuzz_put ("set/metadata.jsonl", data, size));
  g_free (fuzz_put ("set/a.png", "", 0));
  set = arra_dataset_open (folder, &error);
  fuzz_check (set != NULL, error, NULL);
  for (guint i = 0; set != NULL && i < arra_dataset_size (set); i++)
    for (guint a = 0; a < arra_dataset_attributes (set); a++)
      g_assert_cmpint (arra_dataset_label (set, i, a), <, (gint) arra_dataset_values (set, a));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  read_prompts (data, size);
  read_labels (data, size);
  return 0;
}
