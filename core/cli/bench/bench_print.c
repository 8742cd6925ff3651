/* bench_print.c - what `arra bench` prints, for people and as JSON
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench.h"
#include "jsonwriter.h"
#include "status.h"
#include "values.h"

static void
print_pass (const char *type, const char *what, guint depth, const BenchPass *pass, guint64 bytes, guint tokens)
{
  g_autofree char *label = g_strdup_printf ("%s, %u", what, depth), *rate = NULL, *milliseconds = NULL, *giga = NULL,
                  *share = NULL, *read = NULL;

  if (!pass->done)
    return;
  rate = cli_format_double (tokens / pass->seconds, 2);
  milliseconds = cli_format_double (pass->seconds * 1e3, 1);
  giga = cli_format_double ((double) bytes / pass->seconds * 1e-9, 1);
  read = cli_format_double (pass->read * 1e-9, 1);
  share = cli_format_double (pass->share, 2);
  cli_print ("%-6s %-19s %10s %10s ms %10s %10s %8s\n", type, label, rate, milliseconds, giga, read, share);
}

void
bench_print_memory (const char *type, const BenchMemory *memory)
{
  g_autofree char *total = cli_format_bytes (memory->total);
  g_autofree char *weights = cli_format_bytes (memory->weights);
  g_autofree char *caches = cli_format_bytes (memory->caches);
  g_autofree char *probe = cli_format_bytes (memory->probe);
  g_autofree char *work = cli_format_bytes (memory->work);

  cli_print ("%-6s %-19s %s: weights %s, caches %s, read buffer %s, work %s\n", type, "memory", total, weights, caches,
             probe, work);
}

static void
print_limits (const BenchLimits *limits)
{
  g_autofree char *floats = cli_format_double (limits->floats * 1e-9, 1);
  g_autofree char *halves = cli_format_double (limits->halves * 1e-9, 1);
  g_autofree char *bytes = cli_format_double (limits->bytes * 1e-9, 1);

  cli_print ("Limits: products of floats %s GFLOP/s, of bf16 weights %s GFLOP/s, of 8-bit weights %s GOP/s\n\n", floats,
             halves, bytes);
}

static void
print_result (const BenchReport *report, const BenchResult *result)
{
  g_autofree char *name = g_ascii_strdown (arra_dtype_name (result->dtype), -1);

  bench_print_memory (name, &result->memory);
  for (guint i = 0; i < report->plan.n_depths; i++)
    {
      print_pass (name, "one token", report->plan.depths[i], &result->single[i], result->bytes, 1);
      print_pass (name, "guidance pair", report->plan.depths[i], &result->pair[i], result->bytes, 2);
    }
  if (result->prefill > 0)
    {
      g_autofree char *rate = cli_format_double (BENCH_PROMPT / result->prefill, 2);
      g_autofree char *milliseconds = cli_format_double (result->prefill * 1e3, 1);
      g_autofree char *what = g_strdup_printf ("prompt of %d", BENCH_PROMPT);

      cli_print ("%-6s %-19s %10s %10s ms\n", name, what, rate, milliseconds);
    }
}

static void
print_attention (const BenchAttention *attention, const BenchLimits *limits)
{
  g_autofree char *name = g_ascii_strdown (arra_dtype_name (attention->dtype), -1);
  g_autofree char *row = cli_format_double (attention->row.seconds * 1e3, 3);
  g_autofree char *giga = cli_format_double ((double) attention->bytes / attention->row.seconds * 1e-9, 1);
  g_autofree char *read = cli_format_double (attention->row.read * 1e-9, 1);
  g_autofree char *share = cli_format_double (attention->row.share, 2);
  g_autofree char *rows = cli_format_double (attention->prefill * 1e3, 3);
  g_autofree char *operations = cli_format_double (attention->operations * 1e-9, 1);
  g_autofree char *reached = cli_format_double (attention->operations / limits->floats, 2);

  cli_print ("%-6s %6u %10s ms %10s %10s %8s %10s ms %10s %8s\n", name, attention->positions, row, giga, read, share,
             rows, operations, reached);
}

static void
print_attentions (const BenchReport *report)
{
  g_autofree char *rows = g_strdup_printf ("%d rows", BENCH_PROMPT);

  if (report->n_attention == 0)
    return;
  cli_print ("Attention in one layer, by type of keys and values and length of the sequence\n");
  cli_print ("%-6s %6s %13s %10s %10s %8s %13s %10s %8s\n", "type", "tokens", "one row", "GB/s", "read GB/s", "share",
             rows, "GFLOP/s", "share");
  for (guint i = 0; i < report->n_attention; i++)
    print_attention (&report->attention[i], &report->limits);
  if (report->n_results > 0)
    cli_print ("\n");
}

static void
print_model (const BenchReport *report)
{
  const ArraTransformerShape *shape = &report->decoder->shape;
  g_autofree char *count = cli_format_count (report->parameters);
  g_autofree char *parameters = g_strconcat (count, " parameters, ", NULL);

  cli_print ("%s: %s%u layers, %u wide, %u heads (%u for keys and values), feed-forward %u, vocabulary %u\n",
             report->path != NULL ? report->path : "Random weights", report->n_results > 0 ? parameters : "",
             shape->n_layers, shape->hidden_size, shape->n_heads, shape->n_kv_heads, shape->intermediate_size,
             shape->n_ids);
}

/* A VQ decoder alone has nothing to do with a model, nor with the memory. */
static void
print_head (const BenchReport *report)
{
  const char *threads = report->threads == 1 ? "thread" : "threads";
  const gboolean passes = report->n_results > 0 || report->n_attention > 0;

  if (passes || report->n_pictures > 0)
    print_model (report);
  if (passes)
    cli_print ("%u %s, %s kernels, keys and values %s; medians of %u passes, each after a read of as much memory\n",
               report->threads, threads, report->kernels, arra_quant_name (report->plan.kv), report->plan.steps);
  else
    cli_print ("%u %s, %s kernels\n", report->threads, threads, report->kernels);
}

