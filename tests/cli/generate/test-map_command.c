/* test-map_command.c - `arra map`: surprise and phrases as grey pictures and as numbers
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "harness.h"
#include "picture.h"

static char *model;

#define SIDE 32 /* tokens of a picture */
#define TOKEN 8 /* pixels of a token */

static void
make_oak (void)
{
  g_autoptr (Outcome) made = arra_run ("generate", "-q", "-m", model, "oak wood", "--seed", "3", "-o", "oak.png",
                                       "--tokens-out", "oak.json", NULL);

  assert_status (made, 0);
}

static JsonArray *
values_of (JsonNode *report)
{
  JsonArray *values = json_object_get_array_member (json_node_get_object (report), "values");

  g_assert_cmpuint (json_array_get_length (values), ==, SIDE * SIDE);
  return values;
}

static double
number_of (JsonNode *report, const char *name)
{
  return json_object_get_double_member (json_node_get_object (report), name);
}

/* The picture shows the numbers, a square for each token. */
static void
test_surprise (void)
{
  g_autoptr (Outcome) made = NULL, other = NULL;
  g_autoptr (JsonNode) report = NULL, none = NULL;
  g_autoraster ArraRaster grey = { 0 };
  g_autofree char *path = NULL;
  JsonArray *values;
  double sum = 0, black, white;

  harness_begin ();
  make_oak ();
  made = arra_run ("map", "-m", model, "oak.json", "-p", "oak wood", "--json", "-o", "map.png", NULL);
  assert_status (made, 0);
  report = parse_json (made->out);
  black = number_of (report, "black");
  white = number_of (report, "white");
  values = values_of (report);
  path = scratch_path ("map.png");
  g_assert_true (arra_raster_load (&grey, path, NULL));
  g_assert_cmpuint (grey.width, ==, SIDE * TOKEN);
  g_assert_cmpuint (grey.height, ==, SIDE * TOKEN);
  for (gsize i = 0; i < SIDE * SIDE; i++)
    {
      const double value = json_array_get_double_element (values, (guint) i);
      const gsize y = i / SIDE * TOKEN + 7, x = i % SIDE * TOKEN + 3;
      const guint8 *pixel = grey.pixels + grey.channels * (y * grey.width + x);
      const double share = (CLAMP (value, black, white) - black) / (white - black);

      g_assert_cmpfloat (value, >=, 0);
      g_assert_cmpint (ABS ((int) pixel[0] - (int) (255 * share + 0.5)), <=, 1);
      sum += value;
    }
  g_assert_cmpfloat_with_epsilon (number_of (report, "sum"), sum, 1e-6);
  other = arra_run ("map", "-m", model, "oak.json", "--json", NULL);
  assert_status (other, 0);
  none = parse_json (other->out);
  g_assert_cmpfloat (number_of (none, "sum"), >, sum);
  harness_end ();
}

/* What is true of the picture makes it likelier, what is not does not; with a prompt before it, it is what the two
 * maps of surprise differ by. */
static void
test_phrase (void)
{
  g_autoptr (Outcome) right = NULL, wrong = NULL, after = NULL, before = NULL, whole = NULL;
  g_autoptr (JsonNode) r = NULL, w = NULL, a = NULL, b = NULL, both = NULL;

  harness_begin ();
  make_oak ();
  right = arra_run ("map", "-m", model, "oak.json", "--phrase", "oak wood", "--json", NULL);
  wrong = arra_run ("map", "-m", model, "oak.json", "--phrase", "blue water", "--json", NULL);
  after = arra_run ("map", "-m", model, "oak.json", "-p", "oak wood", "--phrase", "weathered", "--json", NULL);
  before = arra_run ("map", "-m", model, "oak.json", "-p", "oak wood", "--json", NULL);
  whole = arra_run ("map", "-m", model, "oak.json", "-p", "oak wood, weathered", "--json", "-o", "whole.png", NULL);
  assert_status (right, 0);
  assert_status (wrong, 0);
  assert_status (after, 0);
  assert_status (before, 0);
  assert_status (whole, 0);
  r = parse_json (right->out);
  w = parse_json (wrong->out);
  a = parse_json (after->out);
  b = parse_json (before->out);
  both = parse_json (whole->out);
  g_assert_cmpfloat (number_of (r, "sum"), >, 0);
  g_assert_cmpfloat (number_of (w, "sum"), <, number_of (r, "sum"));
  for (guint i = 0; i < SIDE * SIDE; i++)
    g_assert_cmpfloat_with_epsilon (
        json_array_get_double_element (values_of (a), i),
        json_array_get_double_element (values_of (b), i) - json_array_get_double_element (values_of (both), i), 1e-9);
  harness_end ();
}

