/* test-family_training.c - every family learns by the same trainer, goes on after a break with the same bits, and what
 * is saved is a checkpoint that draws
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "checkpoint.h"
#include "family.h"
#include "few_pictures.h"
#include "job.h"
#include "kinds.h"
#include "trainee_test.h"
#include "trainer.h"

#define N_CODES 64
#define ROWS 6 /* of a prompt's features */
#define WIDTH 8
#define PART 6   /* numbers of a part's feature */
#define N_HEAD 6 /* tensors of their head, which is not saved */

/* Tokens that prompts are made of, for a family that needs some by name. */
static const char tokenizer_json[]
    = "{\"version\": \"1.0\", \"truncation\": null, \"padding\": null, \"added_tokens\": ["
      "{\"id\": 0, \"content\": \"<\xef\xbd\x9c"
      "begin\xe2\x96\x81of\xe2\x96\x81sentence\xef\xbd\x9c>\", \"single_word\": false, \"lstrip\": false, "
      "\"rstrip\": false, \"normalized\": false, \"special\": true}, "
      "{\"id\": 1, \"content\": \"<\xef\xbd\x9c\xe2\x96\x81pad\xe2\x96\x81\xef\xbd\x9c>\", \"single_word\": false, "
      "\"lstrip\": false, \"rstrip\": false, \"normalized\": false, \"special\": true}, "
      "{\"id\": 2, \"content\": \"<begin_of_image>\", \"single_word\": false, \"lstrip\": false, \"rstrip\": false, "
      "\"normalized\": false, \"special\": true}], \"normalizer\": null, \"pre_tokenizer\": {\"type\": \"ByteLevel\", "
      "\"add_prefix_space\": false, \"trim_offsets\": true, \"use_regex\": false}, \"post_processor\": null, "
      "\"decoder\": {\"type\": \"ByteLevel\", \"add_prefix_space\": true, \"trim_offsets\": true, \"use_regex\": true}, "
      "\"model\": {\"type\": \"BPE\", \"dropout\": null, \"unk_token\": null, \"continuing_subword_prefix\": null, "
      "\"end_of_word_suffix\": null, \"fuse_unk\": false, \"byte_fallback\": false, \"vocab\": {%s}, \"merges\": []}}";

/* A way of training. */
typedef struct
{
  const char *name;
  const char *model;           /* lines of "model:" */
  const char *const *captions; /* NULL-terminated: pictures have them in turn */
  gboolean features;           /* of captions, too */
  const char *prompt;          /* to draw with; NULL: it needs a text encoder */
} Way;

static const char *const names[] = { "red fox", "owl", "snow hare", NULL };
static const char *const numbers[] = { "2", "0", "1", NULL };

static const Way ways[] = {
  { "classes", "family: llamagen", names, FALSE, "Owl" },
  { "numbers", "family: LlamaGen", numbers, FALSE, "1" },
  { "texts", "family: llamagen", names, TRUE, NULL },
  { "janus", "family: janus, tokenizer: letters.json", names, FALSE, "a red fox" },
  { "chameleon", "tokenizer: tokenizer.json", names, FALSE, "red fox" },
};

static char *folder;
static FewPictures pictures;

/* ------------------------------------------------------------------ pictures whose captions are text */

typedef struct
{
  const Way *way;
  guint32 *texts[FEW_N];
  guint lengths[FEW_N];
} Texts;

static const guint32 *
prompt_of (gpointer owner, guint item, guint *n)
{
  const Texts *texts = owner;

  *n = texts->lengths[item];
  return texts->texts[item];
}

static void
codes_of (gpointer owner, guint item, guint32 *codes)
{
  memcpy (codes, pictures.codes[item], sizeof pictures.codes[item]);
}

static void
features_of (gpointer owner, guint item, float *features)
{
  memcpy (features, pictures.features[item], sizeof pictures.features[item]);
}

static void
parts_of (gpointer owner, guint item, float *parts)
{
  for (guint i = 0; i < FEW_SIDE * FEW_SIDE * PART; i++)
    parts[i] = cosf ((float) (pictures.codes[item][i / PART] * 7 + i % PART));
}

static guint
prompt_features_of (gpointer owner, guint item, float *features)
{
  const guint n = 2 + item % (ROWS - 2);

  for (guint i = 0; i < ROWS * WIDTH; i++)
    features[i] = i < n * WIDTH ? sinf ((float) (item % 3 * 100 + i)) : 0;
  return n;
}

