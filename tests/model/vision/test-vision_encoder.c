/* test-vision_encoder.c - every image encoder through the one interface, under every name it is published
 * with
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision_encoder.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "densenet.h"
#include "made.h"
#include "mem.h"
#include "noise.h"
#include "published.h"

#define MAX_WIDTH 2048

static char *
golden (const char *name)
{
  return g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", "vision", name, NULL);
}

static ArraExec
exec_of (void)
{
  return (ArraExec) { arra_kernels_default (NULL), NULL };
}

static ArraVisionEncoder *
open_golden (const char *name)
{
  g_autofree char *folder = golden (name);
  const ArraExec exec = exec_of ();
  g_autoptr (GError) error = NULL;
  ArraVisionEncoder *encoder = arra_vision_encoder_open (folder, &exec, &error);

  g_assert_no_error (error);
  return encoder;
}

static ArraSource *
weights_of (const char *name)
{
  g_autofree char *folder = golden (name), *path = g_build_filename (folder, "model.safetensors", NULL);

  return arra_safetensors_open (path, NULL);
}

/* @width x @height, of no regularity. */
static void
make_picture (ArraRaster *raster, gsize width, gsize height, guint channels)
{
  g_assert_true (arra_raster_init (raster, width, height, channels, NULL));
  for (gsize i = 0; i < width * height * channels; i++)
    raster->pixels[i] = (guint8) arra_noise_bits (7, 0, 0, (guint32) i);
}

/* The encoder's own feature of that picture. */
static void
encode (ArraVisionEncoder *encoder, float *feature)
{
  g_autoraster ArraRaster raster = { 0 };
  g_autofree float *pixels = g_new (float, arra_vision_encoder_floats (encoder));
  g_autoptr (GError) error = NULL;

  make_picture (&raster, 70, 61, 3);
  arra_vision_encoder_prepare (encoder, &raster, pixels, &error);
  g_assert_no_error (error);
  arra_vision_encoder_run (encoder, 1, pixels, feature, NULL, &error);
  g_assert_no_error (error);
}

/* ---- what there is */

static const struct
{
  const char *folder, *name;
  ArraVisionShape shape;
  gboolean texts;
} networks[] = {
  { "clip", "CLIP", { 3, 32, 32, 4, 4, 24, 24 }, TRUE },
  { "biomedclip_hf", "CLIP", { 3, 32, 32, 4, 4, 20, 20 }, TRUE },
  { "dinov2", "DINOv2", { 3, 224, 224, 16, 16, 32, 32 }, FALSE },
  { "medsam", "SAM", { 3, 64, 64, 4, 4, 16, 16 }, FALSE },
};

static void
test_networks (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (networks); i++)
    {
      g_autoptr (ArraVisionEncoder) encoder = open_golden (networks[i].folder);

      g_assert_cmpstr (arra_vision_encoder_name (encoder), ==, networks[i].name);
      g_assert_cmpmem (arra_vision_encoder_shape (encoder), sizeof (ArraVisionShape), &networks[i].shape,
                       sizeof (ArraVisionShape));
      g_assert_true (arra_vision_encoder_reads_texts (encoder) == networks[i].texts);
    }
}

/* Average is the mean of patches; both is the own feature and that; several pictures are as each alone. */
static void
test_aggregations (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (networks); i++)
    {
      g_autoptr (ArraVisionEncoder) encoder = open_golden (networks[i].folder);
      const ArraVisionShape *shape = arra_vision_encoder_shape (encoder);
      gsize floats = arra_vision_encoder_floats (encoder), n = shape->rows * shape->columns, width = shape->patch;
      g_autofree float *pixels = g_new (float, 2 * floats), *patches = g_new (float, 2 * n * width);
      g_autofree float *own = g_new (float, 2 * width), *both = g_new (float, 4 * width);
      g_autofree float *mean = g_new (float, 2 * width);

      for (gsize k = 0; k < 2 * floats; k++)
        pixels[k] = (float) arra_noise_bits (5, 0, 0, (guint32) k) * 0x1p-31f - 1;
      g_assert_true (arra_vision_encoder_run (encoder, 2, pixels, own, patches, NULL));
      g_assert_true (arra_vision_encoder_features (encoder, 2, pixels, ARRA_VISION_AVERAGE, mean, NULL));
      g_assert_true (arra_vision_encoder_features (encoder, 2, pixels, ARRA_VISION_BOTH, both, NULL));
      for (gsize k = 0; k < 2 * width; k++)
        {
          double sum = 0;

          for (gsize p = 0; p < n; p++)
            sum += (double) patches[(k / width * n + p) * width + k % width];
          g_assert_cmpfloat (fabs ((double) mean[k] - sum / (double) n), <, 1e-4);
          g_assert_cmpfloat (fabsf (both[k / width * 2 * width + k % width] - own[k]), <, 1e-4f);
          g_assert_cmpfloat (both[k / width * 2 * width + width + k % width], ==, mean[k]);
        }
    }
}

