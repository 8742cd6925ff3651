/* arguments.c - the table of arguments, and what the settings mean for a request
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "arguments.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#define MEBI 1048576.0
#define MAX_KEPT 64 /* as many as can be made */

#define ARGUMENT(name, nick, blurb, kind, min, max, fallback, member) \
  ARGUMENT_FOR (PLUGIN_FOR_PICTURES, name, nick, blurb, kind, min, max, fallback, member)
#define ARGUMENT_FOR(tasks, name, nick, blurb, kind, min, max, fallback, member)                   \
  { name,  nick, blurb,    kind, { min, max, fallback }, G_STRUCT_OFFSET (PluginSettings, member), \
    tasks, NULL, NO_FIELD, FALSE }
/* A number of the request. */
#define FIELD_FOR(tasks, name, nick, blurb, kind, field, as_in_forms, member)                    \
  { name,  nick, blurb, kind,       { .fallback = 0 }, G_STRUCT_OFFSET (PluginSettings, member), \
    tasks, NULL, field, as_in_forms }
#define FIELD(name, nick, blurb, kind, field, as_in_forms, member) \
  FIELD_FOR (PLUGIN_FOR_PICTURES, name, nick, blurb, kind, field, as_in_forms, member)
#define CHOICE_FOR(tasks, name, nick, blurb, choices, fallback, member) \
  { name,                                                               \
    nick,                                                               \
    blurb,                                                              \
    PLUGIN_CHOICE,                                                      \
    { 0, G_N_ELEMENTS (choices) - 1, fallback },                        \
    G_STRUCT_OFFSET (PluginSettings, member),                           \
    tasks,                                                              \
    choices,                                                            \
    NO_FIELD,                                                           \
    FALSE }
#define NO_FIELD ARRA_N_FIELDS

static const PluginChoice insert_choices[] = {
  { "native", N_ ("New layer at native size") },
  { "canvas", N_ ("Fitted to the canvas") },
  { "selection", N_ ("Fitted to the selection") },
  { "automatic", N_ ("Fitted to the selection, or in the middle") },
};

static const PluginChoice seamless_choices[] = {
  { "none", N_ ("No") },
  { "x", N_ ("Left and right") },
  { "y", N_ ("Top and bottom") },
  { "both", N_ ("All edges") },
};

static const PluginChoice as_choices[] = {
  { "layer", N_ ("A grey layer") },
  { "selection", N_ ("The selection") },
};

static const PluginChoice around_choices[] = {
  { "visible", N_ ("All that is visible") },
  { "layer", N_ ("This layer alone") },
};

