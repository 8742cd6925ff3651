/* bench_print.c - what `arra bench` prints, for people and as JSON
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench.h"
#include "jsonwriter.h"
#include "status.h"
#include "values.h"

static void
print_pass (const char *type, const char *what, const BenchPass *pass, guint64 bytes, guint tokens)
{
  g_autofree char *rate = NULL, *milliseconds = NULL, *giga = NULL, *share = NULL, *read = NULL;

  if (!pass->done)
    return;
  rate = cli_format_double (tokens / pass->seconds, 2);
  milliseconds = cli_format_double (pass->seconds * 1e3, 1);
  giga = cli_format_double ((double) bytes / pass->seconds * 1e-9, 1);
  read = cli_format_double (pass->read * 1e-9, 1);
  share = cli_format_double (pass->share, 2);
  cli_print ("%-6s %-16s %10s %10s ms %10s %10s %8s\n", type, what, rate, milliseconds, giga, read, share);
}

static void
print_memory (const char *type, const BenchMemory *memory)
{
  g_autofree char *total = cli_format_bytes (memory->total);
  g_autofree char *weights = cli_format_bytes (memory->weights);
  g_autofree char *caches = cli_format_bytes (memory->caches);
  g_autofree char *probe = cli_format_bytes (memory->probe);
  g_autofree char *work = cli_format_bytes (memory->work);

  cli_print ("%-6s %-16s %s: weights %s, caches %s, read buffer %s, work %s\n", type, "memory", total, weights, caches,
             probe, work);
}

static void
print_limits (const BenchLimits *limits)
{
  g_autofree char *floats = cli_format_double (limits->floats * 1e-9, 1);
  g_autofree char *bytes = cli_format_double (limits->bytes * 1e-9, 1);

  cli_print ("Limits: products of floats %s GFLOP/s, of 8-bit weights %s GOP/s\n\n", floats, bytes);
}

void
bench_print (const BenchReport *report)
{
  const ArraTransformerShape *shape = &report->decoder->shape;
  g_autofree char *parameters = cli_format_count (report->parameters);

  cli_print (
      "%s: %s parameters, %u layers, %u wide, %u heads (%u for keys and values), feed-forward %u, vocabulary %u\n",
      report->path != NULL ? report->path : "Random weights", parameters, shape->n_layers, shape->hidden_size,
      shape->n_heads, shape->n_kv_heads, shape->intermediate_size, shape->n_ids);
  cli_print ("%u %s, %s kernels, %u tokens in the cache; medians of %u passes, each after a read of as much memory\n",
             report->threads, report->threads == 1 ? "thread" : "threads", report->kernels, report->plan.depth,
             report->plan.steps);
  print_limits (&report->limits);
  cli_print ("%-6s %-16s %10s %13s %10s %10s %8s\n", "type", "pass", "tokens/s", "a pass", "GB/s", "read GB/s",
             "share");
  for (guint i = 0; i < report->n_results; i++)
    {
      const BenchResult *result = &report->results[i];
      g_autofree char *name = g_ascii_strdown (arra_dtype_name (result->dtype), -1);

      print_memory (name, &result->memory);
      print_pass (name, "one token", &result->single, result->bytes, 1);
      print_pass (name, "guidance pair", &result->pair, result->bytes, 2);
      if (result->prefill > 0)
        {
          g_autofree char *rate = cli_format_double (BENCH_PROMPT / result->prefill, 2);
          g_autofree char *milliseconds = cli_format_double (result->prefill * 1e3, 1);
          g_autofree char *what = g_strdup_printf ("prompt of %d", BENCH_PROMPT);
          cli_print ("%-6s %-16s %10s %10s ms\n", name, what, rate, milliseconds);
        }
    }
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

static void
put_memory (ArraJsonWriter *json, const BenchMemory *memory)
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
put_result (ArraJsonWriter *json, const BenchResult *result)
{
  g_autofree char *type = g_ascii_strdown (arra_dtype_name (result->dtype), -1);

  arra_json_begin_object (json, NULL);
  arra_json_put_string (json, "type", type);
  arra_json_put_uint (json, "bytes_per_pass", result->bytes);
  put_memory (json, &result->memory);
  put_pass (json, "decode", &result->single, result->bytes, 1);
  put_pass (json, "pair", &result->pair, result->bytes, 2);
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

void
bench_print_json (const BenchReport *report)
{
  const ArraTransformerShape *shape = &report->decoder->shape;
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_LINES);

  arra_json_begin_object (json, NULL);
  arra_json_put_string (json, "model", report->path);
  arra_json_put_uint (json, "parameters", report->parameters);
  arra_json_put_uint (json, "hidden_size", shape->hidden_size);
  arra_json_put_uint (json, "layers", shape->n_layers);
  arra_json_put_uint (json, "heads", shape->n_heads);
  arra_json_put_uint (json, "kv_heads", shape->n_kv_heads);
  arra_json_put_uint (json, "intermediate_size", shape->intermediate_size);
  arra_json_put_uint (json, "vocab_size", shape->n_ids);
  arra_json_put_string (json, "kernels", report->kernels);
  arra_json_put_uint (json, "threads", report->threads);
  arra_json_put_uint (json, "depth", report->plan.depth);
  arra_json_put_uint (json, "steps", report->plan.steps);
  arra_json_begin_object (json, "limits");
  arra_json_put_measured (json, "float_operations_per_second", report->limits.floats);
  arra_json_put_measured (json, "byte_operations_per_second", report->limits.bytes);
  arra_json_end_object (json);
  arra_json_begin_array (json, "results");
  for (guint i = 0; i < report->n_results; i++)
    put_result (json, &report->results[i]);
  arra_json_end_array (json);
  arra_json_end_object (json);
  cli_print ("%s", arra_json_writer_text (json));
}