void
bench_print (const BenchReport *report)
{
  print_head (report);
  print_limits (&report->limits);
  bench_print_vq (report);
  print_attentions (report);
  if (report->n_results > 0)
    cli_print ("%-6s %-19s %10s %13s %10s %10s %8s\n", "type", "pass, tokens before", "tokens/s", "a pass", "GB/s",
               "read GB/s", "share");
  for (guint i = 0; i < report->n_results; i++)
    print_result (report, &report->results[i]);
  bench_print_pictures (report);
}

static void
put_pass (ArraJsonWriter *json, const char *key, const BenchPass *pass, guint64 bytes, guint tokens)
{
  if (!pass->done)
    return;
  arra_json_begin_object (json, key);
  arra_json_put_measured (json, "seconds", pass->seconds);
  arra_json_put_measured (json, "tokens_per_second", tokens / pass->seconds);
  arra_json_put_measured (json, "bytes_per_second", (double) bytes / pass->seconds);
  arra_json_put_measured (json, "read_bytes_per_second", pass->read);
  arra_json_put_measured (json, "share", pass->share);
  arra_json_end_object (json);
}

void
bench_put_memory (ArraJsonWriter *json, const BenchMemory *memory)
{
  arra_json_begin_object (json, "memory");
  arra_json_put_uint (json, "weights", memory->weights);
  arra_json_put_uint (json, "caches", memory->caches);
  arra_json_put_uint (json, "probe", memory->probe);
  arra_json_put_uint (json, "work", memory->work);
  arra_json_put_uint (json, "total", memory->total);
  arra_json_end_object (json);
}

