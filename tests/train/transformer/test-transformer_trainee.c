/* test-transformer_trainee.c - the transformer learns, continues, accumulates, and hands its options to the
 * objective
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "few_pictures.h"
#include "kinds.h"
#include "trainee_test.h"
#include "trainer.h"
#include "vocabulary.h"

static char *folder; /* a checkpoint with a tokenizer */
static FewPictures pictures;

static void
step (const ArraTrainee *trainee, guint64 index, double *metrics)
{
  g_autoptr (GError) error = NULL;
  ArraTrainStep at = { .index = index, .learning_rate = 0.01, .seed = 3 };

  trainee->klass->step (trainee->self, &at, metrics, NULL, &error);
  g_assert_no_error (error);
}

static void
test_learns (void)
{
  g_autoptr (ArraYaml) config = few_pictures_config (folder, "x", "objective: {dropout: 0}\ndata: {drop_prompt: 0}\n");
  ArraTrainee trainee = few_pictures_trainee (config, &pictures, TRUE, NULL);
  double metrics[ARRA_TRAIN_METRICS], first;

  step (&trainee, 0, metrics);
  first = metrics[0];
  g_assert_cmpfloat_with_epsilon (first, log (503), 0.5);
  g_assert_cmpfloat (metrics[3], >, 0.5); /* 1 - cosine of numbers that know nothing of each other */
  for (guint i = 1; i < 150; i++)
    step (&trainee, i, metrics);
  g_test_message ("loss %g -> %g, alignment %g", first, metrics[0], metrics[3]);
  g_assert_cmpfloat (metrics[0], <, 0.4);
  g_assert_cmpfloat (metrics[3], <, 0.1);
  g_assert_cmpuint (trainee.klass->samples_per_step (trainee.self), >, 4 * 27);
  arra_trainee_clear (&trainee);
}

/* ------------------------------------------------------------------ continuing */

static void
stop_at_three (const ArraTrainNews *news, gpointer user)
{
  if (news->step == 3)
    g_cancellable_cancel (user);
}

/* The state after all steps by @method, with a break after step 3 or without. */
static GByteArray *
train (const char *output, const char *method, gboolean with_break, ArraPool *pool)
{
  static const char more[]
      = "  micro_batch: 3\n  ema: 0.9\nobjective: {dropout: 0.1}\ndata: {drop_prompt: 0.3, held_out: 2}\n";
  g_autofree char *path = g_build_filename (folder, method, output, NULL),
                  *model = g_build_filename (path, "model", "model.safetensors", NULL);
  g_autoptr (ArraYaml) config = few_pictures_config (folder, path, more);
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) stop = g_cancellable_new ();
  ArraTrainCalls calls = { .stepped = stop_at_three, .user = stop, .stop = stop }, none = { 0 };
  ArraTrainerSettings settings;
  ArraTrainOutcome outcome;
  ArraTrainee trainee;
  GByteArray *state;

  g_assert_true (arra_yaml_set (config, "optimizer.method", method, NULL));
  arra_trainer_settings_read (config, &settings, &error);
  g_assert_no_error (error);
  if (with_break)
    {
      trainee = few_pictures_trainee (config, &pictures, TRUE, pool);
      arra_train (&trainee, config, &settings, FALSE, &calls, &outcome, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (outcome.step, ==, 3);
      arra_trainee_clear (&trainee);
      g_assert_true (g_file_test (model, G_FILE_TEST_IS_REGULAR)); /* though nothing was validated yet */
    }
  trainee = few_pictures_trainee (config, &pictures, TRUE, pool);
  g_assert_true (arra_yaml_has (config, "kind")); /* what the table of kinds asks for */
  arra_yaml_check_asked (config, &error);
  g_assert_no_error (error);
  arra_train (&trainee, config, &settings, with_break, &none, &outcome, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (outcome.step, ==, 6);
  state = trainee_test_state (&trainee);
  arra_trainee_clear (&trainee);
  arra_trainer_settings_clear (&settings);
  return state;
}

static void
test_resume (gconstpointer data)
{
  const char *method = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraPool) pool = arra_pool_new (2, &error);
  g_autoptr (GByteArray) whole = train ("whole", method, FALSE, pool);
  g_autoptr (GByteArray) broken = train ("broken", method, TRUE, pool);
  g_autoptr (GByteArray) alone = train ("alone", method, FALSE, NULL);

  g_assert_cmpmem (whole->data, whole->len, broken->data, broken->len);
  g_assert_cmpmem (whole->data, whole->len, alone->data, alone->len); /* any number of threads */
}

