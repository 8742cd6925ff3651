/* bench.c - `arra bench`: how fast tokens come, as a share of what the memory can give
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench.h"

#include <string.h>

#include "checkpoint.h"
#include "commands.h"
#include "fail.h"
#include "mem.h"
#include "open.h"
#include "options.h"
#include "progress.h"
#include "signals.h"
#include "values.h"

typedef struct
{
  char *model, *type, *dim, *layers, *heads, *ffn, *vocab, *threads, *steps, *depth, *kv, **rest;
  gboolean json;
} Options;

typedef struct
{
  ArraTransformerShape shape;
  guint context;
  ArraDType types[BENCH_MAX_TYPES];
  guint n_types, threads;
  BenchPlan plan;
} Setup;

static const CliHelp help = {
  .command = "bench",
  .arguments = "[decode] [pair] [prefill] [attention] | train",
  .summary
  = "Measures how fast a model predicts: one token at a time (decode), two sequences in one pass as guidance\n"
    "needs them (pair), and a prompt of 32 tokens (prefill); all three when none is named. Before each pass the\n"
    "same threads read as much memory as the pass reads weights: the share is that of this bandwidth. What products of\n"
    "floats, of bf16 and of 8-bit weights reach in the caches is measured first.\n"
    "attention measures it alone, of one row and of 32, after 600, 1100 and 4096 tokens, for each type of keys and\n"
    "values: as a share of that bandwidth, and of what products of floats reach.\n"
    "train measures a step of training instead, as a share of what products of square matrices reach.",
  .examples = "  arra bench                              (random weights, 573 million parameters)\n"
              "  arra bench --model model.gguf --type q8_0\n"
              "  arra bench --dim 4096 --layers 8 --heads 32 --ffn 11008 --vocab 65536 decode\n"
              "  arra bench --type q4_k --depth 32,512,1024 --kv f16 decode pair\n"
              "  arra bench --json decode > speed.json\n"
              "  arra bench train --threads 2",
};

static gboolean
parse_types (const char *text, Setup *setup, GError **error)
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
parse_modes (char **rest, BenchPlan *plan, GError **error)
{
  if (rest == NULL)
    plan->decode = plan->pair = plan->prefill = TRUE;
  for (char **mode = rest; mode != NULL && *mode != NULL; mode++)
    {
      if (strcmp (*mode, "decode") == 0)
        plan->decode = TRUE;
      else if (strcmp (*mode, "pair") == 0)
        plan->pair = TRUE;
      else if (strcmp (*mode, "prefill") == 0)
        plan->prefill = TRUE;
      else if (strcmp (*mode, "attention") == 0)
        plan->attention = TRUE;
      else if (strcmp (*mode, "train") == 0)
        plan->train = TRUE;
      else
        return cli_usage_error (error, "'%s' is none of decode, pair, prefill, attention, train", *mode);
    }
  if (plan->train && (plan->decode || plan->pair || plan->prefill || plan->attention))
    return cli_usage_error (error, "train cannot be measured together with decode, pair, prefill or attention");
  return TRUE;
}

static gboolean
parse_shape (const Options *options, ArraTransformerShape *shape, GError **error)
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
check_heads (const Options *options, const Setup *setup, GError **error)
{
  const guint block = (guint) arra_dtype_traits (arra_quant_dtype (setup->plan.kv))->block;

  if (options->model != NULL || setup->shape.head_dim % block == 0)
    return TRUE;
  return cli_usage_error (error, "--kv: heads of %u numbers are no multiple of %u, so they cannot be kept as %s",
                          setup->shape.head_dim, block, arra_quant_name (setup->plan.kv));
}

static void
set_defaults (Setup *setup)
{
  static const ArraTransformerShape predicting
      = { .n_ids = 16384, .hidden_size = 2048, .intermediate_size = 5504, .n_layers = 10, .n_heads = 16 };
  static const ArraTransformerShape learning
      = { .n_ids = 2048, .hidden_size = 384, .intermediate_size = 1024, .n_layers = 8, .n_heads = 6 };

  setup->shape = setup->plan.train ? learning : predicting;
  setup->context = setup->plan.train ? BENCH_LENGTH : 4096;
  setup->plan.steps = setup->plan.train ? 5 : 20;
  setup->plan.depths[0] = BENCH_PROMPT;
  setup->plan.n_depths = 1;
  setup->plan.kv = ARRA_QUANT_F32;
}

static gboolean
setup_init (Setup *setup, const Options *options, GError **error)
{
  *setup = (Setup) { .types = { ARRA_BF16, ARRA_Q8_0, ARRA_Q6_K, ARRA_Q4_K, ARRA_Q4_0 }, .n_types = 5 };
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
  if (options->steps != NULL && !cli_value_guint ("--steps", options->steps, 1, 10000, &setup->plan.steps, error))
    return FALSE;
  if (options->depth != NULL && !parse_depths (options->depth, &setup->plan, error))
    return FALSE;
  if (options->kv != NULL && !cli_value_kv ("--kv", options->kv, &setup->plan.kv, error))
    return FALSE;
  return parse_shape (options, &setup->shape, error) && check_heads (options, setup, error);
}

/* Refuses what cannot fit, before a gigabyte is filled. */
static gboolean
check_memory (guint64 needed, GError **error)
{
  guint64 available = arra_mem_available ();
  g_autofree char *need = cli_format_bytes (needed);
  g_autofree char *have = cli_format_bytes (available);

  if (available == 0 || needed <= available)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_NO_MEMORY,
                    "the measurement needs %s of memory, %s are free: take a smaller shape or one --type", need, have);
}

