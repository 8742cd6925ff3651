/* golden-check.c - runs the cases of a golden directory (its MANIFEST.json) and prints a line for each
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "jsonguard.h"

enum
{
  EXIT_OK,
  EXIT_FAIL,
  EXIT_USAGE = 64,
  EXIT_SKIP = 77, /* this machine cannot run the ARRA_CPU asked for */
};

/* The first family whose prefix fits and that is not further down a tree it does not know. */
static const struct
{
  const char *id; /* exact, or a prefix ending with a dot */
  CheckRunner runner;
} families[] = {
  { "chameleon.", check_chameleon },
  { "vqgan.vocab_translation", check_vocabulary_names },
  { "vqgan.", check_vqgan },
  { "rules.layout", check_layout },
  { "rules.", check_rules },
  { "tokenizer.llamagen_clean_caption", check_caption },
  { "tokenizer.", check_tokenizer },
  { "torch_files", check_torch_files },
  { "vision.t5_encoder", check_t5 },
  { "e2e", check_e2e },
  { "training.lr_schedule", check_lr_schedule },
  { "training.", check_training },
  { "vision.clip", check_clip },
  { "vision.biomedclip_hf", check_clip },
  { "vision.biomedclip_openclip", check_open_clip },
  { "vision.preprocess", check_preprocess },
  { "vision.dinov2", check_dinov2 },
  { "vision.medsam", check_medsam },
  { "vision.fid_inception", check_inception },
  { "vision.xrv_densenet", check_densenet },
  { "llamagen.", check_llamagen },
  { "janus.", check_janus },
};

static CheckRunner
find_runner (const char *id)
{
  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    if (strcmp (id, families[i].id) == 0
        || (g_str_has_suffix (families[i].id, ".") && g_str_has_prefix (id, families[i].id)))
      return families[i].runner;
  return NULL;
}

/* The number behind @word in the manifest's sentence: "abs 2e-5", "within 1". */
static double
number_after (const char *text, const char *word, double standard)
{
  const char *at = strstr (text, word);
  char *end;
  double value;

  if (at == NULL)
    return standard;
  value = g_ascii_strtod (at + strlen (word), &end);
  return end == at + strlen (word) ? standard : value;
}

static gboolean
run_case (const char *root, JsonObject *entry, ArraExec exec, guint threads)
{
  const char *id = json_object_get_string_member_with_default (entry, "id", "(no id)");
  const char *dir = json_object_get_string_member_with_default (entry, "dir", "");
  const char *tolerance = json_object_get_string_member_with_default (entry, "tolerance", "");
  CheckRunner runner = find_runner (id);
  g_autoptr (GHashTable) compared = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *folder = g_build_filename (root, dir, NULL);
  gboolean ok;
  Check check = {
    .id = id,
    .root = root,
    .dir = folder,
    .tolerance = tolerance,
    .bound = number_after (tolerance, "abs ", 2e-5),
    .within = (guint) number_after (tolerance, "within ", 1),
    .entry = entry,
    .threads = threads,
    .exec = exec,
    .compared = compared,
    .worst_bound = -1,
  };

  if (runner == NULL || !runner (&check))
    {
      g_print ("%-32s unsupported\n", id);
      return TRUE;
    }
  check_complete (&check);
  ok = check.faults == NULL;
  g_print ("%-32s error %-10.3g tolerance %-8.3g %s (%u compared)\n", id, check.worst, MAX (check.worst_bound, 0),
           ok ? "ok" : "FAIL", check.n_compared);
  if (!ok)
    {
      g_print ("    %s\n", check.faults->str);
      g_string_free (check.faults, TRUE);
    }
  return ok;
}

static int
run_all (const char *root, const char *only, ArraExec exec, guint threads)
{
  g_autofree char *path = g_build_filename (root, "MANIFEST.json", NULL);
  g_autoptr (GError) error = NULL;
  JsonObject *manifest;
  g_autoptr (JsonParser) parser = arra_json_parse_file (path, &manifest, &error);
  JsonArray *cases = parser == NULL ? NULL : arra_json_get_array (manifest, path, "cases", &error);
  guint n_run = 0;
  gboolean ok = TRUE;

  for (guint i = 0; cases != NULL && i < json_array_get_length (cases); i++)
    {
      JsonNode *node = json_array_get_element (cases, i);

      if (!JSON_NODE_HOLDS_OBJECT (node))
        {
          g_printerr ("%s: case %u is no object\n", path, i);
          return EXIT_FAIL;
        }
      if (only != NULL
          && g_strcmp0 (only, json_object_get_string_member_with_default (json_node_get_object (node), "id", "")) != 0)
        continue;
      n_run++;
      ok = run_case (root, json_node_get_object (node), exec, threads) && ok;
    }
  if (error != NULL)
    g_printerr ("%s\n", error->message);
  else if (n_run == 0)
    g_printerr ("%s: no case to run\n", path);
  return ok && error == NULL && n_run > 0 ? EXIT_OK : EXIT_FAIL;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("DIR");
  g_autoptr (GError) error = NULL;
  g_autofree char *only = NULL;
  int threads = 1;
  const GOptionEntry options[] = {
    { "threads", 't', 0, G_OPTION_ARG_INT, &threads, "Threads to run on", "N" },
    { "case", 'c', 0, G_OPTION_ARG_STRING, &only, "Run this case only", "ID" },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (ArraPool) pool = NULL;
  ArraExec exec;

  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (context, options, NULL);
  g_option_context_set_summary (
      context, "Runs every case of DIR/MANIFEST.json that is supported and compares all its out.* values.");
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc != 2 || threads < 1)
    {
      g_printerr ("%s\n", error != NULL ? error->message : "Usage: golden-check [--threads N] [--case ID] DIR");
      return EXIT_USAGE;
    }
  exec.kernels = arra_kernels_default (&error);
  if (exec.kernels == NULL)
    {
      g_printerr ("%s\n", error->message);
      return g_error_matches (error, ARRA_ERROR, ARRA_ERROR_UNAVAILABLE) ? EXIT_SKIP : EXIT_USAGE;
    }
  pool = exec.pool = arra_pool_new ((guint) threads, &error);
  if (pool == NULL)
    {
      g_printerr ("%s\n", error->message);
      return EXIT_FAIL;
    }
  return run_all (argv[1], only, exec, (guint) threads);
}
