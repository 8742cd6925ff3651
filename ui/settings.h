/* settings.h - what the dialog remembers from one time to the next
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra-fields.h>

#include "dialog.h"
#include "history.h"

/* Fill with arra_settings_init(), empty with arra_settings_clear(). Every value that is read is checked: the
 * file may be anybody's. */
typedef struct
{
  char *prompt;        /* never NULL */
  char *checkpoint;    /* (nullable): path */
  char **folders;      /* that the user added; never NULL */
  char *text_encoder;  /* (nullable): folder, for checkpoints that have none */
  guint width, height; /* 0 x 0: the model chooses */
  gboolean sized;      /* width and height were chosen; else the checkpoint's */
  guint seamless;      /* ArraSeamless */
  guint count;
  guint64 seed;
  guint first; /* of the seed's pictures, from 0 */
  gboolean keep_seed;
  gboolean sampled; /* the five below were chosen; else the checkpoint's */
  double guidance_scale, temperature, top_p;
  guint top_k;
  gint cfg_interval;     /* image tokens behind the first that are guided; -1: all */
  gboolean around_layer; /* what is filled matches the layer, not all that is visible */
  double vary;           /* share of a layer that is made anew */
  ArraInsertMode mode;
  gboolean record, remember;
  gboolean gallery;  /* pictures are kept there */
  gboolean rank;     /* several pictures are scored */
  gboolean advanced; /* the expander is open */
  int window_width, window_height;
  gboolean placed; /* the two below are known */
  int window_x, window_y;
  int divider; /* pixels: where the form ends */

  GKeyFile *keys; /* as read, with what this version does not know */
  ArraHistory *history;
} ArraSettings;

/* How pictures are made, which a token's time depends on. */
typedef enum
{
  ARRA_PACE_WHOLE,
  ARRA_PACE_PARTS,    /* in parts that overlap */
  ARRA_PACE_SEAMLESS, /* likewise, with several tries at the edges */
} ArraPaceKind;

void arra_settings_init (ArraSettings *settings);
void arra_settings_clear (ArraSettings *settings);
/* Back to the defaults, with another seed, but for the prompt, history, folders, what was measured, and whether prompts
 * are remembered and pictures kept. */
void arra_settings_reset (ArraSettings *settings);

/* Another seed, and its first picture. */
void arra_settings_throw_seed (ArraSettings *settings);

/* A missing or broken file leaves the defaults. */
void arra_settings_load (ArraSettings *settings, const char *path);
/* Atomic, readable by the user alone. Prompt and history are left out, and removed from the file, when
 * prompts are not to be remembered. */
gboolean arra_settings_save (ArraSettings *settings, const char *path, GError **error);

/* What of the settings belongs to the form but the prompt and the seed, in a group of @keys: every value that is read
 * is checked, and one that is missing leaves what was. */
void arra_settings_read_form (ArraSettings *settings, GKeyFile *keys, const char *group);
void arra_settings_write_form (const ArraSettings *settings, GKeyFile *keys, const char *group);

/* Seconds for each token on this machine, everything counted, of the checkpoint with that fingerprint, in pictures of
 * that kind, else about right by those of another one; 0: not measured yet. */
double arra_settings_get_pace (const ArraSettings *settings, const char *fingerprint, ArraPaceKind kind);
void
arra_settings_set_pace (ArraSettings *settings, const char *fingerprint, ArraPaceKind kind, double seconds_per_token);

void arra_settings_add_folder (ArraSettings *settings, const char *folder);
