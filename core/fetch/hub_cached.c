/* hub_cached.c - files that the Hugging Face cache has already
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub_cached.h"

#include <errno.h>
#include <unistd.h>

#include "fail.h"
#include "hub.h"

/* (transfer full): the folder of the repository in the cache */
static char *
folder_of (const ArraHubRepository *repository)
{
  g_autofree char *cache = arra_hub_folder ();
  g_auto (GStrv) words = g_strsplit (repository->name, "/", 2);

  return g_strdup_printf ("%s/models--%s--%s", cache, words[0], words[1]);
}

static gboolean
link_to (const char *target, const char *path, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (target, NULL);

  if (symlink (absolute, path) == 0 || errno == EEXIST)
    return TRUE;
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), arra_translate ("%s: %s: %s"), path,
               arra_translate (N_ ("cannot be created")), g_strerror (errno));
  return FALSE;
}

gboolean
arra_hub_link_cached (const ArraHubRepository *repository,
                      const ArraHubFile *file,
                      const char *path,
                      gboolean *linked,
                      GCancellable *cancellable,
                      GError **error)
{
  g_autofree char *folder = folder_of (repository);
  /* Where there are no links, what a snapshot shows is the file itself. */
  g_autofree char *blob = g_build_filename (folder, "blobs", file->digest.hex, NULL);
  g_autofree char *shown = g_build_filename (folder, "snapshots", repository->commit, file->path, NULL);
  const char *places[] = { blob, shown };

  *linked = FALSE;
  if (g_file_test (path, G_FILE_TEST_EXISTS) || g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (places) && !*linked; i++)
    {
      g_autoptr (GError) unread = NULL;

      /* What cannot be read there is fetched. */
      if (!arra_digest_check (&file->digest, places[i], linked, cancellable, &unread)
          && g_error_matches (unread, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          g_propagate_error (error, g_steal_pointer (&unread));
          return FALSE;
        }
      if (*linked)
        return link_to (places[i], path, error);
    }
  return TRUE;
}