const PluginArgument plugin_arguments[] = {
  ARGUMENT_FOR (PLUGIN_FOR_ALL, "prompt", N_ ("_Prompt"), N_ ("What the picture shows"), PLUGIN_TEXT, 0, 0, 0, prompt),
  ARGUMENT_FOR (PLUGIN_FOR_ALL,
                "checkpoint",
                N_ ("_Checkpoint"),
                N_ ("Name of a checkpoint, or path of a .gguf file or of a Hugging Face folder; empty: the "
                    "default one"),
                PLUGIN_TEXT,
                0,
                0,
                0,
                checkpoint),
  ARGUMENT_FOR (PLUGIN_FOR_ALL,
                "vqgan",
                N_ ("_VQGAN"),
                N_ ("Path of the VQGAN, when the checkpoint has none"),
                PLUGIN_TEXT,
                0,
                0,
                0,
                vqgan),
  FIELD_FOR (PLUGIN_FOR (ARRA_TASK_GENERATE),
             "width",
             N_ ("_Width"),
             N_ ("Width in pixels; 0: the checkpoint's"),
             PLUGIN_INT,
             ARRA_FIELD_WIDTH,
             TRUE,
             width),
  FIELD_FOR (PLUGIN_FOR (ARRA_TASK_GENERATE),
             "height",
             N_ ("_Height"),
             N_ ("Height in pixels; 0: the checkpoint's"),
             PLUGIN_INT,
             ARRA_FIELD_HEIGHT,
             TRUE,
             height),
  FIELD ("count",
         N_ ("_Number of pictures"),
         N_ ("How many pictures to make, each a layer"),
         PLUGIN_INT,
         ARRA_FIELD_COUNT,
         TRUE,
         count),
  ARGUMENT ("seed",
            N_ ("_Seed"),
            N_ ("Whole number that the randomness starts from; -1: a new one"),
            PLUGIN_REAL,
            -1,
            PLUGIN_MAX_SEED,
            -1,
            seed),
  FIELD ("first",
         N_ ("_First picture"),
         N_ ("Number of the first picture among those of the seed, from 0: one of several again, alone"),
         PLUGIN_INT,
         ARRA_FIELD_FIRST,
         FALSE,
         first),
  FIELD ("guidance",
         N_ ("_Guidance"),
         N_ ("How closely to follow the prompt; 1: off, -1: the checkpoint's"),
         PLUGIN_REAL,
         ARRA_FIELD_GUIDANCE_SCALE,
         TRUE,
         guidance),
  FIELD ("top-k",
         N_ ("_Top-k"),
         N_ ("Choose among the K likeliest image tokens; 0: all, -1: the checkpoint's"),
         PLUGIN_INT,
         ARRA_FIELD_TOP_K,
         FALSE,
         top_k),
  FIELD ("text-top-k",
         N_ ("Te_xt top-k"),
         N_ ("The same for text tokens"),
         PLUGIN_INT,
         ARRA_FIELD_TEXT_TOP_K,
         FALSE,
         text_top_k),
  FIELD ("temperature",
         N_ ("Te_mperature"),
         N_ ("Above 1 more varied, below 1 more certain; 0: the checkpoint's"),
         PLUGIN_REAL,
         ARRA_FIELD_TEMPERATURE,
         FALSE,
         temperature),
  FIELD ("top-p",
         N_ ("T_op-p"),
         N_ ("Choose among tokens of this probability together; 0: the checkpoint's"),
         PLUGIN_REAL,
         ARRA_FIELD_TOP_P,
         FALSE,
         top_p),
  FIELD ("greedy",
         N_ ("G_reedy"),
         N_ ("Always take the likeliest token"),
         PLUGIN_FLAG,
         ARRA_FIELD_GREEDY,
         FALSE,
         greedy),
  FIELD_FOR (PLUGIN_FOR_ALL,
             "threads",
             N_ ("T_hreads"),
             N_ ("Threads to compute with; 0: all processors"),
             PLUGIN_INT,
             ARRA_FIELD_THREADS,
             FALSE,
             threads),
  ARGUMENT_FOR (PLUGIN_FOR_ALL,
                "memory-limit",
                N_ ("Memory _limit"),
                N_ ("Refuse to take more memory than this, in MiB; 0: what is free"),
                PLUGIN_REAL,
                0,
                1e9,
                0,
                memory_limit),
  CHOICE_FOR (
      PLUGIN_FOR (ARRA_TASK_GENERATE),
      "insert",
      N_ ("_Insert as"),
      N_ ("Layer at native size (0), fitted to the canvas (1), to the selection (2), or to that if there is one, else in "
          "the middle (3)"),
      insert_choices,
      ARRA_INSERT_NATIVE,
      insert),
  ARGUMENT ("include-recipe",
            N_ ("Include r_ecipe"),
            N_ ("Keep the recipe with the layer and label the image as made by AI"),
            PLUGIN_FLAG,
            0,
            1,
            1,
            include_recipe),
  ARGUMENT ("include-prompt",
            N_ ("Include prom_pt"),
            N_ ("Keep the prompt in layer name and recipe"),
            PLUGIN_FLAG,
            0,
            1,
            1,
            include_prompt),
  CHOICE_FOR (
      PLUGIN_FOR (ARRA_TASK_GENERATE),
      "seamless",
      N_ ("Seam_less"),
      N_ ("Edges that fit each other when the picture is repeated: none (0), left and right (1), top and bottom "
          "(2) or all (3)"),
      seamless_choices,
      0,
      seamless),
  CHOICE_FOR (PLUGIN_FOR (ARRA_TASK_FILL),
              "around",
              N_ ("What to m_atch"),
              N_ ("What is filled matches all that is visible (0) or the layer alone (1)"),
              around_choices,
              PLUGIN_AROUND_VISIBLE,
              around),
  ARGUMENT_FOR (PLUGIN_FOR (ARRA_TASK_VARY),
                "vary",
                N_ ("C_hange"),
                N_ ("Share of the layer that is made anew, what is least likely first"),
                PLUGIN_REAL,
                0.001,
                1,
                0.3,
                vary),
  ARGUMENT_FOR (PLUGIN_FOR (ARRA_TASK_VARY),
                "from-row",
                N_ ("From _row"),
                N_ ("Instead: the first row of tokens that is made anew, from 1; 0: none"),
                PLUGIN_INT,
                0,
                4096,
                0,
                from_row),
  FIELD ("tries",
         N_ ("_Tries"),
         N_ ("Ways that are compared where something is known already; 0: as many as is usual"),
         PLUGIN_INT,
         ARRA_FIELD_TRIES,
         FALSE,
         tries),
  ARGUMENT ("cfg-interval",
            N_ ("Guidance inter_val"),
            N_ ("Guide only so many image tokens after the first; -1: all"),
            PLUGIN_INT,
            -1,
            ARRA_CFG_INTERVAL_MAX,
            -1,
            cfg_interval),
  ARGUMENT ("keep",
            N_ ("_Keep"),
            N_ ("Of the pictures made, those that are nearest to the prompt, the nearest first; 0: all, as they come"),
            PLUGIN_INT,
            0,
            MAX_KEPT,
            0,
            keep),
  ARGUMENT_FOR (PLUGIN_FOR (PLUGIN_TASK_MAP),
                "phrase",
                N_ ("Ph_rase"),
                N_ ("What this adds to the prompt is shown; empty: how surprising the layer is"),
                PLUGIN_TEXT,
                0,
                0,
                0,
                phrase),
  CHOICE_FOR (PLUGIN_FOR (PLUGIN_TASK_MAP),
              "as",
              N_ ("Sho_w as"),
              N_ ("A grey layer (0) or the selection (1)"),
              as_choices,
              PLUGIN_AS_LAYER,
              as),
  ARGUMENT_FOR (PLUGIN_FOR_ALL,
                "text-encoder",
                N_ ("Te_xt encoder"),
                N_ ("Folder of the text encoder that reads the prompts, when the checkpoint has none"),
                PLUGIN_TEXT,
                0,
                0,
                0,
                text_encoder),
};
const guint plugin_n_arguments = G_N_ELEMENTS (plugin_arguments);

