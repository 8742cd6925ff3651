/* bench_print_train.c - what `arra bench train` prints, for people and as JSON
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench.h"
#include "jsonwriter.h"
#include "status.h"
#include "values.h"

void
bench_print_training (const BenchReport *report, const BenchTraining *training)
{
  const ArraTransformerShape *shape = &report->decoder->shape;
  g_autofree char *parameters = cli_format_count (training->parameters);
  g_autofree char *flop = cli_format_double (training->flop * 1e-9, 0),
                  *seconds = cli_format_double (training->seconds, 3);
  g_autofree char *rate = cli_format_double (training->flop / training->seconds * 1e-9, 1);
  g_autofree char *product = cli_format_double (training->product_rate * 1e-9, 1),
                  *share = cli_format_double (training->share, 2);
  g_autofree char *tokens = cli_format_double (BENCH_BATCH * BENCH_LENGTH / training->seconds, 0);

  cli_print ("Training: %s parameters, %u layers, %u wide, %u heads, feed-forward %u, vocabulary %u; %d "
             "sequences of %d tokens\n",
             parameters, shape->n_layers, shape->hidden_size, shape->n_heads, shape->intermediate_size, shape->n_ids,
             BENCH_BATCH, BENCH_LENGTH);
  cli_print ("%u %s, %s kernels; medians of %u steps, products of 2048 x 2048 matrices between them\n\n",
             report->threads, report->threads == 1 ? "thread" : "threads", report->kernels, report->plan.steps);
  cli_print ("%10s %10s %12s %10s %14s %8s\n", "GFLOP", "a step", "tokens/s", "GFLOP/s", "sgemm GFLOP/s", "share");
  cli_print ("%10s %8s s %12s %10s %14s %8s\n", flop, seconds, tokens, rate, product, share);
}

void
bench_print_training_json (const BenchReport *report, const BenchTraining *training)
{
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_LINES);

  arra_json_begin_object (json, NULL);
  arra_json_put_uint (json, "parameters", training->parameters);
  arra_json_put_uint (json, "hidden_size", report->decoder->shape.hidden_size);
  arra_json_put_uint (json, "layers", report->decoder->shape.n_layers);
  arra_json_put_uint (json, "heads", report->decoder->shape.n_heads);
  arra_json_put_uint (json, "intermediate_size", report->decoder->shape.intermediate_size);
  arra_json_put_uint (json, "vocab_size", report->decoder->shape.n_ids);
  arra_json_put_uint (json, "batch", BENCH_BATCH);
  arra_json_put_uint (json, "length", BENCH_LENGTH);
  arra_json_put_string (json, "kernels", report->kernels);
  arra_json_put_uint (json, "threads", report->threads);
  arra_json_put_uint (json, "steps", report->plan.steps);
  arra_json_put_measured (json, "flop_per_step", training->flop);
  arra_json_put_measured (json, "seconds_per_step", training->seconds);
  arra_json_put_measured (json, "flop_per_second", training->flop / training->seconds);
  arra_json_put_measured (json, "sgemm_flop_per_second", training->product_rate);
  arra_json_put_measured (json, "share", training->share);
  arra_json_end_object (json);
  cli_print ("%s", arra_json_writer_text (json));
}
