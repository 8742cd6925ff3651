/* peer_llama.c - passes of a 7B model beside llama.cpp, and beside what the memory gives
 *
 * A quarter of the model is measured, as many layers (8 of 32) as rows of the vocabulary (16,384 of 65,536), and times
 * are those of four quarters: every part is scaled alike, and no machine is too small for it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "llama_file.h"
#include "peer.h"

#define QUARTERS 4
#define PROMPT 32

static const LlamaShape quarter = { 4096, 8, 32, 11008, 16384 }, tiny = { 256, 2, 4, 512, 1024 };

typedef struct
{
  const char *mode; /* of `arra bench` */
  const char *type, *depth;
  guint tokens;            /* of llama.cpp's pass; instead of a guidance pair it takes two tokens of one sequence */
  const char *repetitions; /* of that pass */
} Pass;

static const Pass pair_q8_0 = { "pair", "q8_0", "32", 2, "10" }, pair_q4_0 = { "pair", "q4_0", "512", 2, "10" },
                  single_q4_0 = { "decode", "q4_0", "1024", 1, "10" },
                  prompt_q8_0 = { "prefill", "q8_0", "0", PROMPT, "3" },
                  prompt_q4_0 = { "prefill", "q4_0", "0", PROMPT, "3" },
                  share_q8_0 = { "decode", "q8_0", "32", 1, NULL }, share_q4_0 = { "decode", "q4_0", "32", 1, NULL };

static const LlamaShape *
shape_of (const PeerPlace *place)
{
  return place->tiny ? &tiny : &quarter;
}

static const char *
depth_of (const PeerPlace *place, const Pass *pass)
{
  return place->tiny && pass->tokens != PROMPT ? "8" : pass->depth;
}

/* (transfer full): the numbers of `arra bench` for @pass */
static JsonParser *
bench (const PeerPlace *place, const Pass *pass, GError **error)
{
  const LlamaShape *shape = shape_of (place);
  g_autofree char *dim = g_strdup_printf ("%u", shape->dim), *layers = g_strdup_printf ("%u", shape->layers),
                  *heads = g_strdup_printf ("%u", shape->heads), *ffn = g_strdup_printf ("%u", shape->ffn),
                  *vocab = g_strdup_printf ("%u", shape->vocab);
  /* keys and values as llama.cpp has them; a prompt has nothing before it, but a depth must be named */
  const char *const arguments[]
      = { "bench",    "--json",  "--threads", PEER_THREADS, "--kv",
          "f16",      "--type",  pass->type,  "--dim",      dim,
          "--layers", layers,    "--heads",   heads,        "--ffn",
          ffn,        "--vocab", vocab,       "--depth",    pass->tokens == PROMPT ? "32" : depth_of (place, pass),
          pass->mode, NULL };

  return peer_run_ours (place, arguments, error);
}

/* Of one pass: seconds, and the seconds that a read of as much memory takes. */
static gboolean
measure_ours (const PeerPlace *place, const Pass *pass, double *seconds, double *read, GError **error)
{
  g_autoptr (JsonParser) parser = bench (place, pass, error);
  JsonObject *result, *depth;

  if (parser == NULL)
    return FALSE;
  result = json_array_get_object_element (
      json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), "results"), 0);
  depth = json_array_get_object_element (json_object_get_array_member (result, "depths"), 0);
  result = json_object_get_object_member (pass->tokens == PROMPT ? result : depth, pass->mode);
  *seconds = json_object_get_double_member (result, "seconds");
  *read = *seconds * json_object_get_double_member_with_default (result, "share", 0);
  return TRUE;
}

