/* fuzz-hub_answer.c - what a hub answers: the list of a repository's files, and what it says of a revision
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <string.h>

#include "hub_repository.h"

/* What is taken stays in its folder. */
static void
check_file (const ArraHubFile *file)
{
  g_autofree char *inside = g_canonicalize_filename (file->path, "/folder");

  g_assert_true (g_str_has_prefix (inside, "/folder/"));
  g_assert_true (*file->path != '/' && *file->path != '.');
  g_assert_cmpuint (strlen (file->digest.hex), ==, file->digest.kind == ARRA_DIGEST_SHA256 ? 64 : 40);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GPtrArray) files = arra_hub_files_new ();
  g_autoptr (ArraHubRepository) repository = g_new0 (ArraHubRepository, 1);
  g_autoptr (GError) error = NULL, revision_error = NULL;

  if (size == 0)
    return 0;
  repository->name = g_strdup ("o/r");
  g_assert_true (arra_hub_read_tree (files, (const char *) data, size, "o/r", &error) == (error == NULL));
  for (guint i = 0; i < files->len; i++)
    check_file (files->pdata[i]);
  arra_hub_files_keep_needed (files);
  arra_hub_files_size (files);
  g_assert_true (arra_hub_read_revision (repository, (const char *) data, size, &revision_error)
                 == (revision_error == NULL));
  return 0;
}