PluginRange
plugin_argument_range (const PluginArgument *argument)
{
  const ArraFieldInfo *info;

  if (argument->field == NO_FIELD)
    return argument->range;
  info = arra_field (argument->field);
  return (PluginRange) { MIN (info->automatic, info->least), argument->as_in_forms ? info->high : info->most,
                         info->automatic };
}

/* A number, a flag or a choice */
static void
set_number (PluginSettings *settings, const PluginArgument *argument, double value)
{
  gpointer place = G_STRUCT_MEMBER_P (settings, argument->offset);

  if (argument->kind == PLUGIN_REAL)
    *(double *) place = value;
  else
    *(int *) place = (int) value;
}

void
plugin_settings_init (PluginSettings *settings)
{
  memset (settings, 0, sizeof *settings);
  for (guint i = 0; i < plugin_n_arguments; i++)
    {
      const PluginArgument *argument = &plugin_arguments[i];

      if (argument->kind == PLUGIN_TEXT)
        plugin_settings_set_text (settings, argument, "");
      else
        set_number (settings, argument, plugin_argument_range (argument).fallback);
    }
}

void
plugin_settings_clear (PluginSettings *settings)
{
  g_clear_pointer (&settings->prompt, g_free);
  g_clear_pointer (&settings->checkpoint, g_free);
  g_clear_pointer (&settings->vqgan, g_free);
  g_clear_pointer (&settings->text_encoder, g_free);
  g_clear_pointer (&settings->phrase, g_free);
}

void
plugin_settings_set_text (PluginSettings *settings, const PluginArgument *argument, const char *text)
{
  char **field = G_STRUCT_MEMBER_P (settings, argument->offset);

  g_free (*field);
  *field = g_strdup (text != NULL ? text : "");
}

static double
number (const PluginSettings *settings, const PluginArgument *argument)
{
  gconstpointer field = G_STRUCT_MEMBER_P (settings, argument->offset);

  return argument->kind == PLUGIN_REAL ? *(const double *) field : *(const int *) field;
}

const char *
plugin_argument_choice (const PluginArgument *argument, int value)
{
  g_return_val_if_fail (argument->choices != NULL && value >= 0 && value <= argument->range.max, NULL);
  return argument->choices[value].name;
}