static void
free_texts (gpointer owner)
{
  Texts *texts = owner;

  for (guint i = 0; i < FEW_N; i++)
    g_free (texts->texts[i]);
  g_free (texts);
}

static ArraPictureItems
items_of (const Way *way)
{
  const guint n_captions = g_strv_length ((char **) way->captions);
  Texts *texts = g_new0 (Texts, 1);

  for (guint i = 0; i < FEW_N; i++)
    {
      const char *caption = way->captions[i % n_captions];

      texts->lengths[i] = (guint) strlen (caption);
      texts->texts[i] = g_new (guint32, texts->lengths[i]);
      for (guint k = 0; k < texts->lengths[i]; k++)
        texts->texts[i][k] = (guint8) caption[k];
    }
  return (ArraPictureItems) { .n = FEW_N,
                              .rows = FEW_SIDE,
                              .columns = FEW_SIDE,
                              .n_codes = N_CODES,
                              .feature_width = FEW_FEATURE,
                              .part_width = PART,
                              .is_text = TRUE,
                              .prompt_rows = way->features ? ROWS : 0,
                              .prompt_width = way->features ? WIDTH : 0,
                              .prompt = prompt_of,
                              .codes = codes_of,
                              .features = features_of,
                              .parts = parts_of,
                              .prompt_features = way->features ? prompt_features_of : NULL,
                              .owner = texts,
                              .free_owner = free_texts };
}

static ArraYaml *
config_of (const Way *way, const char *start, const char *output, const char *more)
{
  g_autofree char *text = g_strdup_printf ("kind: transformer\noutput: %s\nseed: 3\n"
                                           "training: {steps: 6, learning_rate: 0.01, schedule: constant}\n"
                                           "model: {%s, vqgan: vqgan.safetensors}\noptimizer: {batch: 4, ema: 0.9}\n%s",
                                           output, start != NULL ? start : way->model, more);
  g_autofree char *path = g_build_filename (folder, "train.yaml", NULL);
  g_autoptr (GError) error = NULL;
  ArraYaml *config = arra_yaml_parse (text, strlen (text), path, &error);

  g_assert_no_error (error);
  return config;
}

#define SIZES ", hidden_size: 32, layers: 2, heads: 4"

static ArraYaml *
random_config (const Way *way, const char *output, const char *more)
{
  g_autofree char *start = g_strconcat (way->model, SIZES, NULL);

  return config_of (way, start, output, more);
}

static gboolean
try_trainee (const Way *way, const ArraYaml *config, ArraPool *pool, ArraTrainee *trainee, GError **error)
{
  ArraTrainSetup setup = { .exec = { arra_kernels_get (ARRA_CPU_C), pool }, .seed = 3 };
  ArraPictureItems items = items_of (way);

  return arra_transformer_trainee_new_with (config, &setup, &items, trainee, error);
}

static ArraTrainee
trainee_of (const Way *way, const ArraYaml *config, ArraPool *pool)
{
  g_autoptr (GError) error = NULL;
  ArraTrainee trainee;

  try_trainee (way, config, pool, &trainee, &error);
  g_assert_no_error (error);
  return trainee;
}

/* ------------------------------------------------------------------ learning */

static void
test_learns (gconstpointer data)
{
  const Way *way = data;
  g_autoptr (ArraYaml) config = random_config (way, "x", "objective: {dropout: 0}\ndata: {drop_prompt: 0.2}\n");
  ArraTrainee trainee = trainee_of (way, config, NULL);
  const ArraTransformerTrainee *t = trainee.self;
  double metrics[ARRA_TRAIN_METRICS], first[ARRA_TRAIN_METRICS];

  trainee_test_steps (&trainee, 0, 1, 0.01, first);
  g_assert_cmpfloat_with_epsilon (first[0], log (t->decoder.family->trainable (&t->decoder).n_labels), 0.5);
  g_assert_cmpfloat (first[3], >, 0.5);
  trainee_test_steps (&trainee, 1, 150, 0.01, metrics);
  g_test_message ("%s: loss %g -> %g, alignment %g -> %g", way->name, first[0], metrics[0], first[3], metrics[3]);
  g_assert_cmpfloat (metrics[0], <, 0.7 * first[0]);
  g_assert_cmpfloat (metrics[3], <, 0.7 * first[3]);
  g_assert_cmpfloat (metrics[5], <, 0.7 * first[5]);
  arra_trainee_clear (&trainee);
}

