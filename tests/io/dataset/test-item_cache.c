/* test-item_cache.c - caches that are continued, refused, damaged and killed
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "item_cache.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mapping.h"
#include "mem.h"
#include "scratch.h"

#define N_ITEMS 5
#define ITEM 12

static const ArraCacheField fields[] = { { "dataset", "data set", "0123abcd" }, { "size", "size", "16" } };

static ArraCacheForm
make_form (void)
{
  return (ArraCacheForm) { .kind = "things",
                           .fields = fields,
                           .n_fields = G_N_ELEMENTS (fields),
                           .n_items = N_ITEMS,
                           .item_size = ITEM,
                           .shared = "shared bytes",
                           .shared_size = 12 };
}

static void
fill (guint item, guint8 data[ITEM])
{
  memset (data, (int) item, ITEM);
}

static void
put (ArraItemCacheWriter *writer, guint item)
{
  g_autoptr (GError) error = NULL;
  guint8 data[ITEM];

  fill (item, data);
  g_assert_true (arra_item_cache_writer_put (writer, item, data, &error));
  g_assert_no_error (error);
}

static ArraItemCacheWriter *
open_writer (const char *path, const ArraCacheForm *form)
{
  g_autoptr (GError) error = NULL;
  ArraItemCacheWriter *writer = arra_item_cache_writer_open (path, form, &error);

  g_assert_no_error (error);
  g_assert_nonnull (writer);
  return writer;
}

static void
write_whole (const char *path)
{
  const ArraCacheForm form = make_form ();
  g_autoptr (ArraItemCacheWriter) writer = NULL;
  g_autoptr (GError) error = NULL;

  g_unlink (path);
  writer = open_writer (path, &form);
  for (guint i = 0; i < N_ITEMS; i++)
    put (writer, i);
  g_assert_true (arra_item_cache_writer_finish (writer, &error));
  g_assert_no_error (error);
}

static gpointer
open_things (const char *path, GError **error)
{
  return arra_item_cache_open (path, "things", fields, G_N_ELEMENTS (fields), error);
}

static void
assert_contents (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraItemCache) cache = open_things (path, &error);
  guint64 number;
  gsize size;

  g_assert_no_error (error);
  g_assert_cmpuint (arra_item_cache_items (cache), ==, N_ITEMS);
  g_assert_cmpuint (arra_item_cache_item_size (cache), ==, ITEM);
  g_assert_cmpmem (arra_item_cache_shared (cache, &size), 12, "shared bytes", size);
  for (guint i = 0; i < N_ITEMS; i++)
    {
      guint8 data[ITEM];

      fill (i, data);
      g_assert_cmpmem (arra_item_cache_item (cache, i), ITEM, data, ITEM);
    }
  g_assert_cmpstr (arra_item_cache_text (cache, "dataset", &error), ==, "0123abcd");
  g_assert_true (arra_item_cache_number (cache, "size", 1, 16, &number, &error) && number == 16);
  g_assert_false (arra_item_cache_number (cache, "size", 1, 15, &number, &error));
  scratch_assert_fault (&error, path, "\"size\" is not a number of 1..15");
  g_assert_null (arra_item_cache_text (cache, "none", &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
  scratch_assert_fault (&error, path, "\"none\" is missing");
}

static void
test_round_trip (void)
{
  g_autofree char *path = scratch_path ("whole");

  write_whole (path);
  assert_contents (path);
  scratch_check_odd_files (open_things);
}

static void
test_continued (void)
{
  g_autofree char *path = scratch_path ("continued");
  const ArraCacheForm form = make_form ();
  ArraItemCacheWriter *writer = open_writer (path, &form);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (arra_item_cache_writer_left (writer), ==, N_ITEMS);
  put (writer, 3);
  put (writer, 0);
  g_assert_null (arra_item_cache_writer_open (path, &form, &error));
  scratch_assert_fault (&error, path, "written by another process");
  arra_item_cache_writer_free (writer);
  g_assert_null (open_things (path, &error));
  scratch_assert_fault (&error, path, "3 of 5 items are missing");
  writer = open_writer (path, &form);
  g_assert_cmpuint (arra_item_cache_writer_left (writer), ==, 3);
  for (guint i = 0; i < N_ITEMS; i++)
    if (!arra_item_cache_writer_has (writer, i))
      put (writer, i);
  arra_item_cache_writer_free (writer);
  assert_contents (path);
}

static void
assert_other_form (const char *path, const ArraCacheForm *form, const char *word)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (arra_item_cache_writer_open (path, form, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
  scratch_assert_fault (&error, path, word);
}

static void
test_other_form (void)
{
  g_autofree char *path = scratch_path ("other");
  ArraCacheField changed[] = { fields[0], fields[1] };
  ArraCacheForm form = make_form ();
  g_autoptr (GError) error = NULL;

  write_whole (path);
  form.fields = changed;
  changed[0].value = "ffff";
  assert_other_form (path, &form, "another data set (there 0123abcd, here ffff)");
  g_assert_null (arra_item_cache_open (path, "things", changed, 2, &error));
  scratch_assert_fault (&error, path, "another data set");
  changed[0].value = fields[0].value;
  changed[1].value = "32";
  assert_other_form (path, &form, "another size (there 16, here 32)");
  form = make_form ();
  form.item_size += 4;
  assert_other_form (path, &form, "other items");
  form = make_form ();
  form.kind = "else";
  assert_other_form (path, &form, "is a cache of \"things\"; one of \"else\" is needed");
  assert_contents (path);
}

/* Items are known by what they are computed from: those that stay are kept wherever they stand, and the others alone
 * are left to do. */