/* ---- memory */

static void
assert_close (guint64 taken, guint64 said)
{
  g_assert_cmpfloat (fabs ((double) taken / (double) said - 1), <, 0.05);
}

/* What running pictures takes is what was said of it beside the pictures and features themselves. */
static void
run_measured (ArraVisionEncoder *encoder, guint n, ArraVisionAggregation aggregation)
{
  const gsize floats = n * arra_vision_encoder_floats (encoder),
              numbers = n * arra_vision_encoder_numbers (encoder, aggregation), held = arra_mem_held ();
  g_autofree float *pixels = g_new0 (float, floats), *features = g_new (float, numbers);
  g_autoptr (GError) error = NULL;
  ArraEncoderMemory memory;

  g_assert_true (arra_vision_encoder_measure (encoder, n, aggregation, &memory, &error));
  arra_mem_reset_peak ();
  arra_vision_encoder_features (encoder, n, pixels, aggregation, features, &error);
  g_assert_no_error (error);
  assert_close (arra_mem_peak () - held + (floats + numbers) * sizeof (float), memory.work);
}

/* What is said without the weights is what they are found to take. */
static void
open_measured (const char *name, ArraVisionAggregation aggregation)
{
  g_autofree char *folder = golden (name);
  const ArraExec exec = exec_of ();
  const gsize held = arra_mem_held ();
  g_autoptr (ArraVisionEncoder) described = arra_vision_encoder_describe (folder, &exec, NULL), encoder = NULL;
  const gsize both = arra_mem_held (), rest = both - held;
  ArraEncoderMemory said, found;
  gsize weights;

  encoder = open_golden (name);
  weights = arra_mem_held () - both - rest;
  g_assert_true (arra_vision_encoder_measure (encoder, 8, aggregation, &found, NULL));
  assert_close (weights, found.weights);
  g_assert_true (arra_vision_encoder_measure (described, 8, aggregation, &said, NULL));
  g_assert_cmpmem (&said, sizeof said, &found, sizeof found);
  run_measured (encoder, 8, aggregation);
}

static void
test_memory (void)
{
  static const ArraVisionAggregation all[]
      = { ARRA_VISION_CLS, ARRA_VISION_AVERAGE, ARRA_VISION_BOTH, ARRA_VISION_PATCHES };

  for (gsize i = 0; i < G_N_ELEMENTS (networks); i++)
    for (gsize k = 0; k < G_N_ELEMENTS (all); k++)
      open_measured (networks[i].folder, all[k]);
}

/* ---- names */

#define V "vision_model.encoder.layers.#."
#define T "text_model.encoder.layers.#."
#define PAIR(theirs, ours)                         \
  { theirs ".weight", { ours ".weight" }, FALSE }, \
  {                                                \
    theirs ".bias", { ours ".bias" }, FALSE        \
  }
#define THREE(weight, bias, ours, q, k, v)                                     \
  { weight, { ours q ".weight", ours k ".weight", ours v ".weight" }, FALSE }, \
  {                                                                            \
    bias, { ours q ".bias", ours k ".bias", ours v ".bias" }, FALSE            \
  }