/* Measured, again and after a step; with averaged weights, which are not those that are learnt with. */
static void
test_validation (void)
{
  g_autoptr (ArraYaml) config = few_pictures_config (folder, "x", "  ema: 0.5\ndata: {held_out: 3}\n"),
                       plain_config = few_pictures_config (folder, "x", "data: {held_out: 3}\n");
  ArraTrainee plain = few_pictures_trainee (plain_config, &pictures, TRUE, NULL);
  ArraTrainee trainee = few_pictures_trainee (config, &pictures, TRUE, NULL);
  ArraTransformerTrainee *t = trainee.self;
  double metrics[ARRA_TRAIN_METRICS], first[2], again[2], later[2], raw[2];
  g_autoptr (GError) error = NULL;

  g_assert_true (trainee.klass->validate (trainee.self, first, NULL, &error));
  g_assert_true (trainee.klass->validate (trainee.self, again, NULL, &error));
  g_assert_cmpmem (first, sizeof first, again, sizeof again);
  step (&trainee, 0, metrics);
  g_assert_true (trainee.klass->validate (trainee.self, later, NULL, &error));
  g_assert_cmpfloat (later[0], !=, first[0]);
  step (&plain, 0, metrics);
  g_assert_true (plain.klass->validate (plain.self, raw, NULL, &error));
  g_assert_cmpfloat (later[0], !=, raw[0]);
  arra_learner_swap (&t->learner);
  g_assert_true (trainee.klass->validate (trainee.self, later, NULL, &error));
  g_assert_cmpmem (later, sizeof later, raw, sizeof raw);
  arra_trainee_clear (&trainee);
  arra_trainee_clear (&plain);
}

/* ------------------------------------------------------------------ windows */

static guint32 *
ids_of (ArraTransformerTrainee *t, guint64 index)
{
  g_assert_true (arra_transformer_batch_fill (t, index, NULL));
  return g_memdup2 (t->batch.ids, (gsize) t->batch.n * t->batch.length * sizeof (guint32));
}

static char *
hash_of (const ArraTrainee *trainee)
{
  g_autoptr (GChecksum) hash = g_checksum_new (G_CHECKSUM_SHA256);

  trainee->klass->hash_data (trainee->self, hash);
  return g_strdup (g_checksum_get_string (hash));
}

/* Where the caption is the same, the codes are others of the same picture another time. */
static void
test_windows (void)
{
  static const char more[] = "data: {drop_prompt: 1, window: [2, 2], tile: true}\n";
  g_autoptr (ArraYaml) config = few_pictures_config (folder, "x", more);
  ArraTrainee trainee = few_pictures_trainee (config, &pictures, TRUE, NULL);
  ArraTransformerTrainee *t = trainee.self;
  g_autofree guint32 *first = ids_of (t, 0), *second = ids_of (t, 5), *again = ids_of (t, 0);
  gsize length = t->batch.length, size = (gsize) t->batch.n * length * sizeof *first;
  g_autofree char *hash = hash_of (&trainee), *changed = NULL;

  g_assert_cmpuint (length, ==, 1 + 2 + 2 * 3 + 1 + 1);
  g_assert_cmpmem (first, size, again, size);
  g_assert_cmpint (memcmp (first, second, size), !=, 0);
  arra_transformer_batch_fill_items (t, 3, 1, NULL);
  g_assert_cmpint (t->layout->code_of_id[t->batch.ids[t->batch.length - 4]], ==, (gint32) pictures.codes[3][5]);
  pictures.codes[3][15] ^= 1; /* outside the first window */
  changed = hash_of (&trainee);
  pictures.codes[3][15] ^= 1;
  g_assert_cmpstr (hash, !=, changed);
  arra_trainee_clear (&trainee);
}