/* Pictures, and tokens that windows made. */
static void
test_others (void)
{
  g_autoptr (Outcome) picture = NULL, made = NULL, large = NULL;

  harness_begin ();
  make_oak ();
  picture = arra_run ("map", "-m", model, "oak.png", "-p", "oak wood", "-o", "map.png", NULL);
  assert_status (picture, 0);
  assert_says (picture->out, "map.png");
  assert_says (picture->out, "nats");
  made = arra_run ("generate", "-q", "-m", model, "oak wood", "--size", "272x256", "--seed", "3", "--tokens-out",
                   "large.json", NULL);
  assert_status (made, 0);
  large = arra_run ("map", "-q", "-m", model, "large.json", "--phrase", "oak wood", "-o", "large.png", NULL);
  assert_status (large, 0);
  g_assert_true (scratch_has ("large.png"));
  harness_end ();
}

static const struct
{
  int status;
  const char *words;
  const char *arguments[8];
} refusals[] = {
  { 64, "no picture", { "-o", "o.png" } },
  { 64, "no output", { "oak.json" } },
  { 64, "contradict", { "oak.json", "--json", "-q" } },
  { 64, "--phrase is empty", { "oak.json", "--phrase", " ", "-o", "o.png" } },
  { 64, "empty", { "oak.json", "-p", "", "-o", "o.png" } },
  { 64, "oak.png", { "oak.png", "-o", "oak.png" } },
  { 70, "nobody.png", { "nobody.png", "-o", "o.png" } },
  { 64, "smaller than the model's own", { "small.png", "-o", "o.png" } },
  { 70, "holds no rows of codes", { "text.txt", "-o", "o.png" } },
};

static void
test_refused (void)
{
  static guint8 pixels[3 * 32 * 32];
  const ArraRaster small = { 32, 32, 3, pixels };
  const ArraPictureLabels labels = { 0 };
  g_autofree char *path = NULL, *text = NULL;

  harness_begin ();
  make_oak ();
  path = scratch_path ("small.png");
  text = scratch_path ("text.txt");
  g_assert_true (arra_raster_save_png (&small, &labels, path, NULL));
  g_assert_true (g_file_set_contents (text, "hello", -1, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      const char *const *a = refusals[i].arguments;
      g_autoptr (Outcome) outcome = arra_run ("map", "-m", model, a[0], a[1], a[2], a[3], a[4], a[5], NULL);

      g_test_message ("%s", outcome->err);
      assert_status (outcome, refusals[i].status);
      assert_says (outcome->err, refusals[i].words);
    }
  harness_end ();
}

/* @text without the lines that have one of the words in them, which end with NULL. */
static char *
without (const char *text, ...)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GString) kept = g_string_new (NULL);

  for (char **line = lines; *line != NULL; line++)
    {
      gboolean drop = FALSE;
      const char *word;
      va_list words;

      va_start (words, text);
      while ((word = va_arg (words, const char *)) != NULL)
        drop |= strstr (*line, word) != NULL;
      va_end (words);
      if (!drop)
        g_string_append_printf (kept, "%s\n", *line);
    }
  return g_strdup (kept->str);
}

