/* case-rules.c - guidance, grid constraint and top-k on synthetic logits; token layout and crop sizes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "vocabulary.h"
#include "jsonguard.h"
#include "mapping.h"
#include "mem.h"
#include "sampler.h"
#include "sizes.h"
#include "tokenizer.h"

/* ---- the vocabulary these cases speak, as rules/layout.json gives it */

typedef struct
{
  GHashTable *ids; /* name -> id */
  gint64 first_code, last_code;
  gint64 size_base; /* the id of n grids is size_base + n */
} Layout;

static gboolean
read_layout (Check *check, Layout *layout)
{
  JsonObject *object;
  g_autoptr (JsonParser) parser = check_json (check, "layout.json", &object);
  g_autoptr (GError) error = NULL;
  JsonObject *special = parser == NULL ? NULL : arra_json_get_object (object, "layout.json", "special_ids", &error);
  g_autoptr (GList) members = NULL;

  layout->first_code = layout->last_code = layout->size_base = -1;
  layout->ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (special == NULL)
    {
      if (error != NULL)
        check_fault (check, "%s", error->message);
      return FALSE;
    }
  members = json_object_get_members (special);
  for (GList *at = members; at != NULL; at = at->next)
    {
      const char *name = at->data;
      JsonNode *node = json_object_get_member (special, name);
      const char *formula = JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
                                ? json_node_get_string (node)
                                : NULL;
      gint64 id = JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64
                      ? json_node_get_int (node)
                      : -1;

      if (strcmp (name, "first_image_code") == 0)
        layout->first_code = id;
      else if (strcmp (name, "last_image_code") == 0)
        layout->last_code = id;
      else if (formula != NULL && g_str_has_suffix (formula, "+n"))
        layout->size_base = g_ascii_strtoll (formula, NULL, 10);
      else if (id >= 0 && name[0] == '<')
        g_hash_table_insert (layout->ids, g_strndup (name, strcspn (name, " ")), GUINT_TO_POINTER ((guint) id));
    }
  return TRUE;
}

/* "IMGIMG" + decimal digits as letters + "Z"; -1 for another name */
static gint64
code_of_name (const char *name)
{
  gint64 code = 0;

  if (!g_str_has_prefix (name, "IMGIMG") || !g_str_has_suffix (name, "Z") || strlen (name) < 8)
    return -1;
  for (const char *at = name + 6; at[1] != '\0'; at++)
    {
      if (*at < 'A' || *at > 'J')
        return -1;
      code = code * 10 + (*at - 'A');
    }
  return code;
}

static gboolean
look_up (gpointer data, const char *name, guint32 *id)
{
  const Layout *layout = data;
  gpointer value;
  gint64 code = code_of_name (name);

  if (g_hash_table_lookup_extended (layout->ids, name, NULL, &value))
    *id = GPOINTER_TO_UINT (value);
  else if (code >= 0 && layout->first_code + code <= layout->last_code)
    *id = (guint32) (layout->first_code + code);
  else if (g_str_has_prefix (name, "<reserved") && strlen (name) == strlen ("<reserved00000>"))
    *id = (guint32) atoi (name + strlen ("<reserved")) + 4; /* the layout's own rule */
  else
    return FALSE;
  return TRUE;
}

/* ---- one scripted run */

typedef struct
{
  JsonObject *script;
  const char *name;
  char *file;
  gint64 vocab_size, cond_salt, uncond_salt;
  ArraSampling sampling;
  ArraSource *expected;
  float *cond, *uncond;
  guint n_uncond; /* unconditional passes so far */
} Run;

/* The manifest's synthetic logits: a hash of (id, step, salt) in -10..10, each operation rounded. */
static void
synthesize (float *out, gint64 n, guint32 step, guint32 salt)
{
  for (gint64 i = 0; i < n; i++)
    {
      guint32 u = (guint32) i * 2654435761u + step * 2246822519u + salt * 3266489917u;
      volatile float value;

      u ^= u >> 15;
      u *= 2246822519u;
      u ^= u >> 13;
      value = (float) (u >> 8) * (1 / 16777216.0f);
      value = value * 20.0f;
      out[i] = value - 10.0f;
    }
}

