/* test-shipped.c - the checkpoints that ship are whole, need no other file, and draw what is asked for
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#define LARGEST (32 << 20) /* bytes of a checkpoint that ships */

static char *
shipped (const char *name)
{
  return g_build_filename (g_getenv ("ARRA_TEST_DATA"), "..", "data", "checkpoints", name, NULL);
}

static gsize
size_of (const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInfo) info = g_file_query_info (file, G_FILE_ATTRIBUTE_STANDARD_SIZE, 0, NULL, NULL);

  g_assert_nonnull (info);
  return (gsize) g_file_info_get_size (info);
}

static void
test_card (gconstpointer data)
{
  g_autofree char *path = shipped (data);
  g_autoptr (Outcome) info = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonObject *card;

  harness_begin ();
  g_assert_cmpint (size_of (path), <=, LARGEST);
  info = arra_run ("info", path, "--verify", "--json", NULL);
  assert_status (info, 0);
  node = parse_json (info->out);
  card = json_object_get_object_member (json_node_get_object (node), "card");
  g_assert_cmpstr (json_object_get_string_member (card, "license"), ==, "CC0-1.0");
  g_assert_cmpuint (strlen (json_object_get_string_member (card, "training_data")), >, 20);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (card, "example_prompts")), >=, 4);
  harness_end ();
}

/* (transfer full): the card as people read it who speak @language; for json_node_unref() */
static JsonNode *
card_in (const char *path, const char *language)
{
  g_autoptr (Outcome) info = NULL;

  harness_setenv ("LANGUAGE", language);
  info = arra_run ("info", path, "--json", NULL);
  harness_setenv ("LANGUAGE", NULL);
  assert_status (info, 0);
  g_assert_null (strstr (info->err, ".json"));
  return parse_json (info->out);
}

/* All that the card says about the checkpoint, in each language that the program has; prompts as it learnt them. */
static void
test_translations (gconstpointer data)
{
  static const char *const texts[] = { "description", "license_link", "training_data", "intended_use" };
  static const char *const languages[] = { "de", "fr" };
  g_autofree char *path = shipped (data);
  g_autoptr (JsonNode) own = NULL;
  JsonObject *english;

  harness_begin ();
  own = card_in (path, "en");
  english = json_object_get_object_member (json_node_get_object (own), "card");
  for (gsize l = 0; l < G_N_ELEMENTS (languages); l++)
    {
      g_autoptr (JsonNode) node = card_in (path, languages[l]);
      JsonObject *card = json_object_get_object_member (json_node_get_object (node), "card");

      for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
        g_assert_cmpstr (json_object_get_string_member (card, texts[i]), !=,
                         json_object_get_string_member (english, texts[i]));
      g_assert_true (json_node_equal (json_object_get_member (card, "example_prompts"),
                                      json_object_get_member (english, "example_prompts")));
    }
  harness_end ();
}

typedef struct
{
  int left, top, width, height;
} Area;

static const Area all = { 0, 0, 256, 256 };

/* Means of the channels of a part of a picture of 256 x 256, 0 to 255. */
static void
mean_colour (const char *name, Area area, double mean[3])
{
  g_autofree char *path = scratch_path (name);
  g_autoptr (GdkPixbuf) picture = gdk_pixbuf_new_from_file (path, NULL);

  g_assert_nonnull (picture);
  g_assert_cmpint (gdk_pixbuf_get_width (picture), ==, 256);
  g_assert_cmpint (gdk_pixbuf_get_height (picture), ==, 256);
  mean[0] = mean[1] = mean[2] = 0;
  for (int y = area.top; y < area.top + area.height; y++)
    for (int x = area.left; x < area.left + area.width; x++)
      for (int c = 0; c < 3; c++)
        mean[c] += gdk_pixbuf_read_pixels (
                       picture)[y * gdk_pixbuf_get_rowstride (picture) + x * gdk_pixbuf_get_n_channels (picture) + c]
                   / (double) (area.width * area.height);
}

/* @model: (nullable): the default */
static void
draw (const char *model, const char *prompt, const char *name)
{
  g_autofree char *path = model != NULL ? shipped (model) : NULL;
  g_autoptr (Outcome) outcome = arra_run ("generate", "--prompt", prompt, "--seed", "1", "-o", name,
                                          path != NULL ? "--model" : NULL, path, NULL);

  assert_status (outcome, 0);
}