static void
test_kept (void)
{
  g_autofree char *path = scratch_path ("kept");
  guint8 keys[N_ITEMS + 1][ARRA_CACHE_KEY] = { { 0 } }, expected[ITEM];
  ArraCacheField changed[] = { fields[0], fields[1] };
  ArraCacheForm form = make_form ();
  g_autoptr (ArraItemCacheWriter) writer = NULL;
  g_autoptr (ArraItemCache) cache = NULL;

  form.fields = changed;
  form.of_items = "dataset";
  form.keys = keys[0];
  for (guint i = 0; i < N_ITEMS; i++)
    keys[i][7] = (guint8) (10 + i);
  writer = open_writer (path, &form);
  for (guint i = 0; i < N_ITEMS; i++)
    put (writer, i);
  g_clear_pointer (&writer, arra_item_cache_writer_free);
  /* one goes, the first ones move on, two come, of which one is not known */
  memmove (keys[1], keys[0], 3 * ARRA_CACHE_KEY);
  keys[0][7] = 99;
  memset (keys[N_ITEMS], 0, ARRA_CACHE_KEY);
  form.n_items = N_ITEMS + 1;
  changed[0].value = "ffff";
  form.shared = "Shared bytes";
  writer = open_writer (path, &form);
  g_assert_cmpuint (arra_item_cache_writer_left (writer), ==, 2);
  g_assert_false (arra_item_cache_writer_has (writer, 0));
  g_assert_false (arra_item_cache_writer_has (writer, N_ITEMS));
  put (writer, 0);
  put (writer, N_ITEMS);
  g_clear_pointer (&writer, arra_item_cache_writer_free);
  cache = arra_item_cache_open (path, "things", changed, 2, NULL);
  g_assert_nonnull (cache);
  fill (1, expected);
  g_assert_cmpmem (arra_item_cache_item (cache, 2), ITEM, expected, ITEM);
  fill (4, expected);
  g_assert_cmpmem (arra_item_cache_item (cache, 4), ITEM, expected, ITEM);
}

/* A file of other pictures altogether is nobody's to take. */
static void
test_strangers (void)
{
  g_autofree char *path = scratch_path ("strangers");
  ArraCacheField changed[] = { fields[0], fields[1] };
  guint8 keys[N_ITEMS][ARRA_CACHE_KEY];
  ArraCacheForm form = make_form ();

  write_whole (path);
  form.fields = changed;
  form.of_items = "dataset";
  changed[0].value = "ffff";
  memset (keys, 7, sizeof keys);
  form.keys = keys[0];
  assert_other_form (path, &form, "another data set (there 0123abcd, here ffff)");
  assert_contents (path);
}

/* No byte that is read can be another one. */
static void
test_flipped (void)
{
  g_autofree char *path = scratch_path ("flipped");
  g_autofree char *data = NULL;
  gsize size, n_refused = 0;

  write_whole (path);
  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  for (gsize at = 0; at < size; at++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ArraItemCache) cache = NULL;

      data[at] ^= 0x20;
      scratch_write (path, data, size);
      cache = open_things (path, &error);
      g_assert_true ((cache == NULL) == (error != NULL));
      if (cache == NULL)
        {
          n_refused++;
          g_assert_nonnull (strstr (error->message, path));
        }
      data[at] ^= 0x20;
    }
  g_assert_cmpuint (n_refused, >, size - 192); /* all but the gaps before the shared bytes, the keys and the items */
}

static void
test_cut (void)
{
  g_autofree char *path = scratch_path ("cut");
  g_autofree char *data = NULL;
  gsize size;

  write_whole (path);
  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  for (gsize n = 1; n < size; n++)
    {
      g_autoptr (GError) error = NULL;

      scratch_write (path, data, n);
      g_assert_null (open_things (path, &error));
      g_assert_nonnull (strstr (error->message, path));
    }
}

/* A damaged item is made anew, the others are kept. */
static void
test_repaired (void)
{
  g_autofree char *path = scratch_path ("repaired");
  g_autofree char *data = NULL;
  const ArraCacheForm form = make_form ();
  g_autoptr (ArraItemCacheWriter) writer = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;

  write_whole (path);
  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  data[size - 1] ^= 1;
  scratch_write (path, data, size);
  g_assert_null (open_things (path, &error));
  scratch_assert_fault (&error, path, "item 4 is damaged");
  writer = open_writer (path, &form);
  g_assert_cmpuint (arra_item_cache_writer_left (writer), ==, 1);
  g_assert_false (arra_item_cache_writer_has (writer, 4));
  put (writer, 4);
  assert_contents (path);
}