/* The ids that an unconditional pass reads, against what the reference fed. */
static void
check_uncond (Check *check, Run *run, JsonObject *step, const ArraGrammar *grammar, guint32 last, gboolean guided)
{
  const ArraVocabulary *vocabulary = arra_vocabulary_of (grammar->layout);
  JsonNode *node = json_object_get_member (step, "unconditional_call");
  gboolean expected = node != NULL && JSON_NODE_HOLDS_OBJECT (node);
  JsonArray *ids;
  guint32 fed[3] = { last, 0, 0 };
  guint n = 1;

  check_same_int (check, "an unconditional pass", expected, guided);
  if (!expected || !guided)
    return;
  if (grammar->uncond_begins)
    {
      fed[0] = vocabulary->image_start;
      fed[1] = vocabulary->id_of_size[grammar->rows / 2];
      fed[2] = vocabulary->id_of_size[grammar->columns / 2];
      n = 3;
    }
  ids = json_object_get_array_member (json_node_get_object (node), "input_ids");
  check_same_int (check, "the length of the unconditional input", json_array_get_length (ids), n);
  for (guint i = 0; i < MIN (n, json_array_get_length (ids)); i++)
    check_same_int (check, "the unconditional input", json_array_get_int_element (ids, i), fed[i]);
  run->n_uncond++;
  synthesize (run->uncond, run->vocab_size, 1000 + run->n_uncond, (guint32) run->uncond_salt);
}

static void
check_candidates (Check *check, Run *run, guint k, const ArraSampler *sampler)
{
  g_autofree gint64 *ids = g_new (gint64, sampler->n_candidates);
  g_autofree float *scores = g_new (float, sampler->n_candidates);
  g_autofree char *ids_name = g_strdup_printf ("out.step%u.ids", k);
  g_autofree char *scores_name = g_strdup_printf ("out.step%u.scores", k);

  for (gsize i = 0; i < sampler->n_candidates; i++)
    {
      ids[i] = sampler->candidates[i].id;
      scores[i] = sampler->candidates[i].score;
    }
  check_ints (check, run->expected, run->file, ids_name, ids, sampler->n_candidates);
  check_floats (check, run->expected, run->file, scores_name, scores, sampler->n_candidates);
}

static gboolean
check_step (Check *check,
            Run *run,
            guint k,
            JsonObject *step,
            ArraGrammar *grammar,
            ArraSampler *sampler,
            guint32 *last)
{
  g_autoptr (GError) error = NULL;
  gboolean in_rows = grammar->expect == ARRA_EXPECT_CODE || grammar->expect == ARRA_EXPECT_FORCED;
  gboolean guided = in_rows && run->sampling.guidance_scale != 1;
  ArraSampling greedy = run->sampling;

  synthesize (run->cond, run->vocab_size, k, (guint32) run->cond_salt);
  check_uncond (check, run, step, grammar, *last, guided);
  if (!arra_sampler_filter (sampler, check->exec.kernels, grammar, &run->sampling, run->cond,
                            guided ? run->uncond : NULL, &error))
    {
      check_fault (check, "step %u: %s", k, error->message);
      return FALSE;
    }
  check_candidates (check, run, k, sampler);
  greedy.greedy = TRUE;
  check_same_int (check, "n_finite", json_object_get_int_member (step, "n_finite"), (gint64) sampler->n_candidates);
  check_same_int (check, "argmax", json_object_get_int_member (step, "argmax"),
                  arra_sampler_pick (sampler, &greedy, 0, k));
  *last = (guint32) json_object_get_int_member (step, "next_token_in_script");
  if (!arra_grammar_push (grammar, *last, &error))
    {
      check_fault (check, "step %u: %s", k, error->message);
      return FALSE;
    }
  return TRUE;
}