static void
draw_texture (const char *prompt, const char *name, double mean[3])
{
  draw (NULL, prompt, name);
  mean_colour (name, all, mean);
  g_test_message ("%s: %.0f %.0f %.0f", prompt, mean[0], mean[1], mean[2]);
}

/* A pass that reads guesses saves others, and the picture stays the same. */
static void
test_lookahead (gconstpointer data)
{
  g_autofree char *path = shipped (data);

  harness_begin ();
  for (guint n = 1; n <= 8; n += 7)
    {
      const char *name = n == 1 ? "one.png" : "eight.png", *passes = n == 1 ? "1" : "8";
      g_autoptr (Outcome) outcome = NULL;
      g_autoptr (JsonNode) node = NULL;
      gint64 saved;

      harness_setenv ("ARRA_LOOKAHEAD", passes);
      outcome = arra_run ("generate", "--model", path, "--seed", "1", "--json", "-o", name, "wood", NULL);
      assert_status (outcome, 0);
      node = parse_json (outcome->out);
      saved = json_object_get_int_member (json_node_get_object (node), "passes_saved");
      g_test_message ("%s: %s at once saves %d passes", (const char *) data, passes, (int) saved);
      if (n == 1)
        g_assert_cmpint (saved, ==, 0);
      else
        g_assert_cmpint (saved, >, 64);
    }
  g_assert_true (same_bytes ("one.png", "eight.png"));
  harness_end ();
}

/* Keys and values of half or a quarter of the size give the same picture whatever reads them, and recipes tell of them.
 */
static void
test_kv (gconstpointer data)
{
  static const char *const types[] = { "f16", "q8_0" };
  g_autofree char *path = shipped (data);

  harness_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autofree char *quoted = g_strdup_printf ("\"kv\": \"%s\"", types[i]);
      g_autoptr (Outcome) one = NULL, two = NULL, again = NULL;

      one = arra_run ("generate", "--model", path, "--kv", types[i], "--seed", "1", "--threads", "1", "-o", "one.png",
                      "--tokens-out", "kv.json", "wood", NULL);
      assert_status (one, 0);
      harness_setenv ("ARRA_LOOKAHEAD", "4");
      two = arra_run ("generate", "--model", path, "--kv", types[i], "--seed", "1", "--threads", "3", "-o", "two.png",
                      "wood", NULL);
      harness_setenv ("ARRA_LOOKAHEAD", NULL);
      assert_status (two, 0);
      g_assert_true (same_bytes ("one.png", "two.png"));
      again = arra_run ("generate", "--resume", "kv.json", "--json", "-o", "again.png", NULL);
      assert_status (again, 0);
      assert_says (again->out, quoted);
      g_assert_true (same_bytes ("one.png", "again.png"));
    }
  harness_end ();
}

