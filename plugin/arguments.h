/* arguments.h - everything the procedure can be told, in one table for both series of GIMP
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra-fields.h>

#include "dialog.h"

/* A procedure for each task of the dialog, and one that makes no picture: how likely a layer is. */
#define PLUGIN_TASK_MAP ARRA_N_TASKS
#define PLUGIN_N_TASKS (ARRA_N_TASKS + 1)

/* Which procedures have an argument; the numbers of bits are those of the tasks. */
#define PLUGIN_FOR(task) (1u << (task))
#define PLUGIN_FOR_PICTURES (PLUGIN_FOR (ARRA_N_TASKS) - 1)
#define PLUGIN_FOR_ALL (PLUGIN_FOR_PICTURES | PLUGIN_FOR (PLUGIN_TASK_MAP))

#define PLUGIN_MAX_SEED 9007199254740991.0 /* 2^53 - 1: the largest whole number up to which doubles hold all */

typedef struct
{
  char *phrase;                      /* of a map: what it adds is shown; empty: how likely the layer is */
  int as;                            /* PluginAs */
  char *prompt, *checkpoint, *vqgan; /* empty checkpoint or VQGAN: the default one */
  char *text_encoder;                /* empty: the one that the checkpoint has, or that lies beside it */
  int width, height;                 /* 0: the checkpoint's */
  int count;
  double seed;               /* whole number; -1: a new one */
  int first;                 /* number of the first picture among those of the seed, from 0 */
  double guidance;           /* -1: the checkpoint's */
  int top_k, text_top_k;     /* -1: the checkpoint's */
  double temperature, top_p; /* 0: the checkpoint's */
  gboolean greedy;
  int threads;             /* 0: all */
  double memory_limit;     /* MiB; 0: what is free */
  int insert;              /* ArraInsertMode */
  int seamless;            /* ArraSeamless */
  int tries;               /* 0: the library's */
  int cfg_interval;        /* image tokens behind the first that are guided; -1: all */
  int keep;                /* of the pictures made, those that are nearest to the prompt; 0: all, as they come */
  int around;              /* PluginAround */
  double vary;             /* share of a layer that is made anew */
  int from_row;            /* instead: the first row of tokens that is made anew, from 1; 0: none */
  gboolean include_recipe; /* recipe on the layer and AI label on the image */
  gboolean include_prompt; /* FALSE: the prompt stays out of everything that is kept */
} PluginSettings;

/* What a hole is filled to match. */
typedef enum
{
  PLUGIN_AROUND_VISIBLE,
  PLUGIN_AROUND_LAYER,
} PluginAround;

/* What a map becomes. */
typedef enum
{
  PLUGIN_AS_LAYER,
  PLUGIN_AS_SELECTION,
} PluginAs;

typedef enum
{
  PLUGIN_TEXT,   /* char * */
  PLUGIN_INT,    /* int */
  PLUGIN_REAL,   /* double */
  PLUGIN_FLAG,   /* gboolean */
  PLUGIN_CHOICE, /* int, of choices */
} PluginKind;

/* A value of a choice is its place. The label is untranslated. */
typedef struct
{
  const char *name, *label;
} PluginChoice;

typedef struct
{
  double min, max, fallback;
} PluginRange;

/* One argument of the procedure, in the order of the table. Nick and blurb are untranslated. */
typedef struct
{
  const char *name, *nick, *blurb;
  PluginKind kind;
  PluginRange range; /* where it is no number of the request: plugin_argument_range() knows all */
  gsize offset;      /* in PluginSettings */
  guint tasks;       /* PLUGIN_FOR: procedures that have it */
  const PluginChoice *choices;
  guint field;          /* ArraField: the number of the request that it is; ARRA_N_FIELDS: none */
  gboolean as_in_forms; /* of a number of the request: no more than forms offer */
} PluginArgument;

extern const PluginArgument plugin_arguments[];
extern const guint plugin_n_arguments;

void plugin_settings_init (PluginSettings *settings);
void plugin_settings_clear (PluginSettings *settings);
PluginRange plugin_argument_range (const PluginArgument *argument);
const char *plugin_argument_choice (const PluginArgument *argument, int value); /* its name */
/* @argument: one of text; @text: (nullable): none, copied */
void plugin_settings_set_text (PluginSettings *settings, const PluginArgument *argument, const char *text);
/* Checks ranges (GIMP 2.10 does not) and settles what the settings leave open: checkpoint and seed. */
gboolean plugin_settings_settle (PluginSettings *settings, ArraTask task, GError **error);
/* Strings stay with @settings. */
void plugin_settings_request (const PluginSettings *settings, const ArraCheckpoint *checkpoint, ArraRequest *request);
/* The numbers of @request, as they would be asked for. */
void plugin_settings_take (PluginSettings *settings, const ArraRequest *request);
const char *plugin_settings_phrase (const PluginSettings *settings); /* (nullable): none */
/* What was in force, as a JSON object without line ends; (transfer full): g_free(). Words that @checkpoint (nullable)
 * never learnt are in it with the prompt, and @scores (nullable), of double, for each picture that was compared. */
char *plugin_settings_describe (const PluginSettings *settings,
                                ArraTask task,
                                const ArraRequest *request,
                                const ArraCheckpoint *checkpoint,
                                const GArray *scores);

/* last_values.c: what is missing or unreadable is left as it is. The prompt is saved only when it may be kept. */
void plugin_settings_load (PluginSettings *settings, const char *path);
void plugin_settings_save (const PluginSettings *settings, const char *path);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PluginSettings, plugin_settings_clear)
