/* test-gallery.c - pictures that are kept: as files that may be anything, and never too many
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gallery.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "fixture.h"

#define RECIPE                                                                                             \
  "{\"arra_tokens\": 1, \"fingerprint\": \"abc\", \"quant\": \"auto\", \"prompt\": \"%s\", \"width\": 8, " \
  "\"height\": 16, \"seed\": \"7\", \"guidance_scale\": 1, \"top_k\": 0, \"text_top_k\": 0, "              \
  "\"temperature\": 1, \"top_p\": 1, \"greedy\": false, \"max_tokens\": 0, \"count\": 1, \"first\": 3, "   \
  "\"answers\": []}"

typedef struct
{
  char *root, *folder;
} Case;

static void
begin (Case *self, gconstpointer data)
{
  self->root = fixture_directory ();
  self->folder = g_build_filename (self->root, "data", "gallery", NULL);
}

static void
end (Case *self, gconstpointer data)
{
  fixture_remove (self->root);
  g_free (self->root);
  g_free (self->folder);
}

static char *
add (const Case *self, const char *prompt)
{
  g_autofree char *recipe = g_strdup_printf (RECIPE, prompt);
  g_autoptr (GError) error = NULL;
  char *id = arra_gallery_add (self->folder, recipe, 0, &error);

  g_assert_no_error (error);
  return id;
}

static void
assert_length (const Case *self, guint n)
{
  g_autoptr (GPtrArray) ids = arra_gallery_list (self->folder);

  g_assert_cmpuint (ids->len, ==, n);
}

static void
test_kept (Case *self, gconstpointer data)
{
  g_autofree char *first = add (self, "one"), *second = add (self, "two"), *path = NULL;
  g_autoptr (GPtrArray) ids = arra_gallery_list (self->folder);
  g_autoptr (ArraGalleryItem) item = arra_gallery_look (self->folder, first);
  struct stat status;

  g_assert_cmpuint (ids->len, ==, 2);
  g_assert_cmpstr (ids->pdata[0], ==, second);
  g_assert_cmpstr (ids->pdata[1], ==, first);
  g_assert_null (item->problem);
  g_assert_cmpstr (item->prompt, ==, "one");
  g_assert_cmpstr (item->fingerprint, ==, "abc");
  g_assert_cmpuint (item->width, ==, 8);
  g_assert_cmpuint (item->height, ==, 16);
  g_assert_cmpuint (item->seed, ==, 7);
  g_assert_cmpuint (item->answer, ==, 3);
  path = arra_gallery_path (self->folder, first);
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0600);
  g_assert_cmpint (g_stat (self->folder, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0700);
}

/* The oldest go, favourites never. */
static void
test_bounded (Case *self, gconstpointer data)
{
  g_autofree char *loved = add (self, "loved"), *old = add (self, "old"), *path = NULL;
  g_autoptr (ArraGalleryItem) item = NULL;

  g_assert_true (arra_gallery_favour (self->folder, loved, TRUE, NULL));
  for (guint i = 0; i < ARRA_GALLERY_MAX; i++)
    g_free (add (self, "more"));
  assert_length (self, ARRA_GALLERY_MAX + 1);
  item = arra_gallery_look (self->folder, loved);
  g_assert_true (item->favourite);
  g_assert_cmpstr (item->prompt, ==, "loved");
  path = arra_gallery_path (self->folder, old);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_deleted (Case *self, gconstpointer data)
{
  g_autofree char *first = add (self, "one"), *second = add (self, "two");

  g_assert_true (arra_gallery_favour (self->folder, first, TRUE, NULL));
  g_assert_true (arra_gallery_favour (self->folder, first, FALSE, NULL));
  g_assert_false (arra_gallery_is_favourite (self->folder, first));
  g_assert_true (arra_gallery_remove (self->folder, first, NULL));
  g_assert_true (arra_gallery_remove (self->folder, first, NULL));
  assert_length (self, 1);
  g_assert_true (arra_gallery_favour (self->folder, second, TRUE, NULL));
  g_free (add (self, "three"));
  g_assert_true (arra_gallery_clear (self->folder, NULL));
  assert_length (self, 0);
}

/* Names of files that are none of ours are passed over; what a file of ours holds may be anything. */
static void
test_hostile (Case *self, gconstpointer data)
{
  static const char *const strange[]
      = { "x.tokens.json", "1234567890123456.tokens.json",       "1234567890123456-.tokens.json",
          "notes.txt",     "1234567890123456-12345.tokens.json", ".1234567890123456-0.tokens.json" };
  static const char *const broken[]
      = { "", "{", "[]", "{\"arra_tokens\": 2}", "\377\376", "{\"arra_tokens\": 1, \"fing" };
  g_autofree char *pipe = NULL, *directory = NULL;

  g_free (add (self, "sound"));
  for (gsize i = 0; i < G_N_ELEMENTS (strange); i++)
    fixture_put (self->folder, strange[i], "{}", -1);
  assert_length (self, 1);
  for (gsize i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autofree char *id = g_strdup_printf ("12345678901234%02u-0", (guint) i);
      g_autofree char *name = g_strconcat (id, ".tokens.json", NULL);
      g_autoptr (ArraGalleryItem) item = NULL;

      fixture_put (self->folder, name, broken[i], -1);
      item = arra_gallery_look (self->folder, id);
      g_assert_nonnull (item->problem);
      g_assert_nonnull (strstr (item->problem, name));
      g_assert_true (g_utf8_validate (item->problem, -1, NULL));
    }
  pipe = g_build_filename (self->folder, "1234567890123499-0.tokens.json", NULL);
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  directory = g_build_filename (self->folder, "1234567890123498-0.tokens.json", NULL);
  g_assert_cmpint (g_mkdir (directory, 0700), ==, 0);
  for (guint i = 98; i < 100; i++)
    {
      g_autofree char *id = g_strdup_printf ("12345678901234%u-0", i);
      g_autoptr (ArraGalleryItem) item = arra_gallery_look (self->folder, id);

      g_assert_nonnull (item->problem);
    }
  assert_length (self, 1 + G_N_ELEMENTS (broken) + 2);
}

/* Where nothing can be written, that is said. */
static void
test_no_folder (Case *self, gconstpointer data)
{
  g_autofree char *under = g_build_filename (self->root, "file", "gallery", NULL);
  g_autoptr (GError) error = NULL;

  fixture_put (self->root, "file", "x", -1);
  g_assert_null (arra_gallery_add (under, "{}", 0, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, under));
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*run) (Case *self, gconstpointer data);
  } cases[] = {
    { "/ui/gallery/kept", test_kept },           { "/ui/gallery/bounded", test_bounded },
    { "/ui/gallery/deleted", test_deleted },     { "/ui/gallery/hostile", test_hostile },
    { "/ui/gallery/no-folder", test_no_folder },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add (cases[i].name, Case, NULL, begin, cases[i].run, end);
  return g_test_run ();
}
