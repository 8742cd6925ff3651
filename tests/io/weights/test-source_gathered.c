/* test-source_gathered.c - tensors that lie in pieces
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "source.h"

#include <string.h>

#include "mem.h"
#include "scratch.h"

static const float numbers[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

/* The two halves of the numbers, the second first */
typedef struct
{
  ArraGathered gathered;
  gsize *released; /* bytes */
} Swapped;

static void
read_swapped (const ArraGathered *gathered, gsize first, gsize n, guint8 *out)
{
  for (gsize i = 0; i < n; i++)
    out[i] = ((const guint8 *) numbers)[(first + i + sizeof numbers / 2) % sizeof numbers];
}

static void
release_swapped (const ArraGathered *gathered, gsize first, gsize n)
{
  *((const Swapped *) gathered)->released += n;
}

static const ArraTensor whole
    = { .dtype = ARRA_F32, .n_dims = 2, .shape = { 2, 4 }, .data = numbers, .n_bytes = sizeof numbers };

static gboolean
add_swapped (ArraSource *source, guint file, const char *name, gsize *released, GError **error)
{
  Swapped *swapped = arra_mem_new (1, sizeof *swapped, "test", error);

  if (swapped == NULL)
    return FALSE;
  *swapped = (Swapped) { { read_swapped, release_swapped }, released };
  return arra_source_add_gathered (source, file, name, &whole, &swapped->gathered, error);
}

/* "plain" where it lies, and "swapped" */
static ArraSource *
make (const char *path, gsize *released, GError **error)
{
  g_autoptr (ArraMapping) mapping = arra_mapping_new_for_bytes (path, numbers, sizeof numbers);
  g_autoptr (ArraSource) source = arra_source_new ();
  guint file;

  return arra_source_add_file (source, mapping, &file, error) && arra_source_add (source, file, "plain", &whole, error)
                 && add_swapped (source, file, "swapped", released, error)
             ? g_steal_pointer (&source)
             : NULL;
}

static void
test_read (void)
{
  static const float expected[] = { 8, 1, 2 };
  g_autoptr (ArraSource) source = make ("FILE", NULL, NULL);
  const ArraTensor *plain = arra_source_find (source, "plain"), *swapped = arra_source_find (source, "swapped");
  double buffer[4];
  ArraTensor part = arra_source_part (source, swapped, 3, 3, buffer);

  g_assert_null (swapped->data);
  g_assert_true (arra_source_is_gathered (source, swapped));
  g_assert_true (part.data == buffer);
  g_assert_cmpuint (part.n_dims, ==, 1);
  g_assert_cmpmem (part.data, part.n_bytes, expected, sizeof expected);
  g_assert_cmpmem (arra_source_bytes (source, swapped, 5, 2, buffer), 2, (const guint8 *) numbers + 21, 2);

  g_assert_false (arra_source_is_gathered (source, plain));
  part = arra_source_part (source, plain, 3, 3, NULL);
  g_assert_true (part.data == numbers + 3);
  g_assert_cmpuint (part.n_bytes, ==, 12);
  g_assert_true (arra_source_bytes (source, plain, 5, 2, NULL) == (const guint8 *) numbers + 5);
}

static void
test_release (void)
{
  gsize released = 0;
  g_autoptr (ArraSource) source = make ("FILE", &released, NULL);

  arra_source_release (source, arra_source_find (source, "swapped"), 2, 5);
  g_assert_cmpuint (released, ==, 20);
  arra_source_release (source, arra_source_find (source, "plain"), 2, 5); /* no file's pages: they stay */
  g_assert_cmpuint (released, ==, 20);
  g_assert_cmpfloat (numbers[3], ==, 4);
}

static void
test_refuses (void)
{
  g_autoptr (ArraSource) source = make ("FILE", NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (add_swapped (source, 0, "plain", NULL, &error));
  scratch_assert_fault (&error, "FILE", "duplicate tensor 'plain'");
  g_assert_nonnull (arra_source_find (source, "plain")->data);
}

static gpointer
make_one (const char *path, GError **error)
{
  return make (path, NULL, error);
}

static void
free_one (gpointer source)
{
  arra_source_unref (source);
}

static void
test_allocations (void)
{
  scratch_check_allocations (make_one, free_one, "FILE");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/source_gathered/read", test_read);
  g_test_add_func ("/source_gathered/release", test_release);
  g_test_add_func ("/source_gathered/refuses", test_refuses);
  g_test_add_func ("/source_gathered/allocations", test_allocations);
  return g_test_run ();
}
