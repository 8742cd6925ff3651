/* bench_setup.c - the options of `arra bench`: what is measured, of which model, and how often
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench_setup.h"

#include <string.h>

#include "options.h"
#include "values.h"

#define LEARNING_STEPS 5
#define STEPS 20
#define DECODES 3 /* of each size by a VQ decoder */

static const struct
{
  const char *name;
  gsize offset;
} modes[] = {
  { "decode", G_STRUCT_OFFSET (BenchPlan, decode) },   { "pair", G_STRUCT_OFFSET (BenchPlan, pair) },
  { "prefill", G_STRUCT_OFFSET (BenchPlan, prefill) }, { "attention", G_STRUCT_OFFSET (BenchPlan, attention) },
  { "vq", G_STRUCT_OFFSET (BenchPlan, vq) },           { "picture", G_STRUCT_OFFSET (BenchPlan, picture) },
  { "train", G_STRUCT_OFFSET (BenchPlan, train) },
};

static gboolean
parse_types (const char *text, BenchSetup *setup, GError **error)
{
  g_auto (GStrv) names = g_strsplit (text, ",", -1);

  if (g_strv_length (names) > BENCH_MAX_TYPES)
    return cli_usage_error (error, "--type: more than %d types", BENCH_MAX_TYPES);
  setup->n_types = 0;
  for (char **name = names; *name != NULL; name++)
    {
      ArraDType dtype;
      if (!arra_dtype_from_name (*name, &dtype) || arra_dtype_traits (dtype)->narrow == NULL)
        return cli_usage_error (error, "--type: '%s' is none of f32, f16, bf16, q8_0, q6_k, q4_k, q4_0", *name);
      setup->types[setup->n_types++] = dtype;
    }
  if (setup->n_types == 0)
    return cli_usage_error (error, "--type: no type is named");
  return TRUE;
}

static gboolean
parse_depths (const char *text, BenchPlan *plan, GError **error)
{
  g_auto (GStrv) depths = g_strsplit (text, ",", -1);
  const guint n = g_strv_length (depths);

  if (n > BENCH_MAX_DEPTHS)
    return cli_usage_error (error, "--depth: more than %d numbers", BENCH_MAX_DEPTHS);
  for (plan->n_depths = 0; plan->n_depths < MAX (n, 1); plan->n_depths++)
    if (!cli_value_guint ("--depth", n > 0 ? depths[plan->n_depths] : "", 1, 4095, &plan->depths[plan->n_depths],
                          error))
      return FALSE;
  return TRUE;
}

static gboolean
parse_mode (const char *name, BenchPlan *plan, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (modes); i++)
    if (strcmp (name, modes[i].name) == 0)
      {
        G_STRUCT_MEMBER (gboolean, plan, modes[i].offset) = TRUE;
        return TRUE;
      }
  return cli_usage_error (error, "'%s' is none of decode, pair, prefill, attention, vq, picture, train", name);
}

static gboolean
parse_modes (char **rest, BenchPlan *plan, GError **error)
{
  if (rest == NULL)
    plan->decode = plan->pair = plan->prefill = TRUE;
  for (char **mode = rest; mode != NULL && *mode != NULL; mode++)
    if (!parse_mode (*mode, plan, error))
      return FALSE;
  if (plan->train && (plan->decode || plan->pair || plan->prefill || plan->attention || plan->vq || plan->picture))
    return cli_usage_error (error,
                            "train cannot be measured together with decode, pair, prefill, attention, vq or picture");
  return TRUE;
}

static gboolean
parse_shape (const BenchOptions *options, ArraTransformerShape *shape, GError **error)
{
  const struct
  {
    const char *option, *text;
    guint max, *out;
  } numbers[] = {
    { "--dim", options->dim, 65536, &shape->hidden_size },
    { "--layers", options->layers, 1024, &shape->n_layers },
    { "--heads", options->heads, 1024, &shape->n_heads },
    { "--ffn", options->ffn, 1u << 20, &shape->intermediate_size },
    { "--vocab", options->vocab, 1u << 22, &shape->n_ids },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      if (numbers[i].text == NULL)
        continue;
      if (options->model != NULL)
        return cli_usage_error (error, "%s is for random weights: it cannot go with --model", numbers[i].option);
      if (!cli_value_guint (numbers[i].option, numbers[i].text, 1, numbers[i].max, numbers[i].out, error))
        return FALSE;
    }
  if (shape->hidden_size % shape->n_heads != 0 || shape->hidden_size / shape->n_heads % 2 != 0)
    return cli_usage_error (error, "--dim: %u cannot be shared by %u heads in even parts", shape->hidden_size,
                            shape->n_heads);
  if (shape->hidden_size % 32 != 0 || shape->intermediate_size % 32 != 0)
    return cli_usage_error (error, "--dim and --ffn must be multiples of 32");
  shape->n_kv_heads = shape->n_heads;
  shape->head_dim = shape->hidden_size / shape->n_heads;
  return TRUE;
}