/* ------------------------------------------------------------------ accumulation */

/* The gradient of the first step, unclipped. */
static float *
gradient_of (const char *more, gsize *size, double *norm)
{
  g_autofree char *text = g_strconcat ("  clip: 1e9\n", more, "objective: {dropout: 0}\n", NULL);
  g_autoptr (ArraYaml) config = few_pictures_config (folder, "x", text);
  ArraTrainee trainee = few_pictures_trainee (config, &pictures, TRUE, NULL);
  const ArraTransformerTrainee *t = trainee.self;
  double metrics[ARRA_TRAIN_METRICS];
  float *gradient;

  step (&trainee, 0, metrics);
  *size = t->parameters->size;
  *norm = metrics[4];
  gradient = g_memdup2 (t->parameters->grad, *size * sizeof *gradient);
  arra_trainee_clear (&trainee);
  return gradient;
}

/* 4 pictures at once, 2 x 2 and 3 + 1: sums in another order, nothing else. */
static void
test_accumulation (void)
{
  static const char *const parts[] = { "  micro_batch: 2\n", "  micro_batch: 3\n", "  micro_batch: 1\n" };
  gsize size, other_size;
  double norm, other_norm;
  g_autofree float *whole = gradient_of ("", &size, &norm);

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree float *sum = gradient_of (parts[i], &other_size, &other_norm);
      double square = 0;

      g_assert_cmpuint (size, ==, other_size);
      for (gsize k = 0; k < size; k++)
        square += (double) (whole[k] - sum[k]) * (double) (whole[k] - sum[k]);
      g_test_message ("difference %g of %g", sqrt (square), norm);
      g_assert_cmpfloat (sqrt (square), <, 1e-6 * norm);
    }
}

/* ------------------------------------------------------------------ options */

typedef struct
{
  const char *lines;
  ArraAlignment alignment; /* what matters of it */
} Choice;

