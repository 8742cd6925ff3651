/* test-yamlfile.c - yamlfile.c: taming-style files, wrong types, and YAML that means harm
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "yamlfile.h"

#include <string.h>

#include "mem.h"
#include "scratch.h"

static ArraYaml *
parse (const char *text, GError **error)
{
  return arra_yaml_parse (text, strlen (text), "dir/x.yaml", error);
}

static void
expect_int (const ArraYaml *yaml, const char *key, gint64 expected)
{
  g_autoptr (GError) error = NULL;
  gint64 value = 0;

  g_assert_true (arra_yaml_get_int (yaml, key, 0, G_MAXINT64, &value, &error));
  g_assert_cmpint (value, ==, expected);
}

static void
test_y_golden (void)
{
  g_autofree char *small_path = scratch_golden ("vqgan/small/vqgan.yaml"),
                  *f16_path = scratch_golden ("vqgan/f16/vqgan.yaml");
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraYaml) small = arra_yaml_open (small_path, &error), f16 = arra_yaml_open (f16_path, &error);
  gint64 list[8];
  gboolean flag = TRUE;
  gsize n;

  g_assert_no_error (error);
  expect_int (small, "model.params.embed_dim", 16);
  expect_int (small, "model.params.n_embed", 64);
  expect_int (f16, "model.params.ddconfig.z_channels", 32);
  g_assert_true (arra_yaml_get_bool (f16, "model.params.ddconfig.double_z", &flag, &error));
  g_assert_false (flag);
  g_assert_true (arra_yaml_get_ints (f16, "model.params.ddconfig.ch_mult", 8, list, &n, &error));
  g_assert_cmpuint (n, ==, 5);
  g_assert_true (arra_yaml_get_ints (small, "model.params.ddconfig.ch_mult", 2, list, &n, &error));
  g_assert_true (n == 2 && list[0] == 2 && list[1] == 1);
  g_assert_true (arra_yaml_get_ints (small, "model.params.ddconfig.attn_resolutions", 0, NULL, &n, &error));
  g_assert_cmpuint (n, ==, 0);
  g_assert_true (arra_yaml_has (f16, "model.params.lossconfig.target"));
  g_assert_false (arra_yaml_has (f16, "model.params.lossconfig.nothing"));
}

static void
test_y_forms (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraYaml) yaml = parse ("# comment\na: {b: 1, c: [1, -2, +3]}\nd:\n- e: 5\n- [6, 7]\nyes_: "
                                     "yes\noff_: off\nquoted: '8'\nnull_:\n...\n",
                                     &error);
  g_autoptr (ArraYaml) list = parse ("[1, 2]", NULL);
  g_autoptr (ArraYaml) marked = parse ("\xEF\xBB\xBF"
                                       "a: 1\r\n",
                                       NULL);
  gint64 ints[3];
  gboolean flag = FALSE;
  gsize n;

  g_assert_no_error (error);
  expect_int (yaml, "a.b", 1);
  expect_int (marked, "a", 1);
  expect_int (yaml, "d.0.e", 5);
  expect_int (yaml, "d.1.1", 7);
  g_assert_true (arra_yaml_get_ints (yaml, "a.c", 3, ints, &n, NULL) && ints[1] == -2 && ints[2] == 3);
  g_assert_true (arra_yaml_get_bool (yaml, "yes_", &flag, NULL) && flag);
  g_assert_true (arra_yaml_get_bool (yaml, "off_", &flag, NULL) && !flag);
  g_assert_true (arra_yaml_get_ints (list, "", 3, ints, &n, NULL) && n == 2 && ints[1] == 2);
}

static void
test_numbers_and_texts (void)
{
  static const char *const bad[]
      = { "a: x", "a: '1'", "a: 1,5", "a: .nan", "a: inf", "a: 1e400", "a:", "a: [1]", "b: 1", "a: 3.5" };
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraYaml) yaml = parse ("a: 1.5e-4\nb: 2\nc: some text\nd: '7'\ne: [1]\n", &error);
  double value;

  g_assert_no_error (error);
  g_assert_true (arra_yaml_get_double (yaml, "a", 0, 1, &value, &error) && value == 1.5e-4);
  g_assert_true (arra_yaml_get_double (yaml, "b", 2, 2, &value, &error) && value == 2);
  g_assert_cmpstr (arra_yaml_get_string (yaml, "c", &error), ==, "some text");
  g_assert_cmpstr (arra_yaml_get_string (yaml, "d", &error), ==, "7");
  g_assert_cmpstr (arra_yaml_path (yaml), ==, "dir/x.yaml");
  g_assert_null (arra_yaml_get_string (yaml, "e", &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) fault = NULL;
      g_autoptr (ArraYaml) other = parse (bad[i], NULL);

      g_assert_false (arra_yaml_get_double (other, "a", 0, 2, &value, &fault));
      g_assert_nonnull (strstr (fault->message, "dir/x.yaml: \"a\""));
    }
}

static void
test_n_types (void)
{
  g_autoptr (ArraYaml) yaml = parse ("a: 8\nb: '8'\nc: 8.5\nd: [1, x]\ne: {f: 1}\ng: "
                                     "99999999999999999999\nh: maybe\ni: [1, 2, 3]\nj: 0x10\n",
                                     NULL);
  static const char *const not_ints[] = { "b", "c", "d", "e", "g", "h", "j" };
  GError *error = NULL;
  gint64 value, list[2];
  gboolean flag;
  gsize n;

  for (gsize i = 0; i < G_N_ELEMENTS (not_ints); i++)
    {
      g_assert_false (arra_yaml_get_int (yaml, not_ints[i], 0, G_MAXINT64, &value, &error));
      g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
      scratch_assert_fault (&error, "dir/x.yaml", not_ints[i]);
    }
  g_assert_false (arra_yaml_get_int (yaml, "a", 0, 7, &value, &error));
  scratch_assert_fault (&error, "dir/x.yaml", "not in 0..7");
  g_assert_false (arra_yaml_get_int (yaml, "z.y", 0, 7, &value, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND);
  scratch_assert_fault (&error, "dir/x.yaml", "\"z.y\" is missing");
  g_assert_false (arra_yaml_get_bool (yaml, "h", &flag, &error));
  scratch_assert_fault (&error, "dir/x.yaml", "true or false");
  g_assert_false (arra_yaml_get_bool (yaml, "e", &flag, &error));
  scratch_assert_fault (&error, "dir/x.yaml", "true or false");
  g_assert_false (arra_yaml_get_ints (yaml, "a", 2, list, &n, &error));
  scratch_assert_fault (&error, "dir/x.yaml", "not a list");
  g_assert_false (arra_yaml_get_ints (yaml, "i", 2, list, &n, &error));
  scratch_assert_fault (&error, "dir/x.yaml", "more than 2");
  g_assert_false (arra_yaml_get_ints (yaml, "d", 2, list, &n, &error));
  scratch_assert_fault (&error, "dir/x.yaml", "\"d.1\" is not an integer");
}

static void
test_n_texts (void)
{
  static const struct
  {
    const char *text, *fault;
  } cases[] = {
    { "", "holds no value" },           { "# only a comment\n", "holds no value" },
    { "a: [1, 2", "broken YAML" },      { "a: 1\n b: 2\n", "line 2" },
    { "a: \"x", "broken YAML" },        { "a: \x01", "broken YAML" },
    { "a: \xff\xfe", "broken YAML" },   { "a: 1\nb: 2\na: 3\n", "line 3: a key appears twice" },
    { "a: {b: 1}\na.b: 2\n", "twice" }, { "a: &x 1\n", "anchors" },
    { "a: &x [1]\n", "anchors" },       { "a: &x {b: 1}\n", "anchors" },
    { "a: *x\n", "aliases" },           { "a: 1\n---\nb: 2\n", "second document" },
    { "? [1, 2]\n: 3\n", "no text" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      GError *error = NULL;

      g_assert_null (parse (cases[i].text, &error));
      scratch_assert_fault (&error, "dir/x.yaml", cases[i].fault);
    }
}

static void
refuse_long (GString *text, const char *fault)
{
  GError *error = NULL;

  g_assert_null (arra_yaml_parse (text->str, text->len, "dir/x.yaml", &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
  scratch_assert_fault (&error, "dir/x.yaml", fault);
}

static void
test_n_bounds (void)
{
  g_autoptr (GString) deep = g_string_new ("a: "), many = g_string_new ("a: ["), key = g_string_new (NULL);
  g_autoptr (GString) blocks = g_string_new (NULL), large = g_string_new (NULL);

  for (guint i = 0; i < 100000; i++)
    g_string_append_c (deep, '[');
  refuse_long (deep, "nested too deep");
  for (guint i = 0; i < 200; i++)
    g_string_append_printf (blocks, "%*sa:\n", (int) i, "");
  refuse_long (blocks, "nested too deep");
  for (guint i = 0; i < 10001; i++)
    g_string_append (many, "1,");
  g_string_append_c (many, ']');
  refuse_long (many, "too many values");
  for (guint i = 0; i < 1025; i++)
    g_string_append_c (key, 'k');
  g_string_append (key, ": 1\n");
  refuse_long (key, "");
  g_string_set_size (large, (1u << 20) + 1);
  memset (large->str, ' ', large->len);
  refuse_long (large, "larger than");
}

/* Cut at every byte: never a crash, and what is refused names the file. */
static void
test_n_truncated (void)
{
  g_autofree char *path = scratch_golden ("vqgan/f16/vqgan.yaml"), *text = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &text, &size, NULL));
  for (gsize cut = 0; cut < size; cut++)
    {
      g_autofree char *copy = g_memdup2 (text, MAX (cut, 1));
      GError *error = NULL;
      g_autoptr (ArraYaml) yaml = arra_yaml_parse (copy, cut, "dir/x.yaml", &error);

      if (yaml == NULL)
        scratch_assert_fault (&error, "dir/x.yaml", "");
      else
        g_assert_null (error);
    }
}

