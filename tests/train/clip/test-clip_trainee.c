/* test-clip_trainee.c - a tiny CLIP matches eight coloured pictures with their captions, to the same bits
 * each time
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "clip_trainee.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "clip.h"
#include "clip_trainee_private.h"
#include "model_folder.h"
#include "trainee_test.h"

#define RATE 3e-3 /* of learning */
#define SIDE 20
#define CROP 16
#define COLOURS 8
#define EACH 3 /* pictures of a colour to learn from */

static const char *const captions[COLOURS] = { "a red wall",    "a green wall", "a blue wall",  "a yellow wall",
                                               "a purple wall", "a cyan wall",  "a black wall", "a white wall" };
static const guint8 colours[COLOURS][3] = { { 220, 30, 30 },  { 30, 200, 40 },  { 30, 40, 220 }, { 220, 210, 30 },
                                            { 180, 40, 190 }, { 40, 200, 210 }, { 20, 20, 20 },  { 235, 235, 235 } };

static const char base[] = "model:\n"
                           "  tokenizer: %s\n"
                           "  image_size: 16\n"
                           "  patch_size: 8\n"
                           "  width: 16\n"
                           "  layers: 2\n"
                           "  heads: 2\n"
                           "  text_width: 16\n"
                           "  text_layers: 1\n"
                           "  context: 12\n"
                           "  projection: 12\n"
                           "data:\n"
                           "%s";

typedef struct
{
  ArraPool *pool;
  ArraTrainee trainee;
} Fixture;

static void
paint (guint8 *pixels, guint n)
{
  for (guint i = 0; i < n * SIDE * SIDE; i++)
    for (guint c = 0; c < 3; c++)
      pixels[3 * i + c] = (guint8) (colours[i / (SIDE * SIDE) % COLOURS][c] + (i * 7 + c) % 11);
}

/* EACH pictures of every colour, and one more held out. */
static ArraPictureSupply *
make_pictures (void)
{
  ArraPictureSupply *supply = arra_picture_supply_new (SIDE, EACH * COLOURS, COLOURS, NULL);

  paint (supply->pixels, supply->n);
  paint (supply->valid, supply->n_valid);
  return supply;
}

static const char *const *
list_captions (void)
{
  static const char *all[(EACH + 1) * COLOURS];

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    all[i] = captions[i % COLOURS];
  return all;
}

static ArraYaml *
make_config (const char *more)
{
  g_autofree char *tokenizer = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", "e2e", "model", NULL);
  g_autofree char *text = g_strdup_printf (base, tokenizer, more);
  GError *error = NULL;
  ArraYaml *config = arra_yaml_parse (text, strlen (text), "train.yaml", &error);

  g_assert_no_error (error);
  return config;
}

static void
begin (Fixture *f, const char *more, guint threads)
{
  g_autoptr (ArraYaml) config = make_config (more);
  ArraTrainSetup setup = { .seed = 9 };
  GError *error = NULL;

  f->pool = arra_pool_new (threads, NULL);
  setup.exec = (ArraExec) { arra_kernels_default (NULL), f->pool };
  arra_clip_trainee_new_from (config, &setup, make_pictures (), list_captions (), &f->trainee, &error);
  g_assert_no_error (error);
}

static void
end (Fixture *f)
{
  f->trainee.klass->free (f->trainee.self);
  arra_pool_free (f->pool);
}

/* ---- learning */

static gsize
nearest (const float *x, const float *rows, gsize width)
{
  gsize best = 0;
  double most = -2;

  for (gsize i = 0; i < COLOURS; i++)
    {
      double product = 0, square = 0;

      for (gsize k = 0; k < width; k++)
        {
          product += (double) (x[k] * rows[i * width + k]);
          square += (double) (rows[i * width + k] * rows[i * width + k]);
        }
      if (product / sqrt (square) > most)
        {
          most = product / sqrt (square);
          best = i;
        }
    }
  return best;
}