static gboolean
check_ranges (const PluginSettings *settings, GError **error)
{
  for (guint i = 0; i < plugin_n_arguments; i++)
    {
      const PluginArgument *argument = &plugin_arguments[i];
      const PluginRange range = plugin_argument_range (argument);
      double value;

      if (argument->kind == PLUGIN_TEXT || argument->kind == PLUGIN_FLAG)
        continue;
      value = number (settings, argument);
      if (value >= range.min && value <= range.max)
        continue;
      g_set_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT, _ ("%s must be between %.16g and %.16g"), argument->name,
                   range.min, range.max);
      return FALSE;
    }
  return TRUE;
}

static gboolean
is_empty (const char *text)
{
  return text == NULL || text[strspn (text, " \t\r\n")] == '\0';
}

gboolean
plugin_settings_settle (PluginSettings *settings, ArraTask task, GError **error)
{
  if (task != PLUGIN_TASK_MAP && is_empty (settings->prompt))
    {
      g_set_error_literal (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT,
                           _ ("The prompt is empty: say what the picture shall show"));
      return FALSE;
    }
  if (!check_ranges (settings, error))
    return FALSE;
  settings->seed = settings->seed < 0 ? (double) g_random_int () : floor (settings->seed);
  if (settings->checkpoint == NULL || *settings->checkpoint == '\0')
    {
      g_free (settings->checkpoint);
      settings->checkpoint = arra_checkpoints_default ();
    }
  if (settings->checkpoint != NULL)
    {
      g_autofree char *given = g_steal_pointer (&settings->checkpoint);

      settings->checkpoint = arra_checkpoints_locate (given, error);
      return settings->checkpoint != NULL;
    }
  {
    g_autofree char *folder = arra_checkpoints_folder ();

    g_set_error (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND,
                 _ ("There is no checkpoint: put a .gguf file into %s, or name one"), folder);
  }
  return FALSE;
}

/* A number that says nothing, as one below zero does, leaves the checkpoint's own, or what is usual. */
static void
apply_field (const PluginSettings *settings, const PluginArgument *argument, ArraRequest *request)
{
  const ArraFieldInfo *info = arra_field (argument->field);
  const double value = number (settings, argument);
  gpointer place = G_STRUCT_MEMBER_P (request, info->offset);

  if (info->automatic < info->least && (value <= info->automatic || value < 0))
    return;
  if (info->type == ARRA_FIELD_REAL)
    *(double *) place = value;
  else
    *(guint *) place = (guint) value; /* a switch is as long */
}

void
plugin_settings_request (const PluginSettings *settings, const ArraCheckpoint *checkpoint, ArraRequest *request)
{
  arra_request_init (request, checkpoint);
  request->prompt = is_empty (settings->prompt) ? NULL : settings->prompt;
  for (guint i = 0; i < plugin_n_arguments; i++)
    if (plugin_arguments[i].field != NO_FIELD)
      apply_field (settings, &plugin_arguments[i], request);
  request->seed = (guint64) settings->seed;
  request->memory_limit = (guint64) (settings->memory_limit * MEBI);
  request->seamless = (guint) settings->seamless;
  request->scored = settings->keep > 0;
}

void
plugin_settings_take (PluginSettings *settings, const ArraRequest *request)
{
  for (guint i = 0; i < plugin_n_arguments; i++)
    {
      const PluginArgument *argument = &plugin_arguments[i];
      gconstpointer value;

      if (argument->field == NO_FIELD)
        continue;
      value = G_STRUCT_MEMBER_P (request, arra_field (argument->field)->offset);
      set_number (settings, argument,
                  argument->kind == PLUGIN_REAL ? *(const double *) value : (double) *(const guint *) value);
    }
}

static void
add_int (JsonObject *object, const char *name, guint64 value)
{
  json_object_set_int_member (object, name, (gint64) value);
}

/* Said only when there are some */
static void
add_unknown_words (JsonObject *object, const ArraCheckpoint *checkpoint, const char *prompt)
{
  g_auto (GStrv) words = arra_checkpoint_unknown_words (checkpoint, prompt);
  JsonArray *array;

  if (words[0] == NULL)
    return;
  array = json_array_new ();
  for (char **word = words; *word != NULL; word++)
    json_array_add_string_element (array, *word);
  json_object_set_array_member (object, "unknown-words", array);
}

