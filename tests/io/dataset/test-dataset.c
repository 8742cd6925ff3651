/* test-dataset.c - data sets in their three forms, sound ones (y_) and broken ones (n_)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#include <utime.h>

#include "dataset.h"
#include "jsonguard.h"
#include "mem.h"
#include "resize.h"
#include "scratch.h"

/* A folder of its own. Returns: (transfer full) */
static char *
new_folder (void)
{
  static guint number;
  g_autofree char *name = g_strdup_printf ("set%u", number++);
  char *path = scratch_path (name);

  g_assert_cmpint (g_mkdir (path, 0755), ==, 0);
  return path;
}

static char *
put (const char *folder, const char *name, const char *text)
{
  char *path = g_build_filename (folder, name, NULL);

  scratch_write (path, text, strlen (text));
  return path;
}

static void
put_also (const char *folder, const char *name, const char *text)
{
  g_free (put (folder, name, text));
}

/* A picture that shades from left to right. */
static char *
put_picture (const char *folder, const char *name, gsize width, gsize height)
{
  char *path = g_build_filename (folder, name, NULL);
  g_autoraster ArraRaster raster = { 0 };
  const ArraPictureLabels labels = { 0 };
  g_autoptr (GError) error = NULL;

  arra_raster_init (&raster, width, height, 3, &error);
  for (gsize i = 0; i < width * height * 3; i++)
    raster.pixels[i] = (guint8) (i / 3 % width * 255 / width + i % 3);
  arra_raster_save_png (&raster, &labels, path, &error);
  g_assert_no_error (error);
  return path;
}

static void
put_small (const char *folder, const char *name)
{
  g_free (put_picture (folder, name, 4, 4));
}

static ArraDataset *
open_sound (const char *path)
{
  g_autoptr (GError) error = NULL;
  ArraDataset *dataset = arra_dataset_open (path, &error);

  g_assert_no_error (error);
  g_assert_nonnull (dataset);
  return dataset;
}

static void
assert_item (const ArraDataset *dataset, guint item, const char *folder, const char *name, const char *caption)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_cmpstr (arra_dataset_picture (dataset, item), ==, path);
  g_assert_cmpstr (arra_dataset_caption (dataset, item), ==, caption);
}

static void
test_metadata (void)
{
  g_autofree char *folder = new_folder ();
  g_autofree char *path
      = put (folder, "metadata.jsonl",
             "{\"file_name\": \"b/1.png\", \"text\": \"gr\\u00fcn\", \"view\": \"PA\", \"age\": 7}\n"
             "\r\n"
             "{\"caption\": \"two\", \"file_name\": \"0.png\", \"side\": \"left\", \"view\": \"AP\"}\r\n"
             "{\"file_name\": \"2.png\", \"text\": \"\", \"caption\": \"unused\", \"view\": null}");
  const char *const opened[] = { folder, path };

  for (guint i = 0; i < G_N_ELEMENTS (opened); i++)
    {
      g_autoptr (ArraDataset) dataset = open_sound (opened[i]);

      g_assert_cmpuint (arra_dataset_size (dataset), ==, 3);
      assert_item (dataset, 0, folder, "b/1.png", "gr\xC3\xBCn");
      assert_item (dataset, 1, folder, "0.png", "two");
      assert_item (dataset, 2, folder, "2.png", "");
      g_assert_cmpuint (arra_dataset_attributes (dataset), ==, 2);
      g_assert_cmpstr (arra_dataset_attribute (dataset, 0), ==, "side");
      g_assert_cmpstr (arra_dataset_attribute (dataset, 1), ==, "view");
      g_assert_cmpuint (arra_dataset_values (dataset, 1), ==, 2);
      g_assert_cmpstr (arra_dataset_value (dataset, 1, 0), ==, "AP");
      g_assert_cmpint (arra_dataset_label (dataset, 0, 1), ==, 1);
      g_assert_cmpint (arra_dataset_label (dataset, 1, 1), ==, 0);
      g_assert_cmpint (arra_dataset_label (dataset, 2, 1), ==, -1);
      g_assert_cmpint (arra_dataset_label (dataset, 0, 0), ==, -1);
      g_assert_cmpint (arra_dataset_label (dataset, 1, 0), ==, 0);
    }
}