/* The median of its passes, in seconds. */
static gboolean
measure_theirs (const PeerPlace *place, const Pass *pass, const char *file, double *seconds, GError **error)
{
  g_autofree char *tokens = g_strdup_printf ("%u", pass->tokens);
  const gboolean decodes = pass->tokens == 1;
  const char *const command[] = { "llama-bench",
                                  "-m",
                                  file,
                                  "-t",
                                  PEER_THREADS,
                                  "-o",
                                  "json",
                                  "-r",
                                  place->tiny ? "1" : pass->repetitions,
                                  "-p",
                                  decodes ? "0" : tokens,
                                  "-n",
                                  decodes ? "1" : "0",
                                  "-d",
                                  depth_of (place, pass),
                                  NULL };
  g_autoptr (JsonParser) parser = peer_run_theirs (place, command, error);
  g_autofree double *samples = NULL;
  JsonArray *nanoseconds;

  if (parser == NULL)
    return FALSE;
  nanoseconds = json_object_get_array_member (
      json_array_get_object_element (json_node_get_array (json_parser_get_root (parser)), 0), "samples_ns");
  samples = g_new (double, json_array_get_length (nanoseconds));
  for (guint i = 0; i < json_array_get_length (nanoseconds); i++)
    samples[i] = (double) json_array_get_int_element (nanoseconds, i) * 1e-9;
  *seconds = peer_median (samples, json_array_get_length (nanoseconds));
  return TRUE;
}

static double
of_the_whole (double seconds)
{
  return seconds * QUARTERS * 1e3;
}

/* The rows of a type share a file. */
static gboolean
write_file (const PeerPlace *place, const Pass *pass, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (place->folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS)
         || llama_file_write (shape_of (place), g_str_equal (pass->type, "q4_0"), path, error);
}

static gboolean
measure (const PeerRow *row, const PeerPlace *place, PeerPairs *pairs, GError **error)
{
  const Pass *pass = row->what;
  g_autofree char *name = g_strdup_printf ("llama-%s.gguf", pass->type);
  double ours, theirs, read;

  if (!write_file (place, pass, name, error))
    return FALSE;
  for (guint i = 0; i < pairs->n; i++)
    {
      if (!measure_ours (place, pass, &ours, &read, error) || !measure_theirs (place, pass, name, &theirs, error))
        return FALSE;
      pairs->ours[i] = of_the_whole (ours);
      pairs->theirs[i] = of_the_whole (theirs);
    }
  return TRUE;
}

/* The peer is the read of as much memory before each pass. */
static gboolean
measure_share (const PeerRow *row, const PeerPlace *place, PeerPairs *pairs, GError **error)
{
  double ours, read;

  for (guint i = 0; i < pairs->n; i++)
    {
      if (!measure_ours (place, row->what, &ours, &read, error))
        return FALSE;
      pairs->ours[i] = of_the_whole (ours);
      pairs->theirs[i] = of_the_whole (read);
    }
  return TRUE;
}

static const char *const needs[] = { "llama-bench", "--help", NULL };

#define BESIDE_LLAMA .peer = "llama.cpp", .rounds = 3, .needs = needs, .package = "llama.cpp-tools", .measure = measure
#define BESIDE_READ .peer = "a read of its weights", .rounds = 3, .measure = measure_share

const PeerRow peer_llama_rows[] = {
  { "share-q4_0", "7B Q4_0, one token, 32 before", .must = ">= 0.92", .what = &share_q4_0, BESIDE_READ },
  { "share-q8_0", "7B Q8_0, one token, 32 before", .must = ">= 0.87", .what = &share_q8_0, BESIDE_READ },
  { "pair-q8_0", "7B Q8_0, guidance pair, 32 before", .must = ">= 1.6", .what = &pair_q8_0, BESIDE_LLAMA },
  { "pair-q4_0", "7B Q4_0, guidance pair, 512 before", .must = ">= 1.6", .what = &pair_q4_0, BESIDE_LLAMA },
  { "single-q4_0", "7B Q4_0, one token, 1,024 before", .must = ">= 1.4", .what = &single_q4_0, BESIDE_LLAMA },
  { "prompt-q8_0", "7B Q8_0, prompt of 32", .must = ">= 5", .what = &prompt_q8_0, BESIDE_LLAMA },
  { "prompt-q4_0", "7B Q4_0, prompt of 32", .must = ">= 2", .what = &prompt_q4_0, BESIDE_LLAMA },
  { .name = NULL },
};