static void
put_result (ArraJsonWriter *json, const BenchPlan *plan, const BenchResult *result)
{
  g_autofree char *type = g_ascii_strdown (arra_dtype_name (result->dtype), -1);

  arra_json_begin_object (json, NULL);
  arra_json_put_string (json, "type", type);
  arra_json_put_uint (json, "bytes_per_pass", result->bytes);
  bench_put_memory (json, &result->memory);
  arra_json_begin_array (json, "depths");
  for (guint i = 0; i < plan->n_depths; i++)
    {
      arra_json_begin_object (json, NULL);
      arra_json_put_uint (json, "depth", plan->depths[i]);
      put_pass (json, "decode", &result->single[i], result->bytes, 1);
      put_pass (json, "pair", &result->pair[i], result->bytes, 2);
      arra_json_end_object (json);
    }
  arra_json_end_array (json);
  if (result->prefill > 0)
    {
      arra_json_begin_object (json, "prefill");
      arra_json_put_uint (json, "tokens", BENCH_PROMPT);
      arra_json_put_measured (json, "seconds", result->prefill);
      arra_json_put_measured (json, "tokens_per_second", BENCH_PROMPT / result->prefill);
      arra_json_end_object (json);
    }
  arra_json_end_object (json);
}

static void
put_attention (ArraJsonWriter *json, const BenchAttention *attention, const BenchLimits *limits)
{
  g_autofree char *type = g_ascii_strdown (arra_dtype_name (attention->dtype), -1);

  arra_json_begin_object (json, NULL);
  arra_json_put_string (json, "type", type);
  arra_json_put_uint (json, "tokens", attention->positions);
  put_pass (json, "row", &attention->row, attention->bytes, 1);
  arra_json_begin_object (json, "prefill");
  arra_json_put_uint (json, "rows", BENCH_PROMPT);
  arra_json_put_measured (json, "seconds", attention->prefill);
  arra_json_put_measured (json, "operations_per_second", attention->operations);
  arra_json_put_measured (json, "share", attention->operations / limits->floats);
  arra_json_end_object (json);
  arra_json_end_object (json);
}

void
bench_print_json (const BenchReport *report)
{
  const ArraTransformerShape *shape = &report->decoder->shape;
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_LINES);

  arra_json_begin_object (json, NULL);
  arra_json_put_string (json, "model", report->path);
  if (report->n_results > 0)
    arra_json_put_uint (json, "parameters", report->parameters);
  arra_json_put_uint (json, "hidden_size", shape->hidden_size);
  arra_json_put_uint (json, "layers", shape->n_layers);
  arra_json_put_uint (json, "heads", shape->n_heads);
  arra_json_put_uint (json, "kv_heads", shape->n_kv_heads);
  arra_json_put_uint (json, "intermediate_size", shape->intermediate_size);
  arra_json_put_uint (json, "vocab_size", shape->n_ids);
  arra_json_put_string (json, "kernels", report->kernels);
  arra_json_put_uint (json, "threads", report->threads);
  arra_json_put_string (json, "kv", arra_quant_name (report->plan.kv));
  arra_json_put_uint (json, "steps", report->plan.steps);
  arra_json_begin_object (json, "limits");
  arra_json_put_measured (json, "float_operations_per_second", report->limits.floats);
  arra_json_put_measured (json, "bf16_operations_per_second", report->limits.halves);
  arra_json_put_measured (json, "byte_operations_per_second", report->limits.bytes);
  arra_json_end_object (json);
  arra_json_begin_array (json, "attention");
  for (guint i = 0; i < report->n_attention; i++)
    put_attention (json, &report->attention[i], &report->limits);
  arra_json_end_array (json);
  arra_json_begin_array (json, "results");
  for (guint i = 0; i < report->n_results; i++)
    put_result (json, &report->plan, &report->results[i]);
  arra_json_end_array (json);
  bench_put_vq (json, report);
  bench_put_pictures (json, report);
  arra_json_end_object (json);
  cli_print ("%s", arra_json_writer_text (json));
}