/* Given attributes keep their order, and say which members are labels. */
static void
test_attributes (void)
{
  g_autofree char *folder = new_folder ();
  g_autofree char *path
      = put (folder, "metadata.jsonl", "{\"file_name\":\"a.png\",\"text\":\"a\",\"note\":\"n\",\"grade\":\"mild\"}\n");
  g_autoptr (ArraDataset) dataset = NULL;
  g_autoptr (GError) error = NULL;

  put_also (folder, "attributes.json", "{\"view\": [\"PA\", \"AP\"], \"grade\": [\"none\", \"mild\"]}");
  dataset = open_sound (folder);
  g_assert_cmpuint (arra_dataset_attributes (dataset), ==, 2);
  g_assert_cmpstr (arra_dataset_attribute (dataset, 0), ==, "view");
  g_assert_cmpstr (arra_dataset_value (dataset, 0, 1), ==, "AP");
  g_assert_cmpint (arra_dataset_label (dataset, 0, 0), ==, -1);
  g_assert_cmpint (arra_dataset_label (dataset, 0, 1), ==, 1);
  put_also (folder, "metadata.jsonl", "{\"file_name\":\"a.png\",\"text\":\"a\",\"view\":\"LL\"}\n");
  g_assert_null (arra_dataset_open (folder, &error));
  scratch_assert_fault (&error, path, "line 1: \"view\" is \"LL\"");
}

/* The second of two pictures has no caption: it is a picture all the same, which those who need captions refuse or
 * leave out. */
static void
assert_bad_caption (const char *folder, const char *path, const char *why)
{
  g_autoptr (ArraDataset) dataset = open_sound (folder);
  g_autoptr (ArraBadItems) bad = arra_bad_items_new (), strict = arra_bad_items_new_strict (" (give in)");
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_assert_cmpuint (arra_dataset_size (dataset), ==, 2);
  g_assert_cmpstr (arra_dataset_caption (dataset, 1), ==, "");
  g_assert_false (arra_dataset_has_captions (dataset, &error));
  scratch_assert_fault (&error, path, why);
  g_assert_false (arra_dataset_check_captions (dataset, NULL, &error));
  scratch_assert_fault (&error, path, why);
  g_assert_false (arra_dataset_check_captions (dataset, strict, &error));
  scratch_assert_fault (&error, path, "(give in)");
  g_assert_true (arra_dataset_check_captions (dataset, bad, NULL));
  g_assert_cmpuint (arra_bad_items_count (bad), ==, 1);
  text = arra_bad_items_text (bad);
  g_assert_nonnull (strstr (text, why));
}

/* Notepad, Excel and PowerShell put a mark before what they save, some save UTF-16. */
static void
test_marks (void)
{
  static const char utf16[] = "\xff\xfe"
                              "f\0o\0x\0\n\0",
                    unmarked[] = "f\0o\0x\0";
  g_autofree char *folder = new_folder (), *lines = new_folder (), *b = g_build_filename (folder, "b.txt", NULL);
  g_autoptr (ArraDataset) beside = NULL, metadata = NULL;

  put_small (folder, "a.png");
  put_small (folder, "b.png");
  put_also (folder, "a.txt", "\xef\xbb\xbfgr\xc3\xbcn\r\n");
  scratch_write (b, utf16, sizeof utf16 - 1);
  beside = open_sound (folder);
  assert_item (beside, 0, folder, "a.png", "gr\xc3\xbcn");
  assert_item (beside, 1, folder, "b.png", "fox");
  scratch_write (b, unmarked, sizeof unmarked - 1);
  assert_bad_caption (folder, b, "UTF-16");
  scratch_write (b, utf16, sizeof utf16 - 2);
  assert_bad_caption (folder, b, "broken UTF-16");
  put_also (lines, "metadata.jsonl", "\xef\xbb\xbf{\"file_name\":\"a.png\",\"text\":\"one\"}\n");
  metadata = open_sound (lines);
  assert_item (metadata, 0, lines, "a.png", "one");
}

/* Tables as Hugging Face, spreadsheets and scripts write them */
static void
test_csv (void)
{
  static const char *const tables[] = {
    "file_name,text,view,age\na.png,\"one, \"\"two\"\"\nthree\",PA,7\nb/c.png,four,AP,8\n",
    "\xef\xbb\xbfview,age,text,file_name\r\nPA,7,\"one, \"\"two\"\"\nthree\",a.png\r\n\r\nAP,8,four,b/c.png",
    "\"file_name\";caption;\"view\"\n\"a.png\";\"one, \"\"two\"\"\nthree\";PA\n./b/c.png;four;AP\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      g_autofree char *folder = new_folder (), *path = put (folder, "metadata.csv", tables[i]);
      g_autoptr (ArraDataset) dataset = open_sound (folder), alone = open_sound (path);

      g_assert_cmpuint (arra_dataset_size (dataset), ==, 2);
      g_assert_cmpuint (arra_dataset_size (alone), ==, 2);
      assert_item (dataset, 0, folder, "a.png", "one, \"two\"\nthree");
      assert_item (dataset, 1, folder, "b/c.png", "four");
      g_assert_cmpuint (arra_dataset_attributes (dataset), ==, 1);
      g_assert_cmpstr (arra_dataset_value (dataset, 0, 0), ==, "AP");
      g_assert_cmpint (arra_dataset_label (dataset, 0, 0), ==, 1);
    }
}

