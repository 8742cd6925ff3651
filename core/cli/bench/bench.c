/* bench.c - `arra bench`: how fast tokens come, as a share of what the memory can give
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench_setup.h"

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
  const BenchSetup *setup;
  ArraSource *source; /* (nullable): NULL for random weights; borrowed */
  ArraExec exec;
  CliProgress *progress;
  BenchReport report;
} Bench;

static const CliHelp help = {
  .command = "bench",
  .arguments = "[decode] [pair] [prefill] [attention] [vq] [picture] | train",
  .summary
  = "Measures how fast a model predicts: one token at a time (decode), two sequences in one pass as guidance\n"
    "needs them (pair), and a prompt of 32 tokens (prefill); all three when none is named. Before each pass the\n"
    "same threads read as much memory as the pass reads weights: the share is that of this bandwidth. What products of\n"
    "floats, of bf16 and of 8-bit weights reach in the caches is measured first.\n"
    "attention measures it alone, of one row and of 32, after 600, 1100 and 4096 tokens, for each type of keys and\n"
    "values: as a share of that bandwidth, and of what products of floats reach.\n"
    "vq measures the decoder that turns codes into pixels, at 512 x 512 and 256 x 256 or at a checkpoint's own size:\n"
    "as a share of what products of floats reach, by the operations of convolutions that are made directly.\n"
    "picture makes one, from the prompt to its pixels, as arra generate does, and says how many times the time it\n"
    "takes that its bytes need: weights, keys and values read once for each code at the bandwidth beside it, and the VQ\n"
    "decoder. Where passes are saved by guesses it may be less than 1.\n"
    "train measures a step of training instead, as a share of what products of square matrices reach.",
  .examples
  = "  arra bench                              (random weights, 573 million parameters)\n"
    "  arra bench --model model.gguf --type q8_0\n"
    "  arra bench --dim 4096 --layers 8 --heads 32 --ffn 11008 --vocab 65536 decode\n"
    "  arra bench --type q4_k --depth 32,512,1024 --kv f16 decode pair\n"
    "  arra bench --json decode > speed.json\n"
    "  arra bench vq --model textures\n"
    "  arra bench picture --dim 4096 --layers 32 --heads 32 --ffn 11008 --vocab 65536 --type q4_0 --codes 64\n"
    "  arra bench train --threads 2",
};

gboolean
bench_check_memory (guint64 needed, GError **error)
{
  guint64 available = arra_mem_available ();
  g_autofree char *need = cli_format_bytes (needed);
  g_autofree char *have = cli_format_bytes (available);

  if (available == 0 || needed <= available)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_NO_MEMORY,
                    "the measurement needs %s of memory, %s are free: take a smaller shape or one --type", need, have);
}

static void
say (const Bench *bench, const char *what)
{
  g_autofree char *text = g_strdup_printf ("Measuring %s ...", what);

  cli_progress_say (bench->progress, text);
}

/* Weights, once; caches; the probe's buffer; the passes' buffers. */
static gboolean
plan_memory (const Bench *bench, ArraDType dtype, BenchMemory *memory, GError **error)
{
  const BenchReport *report = &bench->report;
  guint64 mapped = 0, owned = 0;
  gsize random = 0;

  if (bench->source != NULL ? !arra_decoder_measure (report->decoder, dtype, &mapped, &owned, error)
                            : !bench_random_bytes (report->decoder, &bench->exec, dtype, &random, error))
    return FALSE;
  memory->weights = mapped + owned + random;
  memory->probe = MIN (memory->weights, BENCH_PROBE);
  bench_measure_bytes (report->decoder, &report->plan, report->threads, &memory->caches, &memory->work);
  memory->total = memory->weights + memory->probe + memory->caches + memory->work;
  return TRUE;
}