static void
test_choices (void)
{
  static const Choice choices[] = {
    { "", { ARRA_ALIGN_IMAGE, ARRA_ALIGN_MLP, ARRA_ALIGN_COSINE, 1, 16, 0, NULL, FEW_FEATURE, 1 } },
    { "objective: {positions: reference, layer: 2}\n",
      { ARRA_ALIGN_WINDOW, ARRA_ALIGN_MLP, ARRA_ALIGN_COSINE, 2, 16, 0, NULL, FEW_FEATURE, 1 } },
    { "objective: {positions: reference, window: 9, token: rep}\n",
      { ARRA_ALIGN_LAST, ARRA_ALIGN_MLP, ARRA_ALIGN_COSINE, 1, 9, 0, NULL, FEW_FEATURE, 1 } },
    { "objective: {token: rep, lambda: 0.5, layer: 0}\n",
      { ARRA_ALIGN_TOKEN, ARRA_ALIGN_MLP, ARRA_ALIGN_COSINE, 0, 16, 0, NULL, FEW_FEATURE, 0.5 } },
    { "objective: {head: max-pool, measure: mse}\n",
      { ARRA_ALIGN_IMAGE, ARRA_ALIGN_MAX_POOL, ARRA_ALIGN_MSE, 1, 16, 0, NULL, FEW_FEATURE, 1 } },
    { "objective: {token: none}\n",
      { ARRA_ALIGN_NONE, ARRA_ALIGN_MLP, ARRA_ALIGN_COSINE, 1, 16, 0, NULL, FEW_FEATURE, 1 } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (choices); i++)
    {
      g_autoptr (ArraYaml) config = few_pictures_config (folder, "x", choices[i].lines);
      ArraTrainee trainee = few_pictures_trainee (config, &pictures, TRUE, NULL);
      const ArraTransformerTrainee *t = trainee.self;
      const ArraAlignment *a = &t->settings.objective.alignment, *b = &choices[i].alignment;
      double metrics[ARRA_TRAIN_METRICS];

      g_assert_cmpint (a->positions, ==, b->positions);
      g_assert_cmpint (a->head, ==, b->head);
      g_assert_cmpint (a->measure, ==, b->measure);
      g_assert_cmpuint (a->layer, ==, b->layer);
      g_assert_cmpuint (a->window, ==, b->window);
      g_assert_cmpuint (a->feature_width, ==, b->feature_width);
      g_assert_cmpfloat (a->weight, ==, b->weight);
      step (&trainee, 0, metrics);
      g_assert_true ((metrics[3] == 0) == (b->positions == ARRA_ALIGN_NONE));
      arra_trainee_clear (&trainee);
    }
}

static void
test_numbers (void)
{
  g_autoptr (ArraYaml) config = few_pictures_config (folder, "x",
                                                     "  weight_decay: 0.2\n  beta1: 0.8\n  beta2: 0.99\n  clip: 2\n"
                                                     "objective: {z_weight: 0.25, dropout: 0.5}\n");
  ArraTrainee trainee = few_pictures_trainee (config, &pictures, FALSE, NULL);
  const ArraTransformerTrainee *t = trainee.self;

  g_assert_cmpfloat (t->learner.adamw->settings.weight_decay, ==, 0.2);
  g_assert_cmpfloat (t->learner.adamw->settings.beta1, ==, 0.8);
  g_assert_cmpfloat (t->learner.adamw->settings.beta2, ==, 0.99);
  g_assert_cmpfloat (t->settings.learner.clip, ==, 2);
  g_assert_cmpfloat (t->settings.objective.z_weight, ==, 0.25);
  g_assert_cmpfloat (t->settings.objective.dropout, ==, 0.5);
  g_assert_cmpint (t->settings.objective.alignment.positions, ==, ARRA_ALIGN_NONE);
  arra_trainee_clear (&trainee);
}

/* Which picture lies at @place of the batch, by its features. */
static guint
item_at (const ArraTransformerTrainee *t, guint place)
{
  for (guint i = 0; i < FEW_N; i++)
    if (memcmp (t->batch.features + place * FEW_FEATURE, pictures.features[i], sizeof pictures.features[i]) == 0)
      return i;
  g_assert_not_reached ();
}

/* Prompts are dropped as often as asked for, and each epoch shows every picture once, in an order of its own.
 */
static void
test_draws (void)
{
  g_autoptr (ArraYaml) config = few_pictures_config (folder, "x", "data: {drop_prompt: 0.25}\n");
  ArraTrainee trainee;
  ArraTransformerTrainee *t;
  guint dropped = 0, order[2][FEW_N], shown = 0;

  g_assert_true (arra_yaml_set (config, "optimizer.batch", "5", NULL));
  trainee = few_pictures_trainee (config, &pictures, TRUE, NULL);
  t = trainee.self;
  for (guint i = 0; i < 200; i++)
    {
      g_assert_true (arra_transformer_batch_fill (t, i, NULL));
      for (guint k = 0; k < 5; k++)
        {
          guint item = item_at (t, k);

          dropped += t->batch.ids[k * t->batch.length] == arra_vocabulary_of (t->layout)->image_start;
          shown |= 1u << item;
          order[i / 2 % 2][i % 2 * 5 + k] = item;
        }
      if (i % 2 == 1)
        {
          g_assert_cmphex (shown, ==, (1u << FEW_N) - 1);
          shown = 0;
        }
      if (i == 3)
        g_assert_cmpint (memcmp (order[0], order[1], sizeof order[0]), !=, 0);
    }
  g_assert_cmpuint (dropped, >, 200);
  g_assert_cmpuint (dropped, <, 300);
  arra_trainee_clear (&trainee);
}

static void
refuse_config (const ArraYaml *config, gboolean features, const char *word)
{
  g_autoptr (GError) error = NULL;
  ArraTrainSetup setup = { .exec = { arra_kernels_get (ARRA_CPU_C), NULL } };
  ArraPictureItems items = few_pictures_items (&pictures, features);
  ArraTrainee trainee;

  g_assert_false (arra_transformer_trainee_new_with (config, &setup, &items, &trainee, &error));
  g_assert_nonnull (error);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, word));
}