static void
test_bad_csv (void)
{
  static const struct
  {
    const char *text, *word;
  } bad[] = {
    { "", "no column \"file_name\"" },
    { "name,text\na.png,one\n", "no column \"file_name\": the first line names the columns, and has: name, text" },
    { "file_name,words\na.png,one\n",
      "neither a column \"text\" nor \"caption\": the first line names the columns, and has: file_name, words" },
    { "a,b,c,d,e,f,g,12345678901234567890123456789012345,i\n",
      "has: a, b, c, d, e, f, g, 12345678901234567890123456789012, ..." },
    { "file_name,text\n\na.png\n", "line 3: 1 fields" },
    { "file_name,text\na.png,\"one\n", "line 2: the quotation mark is not closed" },
    { "file_name,text\na.png,\"one\" two\n", "line 2: text stands behind" },
    { "file_name,text\na.png,one\na.png,one\n", "line 3: the picture a.png appears twice" },
    { "file_name,text\n../a.png,one\n", "line 2: the picture \"../a.png\" does not lie" },
    { "file_name,text\na.png,\xff\n", "not UTF-8" },
    { "file_name,text\n", "empty" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *folder = new_folder ();
      g_autofree char *path = put (folder, "metadata.csv", bad[i].text);
      g_autoptr (GError) error = NULL;

      g_assert_null (arra_dataset_open (path, &error));
      scratch_assert_fault (&error, "metadata.csv", bad[i].word);
    }
}

static char *
new_subfolder (const char *folder, const char *name)
{
  char *path = g_build_filename (folder, name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (path, 0755), ==, 0);
  return path;
}

static void
assert_left_out (const ArraDataset *dataset, const char *words)
{
  g_autofree char *text = arra_dataset_left_out (dataset);

  if (words == NULL)
    g_assert_null (text);
  else if (text == NULL || strstr (text, words) == NULL)
    g_error ("\"%s\" does not say \"%s\"", text, words);
}

/* Pictures in folders, in the order of their names; repeats of kohya's folders are said to be left out. */
static void
test_folders (void)
{
  g_autofree char *folder = new_folder (), *repeats = new_subfolder (folder, "10_fox"),
                  *deep = new_subfolder (folder, "a/b");
  g_autoptr (ArraDataset) dataset = NULL;

  put_small (folder, "z.png");
  put_small (repeats, "x.png");
  put_small (deep, "y.png");
  put_also (folder, "z.txt", "one");
  put_also (repeats, "x.caption", "two");
  put_also (deep, "y.txt", "three");
  dataset = open_sound (folder);
  g_assert_cmpuint (arra_dataset_size (dataset), ==, 3);
  assert_item (dataset, 0, folder, "z.png", "one");
  assert_item (dataset, 1, folder, "10_fox/x.png", "two");
  assert_item (dataset, 2, folder, "a/b/y.png", "three");
  assert_left_out (dataset, "1 left out: the number of repeats in a folder's name: each picture counts once (10_fox)");
}

/* Links may lead in circles. */
static void
test_circle (void)
{
  g_autofree char *folder = new_folder (), *link = g_build_filename (folder, "again", NULL);
  g_autoptr (ArraDataset) dataset = NULL;

  put_small (folder, "a.png");
  put_also (folder, "a.txt", "one");
  g_assert_cmpint (symlink (folder, link), ==, 0);
  dataset = open_sound (folder);
  g_assert_cmpuint (arra_dataset_size (dataset), ==, 1);
}

/* Splits of an imagefolder: folders with metadata of their own */
static void
test_splits (void)
{
  g_autofree char *folder = new_folder (), *train = new_subfolder (folder, "train"),
                  *test = new_subfolder (folder, "test");
  g_autoptr (ArraDataset) dataset = NULL;
  g_autoptr (GError) error = NULL;

  put_small (train, "spare.png");
  put_also (train, "metadata.jsonl", "{\"file_name\":\"0.png\",\"text\":\"one\",\"view\":\"PA\"}\n");
  put_also (test, "metadata.csv", "file_name,text,view\n0.png,two,AP\n");
  dataset = open_sound (folder);
  g_assert_cmpuint (arra_dataset_size (dataset), ==, 2);
  assert_item (dataset, 0, folder, "test/0.png", "two");
  assert_item (dataset, 1, folder, "train/0.png", "one");
  g_assert_cmpint (arra_dataset_label (dataset, 0, 0), ==, 0);
  g_assert_cmpint (arra_dataset_label (dataset, 1, 0), ==, 1);
  assert_left_out (dataset, "1 left out: a picture that the metadata do not name (train/spare.png)");
  put_also (train, "attributes.json", "{\"view\": [\"PA\", \"AP\"]}");
  g_assert_null (arra_dataset_open (folder, &error));
  scratch_assert_fault (&error, "attributes.json", "read before");
  put_also (test, "attributes.json", "{\"view\": [\"AP\"]}");
  g_assert_null (arra_dataset_open (folder, &error));
  scratch_assert_fault (&error, "attributes.json", "something else");
}

/* What macOS, Windows and servers put into folders is nobody's picture. */
static void
test_hidden (void)
{
  static const char *const junk[]
      = { "._a.png", "._a.txt", ".DS_Store", "Thumbs.db", "desktop.ini", "._metadata.jsonl" };
  g_autofree char *folder = new_folder ();
  g_autofree char *inside = new_subfolder (folder, "__MACOSX"), *hidden = new_subfolder (folder, ".thumbnails");
  g_autoptr (ArraDataset) dataset = NULL;

  put_small (folder, "a.png");
  put_small (hidden, "a.png");
  put_also (folder, "a.txt", "one");
  put_also (inside, "._a.png", "x");
  for (guint i = 0; i < G_N_ELEMENTS (junk); i++)
    put_also (folder, junk[i], "Mac OS X        \x01");
  dataset = open_sound (folder);
  g_assert_cmpuint (arra_dataset_size (dataset), ==, 1);
  assert_left_out (dataset, NULL);
}

/* Contents count, not endings; what is not taken is listed with the reason. */
static void
test_left_out (void)
{
  static const char *const captions[] = { "a.txt", "b.txt", "c.txt", "d.txt", "e.txt", "f.txt", "alone.txt" };
  static const char *const pictures[] = { "a.png", "b.jfif", "c.JPE", "d" };
  g_autofree char *folder = new_folder ();
  g_autoptr (ArraDataset) dataset = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (pictures); i++)
    put_small (folder, pictures[i]);
  for (guint i = 0; i < G_N_ELEMENTS (captions); i++)
    put_also (folder, captions[i], captions[i]);
  put_also (folder, "e.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
  put_also (folder, "f.png", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
  put_also (folder, "model.bin", "x");
  put_also (folder, "list.json", "{}");
  dataset = open_sound (folder);
  g_assert_cmpuint (arra_dataset_size (dataset), ==, 4);
  assert_item (dataset, 1, folder, "b.jfif", "b.txt");
  assert_item (dataset, 3, folder, "d", "d.txt");
  assert_left_out (dataset, "2 left out: the format SVG is not read: save as PNG (e.svg, f.png)");
  assert_left_out (dataset, "2 left out: no picture (list.json, model.bin)");
  assert_left_out (dataset, "1 left out: a text without a picture beside it (alone.txt)");
}

/* A reason is a line, whatever a file is called; of a set with nothing in it all are said in the one message. */
static void
test_left_out_lines (void)
{
  g_autofree char *folder = new_folder (), *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraDataset) dataset = NULL;

  put_also (folder, "a\nfox: b.bin", "x");
  put_also (folder, "c.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
  g_assert_null (arra_dataset_open (folder, &error));
  g_assert_null (strchr (error->message, '\n'));
  scratch_assert_fault (&error, folder, "; ");
  put_small (folder, "d.png");
  put_also (folder, "d.txt", "d");
  dataset = open_sound (folder);
  text = arra_dataset_left_out (dataset);
  g_assert_nonnull (strstr (text, "a\\u000afox: b.bin"));
}

/* A format whose loader is missing is named with the package that has it. */
static void
test_missing_loader (void)
{
  g_autofree char *folder = new_folder ();
  g_autoptr (ArraDataset) dataset = NULL;

  put_small (folder, "a.png");
  put_also (folder, "a.txt", "one");
  put_also (folder, "e.webp", "RIFF\x10WEBP");
  put_also (folder, "e.txt", "five");
  if (arra_picture_format_is_readable (arra_picture_format_named ("e.webp")))
    {
      g_test_skip ("gdk-pixbuf reads WebP here");
      return;
    }
  dataset = open_sound (folder);
  g_assert_cmpuint (arra_dataset_size (dataset), ==, 1);
  assert_left_out (
      dataset,
      "1 left out: the format WebP, for which gdk-pixbuf has no loader here: install Debian's package webp-pixbuf-loader (e.webp)");
}

static void
test_empty_caption (void)
{
  g_autofree char *folder = new_folder ();
  g_autoptr (ArraDataset) dataset = NULL;
  g_autoptr (GError) error = NULL;

  put_small (folder, "a.png");
  put_small (folder, "b.png");
  put_also (folder, "a.txt", "one");
  put_also (folder, "b.txt", " \n");
  dataset = open_sound (folder);
  g_assert_false (arra_dataset_check_captions (dataset, NULL, &error));
  scratch_assert_fault (&error, "b.png", "is empty");
}

static void
test_bad_attributes (void)
{
  static const struct
  {
    const char *text, *word;
  } bad[] = {
    { "[]", "not an object" },
    { "{\"a\": \"b\"}", "an array" },
    { "{\"a\": []}", "no values" },
    { "{\"a\": [1]}", "value 0 is not a string" },
    { "{\"a\": [null]}", "not a string" },
    { "{\"a\": [\"x\", \"y\", \"x\"]}", "\"x\" appears twice" },
    { "{\"a\": [\"x\"], \"a\": [\"x\"]}", "twice" },
  };
  g_autofree char *folder = new_folder ();

  put_also (folder, "metadata.jsonl", "{\"file_name\":\"a.png\",\"text\":\"a\"}\n");
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *path = put (folder, "attributes.json", bad[i].text);
      g_autoptr (GError) error = NULL;

      g_assert_null (arra_dataset_open (folder, &error));
      scratch_assert_fault (&error, path, bad[i].word);
    }
}

static void
test_bad_metadata (void)
{
  static const struct
  {
    const char *text, *word;
  } bad[] = {
    { "{\"file_name\":\"a\",\"text\":\"\"}\n{\"file_name\":\n", "line 2: broken JSON" },
    { "\n\n[1]", "line 3: broken JSON: the outermost value is not an object" },
    { "{\"text\":\"x\"}", "line 1: \"file_name\" is missing" },
    { "{\"file_name\":null,\"text\":\"x\"}", "line 1: \"file_name\" is missing" },
    { "{\"file_name\":3,\"text\":\"x\"}", "line 1: \"file_name\" has a wrong type" },
    { "{\"file_name\":\"a\"}", "line 1: neither \"text\" nor \"caption\"" },
    { "{\"file_name\":\"a\",\"text\":{}}", "line 1: \"text\" has a wrong type" },
    { "{\"file_name\":\"a\",\"caption\":1}", "line 1: \"caption\" has a wrong type" },
    { "{\"file_name\":\"a\",\"text\":\"\"}\n{\"file_name\":\"a\",\"text\":\"\"}",
      "line 2: the picture a appears twice" },
    { "{\"file_name\":\"/etc/a.png\",\"text\":\"\"}", "line 1: the picture \"/etc/a.png\" does not lie" },
    { "{\"file_name\":\"../a.png\",\"text\":\"\"}", "does not lie" },
    { "{\"file_name\":\"b/../../a.png\",\"text\":\"\"}", "does not lie" },
    { "{\"file_name\":\"b/..\",\"text\":\"\"}", "does not lie" },
    { "{\"file_name\":\"\",\"text\":\"\"}", "does not lie" },
    { "{\"file_name\":\"a\\u0000b\",\"text\":\"\"}", "NUL" },
    { "{\"file_name\":\"\xFF\",\"text\":\"\"}", "UTF-8" },
    { "\xEF\xBB\xBF{\"file_name\"", "line 1: broken JSON" },
    { "\n \n", "empty" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *folder = new_folder ();
      g_autofree char *path = put (folder, "metadata.jsonl", bad[i].text);
      g_autoptr (GError) error = NULL;

      g_assert_null (arra_dataset_open (path, &error));
      scratch_assert_fault (&error, path, bad[i].word);
    }
}

static char *
repeated (const char *before, char c, gsize n, const char *after)
{
  g_autofree char *middle = g_strnfill (n, c);

  return g_strconcat (before, middle, after, NULL);
}

static void
test_huge_and_deep (void)
{
  g_autofree char *folder = new_folder ();
  g_autofree char *line = repeated ("{\"file_name\":\"a\",\"text\":\"", 'x', 1 << 20, "\"}");
  g_autofree char *deep = repeated ("{\"file_name\":\"a\",\"text\":\"\",\"b\":", '[', 100000, "");
  g_autofree char *deep_list = repeated ("", '[', 100000, "");
  g_autofree char *path = put (folder, "metadata.jsonl", line);
  g_autofree char *list = put (folder, "list.json", deep_list);
  g_autoptr (GError) error = NULL;

  g_assert_null (arra_dataset_open (folder, &error));
  scratch_assert_fault (&error, path, "line 1: the line is too long");
  put_also (folder, "metadata.jsonl", deep);
  g_assert_null (arra_dataset_open (folder, &error));
  scratch_assert_fault (&error, path, "line 1: broken JSON at byte 94: nested too deep");
  g_assert_null (arra_dataset_open (list, &error));
  scratch_assert_fault (&error, list, "nested too deep");
}

static void
test_many_attributes (void)
{
  g_autofree char *folder = new_folder ();
  g_autoptr (GString) line = g_string_new ("{\"file_name\":\"a\",\"text\":\"\"");
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 257; i++)
    g_string_append_printf (line, ",\"m%u\":\"\"", i);
  g_string_append_c (line, '}');
  path = put (folder, "metadata.jsonl", line->str);
  g_assert_null (arra_dataset_open (folder, &error));
  scratch_assert_fault (&error, path, "line 1: too many attributes");
}

static void
test_folder (void)
{
  g_autofree char *folder = new_folder ();
  g_autofree char *b = put_picture (folder, "b.png", 4, 4), *a = put_picture (folder, "a.PNG", 4, 4);
  g_autofree char *text_b = put (folder, "b.txt", "one\ntwo\n\n");
  g_autoptr (ArraDataset) dataset = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (arra_dataset_open (b, &error));
  scratch_assert_fault (&error, b, "is a picture, not a data set");
  put_also (folder, "a.txt", " first\n");
  put_also (folder, "readme.md", "x");
  dataset = open_sound (folder);
  g_assert_cmpuint (arra_dataset_size (dataset), ==, 2);
  g_assert_cmpuint (arra_dataset_attributes (dataset), ==, 0);
  assert_item (dataset, 0, folder, "a.PNG", "first");
  assert_item (dataset, 1, folder, "b.png", "one\ntwo");
  put_also (folder, "b.txt", "\xC3");
  assert_bad_caption (folder, text_b, "not UTF-8: byte 0: save it as UTF-8");
  scratch_write (text_b, "a\0b", 3);
  assert_bad_caption (folder, text_b, "NUL");
  g_unlink (text_b);
  assert_bad_caption (folder, b, "has no caption: write what it shows into ");
  assert_bad_caption (folder, text_b, "or into a metadata.csv");
  g_unlink (a);
  g_unlink (b);
  g_assert_null (arra_dataset_open (folder, &error));
  scratch_assert_fault (&error, folder, "empty");
}

#define TURNS(picture)                                                                                 \
  "{\"conversations\": [{\"from\": \"human\", \"value\": \"an oak\"}, {\"from\": \"gpt\", \"value\": " \
  "\"<|image|>\"}], \"image\": [\"" picture "\"]}"

static void
test_conversations (void)
{
  g_autofree char *folder = new_folder ();
  g_autofree char *path = put (folder, "list.json", "[" TURNS ("p/1.jpg") ",\n" TURNS ("/elsewhere/2.png") "]");
  g_autoptr (ArraDataset) dataset = open_sound (path);

  g_assert_cmpuint (arra_dataset_size (dataset), ==, 2);
  assert_item (dataset, 0, folder, "p/1.jpg", "an oak");
  assert_item (dataset, 1, "/elsewhere", "2.png", "an oak");
  g_assert_cmpuint (arra_dataset_attributes (dataset), ==, 0);
}

#define HUMAN "{\"from\":\"human\",\"value\":\"x\"}"
#define IMAGE "{\"from\":\"gpt\",\"value\":\"<|image|>\"}"

static void
test_bad_conversations (void)
{
  static const struct
  {
    const char *text, *word;
  } bad[] = {
    { "{}", "not an array" },
    { "[]", "empty" },
    { "[" TURNS ("a") ", 3]", "item 1: it is not an object" },
    { "[" TURNS ("a") "," TURNS ("a") "]", "item 1: the picture a appears twice" },
    { "[" TURNS ("../a") "]", "item 0: the picture \"../a\" does not lie" },
    { "[" TURNS ("") "]", "does not lie" },
    { "[{\"image\":[\"a\"]}]", "item 0: \"conversations\" is missing" },
    { "[{\"image\":[\"a\"],\"conversations\":[" HUMAN "]}]", "item 0: two turns are expected, there are 1" },
    { "[{\"image\":[\"a\"],\"conversations\":[1," IMAGE "]}]", "not an object" },
    { "[{\"image\":[\"a\"],\"conversations\":[" IMAGE "," HUMAN "]}]", "turn 0 is from \"gpt\"" },
    { "[{\"image\":[\"a\"],\"conversations\":[" HUMAN "," HUMAN "]}]", "turn 1 is from \"human\"" },
    { "[{\"image\":[\"a\"],\"conversations\":[" HUMAN ",{\"from\":\"gpt\",\"value\":\"yes\"}]}]", "the answer is not" },
    { "[{\"image\":[\"a\"],\"conversations\":[{\"from\":\"human\"}," IMAGE "]}]", "\"value\" is missing" },
    { "[{\"conversations\":[" HUMAN "," IMAGE "]}]", "item 0: \"image\" is missing" },
    { "[{\"image\":[],\"conversations\":[" HUMAN "," IMAGE "]}]", "not a list of one path" },
    { "[{\"image\":[\"a\",\"b\"],\"conversations\":[" HUMAN "," IMAGE "]}]", "not a list of one path" },
    { "[{\"image\":[7],\"conversations\":[" HUMAN "," IMAGE "]}]", "not a list of one path" },
    { "[{\"image\":\"a\",\"conversations\":[" HUMAN "," IMAGE "]}]", "an array" },
    { "[" TURNS ("a"), "unbalanced" },
  };
  g_autofree char *folder = new_folder ();

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *path = put (folder, "list.json", bad[i].text);
      g_autoptr (GError) error = NULL;

      g_assert_null (arra_dataset_open (path, &error));
      scratch_assert_fault (&error, path, bad[i].word);
    }
}

