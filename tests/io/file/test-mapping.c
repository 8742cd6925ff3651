/* test-mapping.c - mapped files that are cut, changed or unreadable, and the SIGBUS guard
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mapping.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem.h"
#include "scratch.h"

#define SIZE ((gsize) 256 * 1024 + 100)

static ArraMapping *
map_sample (const char *name, char **path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *data = g_malloc (SIZE);
  ArraMapping *mapping;

  memset (data, 'x', SIZE);
  *path = scratch_path (name);
  scratch_write (*path, data, SIZE);
  mapping = arra_mapping_open (*path, &error);
  g_assert_no_error (error);
  return mapping;
}

static guint64
sum_of (const ArraMapping *mapping)
{
  guint64 sum = 0;

  for (gsize i = 0; i < arra_mapping_size (mapping); i++)
    sum += arra_mapping_data (mapping)[i];
  return sum;
}

static void
test_reads (void)
{
  g_autofree char *path = NULL;
  g_autoptr (ArraMapping) mapping = map_sample ("sound", &path);
  g_autoptr (ArraMapping) second = arra_mapping_ref (mapping);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (arra_mapping_size (mapping), ==, SIZE);
  g_assert_cmpstr (arra_mapping_path (second), ==, path);
  g_assert_cmpuint (sum_of (mapping), ==, SIZE * 'x');
  g_assert_true (arra_mapping_check (mapping, &error));
  g_assert_no_error (error);
}

static void
test_cut (void)
{
  const gsize lengths[] = { 0, 1, 4096, 100000, SIZE - 1 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autofree char *path = NULL;
      g_autoptr (ArraMapping) mapping = map_sample ("cut", &path);
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (truncate (path, (off_t) lengths[i]), ==, 0);
      g_assert_cmpuint (sum_of (mapping), <, SIZE * 'x');
      g_assert_false (arra_mapping_check (mapping, &error));
      g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
      scratch_assert_fault (&error, path, "cut short");
    }
}

/* Cut, read, and made long again: the bytes read were not the file's. */
static void
test_cut_and_grown (void)
{
  g_autofree char *path = NULL;
  g_autoptr (ArraMapping) mapping = map_sample ("grown", &path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (truncate (path, 0), ==, 0);
  g_assert_cmpuint (sum_of (mapping), ==, 0);
  g_assert_cmpint (truncate (path, (off_t) SIZE), ==, 0);
  g_assert_false (arra_mapping_check (mapping, &error));
  scratch_assert_fault (&error, path, "could not be read");
}

static void
test_changed (void)
{
  g_autofree char *path = NULL;
  g_autoptr (ArraMapping) mapping = map_sample ("changed", &path);
  g_autoptr (GError) error = NULL;
  const struct timespec times[2] = { { .tv_sec = 1000000 }, { .tv_sec = 1000000 } };

  g_assert_cmpint (utimensat (AT_FDCWD, path, times, 0), ==, 0);
  g_assert_false (arra_mapping_check (mapping, &error));
  scratch_assert_fault (&error, path, "changed");
}

/* A file that takes the place of a mapped one leaves the old one whole. */
static void
test_replaced (void)
{
  g_autofree char *path = NULL;
  g_autoptr (ArraMapping) mapping = map_sample ("replaced", &path);
  g_autoptr (GError) error = NULL;

  g_assert_true (arra_write_file (path, "new", 3, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (sum_of (mapping), ==, SIZE * 'x');
  g_assert_true (arra_mapping_check (mapping, &error));
}

/* A mapped file is known by all its names, until the last reference is gone. */
static void
test_is_open (void)
{
  g_autofree char *path = NULL, *other = scratch_path ("other-name"), *nothing = scratch_path ("nothing");
  ArraMapping *mapping = map_sample ("named", &path);

  g_assert_cmpint (link (path, other), ==, 0);
  g_assert_true (arra_mapping_is_open (path));
  g_assert_true (arra_mapping_is_open (other));
  g_assert_false (arra_mapping_is_open (nothing));
  arra_mapping_unref (mapping);
  g_assert_false (arra_mapping_is_open (other));
}

static gpointer
read_in_thread (gpointer data)
{
  guint64 sum = 0;

  for (guint i = 0; i < 20; i++)
    sum += sum_of (data);
  return GUINT_TO_POINTER (sum > 0);
}

static void
test_threads (void)
{
  g_autofree char *path = NULL, *other_path = NULL;
  g_autoptr (ArraMapping) mapping = map_sample ("threads", &path);
  g_autoptr (ArraMapping) other = map_sample ("threads-other", &other_path);
  g_autoptr (GError) error = NULL;
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("reader", read_in_thread, i % 2 == 0 ? mapping : other);
  g_assert_cmpint (truncate (path, 0), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (sum_of (mapping), ==, 0);
  g_assert_false (arra_mapping_check (mapping, &error));
  g_assert_cmpuint (sum_of (other), ==, SIZE * 'x');
  g_assert_true (arra_mapping_check (other, NULL));
}

static sigjmp_buf escape;

static void
on_foreign_fault (int number)
{
  siglongjmp (escape, 1);
}

/* A mapping of ours not made by the room: its only page is beyond the end of the file. */
static const volatile char *
map_foreign (void)
{
  int fd = memfd_create ("foreign", MFD_CLOEXEC);
  void *page;

  g_assert_cmpint (fd, >=, 0);
  page = mmap (NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
  g_assert_true (page != MAP_FAILED);
  close (fd);
  return page;
}

static ArraMapping *
map_program (void)
{
  ArraMapping *mapping = arra_mapping_open ("/proc/self/exe", NULL);

  g_assert_nonnull (mapping);
  return mapping;
}

static void
test_passes_on_to_handler (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr (ArraMapping) mapping = NULL;

      signal (SIGBUS, on_foreign_fault);
      mapping = map_program ();
      if (sigsetjmp (escape, 1) == 0)
        {
          (void) *map_foreign ();
          g_assert_not_reached ();
        }
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
}

static void
test_passes_on_to_default (void)
{
  if (g_test_subprocess ())
    {
      ArraMapping *mapping = map_program ();

      (void) *map_foreign ();
      arra_mapping_unref (mapping);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
}

/* The table of the guard, or the process's file descriptors, end: an error; and both come back. */
static void
test_too_many (void)
{
  g_autoptr (GPtrArray) mappings = g_ptr_array_new_with_free_func ((GDestroyNotify) arra_mapping_unref);
  g_autofree char *path = scratch_path ("crowd");
  g_autoptr (GError) error = NULL;

  scratch_write (path, "four", 4);
  while (error == NULL && mappings->len < 5000)
    {
      ArraMapping *mapping = arra_mapping_open (path, &error);

      if (mapping != NULL)
        g_ptr_array_add (mappings, mapping);
    }
  scratch_assert_fault (&error, path, "oo many");
  g_ptr_array_set_size (mappings, 0);
  g_ptr_array_add (mappings, arra_mapping_open (path, &error));
  g_assert_no_error (error);
}

static gpointer
open_mapping (const char *path, GError **error)
{
  return arra_mapping_open (path, error);
}

static void
test_odd_files (void)
{
  scratch_check_odd_files (open_mapping);
}

static void
test_read_file (void)
{
  g_autofree char *path = scratch_path ("small");
  g_autofree char *missing = scratch_path ("missing");
  g_autofree char *folder = scratch_path ("");
  g_autoptr (GError) error = NULL;
  g_automem char *text = NULL, *none = NULL;
  gsize size;

  scratch_write (path, "four", 4);
  text = arra_read_file (path, 4, &size, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (size, ==, 4);
  g_assert_cmpstr (text, ==, "four");
  g_assert_null (arra_read_file (path, 3, &size, &error));
  scratch_assert_fault (&error, path, "too large");
  g_assert_null (arra_read_file (missing, 3, &size, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND);
  scratch_assert_fault (&error, missing, "No such file");
  g_assert_null (arra_read_file (folder, 3, &size, &error));
  scratch_assert_fault (&error, folder, "directory");
  scratch_write (path, "", 0);
  none = arra_read_file (path, 4, NULL, &error);
  g_assert_cmpstr (none, ==, "");
}

static gpointer
read_small (const char *path, GError **error)
{
  return arra_read_file (path, 100, NULL, error);
}

static void
test_read_allocations (void)
{
  g_autofree char *path = scratch_path ("small");

  scratch_write (path, "four", 4);
  scratch_check_allocations (read_small, arra_mem_free, path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/io/mapping/reads", test_reads);
  g_test_add_func ("/io/mapping/cut", test_cut);
  g_test_add_func ("/io/mapping/cut-and-grown", test_cut_and_grown);
  g_test_add_func ("/io/mapping/changed", test_changed);
  g_test_add_func ("/io/mapping/replaced", test_replaced);
  g_test_add_func ("/io/mapping/is-open", test_is_open);
  g_test_add_func ("/io/mapping/threads", test_threads);
  g_test_add_func ("/io/mapping/passes-on-to-handler", test_passes_on_to_handler);
  g_test_add_func ("/io/mapping/passes-on-to-default", test_passes_on_to_default);
  g_test_add_func ("/io/mapping/too-many", test_too_many);
  g_test_add_func ("/io/mapping/odd-files", test_odd_files);
  g_test_add_func ("/io/mapping/read-file", test_read_file);
  g_test_add_func ("/io/mapping/read-allocations", test_read_allocations);
  return scratch_run ();
}