static void
refuse (const char *more, gboolean features, const char *word)
{
  g_autoptr (ArraYaml) config = few_pictures_config (folder, "x", more);

  refuse_config (config, features, word);
}

static void
test_n_settings (void)
{
  refuse ("objective: {token: hybrid}\n", TRUE, "\"objective.token\" is 'hybrid', not one of hybnext, rep, none");
  refuse ("objective: {token: hybnext}\n", FALSE, "data.features");
  refuse ("objective: {layer: 3}\n", TRUE, "Layer 3 cannot be aligned");
  refuse ("objective: {token: rep, rep_token: <nothing>}\n", TRUE, "<nothing>");
  refuse ("objective: {token: rep, rep_token: <s>}\n", TRUE, "data.drop_prompt");
  refuse ("  micro_batch: 5\n", FALSE, "optimizer.micro_batch");
  refuse ("  method: lion\n", FALSE, "\"optimizer.method\" is 'lion', not one of adamw, muon");
  refuse ("data: {held_out: 10}\n", FALSE, "there are 10 pictures, of which \"data.held_out\" holds out 10");
  refuse ("data: {held_out: 10}\n", FALSE, "--set data.held_out=1");
  refuse ("data: {held_out: -1}\n", FALSE, "data.held_out");
  refuse ("data: {window: [2]}\n", FALSE, "data.window");
  refuse ("data: {window: [2, 6]}\n", FALSE, "data.window");
  refuse ("data: {window: [3, 4]}\n", FALSE, "even numbers");
  pictures.codes[3][2] = 64;
  refuse ("", FALSE, "picture 3 has code 64");
  few_pictures_init (&pictures, 7);
  pictures.prompts[9][0] = 512;
  refuse ("", FALSE, "picture 9");
  few_pictures_init (&pictures, 7);
}

/* ------------------------------------------------------------------ starts */

static ArraTrainee
started (const char *start, const char *from)
{
  g_autofree char *text = g_strdup_printf ("model: {start: %s, from: %s}\n", start, from);
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraYaml) config = arra_yaml_parse (text, strlen (text), "start.yaml", &error);

  g_assert_no_error (error);
  return few_pictures_trainee (config, &pictures, FALSE, NULL);
}

static void
save (const ArraTrainee *trainee, const char *path)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (path, 0777), ==, 0);
  trainee->klass->save_model (trainee->self, path, &error);
  g_assert_no_error (error);
}

/* Card and thumbnail are read before anything is learnt: what is wrong with them shows then, and what becomes
 * of the files later does not matter. */
