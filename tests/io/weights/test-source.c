/* test-source.c - named tensors found by name
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "source.h"

#include <string.h>

#include "mem.h"
#include "scratch.h"

#define N_TENSORS 10000

static const float numbers[4] = { 1, 2, 3, 4 };

static ArraTensor
tensor_of (gint64 count)
{
  return (
      ArraTensor) { .dtype = ARRA_F32, .n_dims = 1, .shape = { count }, .data = numbers, .n_bytes = 4 * (gsize) count };
}

static ArraSource *
source_with_file (const char *path, guint *file)
{
  g_autoptr (ArraMapping) mapping = arra_mapping_new_for_bytes (path, numbers, sizeof numbers);
  ArraSource *source = arra_source_new ();

  g_assert_true (arra_source_add_file (source, mapping, file, NULL));
  return source;
}

static void
test_empty (void)
{
  g_autoptr (ArraSource) source = arra_source_new ();

  g_assert_cmpuint (arra_source_count (source), ==, 0);
  g_assert_null (arra_source_find (source, "a"));
  g_assert_null (arra_source_file_of (source, "a"));
  g_assert_cmpuint (arra_source_mapped_bytes (source), ==, 0);
  g_assert_true (arra_source_check (source, NULL));
}

static void
test_many (void)
{
  guint file;
  g_autoptr (ArraSource) source = source_with_file ("FILE", &file);
  g_autoptr (ArraSource) second = arra_source_ref (source);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < N_TENSORS; i++)
    {
      g_autofree char *name = g_strdup_printf ("layers.%u.weight", i);
      ArraTensor tensor = tensor_of (i % 4);

      g_assert_true (arra_source_add (source, file, name, &tensor, &error));
    }
  g_assert_cmpuint (arra_source_count (second), ==, N_TENSORS);
  for (guint i = 0; i < N_TENSORS; i++)
    {
      g_autofree char *name = g_strdup_printf ("layers.%u.weight", i);
      const ArraTensor *tensor = arra_source_find (source, name);

      g_assert_cmpstr (arra_source_name (source, i), ==, name);
      g_assert_true (tensor == arra_source_tensor (source, i));
      g_assert_cmpint (tensor->shape[0], ==, i % 4);
    }
  g_assert_null (arra_source_find (source, "layers.10000.weight"));
  g_assert_null (arra_source_find (source, ""));
}

static void
test_refuses (void)
{
  guint file;
  g_autoptr (ArraSource) source = source_with_file ("FILE", &file);
  ArraTensor tensor = tensor_of (4);
  g_autoptr (GError) error = NULL;

  g_assert_true (arra_source_add (source, file, "a", &tensor, &error));
  g_assert_false (arra_source_add (source, file, "a", &tensor, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
  scratch_assert_fault (&error, "FILE", "duplicate tensor 'a'");
  g_assert_false (arra_source_add (source, file, "a\033[2J", &tensor, &error));
  scratch_assert_fault (&error, "FILE", "control characters");
  g_assert_cmpuint (arra_source_count (source), ==, 1);
}

static void
test_files (void)
{
  g_autoptr (ArraMapping) second = arra_mapping_new_for_bytes ("SECOND", numbers, 8);
  guint first_index, second_index;
  g_autoptr (ArraSource) source = source_with_file ("FIRST", &first_index);
  ArraTensor tensor = tensor_of (2);

  g_assert_true (arra_source_add_file (source, second, &second_index, NULL));
  g_assert_true (arra_source_add (source, first_index, "a", &tensor, NULL));
  g_assert_true (arra_source_add (source, second_index, "b", &tensor, NULL));
  g_assert_cmpstr (arra_source_file_of (source, "a"), ==, "FIRST");
  g_assert_cmpstr (arra_source_file_of (source, "b"), ==, "SECOND");
  g_assert_cmpuint (arra_source_mapped_bytes (source), ==, 24);
}

static void
test_owned_memory (void)
{
  gsize held = arra_mem_held ();
  ArraSource *source = arra_source_new ();

  for (guint i = 0; i < 3; i++)
    arra_source_add_memory (source, arra_mem_new (100, 1, "test", NULL));
  g_assert_cmpuint (arra_mem_held (), ==, held + 300);
  arra_source_unref (source);
  g_assert_cmpuint (arra_mem_held (), ==, held);
}

static gpointer
build_source (const char *path, GError **error)
{
  guint file;
  g_autoptr (ArraSource) source = source_with_file (path, &file);
  ArraTensor tensor = tensor_of (4);

  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);

      if (!arra_source_add (source, file, name, &tensor, error))
        return NULL;
    }
  return g_steal_pointer (&source);
}

static void
free_source (gpointer source)
{
  arra_source_unref (source);
}

static void
test_allocations (void)
{
  scratch_check_allocations (build_source, free_source, "FILE");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/io/source/empty", test_empty);
  g_test_add_func ("/io/source/many", test_many);
  g_test_add_func ("/io/source/refuses", test_refuses);
  g_test_add_func ("/io/source/files", test_files);
  g_test_add_func ("/io/source/owned-memory", test_owned_memory);
  g_test_add_func ("/io/source/allocations", test_allocations);
  return scratch_run ();
}