static gboolean
measure_weights (Bench *bench, BenchResult *result, ArraSource *source, GError **error)
{
  BenchReport *report = &bench->report;
  const ArraExec *exec = &bench->exec;
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

/* Random weights are made as @dtype, so that no second copy of them is needed. */
static gboolean
measure_type (Bench *bench, ArraDType dtype, GError **error)
{
  BenchReport *report = &bench->report;
  BenchResult *result = &report->results[report->n_results];
  g_autoptr (ArraSource) weights = bench->source != NULL ? arra_source_ref (bench->source) : NULL;

  say (bench, arra_dtype_name (dtype));
  *result = (BenchResult) { .dtype = dtype };
  if (!plan_memory (bench, dtype, &result->memory, error) || !bench_check_memory (result->memory.total, error))
    return FALSE;
  if (weights == NULL)
    weights = bench_random_source (report->decoder, &bench->exec, dtype, error);
  if (weights == NULL || !measure_weights (bench, result, weights, error))
    return FALSE;
  report->n_results++;
  return TRUE;
}

static gboolean
measure_attention (Bench *bench, GError **error)
{
  BenchReport *report = &bench->report;
  const ArraTransformerShape *shape = &report->decoder->shape;

  say (bench, "attention");
  return bench_check_memory (bench_attention_bytes (shape, report->threads), error)
         && bench_attention (shape, &bench->exec, report->plan.steps, report->attention, &report->n_attention,
                             cli_signals_stage (0), error);
}

static gboolean
measure_size (Bench *bench, const ArraVqgan *vqgan, guint width, guint height, GError **error)
{
  BenchReport *report = &bench->report;
  BenchVq *out = &report->vq[report->n_vq++];

  *out = (BenchVq) { .width = width, .height = height };
  return bench_check_memory (bench_vq_bytes (arra_vqgan_config (vqgan), out, report->threads), error)
         && bench_vq (vqgan, &bench->exec, report->plan.decodes, out, cli_signals_stage (0), error);
}

static gboolean
measure_own_vq (Bench *bench, GError **error)
{
  const BenchSetup *setup = bench->setup;
  g_autoptr (ArraCheckpoint) checkpoint = cli_open_vqgan (setup->model, setup->vqgan, setup->threads, error);
  guint width = setup->plan.width, height = setup->plan.height, patch;

  if (checkpoint == NULL)
    return FALSE;
  if (width == 0)
    {
      width = checkpoint->defaults.width;
      height = checkpoint->defaults.height;
    }
  patch = arra_vqgan_patch (&checkpoint->vqgan_config);
  if (width % patch != 0 || height % patch != 0)
    return cli_usage_error (error, "--size: %u x %u are no multiples of the VQGAN's %u", width, height, patch);
  return measure_size (bench, checkpoint->vqgan, width, height, error);
}

static gboolean
measure_vq (Bench *bench, GError **error)
{
  static const guint sides[BENCH_SIZES] = { 512, 256 };
  const BenchPlan *plan = &bench->setup->plan;
  g_autoptr (ArraVqgan) vqgan = NULL;
  ArraVqganConfig config;
  gsize bytes;

  say (bench, "the VQ decoder");
  if (bench->setup->model != NULL)
    return measure_own_vq (bench, error);
  if (!bench_vq_published (&config, error) || !bench_random_vqgan_bytes (&config, &bench->exec, &bytes, error)
      || !bench_check_memory (2 * (guint64) bytes, error))
    return FALSE;
  vqgan = bench_random_vqgan (&config, &bench->exec, cli_signals_stage (0), error);
  if (vqgan == NULL || plan->width > 0)
    return vqgan != NULL && measure_size (bench, vqgan, plan->width, plan->height, error);
  for (guint i = 0; i < BENCH_SIZES; i++)
    if (!measure_size (bench, vqgan, sides[i], sides[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
measure_picture (Bench *bench, ArraDType dtype, GError **error)
{
  BenchReport *report = &bench->report;
  BenchPicture *out = &report->pictures[report->n_pictures];
  g_autofree char *what = g_strdup_printf ("a picture, %s", arra_dtype_name (dtype));
  g_autoptr (ArraCheckpoint) checkpoint = NULL;
  ArraRequest request;

  say (bench, what);
  *out = (BenchPicture) { .dtype = dtype };
  checkpoint = bench_open (bench->setup, &bench->exec, out, &request, error);
  if (checkpoint == NULL
      || !bench_picture (checkpoint, &request, report->plan.codes, out, cli_signals_stage (0), error))
    return FALSE;
  report->n_pictures++;
  return TRUE;
}

static gboolean
measure (Bench *bench, GError **error)
{
  const BenchSetup *setup = bench->setup;
  const BenchPlan *plan = &setup->plan;

  if (!bench_limits (&bench->exec, &bench->report.limits, error))
    return FALSE;
  if ((plan->attention && !measure_attention (bench, error)) || (plan->vq && !measure_vq (bench, error)))
    return FALSE;
  for (guint i = 0; i < setup->n_types && bench_plan_has_passes (plan); i++)
    if (!measure_type (bench, setup->types[i], error))
      return FALSE;
  for (guint i = 0; i < setup->n_types && plan->picture; i++)
    if (!measure_picture (bench, setup->types[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
run_training (Bench *bench, gboolean json, GError **error)
{
  const BenchReport *report = &bench->report;
  BenchTraining training;

  say (bench, "training");
  if (!bench_train (report->decoder, &bench->exec, report->plan.steps, &training, cli_signals_stage (0), error))
    return FALSE;
  cli_progress_clear (bench->progress);
  if (json)
    bench_print_training_json (report, &training);
  else
    bench_print_training (report, &training);
  return TRUE;
}

static gboolean
run_measuring (Bench *bench, gboolean json, GError **error)
{
  if (!measure (bench, error))
    return FALSE;
  cli_progress_clear (bench->progress);
  if (json)
    bench_print_json (&bench->report);
  else
    bench_print (&bench->report);
  return TRUE;
}

static gboolean
run (gpointer data, GError **error)
{
  const BenchOptions *options = data;
  BenchSetup setup;
  g_autoptr (ArraCheckpoint) checkpoint = NULL;
  g_autoptr (ArraPool) pool = NULL;
  g_autoptr (CliProgress) progress = cli_progress_new (TRUE, 1, NULL);
  g_auto (ArraDecoder) made = { 0 };
  Bench bench = { .setup = &setup, .progress = progress };
  ArraModelPlan plan;

  if (!bench_setup_init (&setup, options, error))
    return FALSE;
  if (setup.model != NULL)
    checkpoint
        = cli_open_metadata (setup.model, setup.vqgan, setup.text_encoder, ARRA_QUANT_AS_STORED, setup.plan.kv, error);
  pool = setup.model != NULL && checkpoint == NULL ? NULL : arra_pool_new (setup.threads, error);
  if (pool == NULL)
    return FALSE;
  bench.exec = (ArraExec) { .kernels = arra_kernels_default (error), .pool = pool };
  if (bench.exec.kernels == NULL)
    return FALSE;
  plan = bench_setup_model (&setup);
  if (checkpoint == NULL && !arra_decoder_make (&made, arra_family_usual (), &plan, "Random weights", error))
    return FALSE;
  bench.source = checkpoint != NULL ? checkpoint->source : NULL;
  bench.report = (BenchReport) { .decoder = checkpoint != NULL ? &checkpoint->decoder : &made,
                                 .path = setup.model,
                                 .kernels = bench.exec.kernels->name,
                                 .threads = arra_pool_threads (pool),
                                 .plan = setup.plan };
  return setup.plan.train ? run_training (&bench, options->json, error) : run_measuring (&bench, options->json, error);
}

CliStatus
cli_bench (int argc, char **argv)
{
  BenchOptions options = { 0 };
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &options.model, "Measure this checkpoint (default: random weights)",
      "PATH" },
    { "vqgan", 0, 0, G_OPTION_ARG_FILENAME, &options.vqgan, "Its VQGAN, when it lies elsewhere", "FILE" },
    { "text-encoder", 0, 0, G_OPTION_ARG_FILENAME, &options.text_encoder, "Its text encoder, when it lies elsewhere",
      "FOLDER" },
    { "type", 't', 0, G_OPTION_ARG_STRING, &options.type, "Weights as these types (default: bf16,q8_0,q6_k,q4_k,q4_0)",
      "TYPE,..." },
    { "dim", 0, 0, G_OPTION_ARG_STRING, &options.dim, "Random weights: width (2048)", "N" },
    { "layers", 0, 0, G_OPTION_ARG_STRING, &options.layers, "Random weights: layers (10)", "N" },
    { "heads", 0, 0, G_OPTION_ARG_STRING, &options.heads, "Random weights: attention heads (16)", "N" },
    { "ffn", 0, 0, G_OPTION_ARG_STRING, &options.ffn, "Random weights: feed-forward width (5504)", "N" },
    { "vocab", 0, 0, G_OPTION_ARG_STRING, &options.vocab, "Random weights: vocabulary (16384)", "N" },
    { "threads", 0, 0, G_OPTION_ARG_STRING, &options.threads, "Threads (default: all processors)", "N" },
    { "steps", 0, 0, G_OPTION_ARG_STRING, &options.steps, "Passes to measure (20), or pictures by the VQ decoder (3)",
      "N" },
    { "depth", 0, 0, G_OPTION_ARG_STRING, &options.depth, "Tokens in the cache before each pass (32)", "N,..." },
    { "kv", 0, 0, G_OPTION_ARG_STRING, &options.kv, "Keys and values as f32 (default), f16 or q8_0", "TYPE" },
    { "size", 's', 0, G_OPTION_ARG_STRING, &options.size, "Pictures of vq and picture: pixels (512)", "WxH" },
    { "codes", 0, 0, G_OPTION_ARG_STRING, &options.codes, "Only the first codes of a picture (default: all)", "N" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print a JSON object", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.rest, NULL, NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };

  return cli_run_command (&help, entries, argc, argv, run, &options);
}
