/* test-vqgan_trainee.c - a small VQGAN learns four pictures, to the same bits each time
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "vqgan_trainee.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "jsonguard.h"
#include "noise.h"
#include "trainee_test.h"
#include "vqgan.h"
#include "vqgan_trainee_private.h"

#define RATE 2e-3 /* of learning */
#define SIDE 32
#define METRICS ARRA_TRAIN_METRICS

static const char base_model[] = "model:\n"
                                 "  base_channels: 8\n"
                                 "  channel_multiplier: [1, 2, 2]\n"
                                 "  latent_channels: 16\n"
                                 "  embed_dim: 8\n"
                                 "  num_embeddings: 64\n"
                                 "  norm_groups: 4\n"
                                 "  resolution: 32\n"
                                 "  average: 0.9\n";

static const char base[] = "data:\n"
                           "  batch: 4\n"
                           "  crop: 32\n";

static const char late_codes[] = "codebook:\n"
                                 "  start: 3\n";

/* Codes in a lattice, a decoder of its own, tiles. */
static const char sharp_model[] = "model:\n"
                                  "  base_channels: 8\n"
                                  "  channel_multiplier: [1, 2]\n"
                                  "  decoder_base_channels: 16\n"
                                  "  decoder_channel_multiplier: [1, 2]\n"
                                  "  decoder_res_blocks: 1\n"
                                  "  middle_attention: false\n"
                                  "  smooth_upsampling: true\n"
                                  "  norm: pixel\n"
                                  "  padding: wrap\n"
                                  "  latent_channels: 16\n"
                                  "  norm_groups: 4\n"
                                  "  resolution: 32\n"
                                  "  average: 0.9\n";

static const char sharp[] = "codebook:\n"
                            "  levels: [5, 4, 3]\n";

static const char judged[] = "loss:\n"
                             "  kind: patch\n"
                             "  critic_start: 2\n"
                             "  critic_channels: 8\n";

static const char late_and_judged[] = "codebook:\n"
                                      "  start: 3\n"
                                      "loss:\n"
                                      "  kind: patch\n"
                                      "  critic_start: 2\n"
                                      "  critic_channels: 8\n";

static const char sharp_and_judged[] = "codebook:\n"
                                       "  levels: [5, 4, 3]\n"
                                       "optimizer:\n"
                                       "  method: muon\n"
                                       "loss:\n"
                                       "  kind: patch\n"
                                       "  coarse: 1\n"
                                       "  texture: 1\n"
                                       "  critic_measure: pairs\n"
                                       "  critic_features: 1\n"
                                       "  critic_start: 2\n"
                                       "  critic_channels: 8\n";

typedef struct
{
  ArraPool *pool;
  ArraTrainee trainee;
} Fixture;

/* Waves of four colours and directions. */
static void
paint (guint8 *pixels, guint n, guint32 first)
{
  for (guint i = 0; i < n * SIDE * SIDE; i++)
    for (guint c = 0; c < 3; c++)
      {
        guint picture = i / (SIDE * SIDE) + first, y = i / SIDE % SIDE, x = i % SIDE;
        double wave = sin (0.2 * (double) ((picture & 1 ? x : y) + 3 * c) * (1 + picture / 2 % 2));

        pixels[3 * i + c] = (guint8) (128 + 90 * wave + (double) (arra_noise_bits (1, picture, i, c) % 8));
      }
}

/* @start: more of the @model; @more: other sections. */
static void
begin_with (Fixture *f, const char *model, const char *start, const char *more, guint threads)
{
  g_autofree char *text = g_strconcat (model, start, base, more, NULL);
  g_autoptr (ArraYaml) config = arra_yaml_parse (text, strlen (text), "train.yaml", NULL);
  ArraPictureSupply *supply = arra_picture_supply_new (SIDE, 4, 2, NULL);
  ArraTrainSetup setup = { .seed = 9 };
  GError *error = NULL;

  f->pool = arra_pool_new (threads, NULL);
  setup.exec = (ArraExec) { arra_kernels_default (NULL), f->pool };
  paint (supply->pixels, 4, 0);
  paint (supply->valid, 2, 0);
  if (!arra_vqgan_trainee_new_from (config, &setup, supply, &f->trainee, &error))
    g_error ("%s", error->message);
}

static void
begin_at (Fixture *f, const char *start, const char *more, guint threads)
{
  begin_with (f, base_model, start, more, threads);
}

static void
begin (Fixture *f, const char *more, guint threads)
{
  g_autofree char *all = g_strconcat (late_codes, more, NULL);

  begin_at (f, "", all, threads);
}

