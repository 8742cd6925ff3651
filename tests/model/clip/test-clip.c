/* test-clip.c - CLIP's shape from and to config.json, its gradients against finite differences, its features,
 * its texts
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "clip.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "clip_graph.h"
#include "clip_pixels.h"
#include "clip_text.h"
#include "jsonguard.h"
#include "mem.h"
#include "noise.h"
#include "source.h"

static const ArraClipConfig tiny = { .vision = { 12, 20, 2, 2, 1e-5f, FALSE, FALSE },
                                     .text = { 8, 16, 1, 2, 1e-5f, TRUE, FALSE },
                                     .image_size = 8,
                                     .patch_size = 4,
                                     .vocab_size = 20,
                                     .context = 6,
                                     .bos = 18,
                                     .eos = 19,
                                     .projection = 6,
                                     .logit_scale = 1 };

/* ---- config.json */

static gboolean
parse (const char *text, ArraClipConfig *config, GError **error)
{
  JsonObject *root;
  g_autoptr (JsonParser) parser = arra_json_parse (text, strlen (text), "config.json", &root, error);

  return parser != NULL && arra_clip_config_read (config, root, "config.json", error);
}

/* What openai/clip-vit-base-patch32 leaves out is what it has. */
static void
test_standard (void)
{
  ArraClipConfig config;
  GError *error = NULL;

  parse ("{\"model_type\": \"clip\"}", &config, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (config.vision.width, ==, 768);
  g_assert_cmpuint (config.vision.n_heads, ==, 12);
  g_assert_cmpuint (arra_clip_picture_tokens (&config), ==, 50);
  g_assert_cmpuint (config.text.width, ==, 512);
  g_assert_cmpuint (config.context, ==, 77);
  g_assert_cmpuint (config.projection, ==, 512);
  g_assert_false (config.vision.exact_gelu);
}

static void
test_round_trip (void)
{
  g_autofree char *text = arra_clip_config_to_json (&tiny), *again = NULL;
  ArraClipConfig config;
  GError *error = NULL;

  parse (text, &config, &error);
  g_assert_no_error (error);
  again = arra_clip_config_to_json (&config);
  g_assert_cmpstr (again, ==, text);
  g_assert_cmpfloat (config.vision.eps, ==, 1e-5f);
  g_assert_true (config.text.exact_gelu && !config.vision.exact_gelu);
  g_assert_cmpuint (config.eos, ==, 19);
}

static void
test_refuse (void)
{
  static const struct
  {
    const char *text, *says;
  } cases[] = {
    { "{}", "model_type" },
    { "{\"model_type\": \"siglip\"}", "siglip" },
    { "{\"model_type\": \"clip\", \"projection_dim\": 0}", "projection_dim" },
    { "{\"model_type\": \"clip\", \"vision_config\": 3}", "vision_config" },
    { "{\"model_type\": \"clip\", \"vision_config\": {\"hidden_size\": 100000000}}", "hidden_size" },
    { "{\"model_type\": \"clip\", \"vision_config\": {\"num_attention_heads\": 5}}", "heads" },
    { "{\"model_type\": \"clip\", \"vision_config\": {\"patch_size\": 15}}", "patch_size" },
    { "{\"model_type\": \"clip\", \"vision_config\": {\"layer_norm_eps\": 0}}", "layer_norm_eps" },
    { "{\"model_type\": \"clip\", \"text_config\": {\"hidden_act\": \"relu\"}}", "relu" },
    { "{\"model_type\": \"clip\", \"text_config\": {\"eos_token_id\": -1}}", "eos_token_id" },
    { "{\"model_type\": \"clip\", \"logit_scale_init_value\": 99}", "logit_scale" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      ArraClipConfig config;

      g_assert_false (parse (cases[i].text, &config, &error));
      if (strstr (error->message, cases[i].says) == NULL)
        g_error ("%s: %s", cases[i].text, error->message);
    }
}

/* ---- gradients */

#define PAIRS 3
#define LENGTH 5

typedef struct
{
  ArraParameters *parameters;
  float pixels[PAIRS * 3 * 8 * 8];
  guint32 ids[PAIRS * LENGTH], ends[PAIRS], groups[PAIRS];
  double loss;
  gboolean backward;
} Pairs;

static gboolean
compute (ArraTape *tape, gpointer user, GError **error)
{
  Pairs *p = user;
  const ArraClipNet net = { &tiny, p->parameters };
  const ArraClipTexts texts = { PAIRS, LENGTH, p->ids, p->ends };
  ArraClipPictures pictures;
  ArraNode *words;

  arra_clip_graph_pictures (tape, &net, p->pixels, PAIRS, FALSE, &pictures);
  words = arra_clip_graph_texts (tape, &net, &texts);
  arra_graph_contrastive (tape, arra_graph_l2_norm (tape, pictures.features), arra_graph_l2_norm (tape, words),
                          arra_parameters_leaf (p->parameters, tape, "logit_scale"), p->groups, &p->loss);
  if (p->backward)
    arra_tape_backward (tape);
  return TRUE;
}

static void
pairs_init (Pairs *p)
{
  p->parameters = arra_parameters_new (NULL);
  g_assert_true (arra_parameters_add_clip (p->parameters, &tiny, NULL));
  g_assert_true (arra_parameters_allocate (p->parameters, TRUE, NULL));
  arra_clip_start (p->parameters, &tiny, 5);
  for (guint i = 0; i < p->parameters->n;
       i++) /* embeddings as large as the rest, so that nothing is lost in rounding */
    if (strstr (p->parameters->items[i].name, "embedding") != NULL)
      for (gsize k = 0; k < p->parameters->items[i].count; k++)
        p->parameters->data[p->parameters->items[i].offset + k] *= 10;
  for (guint i = 0; i < G_N_ELEMENTS (p->pixels); i++)
    p->pixels[i] = (float) arra_noise_bits (1, 0, 0, i) * 0x1p-31f - 1;
  for (guint i = 0; i < PAIRS * LENGTH; i++)
    p->ids[i] = arra_noise_bits (2, 0, 0, i) % tiny.vocab_size;
  for (guint i = 0; i < PAIRS; i++)
    {
      p->ends[i] = i * LENGTH + 2 + i % 3;
      p->groups[i] = i;
    }
}

static double
loss_at (Pairs *p, ArraTape *tape, float *place, float by)
{
  float kept = *place;

  *place = kept + by;
  g_assert_true (arra_tape_run (tape, FALSE, compute, p, NULL));
  *place = kept;
  return p->loss;
}

/* The largest gradient of every tensor against 4-point differences: both towers, norms, positions,
 * projections, temperature. */
static void
test_gradients (void)
{
  const ArraExec exec = { arra_kernels_default (NULL), NULL };
  g_autoptr (ArraTape) tape = arra_tape_new (&exec, arra_clip_graph_nodes (&tiny) + 8, NULL);
  Pairs p = { .backward = TRUE };
  const double step = 0.01;

  pairs_init (&p);
  g_assert_true (arra_tape_run (tape, TRUE, compute, &p, NULL));
  p.backward = FALSE;
  for (guint i = 0; i < p.parameters->n; i++)
    {
      const ArraParameter *item = &p.parameters->items[i];
      const float *grad = p.parameters->grad + item->offset;
      gsize at = 0;
      float *place;
      double expected;

      for (gsize k = 0; k < item->count; k++)
        if (fabsf (grad[k]) > fabsf (grad[at]))
          at = k;
      place = p.parameters->data + item->offset + at;
      expected = (8 * (loss_at (&p, tape, place, (float) step) - loss_at (&p, tape, place, (float) -step))
                  - (loss_at (&p, tape, place, (float) (2 * step)) - loss_at (&p, tape, place, (float) (-2 * step))))
                 / (12 * step);
      if (strstr (item->name, "k_proj.bias") != NULL) /* softmax does not see it */
        g_assert_cmpfloat (fabs (expected), <, 1e-4);
      else if (!(fabs ((double) grad[at] - expected) <= 2e-3 * fabs (expected) + 2e-5))
        g_error ("%s[%zu]: gradient %g, difference %g", item->name, at, (double) grad[at], expected);
      if (strstr (item->name, "k_proj.bias") == NULL)
        g_assert_cmpfloat (fabs (expected), >, 1e-4);
    }
  arra_parameters_free (p.parameters);
}

/* ---- its hash */

static void
write_model (const Pairs *p, const char *folder)
{
  g_autofree char *weights = g_build_filename (folder, "model.safetensors", NULL);
  g_autofree char *path = g_build_filename (folder, "config.json", NULL), *text = arra_clip_config_to_json (&tiny);
  g_autofree ArraNamedTensor *tensors = g_new0 (ArraNamedTensor, p->parameters->n);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < p->parameters->n; i++)
    {
      const ArraParameter *item = &p->parameters->items[i];

      tensors[i].name = item->name;
      tensors[i].tensor = (ArraTensor) { .dtype = ARRA_F32,
                                         .n_dims = item->n_dims,
                                         .data = p->parameters->data + item->offset,
                                         .n_bytes = item->count * sizeof (float) };
      memcpy (tensors[i].tensor.shape, item->shape, sizeof item->shape);
    }
  arra_safetensors_write (weights, tensors, p->parameters->n, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
remove_model (const char *folder)
{
  g_autofree char *weights = g_build_filename (folder, "model.safetensors", NULL);
  g_autofree char *config = g_build_filename (folder, "config.json", NULL);

  g_unlink (weights);
  g_unlink (config);
  g_rmdir (folder);
}

/* Of the model with @name's first value changed. */
static char *
hash_with (Pairs *p, const char *name, const char *folder)
{
  const ArraExec exec = { arra_kernels_default (NULL), NULL };
  float *value = p->parameters->data + arra_parameters_find (p->parameters, name)->offset;
  g_autoptr (ArraClip) clip = NULL;

  *value += 1;
  write_model (p, folder);
  *value -= 1;
  clip = arra_clip_open (folder, NULL, &exec, NULL);
  return arra_clip_image_sha256 (clip);
}

/* Each weight of the image encoder counts, none of the text's. */
static void
test_hash (void)
{
  static const char *const images[] = { "visual_projection.weight", "vision_model.post_layernorm.bias",
                                        "vision_model.encoder.layers.1.mlp.fc1.weight" };
  g_autofree char *folder = g_dir_make_tmp ("arra-clip-XXXXXX", NULL);
  g_autofree char *text = NULL, *other_text = NULL;
  Pairs p = { .backward = FALSE };

  pairs_init (&p);
  text = hash_with (&p, "text_projection.weight", folder);
  other_text = hash_with (&p, "logit_scale", folder);
  g_assert_cmpstr (text, ==, other_text);
  g_assert_cmpuint (strlen (text), ==, 64);
  for (gsize i = 0; i < G_N_ELEMENTS (images); i++)
    {
      g_autofree char *hash = hash_with (&p, images[i], folder);

      g_assert_cmpstr (hash, !=, text);
    }
  arra_parameters_free (p.parameters);
  remove_model (folder);
}

/* ---- features */

static char *
golden (void)
{
  return g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", "vision", "clip", NULL);
}

/* A config.json that claims more than the weights hold is refused before memory is taken for it. */
static void
test_claims (void)
{
  static const char huge[] = "{\"model_type\": \"clip\", \"vision_config\": {\"hidden_size\": 65536, "
                             "\"num_attention_heads\": 1, \"num_hidden_layers\": 256}}";
  g_autofree char *from = golden (), *folder = g_dir_make_tmp ("arra-clip-XXXXXX", NULL);
  g_autofree char *weights = g_build_filename (folder, "model.safetensors", NULL);
  g_autofree char *stored = g_build_filename (from, "model.safetensors", NULL);
  g_autofree char *config = g_build_filename (folder, "config.json", NULL);
  g_autoptr (GFile) link = g_file_new_for_path (weights);
  const ArraExec exec = { arra_kernels_default (NULL), NULL };
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_make_symbolic_link (link, stored, NULL, NULL));
  g_assert_true (g_file_set_contents (config, huge, -1, NULL));
  arra_mem_reset_peak ();
  g_assert_null (arra_clip_open (folder, NULL, &exec, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
  g_assert_cmpuint (arra_mem_peak (), <, 100 << 20);
  g_unlink (weights);
  g_unlink (config);
  g_rmdir (folder);
}

/* No tokenizer: pictures can be used, texts are refused. */
static void
test_no_tokenizer (void)
{
  g_autofree char *folder = golden ();
  const ArraExec exec = { arra_kernels_default (NULL), NULL };
  g_autoptr (ArraClip) clip = arra_clip_open (folder, NULL, &exec, NULL);
  g_autoptr (GError) error = NULL;
  const char *caption = "oak";
  float feature[24];

  g_assert_false (arra_clip_text_features (clip, 1, &caption, feature, &error));
  g_assert_nonnull (strstr (error->message, "tokenizer.json"));
}

static void
test_pixels (void)
{
  const guint8 rgb[2 * 2 * 3] = { 0, 128, 255, 255, 0, 0, 10, 20, 30, 40, 50, 60 };
  const ArraClipPixels pixels = { { 0.5f, 0.25f, 0 }, { 0.5f, 1, 2 } };
  float out[12];

  arra_clip_pixels_normalise (&pixels, rgb, 2, out);
  g_assert_cmpfloat (out[0], ==, -1);
  g_assert_cmpfloat (out[1], ==, 1);
  g_assert_cmpfloat (fabsf (out[4] - (128 / 255.0f - 0.25f)), <, 1e-6f);
  g_assert_cmpfloat (out[8], ==, 0.5f);
}

/* ---- texts */

static void
test_text (void)
{
  g_autofree char *folder = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", "e2e", "model", NULL);
  g_autoptr (ArraTokenizer) tokenizer = arra_tokenizer_open (folder, NULL);
  ArraClipConfig config = { .context = 12, .vocab_size = 20000, .bos = 0, .eos = 8710 };
  const char *longer = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen";
  guint32 ids[12];
  ArraClipTokens tokens;
  g_autoptr (GError) error = NULL;

  g_assert_true (arra_clip_encode_text (tokenizer, &config, "", ids, &tokens, NULL));
  g_assert_cmpuint (tokens.n, ==, 2);
  g_assert_true (ids[0] == config.bos && ids[1] == config.eos && tokens.end == 1);
  g_assert_true (arra_clip_encode_text (tokenizer, &config, longer, ids, &tokens, NULL));
  g_assert_cmpuint (tokens.n, ==, 12);
  g_assert_true (ids[11] == config.eos && tokens.end == 11 && ids[1] != config.bos);
  config.eos = 2; /* an old configuration: the highest id */
  g_assert_true (arra_clip_encode_text (tokenizer, &config, "oak wood", ids, &tokens, NULL));
  for (guint i = 0; i < tokens.n; i++)
    g_assert_cmpuint (ids[i], <=, ids[tokens.end]);
  config.vocab_size = 10;
  g_assert_false (arra_clip_encode_text (tokenizer, &config, "oak", ids, &tokens, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/clip/config/standard", test_standard);
  g_test_add_func ("/model/clip/config/round-trip", test_round_trip);
  g_test_add_func ("/model/clip/config/refuse", test_refuse);
  g_test_add_func ("/model/clip/gradients", test_gradients);
  g_test_add_func ("/model/clip/hash", test_hash);
  g_test_add_func ("/model/clip/claims", test_claims);
  g_test_add_func ("/model/clip/no-tokenizer", test_no_tokenizer);
  g_test_add_func ("/model/clip/pixels", test_pixels);
  g_test_add_func ("/model/clip/text", test_text);
  return g_test_run ();
}