/* What belongs to one task alone, as it was asked for. */
static void
add_of_task (JsonObject *object, const PluginSettings *settings, ArraTask task)
{
  for (guint i = 0; i < plugin_n_arguments; i++)
    {
      const PluginArgument *argument = &plugin_arguments[i];
      double value;

      if (argument->tasks != PLUGIN_FOR (task) || json_object_has_member (object, argument->name))
        continue;
      value = number (settings, argument);
      if (argument->kind == PLUGIN_CHOICE)
        json_object_set_string_member (object, argument->name, plugin_argument_choice (argument, (int) value));
      else if (argument->kind == PLUGIN_REAL)
        json_object_set_double_member (object, argument->name, value);
      else
        add_int (object, argument->name, (guint64) value);
    }
}

const char *
plugin_settings_phrase (const PluginSettings *settings)
{
  return is_empty (settings->phrase) ? NULL : settings->phrase;
}

static void
add_of_map (JsonObject *object, const PluginSettings *settings, const ArraCheckpoint *checkpoint)
{
  json_object_set_string_member (object, "phrase", settings->phrase);
  json_object_set_string_member (object, "as", as_choices[settings->as].name);
  if (checkpoint != NULL && plugin_settings_phrase (settings) != NULL)
    add_unknown_words (object, checkpoint, settings->phrase);
}

static void
add_scores (JsonObject *object, const GArray *scores)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < scores->len; i++)
    json_array_add_double_element (array, g_array_index (scores, double, i));
  json_object_set_array_member (object, "scores", array);
}

static void
add_field (JsonObject *object, const PluginArgument *argument, const ArraRequest *request)
{
  const ArraFieldInfo *info = arra_field (argument->field);
  gconstpointer value = G_STRUCT_MEMBER_P (request, info->offset);

  if (info->type == ARRA_FIELD_REAL)
    json_object_set_double_member (object, argument->name, *(const double *) value);
  else if (info->type == ARRA_FIELD_SWITCH)
    json_object_set_boolean_member (object, argument->name, *(const gboolean *) value);
  else
    add_int (object, argument->name, *(const guint *) value);
}

/* What a picture depends on */
static void
add_of_pictures (JsonObject *object, ArraTask task, const ArraRequest *request)
{
  for (guint i = 0; i < plugin_n_arguments; i++)
    {
      const PluginArgument *argument = &plugin_arguments[i];

      if ((argument->tasks & PLUGIN_FOR (task)) == 0)
        continue;
      if (argument->offset == G_STRUCT_OFFSET (PluginSettings, seed))
        add_int (object, argument->name, request->seed);
      else if (argument->field <= ARRA_FIELD_HEIGHT)
        add_field (object, argument, request);
    }
}

char *
plugin_settings_describe (const PluginSettings *settings,
                          ArraTask task,
                          const ArraRequest *request,
                          const ArraCheckpoint *checkpoint,
                          const GArray *scores)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  if (settings->include_prompt)
    json_object_set_string_member (object, "prompt", settings->prompt);
  json_object_set_string_member (object, "checkpoint", settings->checkpoint);
  json_object_set_string_member (object, "vqgan", settings->vqgan);
  if (!is_empty (settings->text_encoder))
    json_object_set_string_member (object, "text-encoder", settings->text_encoder);
  if (task != PLUGIN_TASK_MAP)
    add_of_pictures (object, task, request);
  add_int (object, "threads", request->threads);
  add_int (object, "memory-limit", (guint64) settings->memory_limit);
  if (task == PLUGIN_TASK_MAP)
    add_of_map (object, settings, checkpoint);
  else
    {
      add_int (object, "tries", request->tries);
      json_object_set_int_member (object, "cfg-interval", settings->cfg_interval);
      add_int (object, "keep", (guint64) settings->keep);
      add_of_task (object, settings, task);
      json_object_set_boolean_member (object, "include-recipe", settings->include_recipe);
      json_object_set_boolean_member (object, "include-prompt", settings->include_prompt);
    }
  if (scores != NULL && scores->len > 0)
    add_scores (object, scores);
  if (task != PLUGIN_TASK_MAP && settings->include_prompt && checkpoint != NULL)
    add_unknown_words (object, checkpoint, settings->prompt);
  json_node_set_object (node, object);
  return json_to_string (node, FALSE);
}
