/* peer_python.c - decoding, LlamaGen and training beside the same graphs in ONNX Runtime and PyTorch
 *
 * The scripts of the graphs lie beside this file. They time themselves, without reading libraries and making weights,
 * which our times leave out, too.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gio.h>

#include "peer.h"
#include "published.h"

/* Runs a script that prints {"milliseconds": [...]}: the median. @arguments: NULL-terminated */
static gboolean
run_script (const PeerPlace *place,
            const char *script,
            const char *const *arguments,
            double *milliseconds,
            GError **error)
{
  g_autoptr (GFile) from = g_file_new_build_filename (g_getenv ("ARRA_TEST_DATA"), "bench", script, NULL);
  g_autoptr (GFile) to = g_file_new_build_filename (place->folder, script, NULL);
  g_autoptr (GPtrArray) command = g_ptr_array_new ();
  g_autoptr (JsonParser) parser = NULL;
  g_autofree double *times = NULL;
  JsonArray *array;
  guint n;

  if (!g_file_copy (from, to, G_FILE_COPY_OVERWRITE, NULL, NULL, NULL, error))
    return FALSE;
  g_ptr_array_add (command, (gpointer) "python3");
  g_ptr_array_add (command, (gpointer) script);
  g_ptr_array_add (command, (gpointer) PEER_THREADS);
  for (; *arguments != NULL; arguments++)
    g_ptr_array_add (command, (gpointer) *arguments);
  g_ptr_array_add (command, NULL);
  parser = peer_run_theirs (place, (const char *const *) command->pdata, error);
  if (parser == NULL)
    return FALSE;
  array = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), "milliseconds");
  n = json_array_get_length (array);
  times = g_new (double, n);
  for (guint i = 0; i < n; i++)
    times[i] = json_array_get_double_element (array, i);
  *milliseconds = peer_median (times, n);
  return TRUE;
}

/* ------------------------------------------------------------------ decoding */

static gboolean
decode_ours (const PeerPlace *place, gint64 size, double *milliseconds, GError **error)
{
  const char *const arguments[] = { "bench", "vq", "--json", "--threads", PEER_THREADS, NULL };
  g_autoptr (JsonParser) parser = peer_run_ours (place, arguments, error);
  JsonArray *sizes;

  if (parser == NULL)
    return FALSE;
  sizes = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), "vq");
  for (guint i = 0; i < json_array_get_length (sizes); i++)
    {
      JsonObject *measured = json_array_get_object_element (sizes, i);

      if (json_object_get_int_member (measured, "size") == size)
        *milliseconds = json_object_get_double_member (measured, "milliseconds");
    }
  return TRUE;
}

static gboolean
measure_decoding (const PeerRow *row, const PeerPlace *place, PeerPairs *pairs, GError **error)
{
  const char *size = place->tiny ? "256" : row->what;
  const char *const arguments[] = { size, place->tiny ? "1" : "3", NULL };

  for (guint i = 0; i < pairs->n; i++)
    if (!decode_ours (place, g_ascii_strtoll (size, NULL, 10), &pairs->ours[i], error)
        || !run_script (place, "peer_vq.py", arguments, &pairs->theirs[i], error))
      return FALSE;
  return TRUE;
}

/* ------------------------------------------------------------------ LlamaGen */

typedef struct
{
  const char *published, *type;
  const char *side; /* codes */
  const char *layers, *width, *heads, *ffn;
} Llamagen;

static const Llamagen b_q8_0 = { "llamagen-b-256", "q8_0", "16", "12", "768", "12", "2048" },
                      b_q4_k = { "llamagen-b-256", "q4_k", "16", "12", "768", "12", "2048" },
                      b_f32 = { "llamagen-b-256", "f32", "16", "12", "768", "12", "2048" },
                      b_384_q8_0 = { "llamagen-b", "q8_0", "24", "12", "768", "12", "2048" },
                      l_q8_0 = { "llamagen-l-256", "q8_0", "16", "24", "1024", "16", "2816" },
                      tiny = { "llamagen-tiny", "q8_0", "16", "2", "64", "4", "256" };

/* Random weights in the published form, and the file that is made of them */
static gboolean
make_llamagen (const PeerPlace *place, const Llamagen *model, const char *file, GError **error)
{
  const Published *published = published_find (model->published);
  g_autofree char *golden = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", NULL);
  g_autofree char *folder = g_build_filename (place->folder, model->published, NULL);
  g_autofree char *open = g_build_filename (folder, published->open, NULL);
  const char *const arguments[] = { "convert", open, "--type", model->type, "-o", file, NULL };

  return (g_file_test (open, G_FILE_TEST_EXISTS) || published_write (published, golden, folder, error))
         && peer_time_ours (place, arguments, error) >= 0;
}