/* Weights, once; caches; the probe's buffer; the passes' buffers. @source: (nullable): NULL for random
 * weights */
static gboolean
plan_memory (const BenchReport *report,
             ArraSource *source,
             const ArraExec *exec,
             ArraDType dtype,
             BenchMemory *memory,
             GError **error)
{
  guint64 mapped = 0, owned = 0;
  gsize random = 0;

  if (source != NULL ? !arra_decoder_measure (report->decoder, dtype, &mapped, &owned, error)
                     : !bench_random_bytes (report->decoder, exec, dtype, &random, error))
    return FALSE;
  memory->weights = mapped + owned + random;
  memory->probe = MIN (memory->weights, BENCH_PROBE);
  bench_measure_bytes (report->decoder, &report->plan, report->threads, &memory->caches, &memory->work);
  memory->total = memory->weights + memory->probe + memory->caches + memory->work;
  return TRUE;
}

static gboolean
measure_weights (BenchReport *report, BenchResult *result, ArraSource *source, const ArraExec *exec, GError **error)
{
  const ArraDecoder decoder = arra_decoder_with (report->decoder, source);
  const ArraTransformer *model;
  ArraReadProbe probe = { 0 };
  gboolean ok;

  if (!bench_count (&decoder, result->dtype, &report->parameters, &result->bytes, error))
    return FALSE;
  model = arra_decoder_bind (&decoder, NULL, result->dtype, exec->pool, cli_signals_stage (0), error);
  ok = model != NULL && arra_read_probe_init (&probe, result->memory.probe, exec->pool, error)
       && bench_measure (model, exec, &probe, &report->plan, result, cli_signals_stage (0), error);
  arra_read_probe_clear (&probe);
  arra_decoder_unbind (&decoder, model);
  return ok;
}

/* @source: (nullable): NULL for random weights, which are made as @dtype, so that no second copy of them is
 * needed. */
static gboolean
measure_type (BenchReport *report, ArraSource *source, ArraDType dtype, const ArraExec *exec, GError **error)
{
  BenchResult *result = &report->results[report->n_results];
  g_autoptr (ArraSource) weights = source != NULL ? arra_source_ref (source) : NULL;

  *result = (BenchResult) { .dtype = dtype };
  if (!plan_memory (report, source, exec, dtype, &result->memory, error) || !check_memory (result->memory.total, error))
    return FALSE;
  if (weights == NULL)
    weights = bench_random_source (report->decoder, exec, dtype, error);
  if (weights == NULL || !measure_weights (report, result, weights, exec, error))
    return FALSE;
  report->n_results++;
  return TRUE;
}

static gboolean
measure_attention (BenchReport *report, const ArraExec *exec, CliProgress *progress, GError **error)
{
  const ArraTransformerShape *shape = &report->decoder->shape;

  cli_progress_say (progress, "Measuring attention ...");
  return check_memory (bench_attention_bytes (shape, report->threads), error)
         && bench_attention (shape, exec, report->plan.steps, report->attention, &report->n_attention,
                             cli_signals_stage (0), error);
}

