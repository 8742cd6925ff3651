/* presets.c - the sizes worth offering for a checkpoint
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "presets.h"

#include <arra-prompt.h>
#include <math.h>

#define PROMPT "a small boat on a calm sea" /* of a usual length */
#define CLASS "0"

static const guint squares[] = { 64, 128, 256, 384, 512, 768, 1024 };
static const guint shapes[][2] = { { 4, 3 }, { 3, 4 }, { 3, 2 }, { 2, 3 }, { 16, 9 }, { 9, 16 } };

/* Of a prompt, too, which takes its part of what the model can read. */
gboolean
arra_presets_can_make (const ArraCheckpoint *checkpoint, guint width, guint height)
{
  g_autoptr (GError) error = NULL;
  ArraMemoryPlan plan;
  ArraRequest request;

  arra_request_init (&request, checkpoint);
  request.prompt = arra_checkpoint_classes (checkpoint) == NULL ? PROMPT : CLASS;
  request.width = width;
  request.height = height;
  return arra_checkpoint_plan (checkpoint, &request, &plan, &error)
         || !g_error_matches (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
}

gboolean
arra_preset_is_in_pieces (const ArraPreset *preset)
{
  return preset->kind == ARRA_PRESET_EXACT || preset->kind == ARRA_PRESET_LARGE;
}

/* FALSE when the checkpoint cannot make it. */
static gboolean
add (GArray *presets, const ArraCheckpoint *checkpoint, ArraPresetKind kind, guint width, guint height)
{
  const ArraPreset preset = { width, height, kind };

  if ((!arra_preset_is_in_pieces (&preset) && !arra_checkpoint_check_size (checkpoint, width, height, NULL))
      || !arra_presets_can_make (checkpoint, width, height))
    return FALSE;
  for (guint i = 0; i < presets->len; i++)
    if (g_array_index (presets, ArraPreset, i).width == width
        && g_array_index (presets, ArraPreset, i).height == height)
      return TRUE;
  g_array_append_val (presets, preset);
  return TRUE;
}

static guint
round_to (double length, guint grid)
{
  return (guint) MAX (1, lrint (length / grid)) * grid;
}

/* The shape @across : @down with about @area pixels, or cut out of a square of that area where more is too
 * long. */
static void
add_shape (GArray *presets,
           const ArraCheckpoint *checkpoint,
           ArraPresetKind kind,
           double area,
           double across,
           double down)
{
  const guint grid = arra_checkpoint_grid (checkpoint);
  const double scale = sqrt (area / (across * down)), smaller = sqrt (area) / MAX (across, down);

  if (!add (presets, checkpoint, kind, round_to (across * scale, grid), round_to (down * scale, grid)))
    add (presets, checkpoint, kind, round_to (across * smaller, grid), round_to (down * smaller, grid));
}

GArray *
arra_presets_find (const ArraCheckpoint *checkpoint, guint like_width, guint like_height)
{
  GArray *presets = g_array_new (FALSE, FALSE, sizeof (ArraPreset));
  const guint grid = arra_checkpoint_grid (checkpoint);
  ArraRequest own;
  double area;

  arra_request_init (&own, checkpoint);
  if (grid == 0 || own.width == 0)
    return presets;
  area = (double) own.width * own.height;
  add (presets, checkpoint, ARRA_PRESET_OWN, own.width, own.height);
  if (like_width > 0 && like_height > 0 && like_width / like_height < 8 && like_height / like_width < 8)
    add_shape (presets, checkpoint, ARRA_PRESET_LIKE, area, like_width, like_height);
  if (like_width > 0 && like_height > 0 && MAX (like_width, like_height) <= ARRA_PRESETS_LARGEST)
    add (presets, checkpoint, ARRA_PRESET_EXACT, like_width, like_height);
  for (gsize i = 0; i < G_N_ELEMENTS (squares); i++)
    add (presets, checkpoint, ARRA_PRESET_OTHER, squares[i], squares[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    add_shape (presets, checkpoint, ARRA_PRESET_OTHER, area, shapes[i][0], shapes[i][1]);
  for (guint times = 2; times <= 4; times *= 2)
    add (presets, checkpoint, ARRA_PRESET_LARGE, times * own.width, times * own.height);
  return presets;
}

ArraPreset
arra_presets_usual (const ArraCheckpoint *checkpoint, guint like_width, guint like_height)
{
  g_autoptr (GArray) presets = arra_presets_find (checkpoint, like_width, like_height);
  ArraPreset usual = { 0, 0, ARRA_PRESET_OWN };

  for (guint i = 0; i < presets->len; i++)
    {
      const ArraPreset *preset = &g_array_index (presets, ArraPreset, i);

      if (preset->kind == ARRA_PRESET_OWN || preset->kind == ARRA_PRESET_LIKE)
        usual = *preset;
    }
  return usual;
}
