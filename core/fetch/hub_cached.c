/* hub_cached.c - files that the Hugging Face cache has already
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub_cached.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "hub.h"

char *
arra_hub_cached_folder (const char *name)
{
  g_autofree char *cache = arra_hub_folder ();
  g_auto (GStrv) words = g_strsplit (name, "/", 2);

  return g_strdup_printf ("%s/models--%s--%s", cache, words[0], words[1]);
}

/* (transfer full): where its copy may lie. Where there are no links, what a snapshot shows is the file itself. */
static char **
places_of (const ArraHubRepository *repository, const ArraHubFile *file)
{
  g_autofree char *folder = arra_hub_cached_folder (repository->name);
  char **places = g_new0 (char *, 3);

  places[0] = g_build_filename (folder, "blobs", file->digest.hex, NULL);
  places[1] = g_build_filename (folder, "snapshots", repository->commit, file->path, NULL);
  return places;
}

gboolean
arra_hub_may_be_cached (const ArraHubRepository *repository, const ArraHubFile *file)
{
  g_auto (GStrv) places = places_of (repository, file);
  GStatBuf status;

  for (char **place = places; *place != NULL; place++)
    if (g_stat (*place, &status) == 0 && S_ISREG (status.st_mode) && (guint64) status.st_size == file->digest.size)
      return TRUE;
  return FALSE;
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
  g_auto (GStrv) places = places_of (repository, file);

  *linked = FALSE;
  if (g_file_test (path, G_FILE_TEST_EXISTS) || g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    return TRUE;
  for (guint i = 0; places[i] != NULL; i++)
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
