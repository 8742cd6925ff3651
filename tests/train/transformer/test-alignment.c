/* test-alignment.c - which rows each choice of positions gives
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "alignment.h"

#define N 2
#define LENGTH 6

/* ids 7 and 8 are image tokens; the second sequence has two tokens of padding */
static const guint32 ids[N * LENGTH] = { 1, 5, 7, 9, 8, 2, 5, 7, 8, 5, 7, 7 };
static const guint32 lengths[N] = { 6, 4 };
static const guint8 image_ids[10] = { [7] = 1, [8] = 1 };

static void
expect (ArraAlignPositions positions, guint window, const char *expected)
{
  const ArraAlignment alignment = { .positions = positions, .window = window, .rep_id = 5, .image_ids = image_ids };
  guint32 rows[N * LENGTH], items[N * LENGTH];
  g_autoptr (GString) got = g_string_new (NULL);
  gssize n = arra_alignment_rows (&alignment, N, LENGTH, ids, lengths, rows, items, NULL);

  for (gssize i = 0; i < n; i++)
    {
      g_assert_cmpuint (items[i], ==, rows[i] / LENGTH);
      g_string_append_printf (got, "%s%u", i > 0 ? " " : "", rows[i]);
    }
  g_assert_cmpstr (got->str, ==, expected);
}

static void
test_rows (void)
{
  expect (ARRA_ALIGN_NONE, 2, "");
  expect (ARRA_ALIGN_IMAGE, 2, "1 3 6 7");
  expect (ARRA_ALIGN_WINDOW, 2, "3 4 9 10");
  expect (ARRA_ALIGN_WINDOW, 5, "0 1 2 3 4 6 7 8 9 10");
  expect (ARRA_ALIGN_WINDOW, 1024, "0 1 2 3 4 6 7 8 9 10");
  expect (ARRA_ALIGN_LAST, 2, "5 11");
  expect (ARRA_ALIGN_TOKEN, 2, "1 6");
}

static void
test_no_token (void)
{
  const ArraAlignment alignment = { .positions = ARRA_ALIGN_TOKEN, .rep_id = 9 };
  guint32 rows[N * LENGTH], items[N * LENGTH];
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (arra_alignment_rows (&alignment, N, LENGTH, ids, lengths, rows, items, &error), ==, -1);
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "token 9"));
}

static void
expect_parts (gboolean next, guint n_parts, const char *expected)
{
  const ArraPartAlignment alignment = { .width = 1, .next = next };
  guint32 rows[N * LENGTH], items[N * LENGTH];
  g_autoptr (GString) got = g_string_new (NULL);
  gsize n = arra_alignment_parts (&alignment, image_ids, N, LENGTH, ids, lengths, n_parts, rows, items);

  for (gsize i = 0; i < n; i++)
    g_string_append_printf (got, "%s%u:%u", i > 0 ? " " : "", rows[i], items[i]);
  g_assert_cmpstr (got->str, ==, expected);
}

/* Each code's own part, where it is read, or where it is predicted; not what is padding. */
static void
test_parts (void)
{
  expect_parts (FALSE, 2, "2:0 4:1 7:2 8:3");
  expect_parts (TRUE, 2, "1:0 3:1 6:2 7:3");
  expect_parts (FALSE, 1, "2:0 7:1");
  expect_parts (FALSE, 9, "2:0 4:1 7:9 8:10");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/train/alignment/rows", test_rows);
  g_test_add_func ("/train/alignment/parts", test_parts);
  g_test_add_func ("/train/alignment/no-token", test_no_token);
  return g_test_run ();
}