static void
write_header (const char *path, const char *header, gsize after)
{
  g_autoptr (GString) text = g_string_new ("ARRASET\n");
  const guint32 numbers[] = { GUINT32_TO_LE (2), GUINT32_TO_LE ((guint32) strlen (header)) };

  g_string_append_len (text, (const char *) numbers, sizeof numbers);
  g_string_append (text, header);
  for (gsize i = 0; i < after; i++)
    g_string_append_c (text, '\0');
  scratch_write (path, text->str, text->len);
}

static void
test_bad_headers (void)
{
  static const struct
  {
    const char *header, *word;
  } bad[] = {
    { "{", "broken JSON" },
    { "{}", "\"kind\" is missing" },
    { "{\"kind\":\"things\"}", "\"of\" is missing" },
    { "{\"kind\":\"things\",\"of\":{},\"items\":0,\"item_size\":4,\"shared_size\":0}", "out of range" },
    { "{\"kind\":\"things\",\"of\":{},\"items\":1,\"item_size\":-4,\"shared_size\":0}", "out of range" },
    { "{\"kind\":\"things\",\"of\":{},\"items\":1,\"item_size\":3,\"shared_size\":0}", "what its header says" },
    { "{\"kind\":\"things\",\"of\":{},\"items\":2147483647,\"item_size\":9223372036854775804,\"shared_size\":"
      "0}",
      "what its header says" },
    { "{\"kind\":\"things\",\"of\":{},\"items\":1,\"item_size\":4,\"shared_size\":9223372036854775807}",
      "what its header says" },
  };
  g_autofree char *path = scratch_path ("header");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      write_header (path, bad[i].header, 200);
      g_assert_null (open_things (path, &error));
      scratch_assert_fault (&error, path, bad[i].word);
    }
  scratch_write (path, "ARRASET\n\1\0\0\0\0\0\0\0", 16);
  g_assert_null (open_things (path, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_UNSUPPORTED);
  scratch_assert_fault (&error, path, "version 1");
  scratch_write (path, "ARRASET\n\2\0\0\0\377\0\0\0", 16);
  g_assert_null (open_things (path, &error));
  scratch_assert_fault (&error, path, "header's length");
}

static void
write_until_killed (const char *path, int ready)
{
  ArraCacheForm form = make_form ();
  g_autofree guint8 *data = g_malloc0 (1 << 20);
  ArraItemCacheWriter *writer;

  form.n_items = 64;
  form.item_size = 1 << 20;
  writer = open_writer (path, &form);
  for (guint i = 0; i < form.n_items; i++)
    {
      memset (data, (int) i, form.item_size);
      arra_item_cache_writer_put (writer, i, data, NULL);
      if (i == 2)
        g_assert_cmpint (write (ready, "x", 1), ==, 1);
    }
  pause ();
}

/* What was put before kill -9 is there, and no more than that counts. */
static void
test_killed (void)
{
  g_autofree char *path = scratch_path ("killed");
  ArraCacheForm form = make_form ();
  g_autoptr (ArraItemCacheWriter) writer = NULL;
  int ready[2];
  pid_t child;
  char byte;

  g_assert_cmpint (pipe (ready), ==, 0);
  child = fork ();
  if (child == 0)
    write_until_killed (path, ready[1]);
  g_assert_cmpint (read (ready[0], &byte, 1), ==, 1);
  g_assert_cmpint (kill (child, SIGKILL), ==, 0);
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
  close (ready[0]);
  close (ready[1]);
  form.n_items = 64;
  form.item_size = 1 << 20;
  writer = open_writer (path, &form);
  for (guint i = 0; i < 3; i++)
    g_assert_true (arra_item_cache_writer_has (writer, i));
  g_test_message ("%u of 64 items were left", arra_item_cache_writer_left (writer));
}

static void
test_no_memory (void)
{
  g_autofree char *path = scratch_path ("memory");

  write_whole (path);
  scratch_check_allocations (open_things, (GDestroyNotify) arra_item_cache_free, path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/item-cache/round-trip", test_round_trip);
  g_test_add_func ("/item-cache/continued", test_continued);
  g_test_add_func ("/item-cache/other-form", test_other_form);
  g_test_add_func ("/item-cache/kept", test_kept);
  g_test_add_func ("/item-cache/strangers", test_strangers);
  g_test_add_func ("/item-cache/flipped", test_flipped);
  g_test_add_func ("/item-cache/cut", test_cut);
  g_test_add_func ("/item-cache/repaired", test_repaired);
  g_test_add_func ("/item-cache/bad-headers", test_bad_headers);
  g_test_add_func ("/item-cache/killed", test_killed);
  g_test_add_func ("/item-cache/no-memory", test_no_memory);
  return scratch_run ();
}