/* The square in the middle, resized as the reference does. */
static void
test_load (void)
{
  g_autofree char *folder = new_folder ();
  g_autofree char *path = put_picture (folder, "a.png", 90, 40);
  g_autofree char *broken = put (folder, "b.png", "no picture");
  g_autoptr (ArraDataset) dataset = NULL;
  g_autoraster ArraRaster raster = { 0 }, square = { 0 };
  guint8 rgb[16 * 16 * 3 + 1];
  g_autoptr (GError) error = NULL;

  put_also (folder, "a.txt", "a");
  put_also (folder, "b.txt", "b");
  dataset = open_sound (folder);
  rgb[sizeof rgb - 1] = 77;
  g_assert_true (arra_dataset_load (dataset, 0, 16, rgb, &error));
  g_assert_no_error (error);
  arra_raster_load (&raster, path, &error);
  arra_raster_center_crop (&raster, 16, 16, &square, &error);
  g_assert_cmpmem (rgb, 16 * 16 * 3, square.pixels, 16 * 16 * 3);
  g_assert_cmpuint (rgb[sizeof rgb - 1], ==, 77);
  g_assert_cmpuint (rgb[0], >, 255 * 20 / 90); /* the left side is cut off */
  g_assert_false (arra_dataset_load (dataset, 1, 16, rgb, &error));
  scratch_assert_fault (&error, broken, "cannot be read as a picture");
  g_assert_false (arra_dataset_load (dataset, 0, 0, rgb, &error));
  scratch_assert_fault (&error, path, "cannot be resized");
}