/* The saved folder, opened as anybody would, knows which caption is whose. */
static void
check_model (Fixture *f)
{
  g_autofree char *folder = g_dir_make_tmp ("arra-clip-XXXXXX", NULL);
  g_autofree float *pixels = g_new (float, COLOURS *CROP *CROP * 3);
  const ArraExec exec = { arra_kernels_default (NULL), f->pool };
  g_autoptr (ArraClip) clip = NULL;
  float images[COLOURS * 12], texts[COLOURS * 12];
  const ArraClipResults results = { .features = images };
  GError *error = NULL;

  g_assert_true (f->trainee.klass->save_model (f->trainee.self, folder, NULL));
  clip = arra_clip_open (folder, NULL, &exec, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (arra_clip_config (clip)->image_size, ==, CROP);
  g_assert_cmpuint (arra_clip_config (clip)->projection, ==, 12);
  for (guint i = 0; i < COLOURS; i++)
    {
      guint8 rgb[CROP * CROP * 3];

      for (guint k = 0; k < sizeof rgb; k++)
        rgb[k] = colours[i][k % 3];
      arra_clip_pixels_normalise (arra_clip_pixels (clip), rgb, CROP, pixels + i * CROP * CROP * 3);
    }
  g_assert_true (arra_clip_run (clip, COLOURS, pixels, &results, NULL));
  g_assert_true (arra_clip_text_features (clip, COLOURS, captions, texts, NULL));
  for (guint i = 0; i < COLOURS; i++)
    g_assert_cmpuint (nearest (images + 12 * i, texts, 12), ==, i);
  g_assert_true (arra_folder_remove (folder, NULL));
}

static void
test_learn (void)
{
  double first[ARRA_TRAIN_METRICS], last[ARRA_TRAIN_METRICS], valid[ARRA_TRAIN_METRICS];
  Fixture f;

  begin (&f, "  batch: 12\n", 2);
  trainee_test_steps (&f.trainee, 0, 1, RATE, first);
  trainee_test_steps (&f.trainee, 1, 150, RATE, last);
  g_assert_true (f.trainee.klass->validate (f.trainee.self, valid, NULL, NULL));
  g_test_message ("loss %g -> %g, accuracy %g -> %g, held out %g, %g, %g", first[0], last[0], first[1], last[1],
                  valid[0], valid[1], valid[2]);
  g_assert_cmpfloat (last[0], <, first[0] / 5);
  g_assert_cmpfloat (last[1], ==, 1);
  g_assert_cmpfloat (valid[0], <, first[0] / 5);
  g_assert_cmpfloat (valid[1], ==, 1);
  g_assert_cmpfloat (valid[2], ==, 1);
  check_model (&f);
  end (&f);
}

/* ---- the same bits */

/* From one thread, from two, and from a training that was broken off. */
static void
test_repeat (void)
{
  static const char clipped[] = "  batch: 12\noptimizer:\n  clip: 0.5\n";
  double metrics[ARRA_TRAIN_METRICS];
  g_autoptr (GByteArray) alone = NULL, two = NULL, halfway = NULL, again = NULL;
  Fixture f;

  begin (&f, clipped, 1);
  trainee_test_steps (&f.trainee, 0, 6, RATE, metrics);
  alone = trainee_test_state (&f.trainee);
  end (&f);

  begin (&f, clipped, 2);
  trainee_test_steps (&f.trainee, 0, 3, RATE, metrics);
  halfway = trainee_test_state (&f.trainee);
  trainee_test_steps (&f.trainee, 3, 6, RATE, metrics);
  two = trainee_test_state (&f.trainee);
  end (&f);
  g_assert_cmpmem (alone->data, alone->len, two->data, two->len);
  g_assert_true (halfway->len == two->len && memcmp (halfway->data, two->data, two->len) != 0);

  begin (&f, clipped, 2);
  trainee_test_set_state (&f.trainee, halfway);
  trainee_test_steps (&f.trainee, 3, 6, RATE, metrics);
  again = trainee_test_state (&f.trainee);
  end (&f);
  g_assert_cmpmem (two->data, two->len, again->data, again->len);
}

/* ---- pairs */

/* Equal captions are one; a batch is a function of seed and step. */
static void
test_supply (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", "e2e", "model", NULL);
  g_autoptr (ArraTokenizer) tokenizer = arra_tokenizer_open (path, NULL);
  const ArraClipConfig config = { .context = 12, .vocab_size = 20000, .bos = 0, .eos = 8710 };
  const ArraClipAugmentation how = { CROP, 0.1, 0.1 };
  const ArraExec exec = { arra_kernels_default (NULL), NULL };
  g_autoptr (ArraClipSupply) supply
      = arra_clip_supply_new (make_pictures (), list_captions (), tokenizer, &config, NULL);
  g_autoptr (ArraClipBatch) one = arra_clip_batch_new (6, CROP, 12, NULL),
                            other = arra_clip_batch_new (6, CROP, 12, NULL);
  gsize bytes = sizeof (float) * 6 * 3 * CROP * CROP;

  g_assert_cmpuint (supply->n_captions, ==, COLOURS);
  g_assert_cmpuint (supply->captions[1], ==, supply->captions[COLOURS + 1]);
  arra_clip_supply_draw (supply, &exec, &how, 1, 5, 6, one);
  arra_clip_supply_draw (supply, &exec, &how, 1, 5, 6, other);
  g_assert_cmpmem (one->pixels, bytes, other->pixels, bytes);
  g_assert_cmpmem (one->groups, 24, other->groups, 24);
  for (guint i = 0; i < 6; i++)
    g_assert_cmpuint (one->ids[one->ends[i]], ==, config.eos);
  arra_clip_supply_draw (supply, &exec, &how, 1, 6, 6, other);
  g_assert_cmpint (memcmp (one->pixels, other->pixels, bytes), !=, 0);
}

static void
refuse (const char *more, const char *what)
{
  g_autoptr (ArraYaml) config = make_config (more);
  const ArraTrainSetup setup = { .exec = { arra_kernels_default (NULL), NULL } };
  g_autoptr (GError) error = NULL;
  ArraTrainee trainee;

  g_assert_false (arra_clip_trainee_new_from (config, &setup, make_pictures (), list_captions (), &trainee, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
  g_assert_nonnull (strstr (error->message, what));
}

static void
test_refuse (void)
{
  refuse ("  size: 15\n", "data.size");
  refuse ("  batch: 1\n", "data.batch");
  refuse ("  contrast: 2\n", "data.contrast");
}

static void
test_data (void)
{
  const ArraClipSupply *supply;
  Fixture f;

  begin (&f, "", 1);
  supply = ((const ArraClipTrainee *) f.trainee.self)->supply;
  trainee_test_data_counts (&f.trainee, supply->pictures->pixels + 7);
  trainee_test_data_counts (&f.trainee, supply->captions + EACH * COLOURS); /* of one held out */
  trainee_test_data_counts (&f.trainee, supply->ids + 3);                   /* a word */
  end (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/train/clip-trainee/learn", test_learn);
  g_test_add_func ("/train/clip-trainee/repeat", test_repeat);
  g_test_add_func ("/train/clip-trainee/supply", test_supply);
  g_test_add_func ("/train/clip-trainee/data", test_data);
  g_test_add_func ("/train/clip-trainee/refuse", test_refuse);
  return g_test_run ();
}