static void
follow_script (Check *check, Run *run, ArraVocabulary *vocabulary, ArraSampler *sampler)
{
  g_autoptr (GError) error = NULL;
  JsonArray *prompt = arra_json_get_array (run->script, run->name, "prompt_ids", &error);
  JsonArray *steps = prompt == NULL ? NULL : arra_json_get_array (run->script, run->name, "steps", &error);
  ArraGrammar grammar;
  guint32 last = 0;

  if (steps == NULL)
    {
      check_fault (check, "%s", error->message);
      return;
    }
  arra_grammar_init (&grammar, &vocabulary->layout);
  for (guint i = 0; i < json_array_get_length (prompt); i++)
    {
      last = (guint32) json_array_get_int_element (prompt, i);
      if (!arra_grammar_push (&grammar, last, &error))
        {
          check_fault (check, "prompt: %s", error->message);
          return;
        }
    }
  for (guint k = 0; k < json_array_get_length (steps); k++)
    if (!check_step (check, run, k, json_array_get_object_element (steps, k), &grammar, sampler, &last))
      return;
}

static gboolean
read_script (Run *run, GError **error)
{
  double cfg;
  gint64 top_k, text_top_k;

  if (!arra_json_get_int (run->script, run->name, "vocab_size", 1, 1 << 20, &run->vocab_size, error)
      || !arra_json_get_int (run->script, run->name, "cond_salt", 0, G_MAXUINT32, &run->cond_salt, error)
      || !arra_json_get_int (run->script, run->name, "uncond_salt", 0, G_MAXUINT32, &run->uncond_salt, error)
      || !arra_json_get_int (run->script, run->name, "image_top_k", 1, 1 << 20, &top_k, error)
      || !arra_json_get_int (run->script, run->name, "text_top_k", 1, 1 << 20, &text_top_k, error)
      || !arra_json_get_double_default (run->script, run->name, "cfg", 1, &cfg, error))
    return FALSE;
  run->sampling = (ArraSampling) {
    .guidance_scale = cfg, .temperature = 1, .top_p = 1, .top_k = (guint) top_k, .text_top_k = (guint) text_top_k
  };
  return TRUE;
}

gboolean
check_rules (Check *check)
{
  const char *base = check->id + strlen ("rules.");
  g_autofree char *json_name = g_strconcat (base, ".json", NULL);
  g_autofree char *file = g_strconcat (base, ".safetensors", NULL);
  Run run = { .name = json_name, .file = file };
  g_autoptr (JsonParser) parser = check_json (check, json_name, &run.script);
  g_autoptr (ArraSource) expected = check_open (check, file);
  g_autoptr (GError) error = NULL;
  ArraVocabulary vocabulary = { 0 };
  ArraSampler sampler = { 0 };
  Layout layout = { NULL, -1, -1, -1 };

  run.expected = expected;
  if (parser != NULL && expected != NULL && read_layout (check, &layout))
    {
      if (read_script (&run, &error)
          && arra_vocabulary_init (&vocabulary, (guint32) run.vocab_size, (guint32) run.vocab_size, look_up, &layout,
                                   check->id, &error)
          && arra_sampler_init (&sampler, (guint32) run.vocab_size, &error))
        {
          run.cond = g_new (float, run.vocab_size);
          run.uncond = g_new (float, run.vocab_size);
          follow_script (check, &run, &vocabulary, &sampler);
        }
      else
        check_fault (check, "%s", error->message);
    }
  g_free (run.cond);
  g_free (run.uncond);
  arra_sampler_clear (&sampler);
  arra_vocabulary_clear (&vocabulary);
  g_clear_pointer (&layout.ids, g_hash_table_unref);
  return TRUE;
}

/* ---- layout: the roles our vocabulary finds, and crop sizes */

/* The ids the file gives, against its own rule for reserved names and against the tokenizer of the same golden
 * directory. */
static void
check_names (Check *check, const Layout *layout)
{
  g_autofree char *path = g_build_filename (check->root, "e2e", "model", "tokenizer.json", NULL);
  gsize size = 0;
  g_automem char *json = arra_read_file (path, ARRA_JSON_MAX_BYTES, &size, NULL);
  g_autoptr (ArraTokenizer) tokenizer = json == NULL ? NULL : arra_tokenizer_new (json, size, path, NULL);
  GHashTableIter iter;
  gpointer name, id;
  guint32 other;

  g_hash_table_iter_init (&iter, layout->ids);
  while (g_hash_table_iter_next (&iter, &name, &id))
    {
      if (g_str_has_prefix (name, "<reserved") && strchr (name, '+') == NULL)
        check_same_int (check, name, atoi ((const char *) name + strlen ("<reserved")) + 4, GPOINTER_TO_UINT (id));
      if (tokenizer != NULL && arra_tokenizer_id (tokenizer, name, &other))
        check_same_int (check, name, GPOINTER_TO_UINT (id), other);
    }
}