static const Published openai[] = {
  { "visual.class_embedding", { "vision_model.embeddings.class_embedding" }, FALSE },
  { "visual.positional_embedding", { "vision_model.embeddings.position_embedding.weight" }, FALSE },
  { "visual.conv1.weight", { "vision_model.embeddings.patch_embedding.weight" }, FALSE },
  PAIR ("visual.ln_pre", "vision_model.pre_layrnorm"),
  PAIR ("visual.transformer.resblocks.#.ln_1", V "layer_norm1"),
  THREE ("visual.transformer.resblocks.#.attn.in_proj_weight",
         "visual.transformer.resblocks.#.attn.in_proj_bias",
         V,
         "self_attn.q_proj",
         "self_attn.k_proj",
         "self_attn.v_proj"),
  PAIR ("visual.transformer.resblocks.#.attn.out_proj", V "self_attn.out_proj"),
  PAIR ("visual.transformer.resblocks.#.ln_2", V "layer_norm2"),
  PAIR ("visual.transformer.resblocks.#.mlp.c_fc", V "mlp.fc1"),
  PAIR ("visual.transformer.resblocks.#.mlp.c_proj", V "mlp.fc2"),
  PAIR ("visual.ln_post", "vision_model.post_layernorm"),
  { "visual.proj", { "visual_projection.weight" }, TRUE },
};

static const Published timm[] = {
  { "visual.trunk.cls_token", { "vision_model.embeddings.class_embedding" }, FALSE },
  { "visual.trunk.pos_embed", { "vision_model.embeddings.position_embedding.weight" }, FALSE },
  PAIR ("visual.trunk.patch_embed.proj", "vision_model.embeddings.patch_embedding"),
  PAIR ("visual.trunk.blocks.#.norm1", V "layer_norm1"),
  THREE ("visual.trunk.blocks.#.attn.qkv.weight",
         "visual.trunk.blocks.#.attn.qkv.bias",
         V,
         "self_attn.q_proj",
         "self_attn.k_proj",
         "self_attn.v_proj"),
  PAIR ("visual.trunk.blocks.#.attn.proj", V "self_attn.out_proj"),
  PAIR ("visual.trunk.blocks.#.norm2", V "layer_norm2"),
  PAIR ("visual.trunk.blocks.#.mlp.fc1", V "mlp.fc1"),
  PAIR ("visual.trunk.blocks.#.mlp.fc2", V "mlp.fc2"),
  PAIR ("visual.trunk.norm", "vision_model.post_layernorm"),
  { "visual.head.proj.weight", { "visual_projection.weight" }, FALSE },
};

static const Published dinov2[] = {
  { "cls_token", { "embeddings.cls_token" }, FALSE },
  { "pos_embed", { "embeddings.position_embeddings" }, FALSE },
  PAIR ("patch_embed.proj", "embeddings.patch_embeddings.projection"),
  PAIR ("blocks.#.norm1", "encoder.layer.#.norm1"),
  THREE ("blocks.#.attn.qkv.weight",
         "blocks.#.attn.qkv.bias",
         "encoder.layer.#.attention.attention.",
         "query",
         "key",
         "value"),
  PAIR ("blocks.#.attn.proj", "encoder.layer.#.attention.output.dense"),
  { "blocks.#.ls1.gamma", { "encoder.layer.#.layer_scale1.lambda1" }, FALSE },
  PAIR ("blocks.#.norm2", "encoder.layer.#.norm2"),
  PAIR ("blocks.#.mlp.fc1", "encoder.layer.#.mlp.fc1"),
  PAIR ("blocks.#.mlp.fc2", "encoder.layer.#.mlp.fc2"),
  { "blocks.#.ls2.gamma", { "encoder.layer.#.layer_scale2.lambda1" }, FALSE },
  PAIR ("norm", "layernorm"),
};