static void
end (Fixture *f)
{
  f->trainee.klass->free (f->trainee.self);
  arra_pool_free (f->pool);
}

/* The distance falls to less than a fourth in 120 steps. */
static void
test_learn (void)
{
  double first[METRICS], last[METRICS], valid[METRICS];
  Fixture f;

  begin (&f, "", 2);
  trainee_test_steps (&f.trainee, 0, 1, RATE, first);
  trainee_test_steps (&f.trainee, 1, 120, RATE, last);
  g_assert_true (f.trainee.klass->validate (f.trainee.self, valid, NULL, NULL));
  g_test_message ("loss %g -> %g, l1 %g -> %g, validation l1 %g, psnr %g", first[0], last[0], first[1], last[1],
                  valid[1], valid[2]);
  g_assert_cmpfloat (last[0], <, first[0] / 4);
  g_assert_cmpfloat (last[1], <, first[1] / 4);
  g_assert_cmpfloat (valid[1], <, first[1] / 3);
  g_assert_cmpfloat (last[5], >, 4); /* perplexity */
  end (&f);
}

static void
assert_same (GByteArray *a, GByteArray *b)
{
  g_assert_cmpmem (a->data, a->len, b->data, b->len);
}

/* @more than the model's own: where a training can be broken off. */
typedef struct
{
  const char *model, *more;
} Kind;

static void
begin_kind (Fixture *f, const Kind *kind, guint threads)
{
  begin_with (f, kind->model, "", kind->more, threads);
}

/* The same bits from one thread, from two, and from a training that was broken off. */
static void
test_repeat (gconstpointer kind)
{
  double metrics[3][METRICS];
  g_autoptr (GByteArray) alone = NULL, two = NULL, halfway = NULL, again = NULL;
  Fixture f;

  begin_kind (&f, kind, 1);
  trainee_test_steps (&f.trainee, 0, 7, RATE, metrics[0]);
  alone = trainee_test_state (&f.trainee);
  end (&f);

  begin_kind (&f, kind, 2);
  trainee_test_steps (&f.trainee, 0, 4, RATE, metrics[1]);
  halfway = trainee_test_state (&f.trainee);
  trainee_test_steps (&f.trainee, 4, 7, RATE, metrics[1]);
  two = trainee_test_state (&f.trainee);
  end (&f);
  assert_same (alone, two);
  g_assert_cmpmem (metrics[0], 12 * sizeof (double), metrics[1], 12 * sizeof (double));
  g_assert_cmpfloat (metrics[0][9], >, 0); /* the critics' loss */

  begin_kind (&f, kind, 2);
  trainee_test_set_state (&f.trainee, halfway);
  trainee_test_steps (&f.trainee, 4, 7, RATE, metrics[2]);
  again = trainee_test_state (&f.trainee);
  end (&f);
  assert_same (two, again);
}

static ArraVqgan *
load (const char *folder, const ArraExec *exec)
{
  g_autofree char *weights = g_build_filename (folder, "vqgan.safetensors", NULL);
  g_autofree char *json = g_build_filename (folder, "vqgan.json", NULL);
  ArraVqganConfig config;
  JsonObject *object;
  GError *error = NULL;
  g_autoptr (JsonParser) parser = arra_json_parse_file (json, &object, &error);
  g_autoptr (ArraSource) source = arra_safetensors_open (weights, &error);
  ArraVqgan *vqgan;

  g_assert_nonnull (parser);
  g_assert_no_error (error);
  g_assert_true (arra_vqgan_config_from_json (&config, object, json, &error));
  g_assert_cmpuint (config.norm_groups, ==, 4);
  vqgan = arra_vqgan_new (&config, source, "", exec->pool, NULL, &error);
  g_assert_no_error (error);
  g_unlink (weights);
  g_unlink (json);
  return vqgan;
}