/* Writes the lines of oak.json, or of @text, into @name; another codebook is one whose hash differs. */
static void
write_tokens (const char *name, const char *text, gboolean another)
{
  g_autofree char *path = scratch_path (name), *changed = g_strdup (text);
  char *hash = strstr (changed, "\"codebook\": \"");

  if (another)
    {
      g_assert_nonnull (hash);
      hash += strlen ("\"codebook\": \"");
      *hash = *hash == '0' ? '1' : '0';
    }
  g_assert_true (g_file_set_contents (path, changed, -1, NULL));
}

static char *
text_of (const char *name)
{
  g_autofree char *path = scratch_path (name);
  char *text;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

static Outcome *
map_tokens (const char *tokens)
{
  return arra_run ("map", "-m", model, tokens, "-q", "-o", "map.png", NULL);
}

/* Codes mean something in their own codebook alone: what a file says of it is heeded, in every command. */
static void
test_another_codebook (void)
{
  g_autoptr (Outcome) own = NULL, refused = NULL, varied = NULL, decoded = NULL, encoded = NULL, again = NULL;
  g_autofree char *oak = NULL, *codes = NULL;

  harness_begin ();
  make_oak ();
  oak = text_of ("oak.json");
  own = map_tokens ("oak.json");
  assert_status (own, 0);
  g_assert_cmpstr (own->err, ==, "");
  write_tokens ("other.json", oak, TRUE);
  refused = map_tokens ("other.json");
  assert_status (refused, 64);
  assert_says (refused->err, "other.json was made with another image tokenizer");
  varied = arra_run ("generate", "-q", "-m", model, "--from", "other.json", "--vary", "0.1", "x", "-o", "v.png", NULL);
  assert_status (varied, 64);
  assert_says (varied->err, "another image tokenizer");
  decoded = arra_run ("decode", "-q", "-m", model, "other.json", "-o", "d.png", NULL);
  assert_status (decoded, 64);
  encoded = arra_run ("encode", "-q", "-m", model, "oak.png", "-o", "codes.json", NULL);
  assert_status (encoded, 0);
  codes = text_of ("codes.json");
  write_tokens ("others.json", codes, TRUE);
  again = map_tokens ("others.json");
  assert_status (again, 64);
  harness_end ();
}

/* Older files say with which checkpoint they were made, or nothing. */
static void
test_older_tokens (void)
{
  g_autofree char *oak = NULL, *older = NULL, *oldest = NULL;
  g_autoptr (Outcome) converted = NULL, noted = NULL, silent = NULL, same = NULL;

  harness_begin ();
  make_oak ();
  /* other weights, the same codes */
  converted = arra_run ("convert", model, "--type", "q8_0", "-q", "-o", "other.gguf", NULL);
  assert_status (converted, 0);
  oak = text_of ("oak.json");
  older = without (oak, "\"codebook\"", NULL);
  oldest = without (older, "\"fingerprint\"", NULL);
  write_tokens ("older.json", older, FALSE);
  write_tokens ("oldest.json", oldest, FALSE);
  noted = arra_run ("map", "-m", "other.gguf", "older.json", "-q", "-o", "map.png", NULL);
  assert_status (noted, 0);
  assert_says (noted->err, "older.json was made with another checkpoint");
  same = map_tokens ("older.json");
  g_assert_cmpstr (same->err, ==, "");
  silent = arra_run ("map", "-m", "other.gguf", "oldest.json", "-q", "-o", "map.png", NULL);
  assert_status (silent, 0);
  g_assert_cmpstr (silent->err, ==, "");
  harness_end ();
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  model = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "..", "data", "checkpoints", "textures.gguf", NULL);
  g_test_add_func ("/map_command/surprise", test_surprise);
  g_test_add_func ("/map_command/phrase", test_phrase);
  g_test_add_func ("/map_command/others", test_others);
  g_test_add_func ("/map_command/refused", test_refused);
  g_test_add_func ("/map_command/another-codebook", test_another_codebook);
  g_test_add_func ("/map_command/older-tokens", test_older_tokens);
  result = g_test_run ();
  g_free (model);
  return result;
}