static gpointer
open_yaml (const char *path, GError **error)
{
  return arra_yaml_open (path, error);
}

static void
test_n_odd_files (void)
{
  scratch_check_odd_files (open_yaml);
}

static void
test_no_memory (void)
{
  g_autofree char *path = scratch_golden ("vqgan/f16/vqgan.yaml");

  scratch_check_allocations (open_yaml, (GDestroyNotify) arra_yaml_free, path);
}

/* Lists take the place of lists and of single values, shorter and longer ones, and are new. */
static void
test_set_list (void)
{
  static const char text[] = "a: 1\nb: {c: x, d: [3, 4, 5]}\nbe: 2\n";
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraYaml) yaml = arra_yaml_parse (text, strlen (text), "dir/x.yaml", &error);
  GError *fault = NULL;
  gint64 list[4];
  gsize n;

  g_assert_no_error (error);
  g_assert_true (arra_yaml_set (yaml, "b.d", "[7]", &error));
  g_assert_true (arra_yaml_set (yaml, "a", "[1, 2, 3, 4]", &error));
  g_assert_true (arra_yaml_set (yaml, "f.g", "['x y', \"z\"]", &error));
  g_assert_true (arra_yaml_set (yaml, "f.e", "[]", &error));
  g_assert_true (arra_yaml_get_ints (yaml, "b.d", 4, list, &n, &error));
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpint (list[0], ==, 7);
  g_assert_false (arra_yaml_has (yaml, "b.d.1"));
  g_assert_true (arra_yaml_get_ints (yaml, "a", 4, list, &n, &error));
  g_assert_cmpuint (n, ==, 4);
  g_assert_cmpint (list[3], ==, 4);
  g_assert_cmpstr (arra_yaml_get_string (yaml, "f.g.0", &error), ==, "x y");
  g_assert_cmpuint (arra_yaml_items (yaml, "f.e"), ==, 0);
  g_assert_true (arra_yaml_has (yaml, "be") && arra_yaml_has (yaml, "b.c"));
  g_assert_false (arra_yaml_set (yaml, "b", "[1]", &fault));
  scratch_assert_fault (&fault, "dir/x.yaml", "not a single value");
  g_assert_false (arra_yaml_set (yaml, "a", "[1, 2", &fault));
  scratch_assert_fault (&fault, "a", "YAML");
  g_assert_false (arra_yaml_set (yaml, "a", "[1]: 2", &fault));
  g_clear_error (&fault);
  g_assert_false (arra_yaml_set (yaml, "a", "[&x 1]", &fault));
  g_assert_error (fault, ARRA_ERROR, ARRA_ERROR_UNSUPPORTED);
  g_clear_error (&fault);
}

