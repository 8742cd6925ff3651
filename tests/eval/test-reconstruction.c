/* test-reconstruction.c - pictures through a VQGAN, for any number of threads; stopping and going on
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "fixture.h"
#include "imagefolder.h"
#include "mem.h"
#include "reconstruction.h"
#include "small_set.h"
#include "vqgan_file.h"

#define N 5
#define SIZE 16

typedef struct
{
  char *folder;
  ArraDataset *dataset;
  ArraVqganFile file;
  ArraVqgan *vqgan;
} Case;

static void
case_init (Case *c)
{
  g_autofree char *set = NULL, *model = NULL;
  g_autoptr (GError) error = NULL;
  Fixture fixture;

  *c = (Case) { .folder = fixture_directory () };
  set = g_build_filename (c->folder, "set", NULL);
  model = g_build_filename (c->folder, "model", NULL);
  c->dataset = small_set_make (set, 4, N, SIZE);
  fixture_init (&fixture);
  fixture_write (&fixture, model, &error);
  g_assert_no_error (error);
  g_assert_true (arra_vqgan_file_open (&c->file, model, &error));
  c->vqgan = arra_vqgan_new (&c->file.config, c->file.source, c->file.prefix, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
case_clear (Case *c)
{
  arra_vqgan_free (c->vqgan);
  arra_vqgan_file_clear (&c->file);
  arra_dataset_free (c->dataset);
  fixture_remove (c->folder);
  g_free (c->folder);
}

static gboolean
reconstruct (const Case *c,
             const char *name,
             guint threads,
             guint size,
             guint *n_new,
             ArraItemProgress progress,
             GCancellable *cancellable,
             GError **error)
{
  const ArraReconstruction what = { .n = N, .size = size, .series = "test\n" };
  g_autofree char *directory = g_build_filename (c->folder, name, NULL);
  g_autoptr (ArraPool) pool = arra_pool_new (threads, NULL);
  const ArraExec exec = { arra_kernels_default (NULL), pool };

  return arra_reconstruct (&what, c->dataset, c->vqgan, &exec, directory, n_new, progress, cancellable, cancellable,
                           error);
}

static GBytes *
picture_bytes (const Case *c, const char *name, guint number)
{
  g_autofree char *directory = g_build_filename (c->folder, name, NULL);
  g_autofree char *path = arra_imagefolder_path (directory, number);
  char *text;
  gsize size;

  g_assert_true (g_file_get_contents (path, &text, &size, NULL));
  return g_bytes_new_take (text, size);
}

static void
assert_same (const Case *c, const char *one, const char *other)
{
  for (guint i = 0; i < N; i++)
    {
      g_autoptr (GBytes) a = picture_bytes (c, one, i);
      g_autoptr (GBytes) b = picture_bytes (c, other, i);

      g_assert_true (g_bytes_equal (a, b));
    }
}

static void
test_threads (void)
{
  g_autofree char *directory = NULL;
  g_autoptr (ArraDataset) back = NULL;
  guint n_new;
  Case c;

  case_init (&c);
  g_assert_true (reconstruct (&c, "one", 1, SIZE, &n_new, NULL, NULL, NULL));
  g_assert_cmpuint (n_new, ==, N);
  g_assert_true (reconstruct (&c, "three", 3, SIZE, &n_new, NULL, NULL, NULL));
  assert_same (&c, "one", "three");
  directory = g_build_filename (c.folder, "one", NULL);
  back = arra_dataset_open (directory, NULL);
  g_assert_cmpuint (arra_dataset_size (back), ==, N);
  for (guint i = 0; i < N; i++)
    {
      g_assert_cmpstr (arra_dataset_caption (back, i), ==, arra_dataset_caption (c.dataset, i));
      g_assert_cmpint (arra_dataset_label (back, i, 0), ==, arra_dataset_label (c.dataset, i, 0));
    }
  case_clear (&c);
}

static void
stop_at_two (guint done, guint count, gpointer user)
{
  g_assert_cmpuint (count, ==, N);
  if (done == 2)
    g_cancellable_cancel (user);
}

static void
test_goes_on (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *metadata = NULL, *cut = NULL;
  g_autoptr (GError) error = NULL;
  guint n_new;
  Case c;

  case_init (&c);
  metadata = g_build_filename (c.folder, "set2", "metadata.jsonl", NULL);
  g_assert_false (reconstruct (&c, "set2", 1, SIZE, &n_new, stop_at_two, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (g_file_test (metadata, G_FILE_TEST_EXISTS));
  g_assert_true (reconstruct (&c, "set2", 1, SIZE, &n_new, NULL, NULL, NULL));
  g_assert_cmpuint (n_new, ==, N - 2);
  g_assert_true (reconstruct (&c, "whole", 1, SIZE, &n_new, NULL, NULL, NULL));
  assert_same (&c, "set2", "whole");
  cut = g_build_filename (c.folder, "set2", "images/000001.png", NULL);
  g_assert_true (g_file_set_contents (cut, "", 0, NULL));
  g_assert_true (reconstruct (&c, "set2", 1, SIZE, &n_new, NULL, NULL, NULL));
  g_assert_cmpuint (n_new, ==, 1);
  assert_same (&c, "set2", "whole");
  case_clear (&c);
}

static void
test_refused (void)
{
  g_autoptr (GError) error = NULL;
  gsize held;
  Case c;

  case_init (&c);
  held = arra_mem_held ();
  g_assert_false (reconstruct (&c, "odd", 1, SIZE + 1, NULL, NULL, NULL, &error));
  fixture_assert_error (error, ARRA_ERROR_ARGUMENT, FIXTURE_WORDS ("17 pixels"));
  g_clear_error (&error);
  g_assert_cmpint (g_unlink (arra_dataset_picture (c.dataset, 3)), ==, 0);
  g_assert_false (reconstruct (&c, "missing", 2, SIZE, NULL, NULL, NULL, &error));
  fixture_assert_error (error, ARRA_ERROR_NOT_FOUND, FIXTURE_WORDS ("000003.png"));
  g_assert_cmpuint (arra_mem_held (), ==, held);
  case_clear (&c);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eval/reconstruction/threads", test_threads);
  g_test_add_func ("/eval/reconstruction/goes-on", test_goes_on);
  g_test_add_func ("/eval/reconstruction/refused", test_refused);
  return g_test_run ();
}