/* Of a checkpoint that is looked at when it is opened. */
static gboolean
check_heads (const BenchOptions *options, const BenchSetup *setup, GError **error)
{
  const guint block = (guint) arra_dtype_traits (arra_quant_dtype (setup->plan.kv))->block;

  if (options->model != NULL || setup->shape.head_dim % block == 0)
    return TRUE;
  return cli_usage_error (error, "--kv: heads of %u numbers are no multiple of %u, so they cannot be kept as %s",
                          setup->shape.head_dim, block, arra_quant_name (setup->plan.kv));
}

/* Sizes of a checkpoint's pictures are looked at when it is opened. */
static gboolean
parse_size (const BenchOptions *options, BenchPlan *plan, GError **error)
{
  if (options->size == NULL)
    return TRUE;
  if (!plan->vq && !plan->picture)
    return cli_usage_error (error, "--size is that of pictures: it goes with vq and picture");
  if (!cli_value_size ("--size", options->size, &plan->width, &plan->height, error))
    return FALSE;
  if (options->model == NULL && (plan->width % BENCH_PATCH != 0 || plan->height % BENCH_PATCH != 0))
    return cli_usage_error (error, "--size: %u x %u are no multiples of %d", plan->width, plan->height, BENCH_PATCH);
  if (options->model == NULL && plan->picture && plan->width != plan->height)
    return cli_usage_error (error, "--size: with random weights pictures are squares");
  return TRUE;
}

static gboolean
parse_picture (const BenchOptions *options, BenchPlan *plan, GError **error)
{
  if (options->codes != NULL && !plan->picture)
    return cli_usage_error (error, "--codes are those of a picture: it goes with picture");
  if ((options->vqgan != NULL || options->text_encoder != NULL) && options->model == NULL)
    return cli_usage_error (error, "%s goes with --model", options->vqgan != NULL ? "--vqgan" : "--text-encoder");
  if (options->codes != NULL && !cli_value_guint ("--codes", options->codes, 1, G_MAXINT32, &plan->codes, error))
    return FALSE;
  return parse_size (options, plan, error);
}

static void
set_defaults (BenchSetup *setup)
{
  static const ArraTransformerShape predicting
      = { .n_ids = 16384, .hidden_size = 2048, .intermediate_size = 5504, .n_layers = 10, .n_heads = 16 };
  static const ArraTransformerShape learning
      = { .n_ids = 2048, .hidden_size = 384, .intermediate_size = 1024, .n_layers = 8, .n_heads = 6 };

  setup->shape = setup->plan.train ? learning : predicting;
  setup->context = setup->plan.train ? BENCH_LENGTH : 4096;
  setup->plan.steps = setup->plan.train ? LEARNING_STEPS : STEPS;
  setup->plan.decodes = DECODES;
  setup->plan.depths[0] = BENCH_PROMPT;
  setup->plan.n_depths = 1;
  setup->plan.kv = ARRA_QUANT_F32;
}

static gboolean
parse_steps (const BenchOptions *options, BenchPlan *plan, GError **error)
{
  if (options->steps == NULL)
    return TRUE;
  if (!cli_value_guint ("--steps", options->steps, 1, 10000, &plan->steps, error))
    return FALSE;
  plan->decodes = plan->steps;
  return TRUE;
}

gboolean
bench_setup_init (BenchSetup *setup, const BenchOptions *options, GError **error)
{
  *setup = (BenchSetup) { .model = options->model,
                          .vqgan = options->vqgan,
                          .text_encoder = options->text_encoder,
                          .types = { ARRA_BF16, ARRA_Q8_0, ARRA_Q6_K, ARRA_Q4_K, ARRA_Q4_0 },
                          .n_types = 5 };
  if (!parse_modes (options->rest, &setup->plan, error))
    return FALSE;
  set_defaults (setup);
  if (setup->plan.train
      && (options->model != NULL || options->type != NULL || options->depth != NULL || options->kv != NULL))
    return cli_usage_error (error,
                            "train is measured with random weights: --model, --type, --depth and --kv have no meaning");
  if (options->type != NULL && !parse_types (options->type, setup, error))
    return FALSE;
  if (options->threads != NULL && !cli_value_guint ("--threads", options->threads, 1, 64, &setup->threads, error))
    return FALSE;
  if (options->depth != NULL && !parse_depths (options->depth, &setup->plan, error))
    return FALSE;
  if (options->kv != NULL && !cli_value_kv ("--kv", options->kv, &setup->plan.kv, error))
    return FALSE;
  return parse_steps (options, &setup->plan, error) && parse_picture (options, &setup->plan, error)
         && parse_shape (options, &setup->shape, error) && check_heads (options, setup, error);
}

ArraModelPlan
bench_setup_model (const BenchSetup *setup)
{
  return (ArraModelPlan) { .shape = setup->shape, .context = setup->context, .rope_theta = 10000 };
}
