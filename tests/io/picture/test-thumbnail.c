/* test-thumbnail.c - the picture beside a card: which files are taken
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "thumbnail.h"

#include <string.h>

#include "mem.h"
#include "scratch.h"

#define SIGNATURE "\x89PNG\r\n\x1a\n"

static char *folder;

static void
refuse (const char *file, const char *words)
{
  g_autoptr (GError) error = NULL;
  gsize size;

  g_assert_null (arra_thumbnail_read (folder, file, "card.json", &size, &error));
  g_assert_nonnull (error);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_read (void)
{
  g_autofree char *path = g_build_filename (folder, "small.png", NULL);
  g_autoptr (GError) error = NULL;
  g_automem guint8 *bytes = NULL;
  gsize size;

  scratch_write (path, SIGNATURE "rest", 12);
  bytes = arra_thumbnail_read (folder, "small.png", "card.json", &size, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (bytes, size, SIGNATURE "rest", 12);
}

static void
test_n_file (void)
{
  g_autofree char *path = g_build_filename (folder, "n.png", NULL), *large = g_malloc0 (ARRA_THUMBNAIL_MAX + 1);

  refuse ("missing.png", "missing.png");
  scratch_write (path, SIGNATURE, 7);
  refuse ("n.png", "n.png: the thumbnail is no PNG file");
  scratch_write (path, "GIF89a, not a PNG", 17);
  refuse ("n.png", "n.png: the thumbnail is no PNG file");
  memcpy (large, SIGNATURE, 8);
  scratch_write (path, large, ARRA_THUMBNAIL_MAX + 1);
  refuse ("n.png", "n.png");
  g_assert_true (arra_thumbnail_check ((const guint8 *) large, ARRA_THUMBNAIL_MAX, "n.png", NULL));
  g_assert_false (arra_thumbnail_check ((const guint8 *) large, ARRA_THUMBNAIL_MAX + 1, "n.png", NULL));
}

static void
test_n_name (void)
{
  static const char *const names[] = { "", ".", "..", "../small.png", "/etc/passwd", "a/b.png" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    refuse (names[i], "card.json: thumbnail must be the name of a PNG file in the same folder");
}

int
main (int argc, char **argv)
{
  g_autofree char *inside = NULL;

  g_test_init (&argc, &argv, NULL);
  inside = scratch_path ("x");
  folder = g_path_get_dirname (inside);
  g_test_add_func ("/thumbnail/read", test_read);
  g_test_add_func ("/thumbnail/n-file", test_n_file);
  g_test_add_func ("/thumbnail/n-name", test_n_name);
  return scratch_run ();
}