static gboolean
generate_ours (const PeerPlace *place, const char *prompt, const char *file, double *milliseconds, GError **error)
{
  const char *const arguments[]
      = { "generate", "--model",   file,         "--prompt", prompt, "--seed",      "1", "--cfg",
          "4",        "--threads", PEER_THREADS, "--json",   "-o",   "picture.png", NULL };
  g_autoptr (JsonParser) parser = peer_run_ours (place, arguments, error);

  if (parser == NULL)
    return FALSE;
  *milliseconds = 1e3 * json_object_get_double_member (json_node_get_object (json_parser_get_root (parser)), "seconds");
  return TRUE;
}

static gboolean
measure_llamagen (const PeerRow *row, const PeerPlace *place, PeerPairs *pairs, GError **error)
{
  const Llamagen *model = place->tiny ? &tiny : row->what;
  const char *const arguments[] = { model->side, model->layers, model->width, model->heads, model->ffn, NULL };
  g_autofree char *file = g_strdup_printf ("%s-%s.gguf", model->published, model->type);

  if (!make_llamagen (place, model, file, error))
    return FALSE;
  for (guint i = 0; i < pairs->n; i++)
    if (!generate_ours (place, published_find (model->published)->prompt, file, &pairs->ours[i], error)
        || !run_script (place, "peer_llamagen.py", arguments, &pairs->theirs[i], error))
      return FALSE;
  return TRUE;
}

/* ------------------------------------------------------------------ training */

typedef struct
{
  const char *dim, *layers, *heads, *ffn, *vocab;
} Learner;

static gboolean
train_ours (const PeerPlace *place, const Learner *learner, double *milliseconds, GError **error)
{
  const char *const arguments[] = { "bench",
                                    "train",
                                    "--json",
                                    "--threads",
                                    PEER_THREADS,
                                    "--steps",
                                    place->tiny ? "1" : "3",
                                    "--dim",
                                    learner->dim,
                                    "--layers",
                                    learner->layers,
                                    "--heads",
                                    learner->heads,
                                    "--ffn",
                                    learner->ffn,
                                    "--vocab",
                                    learner->vocab,
                                    NULL };
  g_autoptr (JsonParser) parser = peer_run_ours (place, arguments, error);

  if (parser == NULL)
    return FALSE;
  *milliseconds
      = 1e3 * json_object_get_double_member (json_node_get_object (json_parser_get_root (parser)), "seconds_per_step");
  return TRUE;
}

static gboolean
measure_training (const PeerRow *row, const PeerPlace *place, PeerPairs *pairs, GError **error)
{
  static const Learner whole = { "384", "8", "6", "1024", "2048" }, little = { "64", "1", "2", "128", "256" };
  const Learner *learner = place->tiny ? &little : &whole;
  const char *const arguments[]
      = { place->tiny ? "1" : "3", learner->dim, learner->layers, learner->heads, learner->ffn, learner->vocab, NULL };

  for (guint i = 0; i < pairs->n; i++)
    if (!train_ours (place, learner, &pairs->ours[i], error)
        || !run_script (place, "peer_training.py", arguments, &pairs->theirs[i], error))
      return FALSE;
  return TRUE;
}

static const char *const needs_onnx[] = { "python3", "-c", "import onnx, onnxruntime", NULL };
static const char *const needs_torch[] = { "python3", "-c", "import torch", NULL };

#define BESIDE_ONNX .peer = "ONNX Runtime fp32", .needs = needs_onnx, .package = "python3-onnx, python3-onnxruntime"
#define BESIDE_TORCH .peer = "PyTorch fp32", .needs = needs_torch, .package = "python3-torch, libopenblas0-openmp"

const PeerRow peer_python_rows[] = {
  { "vq-512", "Chameleon's VQGAN, 512x512, decode", .must = "<= 0.6", .of_time = TRUE, .rounds = 3,
    .measure = measure_decoding, .what = "512", BESIDE_ONNX },
  { "llamagen-b", "LlamaGen-B Q8_0, 256x256 with guidance", .must = ">= 8", .rounds = 3, .measure = measure_llamagen,
    .what = &b_q8_0, BESIDE_TORCH },
  { "llamagen-b-q4_k", "LlamaGen-B Q4_K, 256x256 with guidance", .must = ">= 8", .rounds = 3,
    .measure = measure_llamagen, .what = &b_q4_k, BESIDE_TORCH },
  { "llamagen-b-f32", "LlamaGen-B f32, 256x256 with guidance", .must = ">= 8 with Q8_0", .rounds = 1,
    .measure = measure_llamagen, .what = &b_f32, BESIDE_TORCH },
  { "llamagen-b-384", "LlamaGen-B Q8_0, 384x384 with guidance", .must = ">= 8 at 256x256", .rounds = 1,
    .measure = measure_llamagen, .what = &b_384_q8_0, BESIDE_TORCH },
  { "llamagen-l", "LlamaGen-L Q8_0, 256x256 with guidance", .must = ">= 8", .rounds = 1, .measure = measure_llamagen,
    .what = &l_q8_0, BESIDE_TORCH },
  { "training", "training step, dim 384, 8 layers, 6 heads, 16 x 320, vocabulary 2048", .must = ">= 1.2", .rounds = 3,
    .measure = measure_training, BESIDE_TORCH },
  { .name = NULL },
};