/* Prompts are what the model reads when it draws, and some are left out as its guidance leaves them out. */
static void
test_prompts (gconstpointer data)
{
  const Way *way = data;
  g_autoptr (ArraYaml) config = random_config (way, "x", "data: {drop_prompt: 0.5}\n");
  ArraTrainee trainee = trainee_of (way, config, NULL);
  ArraTransformerTrainee *t = trainee.self;
  const ArraPictureItems *items = &t->items;
  const ArraPromptReader reader = { t->layout, t->tokenizer, NULL };
  g_auto (ArraCondition) condition = { .sequence = { NULL, 0, 0, FALSE } };
  g_autoptr (GError) error = NULL;
  guint n, dropped;

  if (arra_layout_has_text (t->layout) || way->features)
    {
      arra_trainee_clear (&trainee);
      return;
    }
  t->decoder.conditioner->condition (&t->decoder, &reader, way->captions[1], &condition, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (items->front (items->owner, 1, TRUE, &n), n * sizeof (guint32), condition.front[0].ids,
                   condition.front[0].n * sizeof (guint32));
  g_assert_cmpmem (items->front (items->owner, 1, FALSE, &dropped), dropped * sizeof (guint32), condition.front[1].ids,
                   condition.front[1].n * sizeof (guint32));
  arra_transformer_batch_fill_items (t, 1, 1, NULL);
  g_assert_cmpuint (t->batch.length, ==, n + FEW_SIDE * FEW_SIDE);
  for (guint i = 0; i < t->batch.length; i++)
    {
      g_assert_cmpint (t->batch.labels[i], ==, i < n ? -100 : (gint32) t->batch.ids[i]);
      if (i >= n)
        g_assert_cmpuint (t->batch.ids[i], ==, t->decoder.first_id + pictures.codes[1][i - n]);
    }
  g_assert_cmpuint (t->batch.n_aligned, ==, FEW_SIDE * FEW_SIDE);
  arra_trainee_clear (&trainee);
}

/* Rows of a text end where the picture begins, at the same places as when the model draws. */
static void
test_text_rows (void)
{
  const Way *way = &ways[2];
  g_autoptr (ArraYaml) config = random_config (way, "x", "");
  ArraTrainee trainee = trainee_of (way, config, NULL);
  ArraTransformerTrainee *t = trainee.self;
  const ArraTrainable model = t->decoder.family->trainable (&t->decoder);
  const ArraParameter *none = arra_parameters_find (t->parameters, model.fixed);
  g_autofree float *before = NULL;
  double metrics[ARRA_TRAIN_METRICS];
  guint n;
  const guint32 *ids = t->items.front (t->items.owner, 3, TRUE, &n);

  g_assert_cmpuint (n, ==, 5);
  g_assert_cmpuint (ids[0], ==, N_CODES + ROWS);
  ids = t->items.front (t->items.owner, 3, FALSE, &n);
  g_assert_cmpuint (n, ==, 5);
  g_assert_cmpuint (ids[0], ==, N_CODES + 1);
  g_assert_cmpuint (ids[4], ==, N_CODES + ROWS - 1);
  before = g_memdup2 (t->parameters->data + none->offset, none->count * sizeof *before);
  trainee_test_steps (&trainee, 0, 3, 0.01, metrics);
  g_assert_cmpmem (t->parameters->data + none->offset, none->count * sizeof *before, before,
                   none->count * sizeof *before);
  arra_trainee_clear (&trainee);
}

/* ------------------------------------------------------------------ the reference's loss */

typedef struct
{
  const gint64 *codes; /* targets of two pictures */
  guint32 texts[2];    /* classes, a digit each */
} Golden;

static const guint32 *
golden_prompt (gpointer owner, guint item, guint *n)
{
  *n = 1;
  return &((const Golden *) owner)->texts[item];
}

static void
golden_codes (gpointer owner, guint item, guint32 *codes)
{
  for (guint i = 0; i < 16; i++)
    codes[i] = (guint32) ((const Golden *) owner)->codes[item * 16 + i];
}

/* What LlamaGen's own training says of a batch, from a file as it writes it, is what a step of ours says. */
static void
test_golden (void)
{
  g_autofree char *directory = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden/llamagen/c2i", NULL),
                  *path = g_build_filename (directory, "case.safetensors", NULL),
                  *start = g_strdup_printf ("start: general, from: %s/0005000.pt", directory);
  g_autoptr (ArraYaml) config
      = config_of (&ways[0], start, "x", "objective: {dropout: 0, z_weight: 0}\ndata: {drop_prompt: 0}\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraSource) source = arra_safetensors_open (path, &error);
  ArraTrainSetup setup = { .exec = { arra_kernels_get (ARRA_CPU_C), NULL } };
  Golden golden = { .codes = NULL };
  const ArraPictureItems items = { .n = 2,
                                   .rows = 4,
                                   .columns = 4,
                                   .n_codes = N_CODES,
                                   .is_text = TRUE,
                                   .prompt = golden_prompt,
                                   .codes = golden_codes,
                                   .owner = &golden };
  double metrics[ARRA_TRAIN_METRICS];
  ArraTrainee trainee;

  g_assert_no_error (error);
  golden.codes = arra_source_find (source, "in.train.targets")->data;
  for (guint i = 0; i < 2; i++)
    golden.texts[i] = '0' + (guint32) ((const gint64 *) arra_source_find (source, "in.class_ids")->data)[i];
  g_assert_true (arra_yaml_set (config, "optimizer.batch", "2", NULL));
  arra_transformer_trainee_new_with (config, &setup, &items, &trainee, &error);
  g_assert_no_error (error);
  trainee_test_steps (&trainee, 0, 1, 0, metrics);
  g_assert_cmpfloat_with_epsilon (metrics[0],
                                  (double) *(const float *) arra_source_find (source, "out.train.loss")->data, 2e-5);
  g_assert_cmpfloat_with_epsilon (
      metrics[4], (double) *(const float *) arra_source_find (source, "out.train.grad_norm")->data, 1e-4);
  arra_trainee_clear (&trainee);
}

/* ------------------------------------------------------------------ going on */

static void
stop_at_three (const ArraTrainNews *news, gpointer user)
{
  if (news->step == 3)
    g_cancellable_cancel (user);
}

static GByteArray *
train (const Way *way, const char *output, gboolean with_break, ArraPool *pool)
{
  g_autofree char *path = g_build_filename (folder, way->name, output, NULL);
  g_autoptr (ArraYaml) config
      = random_config (way, path, "objective: {dropout: 0.1}\ndata: {drop_prompt: 0.3, held_out: 2}\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) stop = g_cancellable_new ();
  ArraTrainCalls calls = { .stepped = stop_at_three, .user = stop, .stop = stop }, none = { 0 };
  ArraTrainerSettings settings;
  ArraTrainOutcome outcome;
  ArraTrainee trainee;
  GByteArray *state;

  arra_trainer_settings_read (config, &settings, &error);
  g_assert_no_error (error);
  if (with_break)
    {
      trainee = trainee_of (way, config, pool);
      arra_train (&trainee, config, &settings, FALSE, &calls, &outcome, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (outcome.step, ==, 3);
      arra_trainee_clear (&trainee);
    }
  trainee = trainee_of (way, config, pool);
  arra_train (&trainee, config, &settings, with_break, &none, &outcome, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (outcome.step, ==, 6);
  state = trainee_test_state (&trainee);
  arra_trainee_clear (&trainee);
  arra_trainer_settings_clear (&settings);
  return state;
}

/* ------------------------------------------------------------------ drawing */

static void
draw (const char *path, const char *prompt)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraCheckpoint) checkpoint = arra_checkpoint_open (path, NULL, NULL, &error);
  g_autoptr (ArraJob) job = NULL;
  ArraRequest request;

  g_assert_no_error (error);
  arra_request_init (&request, checkpoint);
  request.prompt = prompt;
  request.threads = 1;
  if (prompt == NULL)
    return;
  job = arra_job_new (checkpoint, &request, &error);
  g_assert_no_error (error);
  g_assert_true (arra_job_run (job, NULL, &error));
  g_assert_nonnull (arra_job_decode (job, 0, 0, NULL, &error));
}

static void
convert (const char *from, const char *to)
{
  g_autoptr (GError) error = NULL;

  arra_checkpoint_convert (from, NULL, NULL, to, ARRA_QUANT_AS_STORED, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

/* What begins with a saved model, as a folder or as one file, has its values. */
static void
assert_start (const Way *way, const char *from, const char *saved)
{
  g_autofree char *start = g_strdup_printf ("start: general, from: %s", from),
                  *path = g_build_filename (saved, "model.safetensors", NULL);
  g_autoptr (ArraYaml) config = config_of (way, start, "x", "objective: {token: none}\n");
  ArraTrainee trainee = trainee_of (way, config, NULL);
  const ArraTransformerTrainee *t = trainee.self;
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraSource) source = arra_safetensors_open (path, &error);
  double metrics[ARRA_TRAIN_METRICS];

  g_assert_no_error (error);
  g_assert_cmpuint (arra_source_count (source) + N_HEAD, ==, t->parameters->n);
  for (guint i = 0; i < arra_source_count (source); i++)
    {
      const ArraParameter *item = &t->parameters->items[i];
      const ArraTensor *tensor = arra_source_find (source, item->name);

      g_assert_nonnull (tensor);
      g_assert_cmpmem (t->parameters->data + item->offset, item->count * sizeof (float), tensor->data, tensor->n_bytes);
    }
  trainee_test_steps (&trainee, 0, 1, 0.01, metrics);
  g_assert_true (isfinite (metrics[0]));
  arra_trainee_clear (&trainee);
}

static void
test_resume (gconstpointer data)
{
  const Way *way = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraPool) pool = arra_pool_new (2, &error);
  g_autoptr (GByteArray) whole = train (way, "whole", FALSE, pool);
  g_autoptr (GByteArray) broken = train (way, "broken", TRUE, pool);
  g_autoptr (GByteArray) alone = train (way, "alone", FALSE, NULL);
  g_autofree char *model = g_build_filename (folder, way->name, "whole", "model", NULL),
                  *file = g_build_filename (folder, way->name, "model.gguf", NULL);

  g_assert_cmpmem (whole->data, whole->len, broken->data, broken->len);
  g_assert_cmpmem (whole->data, whole->len, alone->data, alone->len);
  draw (model, way->prompt);
  convert (model, file);
  draw (file, way->prompt);
  assert_start (way, model, model);
  assert_start (way, file, model);
}

/* ------------------------------------------------------------------ what is refused */

static void
refuse (const Way *way, const char *model, const char *more, const char *word)
{
  g_autofree char *start = g_strconcat (model, SIZES, NULL);
  g_autoptr (ArraYaml) config = config_of (way, start, "x", more);
  g_autoptr (GError) error = NULL;
  ArraTrainee trainee;

  g_assert_false (try_trainee (way, config, NULL, &trainee, &error));
  g_assert_nonnull (error);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, word));
}

static void
test_refused (void)
{
  static const char *const commas[] = { "fox, red", NULL }, *const empty[] = { "", NULL };
  Way way = ways[0];

  refuse (&way, "family: unheard", "", "'unheard' is no family of models: there are ");
  refuse (&way, "family: janus", "", "\"model.tokenizer\" is missing");
  refuse (&way, "family: llamagen", "objective: {token: rep}\n", "begin with no token");
  way.captions = commas;
  refuse (&way, "family: llamagen", "", "\"fox, red\" is no name of a class");
  way.captions = empty;
  refuse (&way, "family: llamagen, classes: classes.txt", "", "the caption of picture 0 is empty");
  way.captions = names;
  refuse (&way, "family: llamagen, classes: classes.txt", "", "picture 1: This model makes pictures of classes");
}

static void
write_tokenizer (void)
{
  g_autoptr (GString) vocab = g_string_new (NULL);
  g_autofree char *text = NULL;

  for (guint c = 33; c < 127; c++)
    g_string_append_printf (vocab, "%s\"%s%c\": %u", c > 33 ? ", " : "", c == '"' || c == '\\' ? "\\" : "", (int) c,
                            c - 30);
  g_string_append (vocab, ", \"\xc4\xa0\": 97, \"\xc4\x8a\": 98");
  text = g_strdup_printf (tokenizer_json, vocab->str);
  fixture_put (folder, "letters.json", text, -1);
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
  write_tokenizer ();
  fixture_put (folder, "classes.txt", "red fox\nhare\n", -1);
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autofree char *learns = g_strconcat ("/family-training/learns-", ways[i].name, NULL),
                      *prompts = g_strconcat ("/family-training/prompts-", ways[i].name, NULL),
                      *resume = g_strconcat ("/family-training/resume-", ways[i].name, NULL);

      g_test_add_data_func (learns, &ways[i], test_learns);
      g_test_add_data_func (prompts, &ways[i], test_prompts);
      g_test_add_data_func (resume, &ways[i], test_resume);
    }
  g_test_add_func ("/family-training/text-rows", test_text_rows);
  g_test_add_func ("/family-training/golden", test_golden);
  g_test_add_func ("/family-training/refused", test_refused);
  status = g_test_run ();
  fixture_remove (folder);
  g_free (folder);
  return status;
}