/* Padding shows what cropping cuts off. */
static void
test_fit (void)
{
  g_autofree char *folder = new_folder ();
  g_autoptr (ArraDataset) dataset = NULL;
  guint8 rgb[3 * 32 * 32];
  GError *error = NULL;

  g_free (put_picture (folder, "a.png", 90, 30));
  put_also (folder, "a.txt", "one");
  dataset = open_sound (folder);
  for (guint fit = ARRA_FIT_CROP; fit <= ARRA_FIT_PAD_BLACK; fit++)
    {
      arra_dataset_set_fit (dataset, (ArraDatasetFit) fit);
      arra_dataset_load (dataset, 0, 32, rgb, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (rgb[2], ==, fit == ARRA_FIT_PAD ? 255 : fit == ARRA_FIT_PAD_BLACK ? 0 : rgb[2]);
      if (fit == ARRA_FIT_CROP)
        g_assert_cmpuint (rgb[3 * 32 * 16], >, 50); /* the shade begins beyond the left third */
      else
        g_assert_cmpuint (rgb[3 * 32 * 16], <, 20);
    }
}

static char *
fingerprint (const char *folder)
{
  g_autoptr (ArraDataset) dataset = open_sound (folder);
  g_autoptr (GError) error = NULL;
  g_automem guint8 *keys = arra_dataset_keys (dataset, NULL, &error);
  char *sum = arra_dataset_fingerprint (dataset, keys);

  g_assert_no_error (error);
  g_assert_cmpuint (strlen (sum), ==, 64);
  return sum;
}

/* Pictures are known by their contents alone, wherever they lie and whoever touched them. */
static void
test_fingerprint (void)
{
  const struct utimbuf then = { 1000000000, 1000000000 };
  g_autofree char *folder = new_folder (), *moved = new_folder ();
  g_autofree char *path = put_picture (folder, "a.png", 8, 8), *text = put (folder, "a.txt", "a");
  g_autofree char *first = fingerprint (folder), *touched = NULL, *elsewhere = NULL, *changed = NULL;

  g_free (put_picture (moved, "b.png", 8, 8));
  scratch_write (text, "b", 1);
  g_assert_cmpint (utime (path, &then), ==, 0);
  touched = fingerprint (folder);
  g_assert_cmpstr (first, ==, touched);
  put_also (moved, "b.txt", "b");
  elsewhere = fingerprint (moved);
  g_assert_cmpstr (first, ==, elsewhere);
  g_free (put_picture (folder, "a.png", 8, 9));
  changed = fingerprint (folder);
  g_assert_cmpstr (first, !=, changed);
}

/* What cannot be read has no key; what is dropped is gone with its labels. */
static void
test_drop (void)
{
  static const guint8 unknown[32];
  g_autofree char *folder = new_folder ();
  g_autoptr (ArraBadItems) bad = arra_bad_items_new ();
  g_autoptr (ArraDataset) dataset = NULL;
  g_automem guint8 *keys = NULL;
  GError *fault = g_error_new (ARRA_ERROR, ARRA_ERROR_INVALID_DATA, "no good");
  g_autoptr (GError) error = NULL;

  put_small (folder, "a.png");
  put_small (folder, "c.png");
  put_also (folder, "metadata.jsonl",
            "{\"file_name\":\"a.png\",\"text\":\"a\",\"v\":\"x\"}\n{\"file_name\":\"b.png\",\"text\":\"b\"}\n"
            "{\"file_name\":\"c.png\",\"text\":\"c\",\"v\":\"y\"}\n");
  dataset = open_sound (folder);
  keys = arra_dataset_keys (dataset, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (keys, 32, keys + 64, 32);
  g_assert_cmpmem (keys + 32, 32, unknown, 32);
  g_assert_true (arra_bad_items_take (bad, 1, fault, &error));
  arra_dataset_drop (dataset, bad);
  g_assert_cmpuint (arra_dataset_size (dataset), ==, 2);
  assert_item (dataset, 1, folder, "c.png", "c");
  g_assert_cmpint (arra_dataset_label (dataset, 1, 0), ==, 1);
  fault = g_error_new (ARRA_ERROR, ARRA_ERROR_NO_MEMORY, "none");
  g_assert_false (arra_bad_items_take (bad, 0, fault, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NO_MEMORY);
}

static gpointer
open_any (const char *path, GError **error)
{
  return arra_dataset_open (path, error);
}

static void
test_no_memory (void)
{
  g_autofree char *folder = new_folder (), *list = put (folder, "list.json", "[" TURNS ("a") "]");
  g_autofree char *inner = new_folder ();

  put_also (inner, "metadata.jsonl", "{\"file_name\":\"a\",\"text\":\"\",\"b\":\"c\"}\n");
  put_also (inner, "attributes.json", "{\"b\":[\"c\"]}");
  scratch_check_allocations (open_any, (GDestroyNotify) arra_dataset_free, list);
  scratch_check_allocations (open_any, (GDestroyNotify) arra_dataset_free, inner);
}

static void
test_missing (void)
{
  g_autofree char *path = scratch_path ("nothing-there");
  g_autoptr (GError) error = NULL;

  g_assert_null (arra_dataset_open (path, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND);
  scratch_assert_fault (&error, path, "No such file");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dataset/metadata", test_metadata);
  g_test_add_func ("/dataset/attributes", test_attributes);
  g_test_add_func ("/dataset/bad-attributes", test_bad_attributes);
  g_test_add_func ("/dataset/bad-metadata", test_bad_metadata);
  g_test_add_func ("/dataset/huge-and-deep", test_huge_and_deep);
  g_test_add_func ("/dataset/many-attributes", test_many_attributes);
  g_test_add_func ("/dataset/folder", test_folder);
  g_test_add_func ("/dataset/conversations", test_conversations);
  g_test_add_func ("/dataset/bad-conversations", test_bad_conversations);
  g_test_add_func ("/dataset/load", test_load);
  g_test_add_func ("/dataset/fingerprint", test_fingerprint);
  g_test_add_func ("/dataset/no-memory", test_no_memory);
  g_test_add_func ("/dataset/missing", test_missing);
  g_test_add_func ("/dataset/fit", test_fit);
  g_test_add_func ("/dataset/drop", test_drop);
  g_test_add_func ("/dataset/marks", test_marks);
  g_test_add_func ("/dataset/csv", test_csv);
  g_test_add_func ("/dataset/bad-csv", test_bad_csv);
  g_test_add_func ("/dataset/folders", test_folders);
  g_test_add_func ("/dataset/circle", test_circle);
  g_test_add_func ("/dataset/splits", test_splits);
  g_test_add_func ("/dataset/hidden", test_hidden);
  g_test_add_func ("/dataset/left-out", test_left_out);
  g_test_add_func ("/dataset/left-out-lines", test_left_out_lines);
  g_test_add_func ("/dataset/missing-loader", test_missing_loader);
  g_test_add_func ("/dataset/empty-caption", test_empty_caption);
  return scratch_run ();
}