/* What is saved makes the pictures that validation has seen. */
static void
test_save (void)
{
  g_autofree char *folder = g_dir_make_tmp ("arra-vqgan-XXXXXX", NULL);
  double metrics[METRICS], valid[METRICS], sum = 0;
  guint8 pixels[2 * SIDE * SIDE * 3];
  float planes[3 * SIDE * SIDE], made[3 * SIDE * SIDE];
  guint32 codes[64];
  Fixture f;

  begin (&f, "", 1);
  trainee_test_steps (&f.trainee, 0, 20, RATE, metrics);
  g_assert_true (f.trainee.klass->validate (f.trainee.self, valid, NULL, NULL));
  g_assert_true (f.trainee.klass->save_model (f.trainee.self, folder, NULL));
  const ArraExec exec = { arra_kernels_default (NULL), f.pool };
  g_autoptr (ArraVqgan) vqgan = load (folder, &exec);
  g_autoptr (ArraVqganRun) encode = arra_vqgan_run_new (vqgan, &exec, 8, 8, TRUE, NULL);
  g_autoptr (ArraVqganRun) decode = arra_vqgan_run_new (vqgan, &exec, 8, 8, FALSE, NULL);

  paint (pixels, 2, 0);
  for (guint i = 0; i < 2; i++)
    {
      const ArraRaster raster = { SIDE, SIDE, 3, pixels + i * sizeof pixels / 2 };

      arra_vqgan_from_u8 (&raster, planes);
      g_assert_true (arra_vqgan_encode (encode, planes, SIDE, SIDE, codes, NULL, NULL, NULL));
      g_assert_true (arra_vqgan_decode (decode, codes, 8, 8, made, NULL, NULL, NULL, NULL));
      for (gsize k = 0; k < G_N_ELEMENTS (made); k++)
        sum += fabs ((double) made[k] - (double) planes[k]) / (2.0 * G_N_ELEMENTS (made));
    }
  g_assert_cmpfloat_with_epsilon (sum, valid[1], 1e-5);
  g_rmdir (folder);
  end (&f);
}

/* Codes of a saved lattice model are those that its training saw, whole pictures against whole pictures. */
static void
check_codes (const Fixture *f, const ArraVqgan *vqgan, const ArraExec *exec)
{
  const ArraVqganTrainee *t = f->trainee.self;
  g_autoptr (ArraVqganRun) encode = arra_vqgan_run_new (vqgan, exec, 16, 16, TRUE, NULL);
  guint8 pixels[2 * SIDE * SIDE * 3];
  float planes[3 * SIDE * SIDE];
  guint32 codes[256];

  g_assert_cmpuint (arra_vqgan_config (vqgan)->n_embed, ==, 60);
  paint (pixels, 2, 0);
  for (guint i = 0; i < 2; i++)
    {
      const ArraRaster raster = { SIDE, SIDE, 3, pixels + i * sizeof pixels / 2 };

      arra_vqgan_from_u8 (&raster, planes);
      g_assert_true (arra_vqgan_encode (encode, planes, SIDE, SIDE, codes, NULL, NULL, NULL));
      g_assert_cmpmem (codes, sizeof codes, t->codes + i * 256, sizeof codes);
    }
}

