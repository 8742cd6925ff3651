/* make-checkpoint.c - writes a checkpoint of a given shape with random weights
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fixture.h"

#include <locale.h>
#include <stdio.h>

static char *preset, *type, *ids;
static int hidden, layers, heads, kv_heads, ffn, vocab, codes, context, sizes, shards, model_parallel;
static gint64 seed = -1;
static gboolean swin, no_vqgan, no_tokenizer, hf_vqgan;

static const GOptionEntry entries[] = {
  { "preset", 'p', 0, G_OPTION_ARG_STRING, &preset, "Shape to start from: tiny, codes1024, 100m, 300m, 500m, 7b",
    "NAME" },
  { "hidden", 0, 0, G_OPTION_ARG_INT, &hidden, "Hidden size", "N" },
  { "layers", 0, 0, G_OPTION_ARG_INT, &layers, "Layers", "N" },
  { "heads", 0, 0, G_OPTION_ARG_INT, &heads, "Attention heads", "N" },
  { "kv-heads", 0, 0, G_OPTION_ARG_INT, &kv_heads, "Heads of keys and values", "N" },
  { "ffn", 0, 0, G_OPTION_ARG_INT, &ffn, "Width of the feed-forward layers", "N" },
  { "vocab", 0, 0, G_OPTION_ARG_INT, &vocab, "Rows of the embedding", "N" },
  { "codes", 0, 0, G_OPTION_ARG_INT, &codes, "Image tokens", "N" },
  { "sizes", 0, 0, G_OPTION_ARG_INT, &sizes, "Size tokens", "N" },
  { "context", 0, 0, G_OPTION_ARG_INT, &context, "Longest sequence", "N" },
  { "shards", 0, 0, G_OPTION_ARG_INT, &shards, "Files the weights are split over", "N" },
  { "model-parallel", 0, 0, G_OPTION_ARG_INT, &model_parallel, "Rows of the q and k norms", "N" },
  { "seed", 0, 0, G_OPTION_ARG_INT64, &seed, "Seed of the weights", "N" },
  { "type", 't', 0, G_OPTION_ARG_STRING, &type, "f32, f16 or bf16", "TYPE" },
  { "ids", 0, 0, G_OPTION_ARG_STRING, &ids, "Order of the vocabulary: chameleon or shuffled", "ORDER" },
  { "swin", 0, 0, G_OPTION_ARG_NONE, &swin, "Norms after the sublayers", NULL },
  { "hf-vqgan", 0, 0, G_OPTION_ARG_NONE, &hf_vqgan, "Put a VQGAN encoder into the weights", NULL },
  { "no-vqgan", 0, 0, G_OPTION_ARG_NONE, &no_vqgan, "Leave the VQGAN out", NULL },
  { "no-tokenizer", 0, 0, G_OPTION_ARG_NONE, &no_tokenizer, "Leave tokenizer.json out", NULL },
  G_OPTION_ENTRY_NULL,
};

static void
replace (guint *value, int given)
{
  if (given > 0)
    *value = (guint) given;
}

static gboolean
apply_words (Fixture *fixture)
{
  if (type != NULL && g_str_equal (type, "f32"))
    fixture->dtype = ARRA_F32;
  else if (type != NULL && g_str_equal (type, "f16"))
    fixture->dtype = ARRA_F16;
  else if (type != NULL && !g_str_equal (type, "bf16"))
    return FALSE;
  if (ids != NULL && g_str_equal (ids, "shuffled"))
    fixture->ids = FIXTURE_IDS_SHUFFLED;
  else if (ids != NULL && g_str_equal (ids, "chameleon"))
    fixture->ids = FIXTURE_IDS_CHAMELEON;
  else if (ids != NULL)
    return FALSE;
  return TRUE;
}

static gboolean
apply_options (Fixture *fixture)
{
  replace (&fixture->hidden, hidden);
  replace (&fixture->layers, layers);
  replace (&fixture->heads, heads);
  replace (&fixture->kv_heads, kv_heads > 0 ? kv_heads : heads);
  replace (&fixture->ffn, ffn);
  replace (&fixture->vocab, vocab);
  replace (&fixture->codes, codes);
  replace (&fixture->sizes, sizes);
  replace (&fixture->context, context);
  replace (&fixture->shards, shards);
  replace (&fixture->model_parallel, model_parallel);
  if (seed >= 0)
    fixture->seed = (guint64) seed;
  fixture->swin = swin;
  fixture->hf_vqgan = hf_vqgan;
  fixture->vqgan = !no_vqgan;
  fixture->tokenizer = !no_tokenizer;
  return apply_words (fixture);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) options = g_option_context_new ("DIRECTORY");
  g_autoptr (GError) error = NULL;
  Fixture fixture;

  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (options, entries, NULL);
  if (!g_option_context_parse (options, &argc, &argv, &error))
    {
      fprintf (stderr, "%s: %s\n", g_get_prgname (), error->message);
      return 64;
    }
  if (argc != 2 || !fixture_init_named (&fixture, preset != NULL ? preset : "tiny") || !apply_options (&fixture))
    {
      g_autofree char *help = g_option_context_get_help (options, TRUE, NULL);
      fputs (help, stderr);
      return 64;
    }
  if (!fixture_write (&fixture, argv[1], &error))
    {
      fprintf (stderr, "%s: %s\n", g_get_prgname (), error->message);
      return 70;
    }
  return 0;
}