static const Published sam[] = {
  { "image_encoder.pos_embed", { "vision_encoder.pos_embed" }, FALSE },
  PAIR ("image_encoder.patch_embed.proj", "vision_encoder.patch_embed.projection"),
  PAIR ("image_encoder.blocks.#.norm1", "vision_encoder.layers.#.layer_norm1"),
  PAIR ("image_encoder.blocks.#.attn.qkv", "vision_encoder.layers.#.attn.qkv"),
  PAIR ("image_encoder.blocks.#.attn.proj", "vision_encoder.layers.#.attn.proj"),
  { "image_encoder.blocks.#.attn.rel_pos_h", { "vision_encoder.layers.#.attn.rel_pos_h" }, FALSE },
  { "image_encoder.blocks.#.attn.rel_pos_w", { "vision_encoder.layers.#.attn.rel_pos_w" }, FALSE },
  PAIR ("image_encoder.blocks.#.norm2", "vision_encoder.layers.#.layer_norm2"),
  PAIR ("image_encoder.blocks.#.mlp.lin1", "vision_encoder.layers.#.mlp.lin1"),
  PAIR ("image_encoder.blocks.#.mlp.lin2", "vision_encoder.layers.#.mlp.lin2"),
  { "image_encoder.neck.0.weight", { "vision_encoder.neck.conv1.weight" }, FALSE },
  PAIR ("image_encoder.neck.1", "vision_encoder.neck.layer_norm1"),
  { "image_encoder.neck.2.weight", { "vision_encoder.neck.conv2.weight" }, FALSE },
  PAIR ("image_encoder.neck.3", "vision_encoder.neck.layer_norm2"),
};

typedef struct
{
  const char *folder; /* of the golden weights */
  const Published *rules;
  gsize n;
  guint layers;
  const char *prefix;
  const char *config, *text; /* (nullable): the file beside them */
} Form;

#define RULES(rules) rules, G_N_ELEMENTS (rules)
#define OPEN_CLIP(head, quick) \
  "open_clip_config.json", "{\"model_cfg\": {\"vision_cfg\": {\"head_width\": " head "}" quick "}}"

static const Form forms[] = {
  { "clip", RULES (openai), 2, "", OPEN_CLIP ("16", ", \"quick_gelu\": true") },
  { "clip", RULES (openai), 2, "module.", OPEN_CLIP ("16", ", \"quick_gelu\": true") },
  { "biomedclip_hf", RULES (timm), 2, "", OPEN_CLIP ("12", "") },
  { "dinov2", RULES (dinov2), 3, "", NULL, NULL },
  { "dinov2", RULES (dinov2), 3, "teacher.backbone.", NULL, NULL },
  { "medsam", RULES (sam), 3, "", NULL, NULL },
  { "medsam", RULES (sam), 3, "model.", NULL, NULL },
};

/* The features are those of the form that is golden. Only pictures that need no cutting: forms round
 * differently. DINOv2's heads are 64 wide without a configuration; the golden one has others, so it gets one.
 */
static void
test_form (gconstpointer data)
{
  const Form *form = data;
  g_autoptr (ArraSource) weights = weights_of (form->folder);
  g_autoptr (ArraSource) other = published (weights, form->rules, form->n, form->layers, form->prefix);
  g_autofree char *folder = g_dir_make_tmp ("arra-vision-XXXXXX", NULL);
  g_autofree char *config = g_build_filename (folder, form->config != NULL ? form->config : "config.json", NULL);
  const char *text = form->text != NULL ? form->text : "{\"num_attention_heads\": 4}";
  const ArraExec exec = exec_of ();
  g_autoptr (ArraVisionEncoder) expected = open_golden (form->folder), encoder = NULL;
  gsize floats = arra_vision_encoder_floats (expected), width = arra_vision_encoder_shape (expected)->feature;
  g_autofree float *pixels = g_new (float, floats), *a = g_new (float, width), *b = g_new (float, width);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (config, text, -1, NULL));
  encoder = arra_vision_encoder_open_source (folder, other, &exec, &error);
  g_assert_no_error (error);
  for (gsize k = 0; k < floats; k++)
    pixels[k] = (float) arra_noise_bits (5, 0, 0, (guint32) k) * 0x1p-31f - 1;
  g_assert_cmpuint (arra_vision_encoder_floats (encoder), ==, floats);
  g_assert_true (arra_vision_encoder_run (expected, 1, pixels, a, NULL, NULL));
  g_assert_true (arra_vision_encoder_run (encoder, 1, pixels, b, NULL, NULL));
  for (gsize k = 0; k < width; k++)
    g_assert_cmpfloat (fabsf (a[k] - b[k]), <, 2e-6f);
  g_unlink (config);
  g_rmdir (folder);
}