static void
take_value (const char *key_path, const char *text, gpointer user)
{
  g_string_append_printf (user, "%s=%s;", key_path, text);
}

/* All values in order, those that were replaced or added too; what nobody asked for is named. */
static void
test_all_values (void)
{
  static const char text[] = "a: 1\nb: {c: x, d: [3, 4]}\ne: \"q\"\n";
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraYaml) yaml = arra_yaml_parse (text, strlen (text), "dir/x.yaml", &error);
  g_autoptr (GString) all = g_string_new (NULL);
  GError *fault = NULL;
  gint64 list[2], number;
  gsize n;

  g_assert_no_error (error);
  g_assert_true (arra_yaml_set (yaml, "a", "7", &error));
  g_assert_true (arra_yaml_set (yaml, "b.f", "0.5", &error));
  g_assert_false (arra_yaml_set (yaml, "b.d", "1", &fault));
  scratch_assert_fault (&fault, "dir/x.yaml", "\"b.d\" is a list");
  arra_yaml_each (yaml, take_value, all);
  g_assert_cmpstr (all->str, ==, "a=7;b.c=x;b.d.0=3;b.d.1=4;e=q;b.f=0.5;");
  g_assert_cmpuint (arra_yaml_items (yaml, "b.d"), ==, 2);
  g_assert_cmpuint (arra_yaml_items (yaml, "b"), ==, 0);
  g_assert_cmpuint (arra_yaml_items (yaml, "z"), ==, 0);

  g_assert_true (arra_yaml_get_int (yaml, "a", 0, 9, &number, &error));
  g_assert_cmpint (number, ==, 7);
  g_assert_true (arra_yaml_has (yaml, "b.c") && arra_yaml_has (yaml, "b.f"));
  g_assert_false (arra_yaml_check_asked (yaml, &fault));
  scratch_assert_fault (&fault, "dir/x.yaml", "b.d.0");
  g_assert_true (arra_yaml_get_ints (yaml, "b.d", 2, list, &n, &error));
  g_assert_false (arra_yaml_check_asked (yaml, &fault));
  scratch_assert_fault (&fault, "dir/x.yaml", "\"e\"");
  g_assert_nonnull (arra_yaml_get_string (yaml, "e", &error));
  g_assert_true (arra_yaml_check_asked (yaml, &error));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/yamlfile/y-golden", test_y_golden);
  g_test_add_func ("/yamlfile/y-forms", test_y_forms);
  g_test_add_func ("/yamlfile/numbers-and-texts", test_numbers_and_texts);
  g_test_add_func ("/yamlfile/all-values", test_all_values);
  g_test_add_func ("/yamlfile/set-list", test_set_list);
  g_test_add_func ("/yamlfile/n-types", test_n_types);
  g_test_add_func ("/yamlfile/n-texts", test_n_texts);
  g_test_add_func ("/yamlfile/n-bounds", test_n_bounds);
  g_test_add_func ("/yamlfile/n-truncated", test_n_truncated);
  g_test_add_func ("/yamlfile/n-odd-files", test_n_odd_files);
  g_test_add_func ("/yamlfile/no-memory", test_no_memory);
  return scratch_run ();
}