/* Of a tile, the picture of codes that are moved on by one is the picture moved on by a patch. */
static void
check_tile (const ArraVqgan *vqgan, const ArraExec *exec)
{
  g_autoptr (ArraVqganRun) decode = arra_vqgan_run_new (vqgan, exec, 16, 16, FALSE, NULL);
  guint32 codes[256], moved[256];
  float made[3 * SIDE * SIDE], other[3 * SIDE * SIDE];
  double worst = 0;

  for (guint32 i = 0; i < 256; i++)
    codes[i] = arra_noise_bits (7, 0, 0, i) % 60;
  for (guint i = 0; i < 256; i++)
    moved[i] = codes[(i / 16 + 1) % 16 * 16 + (i + 1) % 16];
  g_assert_true (arra_vqgan_decode (decode, codes, 16, 16, made, NULL, NULL, NULL, NULL));
  g_assert_true (arra_vqgan_decode (decode, moved, 16, 16, other, NULL, NULL, NULL, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (made); i++)
    {
      gsize c = i / (SIDE * SIDE), y = (i / SIDE % SIDE + 2) % SIDE, x = (i + 2) % SIDE;

      worst = fmax (worst, fabs ((double) other[i] - (double) made[(c * SIDE + y) * SIDE + x]));
    }
  g_test_message ("%g", worst);
  g_assert_cmpfloat (worst, <, 1e-4);
}

static void
test_lattice (void)
{
  g_autofree char *folder = g_dir_make_tmp ("arra-vqgan-XXXXXX", NULL);
  double first[METRICS], metrics[METRICS], valid[METRICS];
  Fixture f;

  begin_with (&f, sharp_model, "", sharp, 2);
  trainee_test_steps (&f.trainee, 0, 1, RATE, first);
  trainee_test_steps (&f.trainee, 1, 40, RATE, metrics);
  g_test_message ("loss %g -> %g, perplexity %g", first[0], metrics[0], metrics[5]);
  g_assert_cmpfloat (metrics[0], <, first[0] / 2);
  g_assert_cmpfloat (metrics[5], >, 4);
  g_assert_true (f.trainee.klass->validate (f.trainee.self, valid, NULL, NULL));
  g_assert_true (f.trainee.klass->save_model (f.trainee.self, folder, NULL));
  const ArraExec exec = { arra_kernels_default (NULL), f.pool };
  g_autoptr (ArraVqgan) vqgan = load (folder, &exec);

  check_codes (&f, vqgan, &exec);
  check_tile (vqgan, &exec);
  g_rmdir (folder);
  end (&f);
}

static void
remove_model (const char *folder)
{
  g_autofree char *weights = g_build_filename (folder, "vqgan.safetensors", NULL);
  g_autofree char *json = g_build_filename (folder, "vqgan.json", NULL);

  g_unlink (weights);
  g_unlink (json);
  g_rmdir (folder);
}

/* A model goes on with its own lattice, not with another of as many codes. */
static void
test_other_lattice (void)
{
  g_autofree char *folder = g_dir_make_tmp ("arra-vqgan-XXXXXX", NULL);
  g_autofree char *start = g_strdup_printf ("  learn: decoder\n  from: %s\n", folder);
  g_autofree char *again = g_strconcat (sharp, judged, NULL);
  g_autofree char *text = g_strconcat (sharp_model, start, base, "codebook:\n  levels: [3, 4, 5]\n", NULL);
  g_autoptr (ArraYaml) config = arra_yaml_parse (text, strlen (text), "train.yaml", NULL);
  g_autoptr (GError) error = NULL;
  ArraTrainSetup setup = { .seed = 9 };
  double metrics[METRICS];
  ArraTrainee other;
  Fixture f;

  begin_with (&f, sharp_model, "", sharp, 2);
  trainee_test_steps (&f.trainee, 0, 1, RATE, metrics);
  g_assert_true (f.trainee.klass->save_model (f.trainee.self, folder, NULL));
  setup.exec = (ArraExec) { arra_kernels_default (NULL), f.pool };
  g_assert_false (
      arra_vqgan_trainee_new_from (config, &setup, arra_picture_supply_new (SIDE, 1, 0, NULL), &other, &error));
  g_assert_nonnull (strstr (error->message, "codebook.levels"));
  end (&f);
  begin_with (&f, sharp_model, start, again, 2);
  trainee_test_steps (&f.trainee, 0, 4, RATE, metrics);
  g_assert_cmpfloat (metrics[9], >, 0); /* the critic's loss */
  end (&f);
  remove_model (folder);
}

static gboolean
is_encoder_kept (const char *folder, const char *other)
{
  g_autofree char *a = g_build_filename (folder, "vqgan.safetensors", NULL);
  g_autofree char *b = g_build_filename (other, "vqgan.safetensors", NULL);
  g_autoptr (ArraSource) before = arra_safetensors_open (a, NULL), after = arra_safetensors_open (b, NULL);
  gboolean kept = TRUE;

  for (gsize i = 0; i < arra_source_count (before); i++)
    {
      const char *name = arra_source_name (before, i);
      const ArraTensor *old = arra_source_tensor (before, i), *new = arra_source_find (after, name);
      gboolean same = memcmp (old->data, new->data, old->n_bytes) == 0;
      gboolean decodes = g_str_has_prefix (name, "decoder.") || g_str_has_prefix (name, "post_quant");

      kept &= decodes ? !same : same;
    }
  return kept;
}

/* A second training changes the decoder alone, and makes it better. */
static void
test_decoder (void)
{
  g_autofree char *folder = g_dir_make_tmp ("arra-vqgan-XXXXXX", NULL);
  g_autofree char *other = g_dir_make_tmp ("arra-vqgan-XXXXXX", NULL);
  g_autofree char *start = g_strdup_printf ("  learn: decoder\n  from: %s\n", folder);
  double metrics[METRICS], valid[2][METRICS];
  Fixture f;

  begin (&f, "", 2);
  trainee_test_steps (&f.trainee, 0, 20, RATE, metrics);
  g_assert_true (f.trainee.klass->save_model (f.trainee.self, folder, NULL));
  g_assert_true (f.trainee.klass->validate (f.trainee.self, valid[0], NULL, NULL));
  end (&f);

  begin_at (&f, start, "", 2);
  trainee_test_steps (&f.trainee, 0, 20, RATE, metrics);
  g_assert_true (f.trainee.klass->save_model (f.trainee.self, other, NULL));
  g_assert_true (f.trainee.klass->validate (f.trainee.self, valid[1], NULL, NULL));
  end (&f);
  g_test_message ("loss %g -> %g", valid[0][0], valid[1][0]);
  g_assert_cmpfloat (valid[1][0], <, 0.8 * valid[0][0]);
  g_assert_true (is_encoder_kept (folder, other));
  remove_model (folder);
  remove_model (other);
}

/* A second training of all keeps the codes, unless it is told when to place them anew. */
static void
test_more (void)
{
  g_autofree char *folder = g_dir_make_tmp ("arra-vqgan-XXXXXX", NULL);
  g_autofree char *start = g_strdup_printf ("  from: %s\n", folder);
  double first[METRICS], kept[METRICS], none[METRICS], anew[METRICS];
  Fixture f;

  begin (&f, "", 2);
  trainee_test_steps (&f.trainee, 0, 20, RATE, first);
  g_assert_true (f.trainee.klass->save_model (f.trainee.self, folder, NULL));
  end (&f);

  begin_at (&f, start, "", 2);
  trainee_test_steps (&f.trainee, 0, 1, RATE, kept);
  end (&f);
  begin_at (&f, start, late_codes, 2);
  trainee_test_steps (&f.trainee, 0, 1, RATE, none);
  trainee_test_steps (&f.trainee, 1, 4, RATE, anew);
  end (&f);
  g_test_message ("perplexity %g; %g, %g", kept[5], none[5], anew[5]);
  g_assert_cmpfloat (kept[5], >, 1);
  g_assert_cmpfloat (none[5], ==, 0);
  g_assert_cmpfloat (anew[5], >, 1);
  remove_model (folder);
}

static void
refuse_at (const char *start, const char *more, const char *key)
{
  g_autofree char *text = g_strconcat (base_model, start, base, more, NULL);
  g_autoptr (ArraYaml) config = arra_yaml_parse (text, strlen (text), "train.yaml", NULL);
  const ArraTrainSetup setup = { .exec = { arra_kernels_default (NULL), NULL } };
  g_autoptr (GError) error = NULL;
  ArraTrainee trainee;

  g_assert_false (
      arra_vqgan_trainee_new_from (config, &setup, arra_picture_supply_new (SIDE, 1, 0, NULL), &trainee, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
  g_assert_nonnull (strstr (error->message, key));
}

static void
refuse (const char *more, const char *key)
{
  refuse_at ("", more, key);
}

static void
test_refuse (void)
{
  refuse ("loss:\n  kind: lpips\n", "loss.kind");
  refuse ("codebook:\n  levels: [4, 4]\n", "codebook.levels");
  refuse ("codebook:\n  levels: [4, 1, 2, 2, 2, 2, 2, 2]\n", "codebook.levels");
  refuse_at ("  decoder_channel_multiplier: [1, 2]\n", "", "decoder_channel_multiplier");
  refuse_at ("  padding: mirror\n", "", "model.padding");
  refuse ("optimizer:\n  beta1: 1.5\n", "optimizer.beta1");
  refuse ("loss:\n  l1: -1\n", "loss.l1");
  refuse_at ("  learn: decoder\n", "", "model.from");
  refuse_at ("  learn: decoder\n  from: .\n", late_codes, "codebook.start");
}

static void
test_data (void)
{
  const ArraPictureSupply *supply;
  Fixture f;

  begin (&f, "", 1);
  supply = ((const ArraVqganTrainee *) f.trainee.self)->supply;
  trainee_test_data_counts (&f.trainee, supply->pixels + 4 * SIDE * SIDE * 3 - 1);
  trainee_test_data_counts (&f.trainee, supply->valid + 5);
  end (&f);
}

int
main (int argc, char **argv)
{
  static const Kind kinds[] = { { base_model, late_and_judged }, { sharp_model, sharp_and_judged } };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vqgan-trainee/learn", test_learn);
  g_test_add_data_func ("/vqgan-trainee/repeat", &kinds[0], test_repeat);
  g_test_add_data_func ("/vqgan-trainee/repeat-sharp", &kinds[1], test_repeat);
  g_test_add_func ("/vqgan-trainee/save", test_save);
  g_test_add_func ("/vqgan-trainee/lattice", test_lattice);
  g_test_add_func ("/vqgan-trainee/other-lattice", test_other_lattice);
  g_test_add_func ("/vqgan-trainee/decoder", test_decoder);
  g_test_add_func ("/vqgan-trainee/more", test_more);
  g_test_add_func ("/vqgan-trainee/data", test_data);
  g_test_add_func ("/vqgan-trainee/refuse", test_refuse);
  return g_test_run ();
}
