/* test-mem.c - the allocator: alignment, accounting, failure on demand, overflow
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mem.h"

#include <string.h>

#include "fail.h"

static void
test_accounting (void)
{
  gsize before = arra_mem_held ();
  g_autoptr (GError) error = NULL;
  void *a, *b;

  arra_mem_reset_peak ();
  a = arra_mem_new (1000, 4, "a", &error);
  b = arra_mem_new0 (7, 1, "b", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (arra_mem_held () - before, ==, 4007);
  arra_mem_free (a);
  g_assert_cmpuint (arra_mem_held () - before, ==, 7);
  g_assert_cmpuint (arra_mem_peak () - before, ==, 4007);
  arra_mem_reset_peak ();
  g_assert_cmpuint (arra_mem_peak () - before, ==, 7);
  arra_mem_free (b);
  arra_mem_free (NULL);
  g_assert_cmpuint (arra_mem_held (), ==, before);
}

static void
test_blocks (void)
{
  const gsize sizes[] = { 0, 1, 63, 64, 4097, 9 << 20 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_automem guint8 *zero = arra_mem_new0 (sizes[i], 1, "zeros", NULL);
      g_automem guint8 *any = arra_mem_new (sizes[i], 1, "anything", NULL);

      g_assert_nonnull (zero);
      g_assert_nonnull (any);
      g_assert_cmpuint ((gsize) zero % ARRA_MEM_ALIGN, ==, 0);
      g_assert_cmpuint ((gsize) any % ARRA_MEM_ALIGN, ==, 0);
      for (gsize at = 0; at < sizes[i]; at++)
        if (zero[at] != 0)
          g_error ("byte %zu of %zu is not zero", at, sizes[i]);
      memset (any, 1, sizes[i]);
    }
}

static void
test_resize (void)
{
  gsize before = arra_mem_held ();
  g_autoptr (GError) error = NULL;
  guint8 *block = arra_mem_resize (NULL, 3, 1, "a list", &error);
  guint8 *grown;

  memcpy (block, "abc", 3);
  grown = arra_mem_resize (block, 1000, 2, "a list", &error);
  g_assert_no_error (error);
  g_assert_cmpmem (grown, 3, "abc", 3);
  g_assert_cmpuint (arra_mem_held () - before, ==, 2000);
  grown = arra_mem_resize (grown, 2, 1, "a list", &error);
  g_assert_cmpmem (grown, 2, "ab", 2);
  g_assert_cmpuint (arra_mem_held () - before, ==, 2);
  arra_mem_fail_nth (0);
  g_assert_null (arra_mem_resize (grown, 5, 1, "a list", &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NO_MEMORY);
  g_assert_cmpmem (grown, 2, "ab", 2);
  arra_mem_fail_nth (-1);
  arra_mem_free (grown);
  g_assert_cmpuint (arra_mem_held (), ==, before);
}

static void
test_strndup (void)
{
  g_automem char *copy = arra_mem_strndup ("picture", 3, "a name", NULL);
  g_automem char *none = arra_mem_strndup ("", 0, "a name", NULL);

  g_assert_cmpstr (copy, ==, "pic");
  g_assert_cmpstr (none, ==, "");
}

/* Sizes that no memory holds, and products beyond 64 bits, are refused with what they were for. */
static void
test_too_large (void)
{
  const gsize counts[] = { G_MAXSIZE, G_MAXSIZE / 2, (gsize) 1 << 62, G_MAXSIZE / 8 + 1 };
  gsize before = arra_mem_held ();

  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (arra_mem_new (counts[i], 8, "the KV cache", &error));
      g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NO_MEMORY);
      g_assert_nonnull (strstr (error->message, "the KV cache"));
      g_assert_null (arra_mem_new0 (counts[i], 8, "the KV cache", NULL));
    }
  g_assert_cmpuint (arra_mem_held (), ==, before);
}

/* Exactly the asked allocation fails, once. */
static void
test_fail_nth (void)
{
  for (gint64 nth = 0; nth < 3; nth++)
    {
      arra_mem_fail_nth (nth);
      g_assert_false (arra_mem_failed ());
      for (gint64 i = 0; i < 5; i++)
        {
          g_automem void *block = arra_mem_new (1, 1, "a byte", NULL);

          g_assert_cmpint (block == NULL, ==, i == nth);
          g_assert_cmpint (arra_mem_failed (), ==, i >= nth);
        }
    }
  arra_mem_fail_nth (1);
  arra_mem_fail_nth (-1);
  for (gint64 i = 0; i < 5; i++)
    {
      g_automem void *block = arra_mem_new (1, 1, "a byte", NULL);
      g_assert_nonnull (block);
    }
  g_assert_false (arra_mem_failed ());
}

static gpointer
churn (gpointer data)
{
  for (guint i = 0; i < 20000; i++)
    {
      void *block = arra_mem_new (i % 100, 1, "a block", NULL);
      arra_mem_free (block);
    }
  return NULL;
}

static void
test_threads (void)
{
  gsize before = arra_mem_held ();
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("churn", churn, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (arra_mem_held (), ==, before);
}

static void
test_arithmetic (void)
{
  gsize out = 5;

  g_assert_true (arra_size_mul (3, 7, &out));
  g_assert_cmpuint (out, ==, 21);
  g_assert_false (arra_size_mul (G_MAXSIZE, 2, &out));
  g_assert_cmpuint (out, ==, 21);
  g_assert_true (arra_size_add (G_MAXSIZE - 1, 1, &out));
  g_assert_cmpuint (out, ==, G_MAXSIZE);
  g_assert_false (arra_size_add (G_MAXSIZE, 1, &out));
  g_assert_cmpuint (out, ==, G_MAXSIZE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mem/accounting", test_accounting);
  g_test_add_func ("/mem/blocks", test_blocks);
  g_test_add_func ("/mem/resize", test_resize);
  g_test_add_func ("/mem/strndup", test_strndup);
  g_test_add_func ("/mem/too-large", test_too_large);
  g_test_add_func ("/mem/fail-nth", test_fail_nth);
  g_test_add_func ("/mem/threads", test_threads);
  g_test_add_func ("/mem/arithmetic", test_arithmetic);
  return g_test_run ();
}