static void
link_shipped (const char *folder, const char *name)
{
  g_autofree char *path = shipped (name), *link = g_build_filename (folder, name, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (link);

  g_assert_true (g_file_make_symbolic_link (file, path, NULL, NULL));
}

/* Without --model "textures" is taken, whatever lies beside it; words for colours do what they say. */
static void
test_default (void)
{
  g_autofree char *folder = NULL, *data = NULL;
  double red[3], green[3], blue[3];

  harness_begin ();
  data = scratch_path ("share");
  folder = g_build_filename (data, "arra", "checkpoints", NULL);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  link_shipped (folder, "textures.gguf");
  link_shipped (folder, "phantom-cxr.gguf");
  harness_setenv ("XDG_DATA_DIRS", data);
  draw_texture ("red oak wood", "red.png", red);
  draw_texture ("green woven fabric", "green.png", green);
  draw_texture ("blue water", "blue.png", blue);
  g_assert_cmpfloat (red[0], >, red[1] + 20);
  g_assert_cmpfloat (red[0], >, red[2] + 20);
  g_assert_cmpfloat (green[1], >, green[0] + 20);
  g_assert_cmpfloat (green[1], >, green[2] + 20);
  g_assert_cmpfloat (blue[2], >, blue[0] + 20);
  g_assert_cmpfloat (blue[2], >, blue[1]);
  harness_end ();
}

#define APART 8 /* pixels: ripples are larger than the grain of the sand */

/* How much more pixels that are so far apart differ from top to bottom than from left to right. */
static double
ripples (const char *prompt, const char *name)
{
  g_autofree char *path = scratch_path (name);
  g_autoptr (GdkPixbuf) picture = NULL;
  const guint8 *pixels;
  double down = 0, across = 0;
  int stride, step;

  draw ("textures.gguf", prompt, name);
  picture = gdk_pixbuf_new_from_file (path, NULL);
  g_assert_nonnull (picture);
  pixels = gdk_pixbuf_read_pixels (picture);
  stride = gdk_pixbuf_get_rowstride (picture);
  step = gdk_pixbuf_get_n_channels (picture);
  for (int y = 0; y < all.height - APART; y++)
    for (int x = 0; x < all.width - APART; x++)
      {
        const guint8 *at = pixels + y * stride + x * step;

        down += abs (at[APART * stride] - at[0]);
        across += abs (at[APART * step] - at[0]);
      }
  g_test_message ("%s: %.2f", prompt, down / across);
  return down / across;
}

static void
test_direction (void)
{
  double horizontal, vertical;

  harness_begin ();
  horizontal = ripples ("coarse sand, horizontal ripples", "horizontal.png");
  vertical = ripples ("coarse sand, vertical ripples", "vertical.png");
  g_assert_cmpfloat (horizontal, >, 1.2);
  g_assert_cmpfloat (vertical, <, 1 / 1.2);
  harness_end ();
}

static double
brightness (const char *name, Area area)
{
  double mean[3];

  mean_colour (name, area, mean);
  return mean[1];
}

/* Large effusions whiten the lower halves of the lungs they are in, a large heart the lung beside it. The
 * patient's left is on the right in the picture. */
static void
test_radiograph (void)
{
  static const Area right = { 56, 120, 50, 50 }, left = { 165, 120, 30, 50 }, beside = { 165, 110, 30, 60 };
  double lungs[2], heart[2], sides[2];

  harness_begin ();
  draw ("phantom-cxr.gguf", "PA view chest x-ray image, normal heart size, clear lungs.", "normal.png");
  draw ("phantom-cxr.gguf", "PA view chest x-ray image, bilateral pleural effusions, large.", "effusions.png");
  draw ("phantom-cxr.gguf", "PA view chest x-ray image, large right pleural effusion.", "right.png");
  draw ("phantom-cxr.gguf", "AP view chest x-ray image, severe cardiomegaly.", "heart.png");
  lungs[0] = brightness ("normal.png", right) + brightness ("normal.png", left);
  lungs[1] = brightness ("effusions.png", right) + brightness ("effusions.png", left);
  sides[0] = brightness ("right.png", right) - brightness ("normal.png", right);
  sides[1] = brightness ("right.png", left) - brightness ("normal.png", left);
  heart[0] = brightness ("normal.png", beside);
  heart[1] = brightness ("heart.png", beside);
  g_test_message ("lungs %.0f and %.0f, right effusion %+.0f right and %+.0f left, heart %.0f and %.0f", lungs[0],
                  lungs[1], sides[0], sides[1], heart[0], heart[1]);
  g_assert_cmpfloat (lungs[1], >, lungs[0] + 60);
  g_assert_cmpfloat (sides[0], >, sides[1] + 30);
  g_assert_cmpfloat (heart[1], >, heart[0] + 30);
  harness_end ();
}

/* People write sentences, longer than any caption was. */
static void
test_sentence (gconstpointer data)
{
  harness_begin ();
  draw (data,
        "I would like to have a picture, calm and not too dark, of what my grandmother saw from her window: "
        "an old wall of red bricks, on which a little snow had fallen during the night.",
        "sentence.png");
  harness_end ();
}

static double
of_mean (JsonNode *report, const char *which)
{
  JsonObject *mean = json_object_get_object_member (json_node_get_object (report), "mean");

  return json_object_get_double_member (mean, which);
}

typedef struct
{
  const char *domain;
  const char *count;      /* of captions: of many materials few tell little */
  double real, generated; /* least balanced accuracy, mean over attributes */
} Judged;

/* The judge that ships finds in drawn pictures what their labels say, and in generated ones what captions ask
 * for that no picture of training had. */
static void
test_judged (gconstpointer data)
{
  const Judged *expected = data;
  g_autofree char *file = g_strconcat (expected->domain, ".gguf", NULL), *model = shipped (file),
                  *folder = g_strconcat ("judge-", expected->domain, NULL), *judge = shipped (folder);
  g_autoptr (Outcome) domain = NULL, generate = NULL, eval = NULL;
  g_autoptr (JsonNode) report = NULL;

  harness_begin ();
  domain = arra_run ("domain", expected->domain, "--count", expected->count, "--seed", "2", "--split", "held-out", "-o",
                     "asked", NULL);
  assert_status (domain, 0);
  generate = arra_run ("generate", "--model", model, "--prompts", "asked", "--seed", "1", "-o", "drawn", NULL);
  assert_status (generate, 0);
  eval = arra_run ("eval", "--data", "drawn", "--against", "asked", "--judge", judge, "--json", NULL);
  assert_status (eval, 0);
  report = parse_json (eval->out);
  g_test_message ("real %.3f, generated %.3f", of_mean (report, "real"), of_mean (report, "generated"));
  g_assert_cmpfloat (of_mean (report, "real"), >=, expected->real);
  g_assert_cmpfloat (of_mean (report, "generated"), >=, expected->generated);
  harness_end ();
}

/* A checkpoint, and the folder of its VQGAN */
typedef struct
{
  const char *model, *vqgan;
} Parts;

/* The VQGAN that ships apart is the one inside the checkpoint. */
static void
test_vqgan (gconstpointer data)
{
  const Parts *parts = data;
  g_autofree char *model = shipped (parts->model), *vqgan = shipped (parts->vqgan);
  g_autoptr (Outcome) apart = NULL;

  harness_begin ();
  draw (parts->model, "something", "own.png");
  apart = arra_run ("generate", "--prompt", "something", "--seed", "1", "-o", "apart.png", "--model", model, "--vqgan",
                    vqgan, NULL);
  assert_status (apart, 0);
  g_assert_cmpuint (picture_difference ("own.png", "apart.png"), ==, 0);
  harness_end ();
}

int
main (int argc, char **argv)
{
  static const Judged textures = { "textures", "32", 0.85, 0.7 }, radiographs = { "phantom-cxr", "16", 0.98, 0.85 };
  static const Parts parts[] = { { "textures.gguf", "vqgan-textures" }, { "phantom-cxr.gguf", "vqgan" } };

  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/shipped/card/textures", "textures.gguf", test_card);
  g_test_add_data_func ("/shipped/card/phantom-cxr", "phantom-cxr.gguf", test_card);
  g_test_add_data_func ("/shipped/translations/textures", "textures.gguf", test_translations);
  g_test_add_data_func ("/shipped/translations/phantom-cxr", "phantom-cxr.gguf", test_translations);
  g_test_add_data_func ("/shipped/sentence/textures", "textures.gguf", test_sentence);
  g_test_add_data_func ("/shipped/sentence/phantom-cxr", "phantom-cxr.gguf", test_sentence);
  g_test_add_func ("/shipped/direction", test_direction);
  g_test_add_func ("/shipped/radiograph", test_radiograph);
  g_test_add_func ("/shipped/default", test_default);
  g_test_add_data_func ("/shipped/kv/textures", "textures.gguf", test_kv);
  g_test_add_data_func ("/shipped/lookahead/textures", "textures.gguf", test_lookahead);
  g_test_add_data_func ("/shipped/lookahead/phantom-cxr", "phantom-cxr.gguf", test_lookahead);
  g_test_add_data_func ("/shipped/judged/textures", &textures, test_judged);
  g_test_add_data_func ("/shipped/judged/phantom-cxr", &radiographs, test_judged);
  g_test_add_data_func ("/shipped/vqgan/textures", &parts[0], test_vqgan);
  g_test_add_data_func ("/shipped/vqgan/phantom-cxr", &parts[1], test_vqgan);
  return g_test_run ();
}