static gboolean
measure (const Setup *setup,
         BenchReport *report,
         ArraSource *source,
         const ArraExec *exec,
         CliProgress *progress,
         GError **error)
{
  if (!bench_limits (exec, &report->limits, error))
    return FALSE;
  if (setup->plan.attention && !measure_attention (report, exec, progress, error))
    return FALSE;
  for (guint i = 0; i < setup->n_types && (setup->plan.decode || setup->plan.pair || setup->plan.prefill); i++)
    {
      g_autofree char *text = g_strdup_printf ("Measuring %s ...", arra_dtype_name (setup->types[i]));

      cli_progress_say (progress, text);
      if (!measure_type (report, source, setup->types[i], exec, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
run_training (const Setup *setup,
              BenchReport *report,
              const ArraExec *exec,
              CliProgress *progress,
              gboolean json,
              GError **error)
{
  BenchTraining training;

  cli_progress_say (progress, "Measuring training ...");
  if (!bench_train (report->decoder, exec, setup->plan.steps, &training, cli_signals_stage (0), error))
    return FALSE;
  cli_progress_clear (progress);
  if (json)
    bench_print_training_json (report, &training);
  else
    bench_print_training (report, &training);
  return TRUE;
}

static gboolean
run (gpointer data, GError **error)
{
  const Options *options = data;
  Setup setup;
  g_autoptr (ArraCheckpoint) checkpoint = NULL;
  g_autoptr (ArraPool) pool = NULL;
  g_autoptr (CliProgress) progress = cli_progress_new (TRUE, 1, NULL);
  g_auto (ArraDecoder) made = { 0 };
  BenchReport report = { 0 };
  ArraModelPlan plan;
  ArraExec exec;

  if (!setup_init (&setup, options, error))
    return FALSE;
  if (options->model != NULL)
    checkpoint = cli_open_metadata (options->model, NULL, NULL, ARRA_QUANT_AS_STORED, setup.plan.kv, error);
  pool = options->model != NULL && checkpoint == NULL ? NULL : arra_pool_new (setup.threads, error);
  if (pool == NULL)
    return FALSE;
  exec = (ArraExec) { .kernels = arra_kernels_default (error), .pool = pool };
  if (exec.kernels == NULL)
    return FALSE;
  plan = (ArraModelPlan) { .shape = setup.shape, .context = setup.context, .rope_theta = 10000 };
  if (checkpoint == NULL && !arra_decoder_make (&made, arra_family_usual (), &plan, "Random weights", error))
    return FALSE;
  report.decoder = checkpoint != NULL ? &checkpoint->decoder : &made;
  report.path = options->model;
  report.kernels = exec.kernels->name;
  report.threads = arra_pool_threads (pool);
  report.plan = setup.plan;
  if (setup.plan.train)
    return run_training (&setup, &report, &exec, progress, options->json, error);
  if (!measure (&setup, &report, checkpoint != NULL ? checkpoint->source : NULL, &exec, progress, error))
    return FALSE;
  cli_progress_clear (progress);
  if (options->json)
    bench_print_json (&report);
  else
    bench_print (&report);
  return TRUE;
}

CliStatus
cli_bench (int argc, char **argv)
{
  Options options = { 0 };
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &options.model, "Measure this checkpoint (default: random weights)",
      "PATH" },
    { "type", 't', 0, G_OPTION_ARG_STRING, &options.type, "Weights as these types (default: bf16,q8_0,q6_k,q4_k,q4_0)",
      "TYPE,..." },
    { "dim", 0, 0, G_OPTION_ARG_STRING, &options.dim, "Random weights: width (2048)", "N" },
    { "layers", 0, 0, G_OPTION_ARG_STRING, &options.layers, "Random weights: layers (10)", "N" },
    { "heads", 0, 0, G_OPTION_ARG_STRING, &options.heads, "Random weights: attention heads (16)", "N" },
    { "ffn", 0, 0, G_OPTION_ARG_STRING, &options.ffn, "Random weights: feed-forward width (5504)", "N" },
    { "vocab", 0, 0, G_OPTION_ARG_STRING, &options.vocab, "Random weights: vocabulary (16384)", "N" },
    { "threads", 0, 0, G_OPTION_ARG_STRING, &options.threads, "Threads (default: all processors)", "N" },
    { "steps", 0, 0, G_OPTION_ARG_STRING, &options.steps, "Passes to measure (20)", "N" },
    { "depth", 0, 0, G_OPTION_ARG_STRING, &options.depth, "Tokens in the cache before each pass (32)", "N,..." },
    { "kv", 0, 0, G_OPTION_ARG_STRING, &options.kv, "Keys and values as f32 (default), f16 or q8_0", "TYPE" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print a JSON object", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.rest, NULL, NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };

  return cli_run_command (&help, entries, argc, argv, run, &options);
}