/* A tensor that is missing is called what the file calls it. */
static void
test_missing (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      const Form *form = &forms[i];
      g_autoptr (ArraSource) weights = weights_of (form->folder);
      g_autoptr (ArraSource) other = published (weights, form->rules, form->n - 1, form->layers, form->prefix);
      const ArraExec exec = exec_of ();
      g_autoptr (GError) error = NULL;

      g_assert_null (arra_vision_encoder_open_source ("folder", other, &exec, &error));
      if (g_str_equal (form->folder, "clip") || g_str_equal (form->folder, "biomedclip_hf"))
        g_assert_nonnull (strstr (error->message, "projection"));
      else if (strstr (error->message, form->rules[form->n - 1].theirs) == NULL)
        g_error ("%s", error->message);
    }
}

/* ---- what is refused */

static void
test_refuse (void)
{
  static const struct
  {
    const char *text, *says;
  } cases[] = {
    { "{\"model_type\": \"llama\"}", "llama" },
    { "{\"model_type\": 5}", "model_type" },
    { "{}", "model_type" },
    { "[]", "config.json" },
  };
  const ArraExec exec = exec_of ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *folder = g_dir_make_tmp ("arra-vision-XXXXXX", NULL);
      g_autofree char *config = g_build_filename (folder, "config.json", NULL);
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_set_contents (config, cases[i].text, -1, NULL));
      g_assert_null (arra_vision_encoder_open (folder, &exec, &error));
      if (error == NULL || strstr (error->message, cases[i].says) == NULL)
        g_error ("%s: %s", cases[i].text, error != NULL ? error->message : "taken");
      g_unlink (config);
      g_rmdir (folder);
    }
}

/* Weights of no image encoder: those that are known are named. */
static void
test_unknown (void)
{
  g_autofree char *folder = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", "vqgan", "small", NULL);
  g_autofree char *path = g_build_filename (folder, "case.safetensors", NULL);
  const ArraExec exec = exec_of ();
  g_autoptr (GError) error = NULL;

  g_assert_null (arra_vision_encoder_open (path, &exec, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "DINOv2"));
}

/* ---- the networks of scores */

static ArraVisionEncoder *
open_made (ArraParameters *parameters, ArraSource **weights)
{
  const ArraExec exec = exec_of ();
  g_autoptr (GError) error = NULL;
  ArraVisionEncoder *encoder;

  *weights = made_weights (parameters, "test");
  encoder = arra_vision_encoder_open_source ("made", *weights, &exec, &error);
  g_assert_no_error (error);
  return encoder;
}