static void
test_card (void)
{
  static const char few_png[] = "\x89PNG\r\n\x1a\nas good as a picture";
  g_autofree char *card = g_build_filename (folder, "card.json", NULL),
                  *picture = g_build_filename (folder, "few.png", NULL),
                  *saved = g_build_filename (folder, "carded", NULL),
                  *copy = g_build_filename (saved, "thumbnail.png", NULL), *bytes = NULL;
  g_autoptr (ArraYaml) config = few_pictures_config (folder, "x", "");
  ArraTrainee trainee;

  g_assert_true (arra_yaml_set (config, "model.card", card, NULL));
  refuse_config (config, FALSE, "card.json");
  g_assert_true (g_file_set_contents (card, "{\"thumbnail\": \"few.png\"}", -1, NULL));
  refuse_config (config, FALSE, "few.png: cannot be opened");
  g_assert_true (g_file_set_contents (picture, "a picture, it says", -1, NULL));
  refuse_config (config, FALSE, "few.png: the thumbnail is no PNG file");
  g_assert_true (g_file_set_contents (picture, few_png, -1, NULL));
  trainee = few_pictures_trainee (config, &pictures, FALSE, NULL);
  g_assert_cmpint (g_remove (picture), ==, 0);
  g_assert_cmpint (g_remove (card), ==, 0);
  save (&trainee, saved);
  g_assert_true (g_file_get_contents (copy, &bytes, NULL, NULL));
  g_assert_cmpstr (bytes, ==, few_png);
  arra_trainee_clear (&trainee);
}