static void
check_roles (Check *check)
{
  Layout layout;
  ArraVocabulary v = { 0 };
  g_autoptr (GError) error = NULL;
  const struct
  {
    const char *name;
    guint32 *id;
  } roles[] = {
    { "<s>", &v.bos },
    { "<eoss>", &v.image_end },
    { "<racm3:break>", &v.image_start },
    { "<reserved08706>", &v.stop },
    { "<reserved08799>", &v.new_line },
  };

  if (!read_layout (check, &layout))
    return;
  check_names (check, &layout);
  if (arra_vocabulary_init (&v, 65536, 65536, look_up, &layout, check->id, &error))
    {
      for (gsize i = 0; i < G_N_ELEMENTS (roles); i++)
        check_same_int (check, roles[i].name, GPOINTER_TO_UINT (g_hash_table_lookup (layout.ids, roles[i].name)),
                        *roles[i].id);
      check_same_int (check, "first image code", layout.first_code, v.layout.id_of_code[0]);
      check_same_int (check, "last image code", layout.last_code, v.layout.id_of_code[v.layout.n_codes - 1]);
      for (guint n = 1; n <= v.layout.n_grids && n <= 64; n++)
        check_same_int (check, "a size token", layout.size_base + n, v.id_of_size[n]);
    }
  else
    check_fault (check, "%s", error->message);
  arra_vocabulary_clear (&v);
  g_hash_table_unref (layout.ids);
}

static void
check_size_list (Check *check, const char *target, JsonArray *list)
{
  guint n = arra_crop_sizes ((guint) atoi (target), 32, NULL, 0);
  g_autofree ArraSize *sizes = g_new (ArraSize, n);

  arra_crop_sizes ((guint) atoi (target), 32, sizes, n);
  check_same_int (check, "the number of crop sizes", json_array_get_length (list), n);
  for (guint i = 0; i < MIN (n, json_array_get_length (list)); i++)
    {
      JsonArray *pair = json_array_get_array_element (list, i);
      check_same_int (check, "a crop width", json_array_get_int_element (pair, 0), sizes[i].width);
      check_same_int (check, "a crop height", json_array_get_int_element (pair, 1), sizes[i].height);
    }
}

static void
check_size_choice (Check *check, JsonObject *choice)
{
  guint target = (guint) json_object_get_int_member (choice, "target_size");
  JsonArray *picture = json_object_get_array_member (choice, "image_wh"),
            *chosen = json_object_get_array_member (choice, "chosen_wh");
  guint n = arra_crop_sizes (target, 32, NULL, 0);
  g_autofree ArraSize *sizes = g_new (ArraSize, n);
  ArraSize best;

  arra_crop_sizes (target, 32, sizes, n);
  best = arra_crop_choose (sizes, n, (guint) json_array_get_int_element (picture, 0),
                           (guint) json_array_get_int_element (picture, 1));
  check_same_int (check, "the chosen width", json_array_get_int_element (chosen, 0), best.width);
  check_same_int (check, "the chosen height", json_array_get_int_element (chosen, 1), best.height);
}

gboolean
check_layout (Check *check)
{
  JsonObject *object;
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *lists;
  JsonArray *choices;
  g_autoptr (GList) targets = NULL;

  check_roles (check);
  parser = check_json (check, "crop_sizes.json", &object);
  lists = parser == NULL ? NULL : arra_json_get_object (object, "crop_sizes.json", "lists", &error);
  choices = lists == NULL ? NULL : arra_json_get_array (object, "crop_sizes.json", "choices", &error);
  if (choices == NULL)
    {
      if (error != NULL)
        check_fault (check, "%s", error->message);
      return TRUE;
    }
  targets = json_object_get_members (lists);
  for (GList *at = targets; at != NULL; at = at->next)
    check_size_list (check, at->data, json_object_get_array_member (lists, at->data));
  for (guint i = 0; i < json_array_get_length (choices); i++)
    check_size_choice (check, json_array_get_object_element (choices, i));
  return TRUE;
}