/* Features of DenseNet do not depend on how often the picture is grey, and there are no patches. */
static void
test_densenet (void)
{
  g_autoptr (ArraParameters) parameters = arra_parameters_new (NULL);
  ArraConvNet net = { .phase = ARRA_NET_NAMING, .parameters = parameters, .ok = TRUE };
  const ArraWindowMap in = arra_net_map (&net, ARRA_DENSENET_SIZE, ARRA_DENSENET_SIZE, 1);
  g_autoptr (ArraSource) weights = NULL;
  g_autoptr (ArraVisionEncoder) encoder = NULL;
  g_autoraster ArraRaster grey = { 0 }, rgb = { 0 };
  g_autofree float *one = NULL, *three = NULL, *feature = g_new (float, ARRA_DENSENET_FEATURES);
  const float *norm;
  g_autoptr (GError) error = NULL;

  arra_densenet_walk (&net, &in, &norm);
  encoder = open_made (parameters, &weights);
  g_assert_cmpuint (arra_vision_encoder_width (encoder, ARRA_VISION_CLS), ==, ARRA_DENSENET_FEATURES);
  g_assert_cmpuint (arra_vision_encoder_width (encoder, ARRA_VISION_AVERAGE), ==, 0);
  make_picture (&grey, 300, 260, 1);
  g_assert_true (arra_raster_init (&rgb, 300, 260, 3, NULL));
  for (gsize i = 0; i < 300 * 260 * 3; i++)
    rgb.pixels[i] = grey.pixels[i / 3];
  one = g_new (float, arra_vision_encoder_floats (encoder));
  three = g_new (float, arra_vision_encoder_floats (encoder));
  g_assert_true (arra_vision_encoder_prepare (encoder, &grey, one, NULL));
  g_assert_true (arra_vision_encoder_prepare (encoder, &rgb, three, NULL));
  g_assert_cmpmem (one, arra_vision_encoder_floats (encoder) * 4, three, arra_vision_encoder_floats (encoder) * 4);
  g_assert_false (arra_vision_encoder_features (encoder, 1, one, ARRA_VISION_BOTH, feature, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_UNSUPPORTED);
}

/* While it is opened, tensors as they were read lie beside what is made of them. */
static void
test_memory_of_scores (void)
{
  g_autoptr (ArraParameters) parameters = arra_parameters_new (NULL);
  ArraConvNet net = { .phase = ARRA_NET_NAMING, .parameters = parameters, .ok = TRUE };
  const ArraWindowMap in = arra_net_map (&net, ARRA_DENSENET_SIZE, ARRA_DENSENET_SIZE, 1);
  g_autoptr (ArraSource) weights = NULL;
  g_autoptr (ArraVisionEncoder) encoder = NULL;
  ArraEncoderMemory memory;
  const float *norm;
  gsize held;

  arra_densenet_walk (&net, &in, &norm);
  encoder = open_made (parameters, &weights);
  g_assert_true (arra_vision_encoder_measure (encoder, 1, ARRA_VISION_CLS, &memory, NULL));
  g_clear_pointer (&encoder, arra_vision_encoder_free);
  held = arra_mem_held ();
  arra_mem_reset_peak ();
  {
    const ArraExec exec = exec_of ();

    encoder = arra_vision_encoder_open_source ("made", weights, &exec, NULL);
  }
  assert_close (arra_mem_held () - held, memory.weights);
  assert_close (arra_mem_peak () - held, memory.weights + memory.loading);
  run_measured (encoder, 2, ARRA_VISION_CLS);
}

/* "a.b.weight" as a module that is pickled whole has it. */
static char *
pickled_name (const char *name)
{
  g_auto (GStrv) parts = g_strsplit (name, ".", -1);
  g_autoptr (GString) text = g_string_new ("model.");
  guint n = g_strv_length (parts);

  for (guint i = 0; i + 1 < n; i++)
    g_string_append_printf (text, "_modules.%s.", parts[i]);
  g_string_append_printf (text, "%s.%s", strstr (parts[n - 1], "running") != NULL ? "_buffers" : "_parameters",
                          parts[n - 1]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* torchxrayvision's files hold the module itself. */
static void
test_pickled (void)
{
  g_autoptr (ArraParameters) parameters = arra_parameters_new (NULL);
  ArraConvNet net = { .phase = ARRA_NET_NAMING, .parameters = parameters, .ok = TRUE };
  const ArraWindowMap in = arra_net_map (&net, ARRA_DENSENET_SIZE, ARRA_DENSENET_SIZE, 1);
  g_autoptr (ArraSource) weights = NULL, module = arra_source_new ();
  g_autoptr (ArraMapping) nothing = arra_mapping_new_for_bytes ("module", "", 0);
  g_autoptr (ArraVisionEncoder) plain = NULL, pickled = NULL;
  const ArraExec exec = exec_of ();
  g_autofree char *expected = NULL, *sum = NULL;
  const float *norm;
  guint file;
  g_autoptr (GError) error = NULL;

  arra_densenet_walk (&net, &in, &norm);
  plain = open_made (parameters, &weights);
  g_assert_true (arra_source_add_file (module, nothing, &file, NULL));
  for (gsize i = 0; i < arra_source_count (weights); i++)
    {
      g_autofree char *name = pickled_name (arra_source_name (weights, i));

      g_assert_true (arra_source_add (module, file, name, arra_source_tensor (weights, i), NULL));
    }
  pickled = arra_vision_encoder_open_source ("module", module, &exec, &error);
  g_assert_no_error (error);
  expected = arra_vision_encoder_sha256 (plain);
  sum = arra_vision_encoder_sha256 (pickled);
  g_assert_cmpstr (sum, ==, expected);
}

/* ---- texts */

/* BERT's texts: expected values are of an implementation of their own, in double. */
static void
test_bert (void)
{
  static const char words[] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nchest\nx\n##ray\n-\nray\nef\n##fusion\neffusion\n";
  static const float expected[20]
      = { 0.7506995f,  0.3785273f,  -0.6142631f, 0.4543332f,   0.08436668f, 0.07603117f, -0.8822128f,
          0.3931402f,  -0.0856441f, 0.06080194f, 0.008316481f, 0.1472261f,  -0.833109f,  0.1850995f,
          -0.7234471f, 0.2644117f,  0.03768728f, -0.3720552f,  -0.436731f,  0.8933037f };
  g_autofree char *from = golden ("biomedclip_hf"), *folder = g_dir_make_tmp ("arra-vision-XXXXXX", NULL);
  static const char *const files[] = { "config.json", "model.safetensors", "vocab.txt" };
  const char *text = "Chest X-ray effusion";
  const ArraExec exec = exec_of ();
  g_autoptr (ArraVisionEncoder) encoder = NULL;
  float got[20];
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < 2; i++)
    {
      g_autofree char *target = g_build_filename (from, files[i], NULL),
                      *path = g_build_filename (folder, files[i], NULL);
      g_autoptr (GFile) link = g_file_new_for_path (path);

      g_assert_true (g_file_make_symbolic_link (link, target, NULL, NULL));
    }
  {
    g_autofree char *path = g_build_filename (folder, files[2], NULL);

    g_assert_true (g_file_set_contents (path, words, -1, NULL));
  }
  encoder = arra_vision_encoder_open (folder, &exec, &error);
  g_assert_no_error (error);
  arra_vision_encoder_texts (encoder, 1, &text, got, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < 20; i++)
    g_assert_cmpfloat (fabsf (got[i] - expected[i]), <, 2e-6f);
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (folder, files[i], NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}

static void
test_no_texts (void)
{
  g_autoptr (ArraVisionEncoder) encoder = open_golden ("medsam");
  g_autoptr (GError) error = NULL;
  const char *text = "oak";
  float feature[16];

  g_assert_false (arra_vision_encoder_texts (encoder, 1, &text, feature, &error));
  g_assert_nonnull (strstr (error->message, "SAM"));
}

/* The hash tells networks apart, and a network that only is called differently is the same one. */
static void
test_hash (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  float feature[MAX_WIDTH];

  for (gsize i = 0; i < G_N_ELEMENTS (networks); i++)
    {
      g_autoptr (ArraVisionEncoder) encoder = open_golden (networks[i].folder),
                                    again = open_golden (networks[i].folder);
      g_autofree char *sum = arra_vision_encoder_sha256 (encoder);

      encode (again, feature);
      g_assert_true (g_hash_table_add (seen, arra_vision_encoder_sha256 (again)));
      g_assert_true (g_hash_table_contains (seen, sum));
      g_assert_cmpuint (strlen (sum), ==, 64);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/vision/networks", test_networks);
  g_test_add_func ("/model/vision/aggregations", test_aggregations);
  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autofree char *path = g_strdup_printf ("/model/vision/form/%s/%zu", forms[i].folder, i);

      g_test_add_data_func (path, &forms[i], test_form);
    }
  g_test_add_func ("/model/vision/memory", test_memory);
  g_test_add_func ("/model/vision/memory-of-scores", test_memory_of_scores);
  g_test_add_func ("/model/vision/missing", test_missing);
  g_test_add_func ("/model/vision/refuse", test_refuse);
  g_test_add_func ("/model/vision/unknown", test_unknown);
  g_test_add_func ("/model/vision/densenet", test_densenet);
  g_test_add_func ("/model/vision/pickled", test_pickled);
  g_test_add_func ("/model/vision/bert", test_bert);
  g_test_add_func ("/model/vision/no-texts", test_no_texts);
  g_test_add_func ("/model/vision/hash", test_hash);
  return g_test_run ();
}