/* A member of a saved arra.json as text; "" where it is missing. */
static char *
saved_member (const char *path, const char *key)
{
  g_autofree char *file = g_build_filename (path, "arra.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *object;

  g_assert_true (json_parser_load_from_file (parser, file, NULL));
  object = json_node_get_object (json_parser_get_root (parser));
  return json_object_has_member (object, key) ? json_to_string (json_object_get_member (object, key), FALSE)
                                              : g_strdup ("");
}

static void
assert_member (const char *path, const char *key, const char *value)
{
  g_autofree char *text = saved_member (path, key);

  g_assert_cmpstr (text, ==, value);
}

/* What was trained on is under the same licence, as medical, and drawn with the same settings; the rest of a
 * card is not true of it any more, and a card of its own wins. */
static void
test_handed_on (void)
{
  static const char given[] = "{\"name\": \"Hearts\", \"license\": \"CC-BY-4.0\", \"license_link\": \"https://x\", "
                              "\"medical\": true, \"guidance_scale\": 2.5, \"top_k\": 300, \"domain\": \"cxr\"}",
                    own[] = "{\"license\": \"CC0-1.0\", \"top_k\": 7}";
  g_autofree char *base = g_build_filename (folder, "base", NULL), *card = g_build_filename (folder, "own.json", NULL),
                  *settings = g_build_filename (base, "arra.json", NULL),
                  *saved = g_build_filename (folder, "handed", NULL), *more = NULL;
  g_autoptr (ArraYaml) config = few_pictures_config (folder, "x", "");
  ArraTrainee first = few_pictures_trainee (config, &pictures, FALSE, NULL), next;

  save (&first, base);
  arra_trainee_clear (&first);
  g_assert_true (g_file_set_contents (settings, given, -1, NULL));
  next = started ("general", base);
  save (&next, saved);
  arra_trainee_clear (&next);
  assert_member (saved, "license", "\"CC-BY-4.0\"");
  assert_member (saved, "license_link", "\"https://x\"");
  assert_member (saved, "medical", "true");
  assert_member (saved, "guidance_scale", "2.5");
  assert_member (saved, "top_k", "300");
  assert_member (saved, "name", "");
  assert_member (saved, "domain", "");
  g_assert_true (g_file_set_contents (card, own, -1, NULL));
  more = g_strdup_printf ("%s, card: %s", base, card);
  next = started ("general", more);
  save (&next, saved);
  arra_trainee_clear (&next);
  assert_member (saved, "license", "\"CC0-1.0\"");
  assert_member (saved, "license_link", "");
  assert_member (saved, "medical", "true");
  assert_member (saved, "top_k", "7");
}

/* A saved model is a start with the same values; of a text-only one the image rows of the head are zero. */
static void
test_starts (void)
{
  g_autofree char *path = g_build_filename (folder, "saved", NULL);
  g_autoptr (ArraYaml) config = few_pictures_config (folder, "x", ""),
                       averaged_config = few_pictures_config (folder, "x", "  ema: 0.5\n");
  ArraTrainee random = few_pictures_trainee (config, &pictures, TRUE, NULL), general, text,
              averaged = few_pictures_trainee (averaged_config, &pictures, TRUE, NULL);
  const ArraTransformerTrainee *a = random.self, *b, *c;
  const ArraParameter *head;
  double metrics[ARRA_TRAIN_METRICS];

  step (&random, 0, metrics);
  save (&random, path);
  general = started ("general", path);
  b = general.self;
  g_assert_cmpuint (b->parameters->n + 4, ==, a->parameters->n); /* the adaptor is gone */
  g_assert_cmpmem (b->parameters->data, b->parameters->size * sizeof (float), a->parameters->data,
                   b->parameters->size * sizeof (float));
  g_assert_false (b->decoder.writes_only);
  g_assert_cmpuint (b->decoder.context, ==, 256); /* longer prompts than those of the pictures fit */
  arra_trainee_clear (&general);
  step (&averaged, 0, metrics);
  save (&averaged, path);
  general = started ("general", path);
  b = general.self;
  g_assert_cmpmem (b->parameters->data, b->parameters->size * sizeof (float),
                   arra_learner_weights (&((const ArraTransformerTrainee *) averaged.self)->learner),
                   b->parameters->size * sizeof (float));
  text = started ("text-only", path);
  c = text.self;
  head = arra_parameters_find (c->parameters, "lm_head.weight");
  for (guint id = 0; id < c->decoder.shape.n_ids; id++)
    {
      const float *row = c->parameters->data + head->offset + id * 32;

      g_assert_true ((row[0] == 0 && row[31] == 0) == (arra_layout_code (c->layout, id) >= 0));
    }
  arra_trainee_clear (&random);
  arra_trainee_clear (&averaged);
  arra_trainee_clear (&general);
  arra_trainee_clear (&text);
}

static void
test_data (void)
{
  g_autoptr (ArraYaml) config = few_pictures_config (folder, "x", "data: {held_out: 2}\n");
  ArraTrainee trainee = few_pictures_trainee (config, &pictures, TRUE, NULL);

  trainee_test_data_counts (&trainee, &pictures.prompts[0][0]);
  trainee_test_data_counts (&trainee, &pictures.codes[4][FEW_SIDE * FEW_SIDE - 1]);
  trainee_test_data_counts (&trainee, &pictures.features[FEW_N - 1][FEW_FEATURE - 1]); /* of one held out */
  arra_trainee_clear (&trainee);
}

int
main (int argc, char **argv)
{
  Fixture fixture;
  int status;

  g_test_init (&argc, &argv, NULL);
  fixture_init (&fixture);
  folder = fixture_make (&fixture);
  few_pictures_init (&pictures, 7);
  g_test_add_func ("/transformer/learns", test_learns);
  g_test_add_data_func ("/transformer/resume", "adamw", test_resume);
  g_test_add_data_func ("/transformer/resume-muon", "muon", test_resume);
  g_test_add_func ("/transformer/validation", test_validation);
  g_test_add_func ("/transformer/windows", test_windows);
  g_test_add_func ("/transformer/accumulation", test_accumulation);
  g_test_add_func ("/transformer/choices", test_choices);
  g_test_add_func ("/transformer/numbers", test_numbers);
  g_test_add_func ("/transformer/draws", test_draws);
  g_test_add_func ("/transformer/data", test_data);
  g_test_add_func ("/transformer/n-settings", test_n_settings);
  g_test_add_func ("/transformer/card", test_card);
  g_test_add_func ("/transformer/handed-on", test_handed_on);
  g_test_add_func ("/transformer/starts", test_starts);
  status = g_test_run ();
  fixture_remove (folder);
  g_free (folder);
  return status;
}
