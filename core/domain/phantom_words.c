/* phantom_words.c - which labels go together, and how they are said
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "phantom.h"

#include <string.h>

enum
{
  CARDIOMEGALY,
  EFFUSION,
  PNEUMOTHORAX,
  NODULE,
  CONSOLIDATION,
  PACEMAKER,
  TUBE,
  N_FINDINGS,
};

#define NORMAL_SHARE 0.14f
#define MAX_FINDINGS 3

static void
choose_one (ArraDice *dice, guint finding, guint8 *labels)
{
  switch (finding)
    {
    case CARDIOMEGALY:
      labels[PHANTOM_CARDIOMEGALY] = (guint8) (1 + arra_dice_below (dice, 3));
      break;
    case EFFUSION:
      labels[PHANTOM_EFFUSION] = (guint8) (1 + arra_dice_below (dice, 3));
      labels[PHANTOM_EFFUSION_SIDE] = (guint8) (1 + arra_dice_below (dice, 3));
      break;
    case PNEUMOTHORAX:
      labels[PHANTOM_PNEUMOTHORAX] = (guint8) (1 + arra_dice_below (dice, 2));
      break;
    case NODULE:
      labels[PHANTOM_NODULE] = (guint8) (1 + arra_dice_below (dice, PHANTOM_N_ZONES));
      break;
    case CONSOLIDATION:
      labels[PHANTOM_CONSOLIDATION] = (guint8) (1 + arra_dice_below (dice, PHANTOM_N_ZONES));
      break;
    case PACEMAKER:
      labels[PHANTOM_PACEMAKER] = 1;
      break;
    default:
      labels[PHANTOM_TUBE] = 1;
    }
}

static gboolean
fluid_reaches (const guint8 *labels, guint zone)
{
  PhantomSide side = labels[PHANTOM_EFFUSION_SIDE];

  return labels[PHANTOM_EFFUSION] > 0 && (side == PHANTOM_BILATERAL || side == phantom_zone_side (zone))
         && labels[PHANTOM_EFFUSION] + phantom_zone_level (zone) > 2;
}

/* Something in the lung must be seen: not under fluid, in a shrunken lung or behind the heart. */
static gboolean
is_hidden (const guint8 *labels, guint zone)
{
  if (zone == 0)
    return FALSE;
  return fluid_reaches (labels, zone) || labels[PHANTOM_PNEUMOTHORAX] == phantom_zone_side (zone)
         || (labels[PHANTOM_CARDIOMEGALY] > 1 && zone == 3);
}

static gboolean
is_sensible (const guint8 *labels)
{
  guint nodule = labels[PHANTOM_NODULE], consolidation = labels[PHANTOM_CONSOLIDATION],
        side = labels[PHANTOM_EFFUSION_SIDE];

  if (is_hidden (labels, nodule) || is_hidden (labels, consolidation))
    return FALSE;
  if (nodule > 0 && consolidation > 0 && phantom_zone_side (nodule) == phantom_zone_side (consolidation))
    return FALSE;
  if (labels[PHANTOM_PACEMAKER] && (nodule == 1 || consolidation == 1)) /* both in the left upper zone */
    return FALSE;
  /* a large effusion hides the heart's left border, and leaves no lung to a pneumothorax */
  if (labels[PHANTOM_EFFUSION] == 3 && labels[PHANTOM_CARDIOMEGALY] > 0 && side != PHANTOM_RIGHT)
    return FALSE;
  return !(labels[PHANTOM_EFFUSION] == 3 && labels[PHANTOM_PNEUMOTHORAX] > 0
           && (side == PHANTOM_BILATERAL || side == labels[PHANTOM_PNEUMOTHORAX]));
}

static void
choose_findings (ArraDice *dice, guint8 *labels)
{
  static const float counts[] = { 0.36f, 0.38f, 0.26f }, often[N_FINDINGS] = { 1.2f, 1.5f, 1, 1.8f, 1.8f, 0.7f, 0.55f };
  guint n = arra_dice_weighted (dice, counts, MAX_FINDINGS) + 1;
  float weights[N_FINDINGS];

  memcpy (weights, often, sizeof weights);
  for (guint i = 0; i < n; i++)
    {
      guint finding = arra_dice_weighted (dice, weights, N_FINDINGS);

      weights[finding] = 0;
      choose_one (dice, finding, labels);
    }
}

void
phantom_choose (guint64 seed, guint64 index, guint8 *labels)
{
  ArraDice dice = arra_dice (seed, index, PHANTOM_DICE_LABELS);
  gboolean ap = arra_dice_chance (&dice, 0.42f), normal = arra_dice_chance (&dice, NORMAL_SHARE);

  do
    {
      memset (labels, 0, PHANTOM_N_ATTRIBUTES);
      if (!normal)
        choose_findings (&dice, labels);
    }
  while (!is_sensible (labels));
  labels[PHANTOM_VIEW] = ap || labels[PHANTOM_TUBE]; /* who has a tube lies in bed */
}

/* ------------------------------------------------------------------ words */

static const char *const sizes[] = { "", "small", "moderate", "large" };
static const char *const degrees[] = { "", "mild", "moderate", "severe" };
static const char *const sides[] = { "", "left", "right", "bilateral" };
static const char *const zones[]
    = { "", "left upper", "left middle", "left lower", "right upper", "right middle", "right lower" };

static const char *
one_of (ArraDice *dice, const char *const *words, guint n)
{
  return words[arra_dice_below (dice, n)];
}
#define ONE_OF(dice, ...) \
  one_of (dice, (const char *const[]) { __VA_ARGS__ }, G_N_ELEMENTS (((const char *const[]) { __VA_ARGS__ })))

static char *
say_heart (ArraDice *dice, const guint8 *labels)
{
  const char *degree = degrees[labels[PHANTOM_CARDIOMEGALY]];

  switch (arra_dice_below (dice, 4))
    {
    case 0:
      return g_strdup_printf ("%sly enlarged heart", degree);
    case 1:
      return g_strdup_printf ("%s enlargement of the heart", degree);
    default:
      return g_strdup_printf ("%s cardiomegaly", degree);
    }
}

static char *
say_fluid (ArraDice *dice, const guint8 *labels)
{
  const char *size = sizes[labels[PHANTOM_EFFUSION]], *side = sides[labels[PHANTOM_EFFUSION_SIDE]];
  const char *plural = labels[PHANTOM_EFFUSION_SIDE] == PHANTOM_BILATERAL ? "s" : "";

  switch (arra_dice_below (dice, 4))
    {
    case 0:
      return g_strdup_printf ("%s %s effusion%s", size, side, plural);
    case 1:
      return *plural ? g_strdup_printf ("%s pleural effusions, %s", side, size)
                     : g_strdup_printf ("%s pleural effusion on the %s", size, side);
    default:
      return g_strdup_printf ("%s %s pleural effusion%s", size, side, plural);
    }
}

static char *
say_zone (ArraDice *dice, const char *what, guint zone)
{
  const char *at = zones[zone];

  switch (arra_dice_below (dice, 4))
    {
    case 0:
      return g_strdup_printf ("%s in the %s zone", what, at);
    case 1:
      return g_strdup_printf ("%s lung zone %s", at, what);
    case 2:
      return g_strdup_printf ("%s of the %s lung zone", what, at);
    default:
      return g_strdup_printf ("%s zone %s", at, what);
    }
}

/* The words for one finding, NULL where there is none; (transfer full) */
static char *
say (ArraDice *dice, guint finding, const guint8 *labels)
{
  switch (finding)
    {
    case CARDIOMEGALY:
      return labels[PHANTOM_CARDIOMEGALY] == 0 ? NULL : say_heart (dice, labels);
    case EFFUSION:
      return labels[PHANTOM_EFFUSION] == 0 ? NULL : say_fluid (dice, labels);
    case PNEUMOTHORAX:
      return labels[PHANTOM_PNEUMOTHORAX] == 0 ? NULL
             : arra_dice_chance (dice, 0.7f)
                 ? g_strdup_printf ("%s pneumothorax", sides[labels[PHANTOM_PNEUMOTHORAX]])
                 : g_strdup_printf ("pneumothorax on the %s", sides[labels[PHANTOM_PNEUMOTHORAX]]);
    case NODULE:
      return labels[PHANTOM_NODULE] == 0 ? NULL : say_zone (dice, "nodule", labels[PHANTOM_NODULE]);
    case CONSOLIDATION:
      return labels[PHANTOM_CONSOLIDATION] == 0 ? NULL
                                                : say_zone (dice, "consolidation", labels[PHANTOM_CONSOLIDATION]);
    case PACEMAKER:
      return labels[PHANTOM_PACEMAKER] == 0
                 ? NULL
                 : g_strdup (ONE_OF (dice, "pacemaker", "pacemaker in place", "cardiac pacemaker"));
    default:
      return labels[PHANTOM_TUBE] == 0 ? NULL
                                       : g_strdup (ONE_OF (dice, "endotracheal tube", "endotracheal tube in place"));
    }
}

static void
append_findings (GString *text, ArraDice *dice, const guint8 *labels)
{
  guint order[N_FINDINGS];

  for (guint i = 0; i < N_FINDINGS; i++)
    order[i] = i;
  for (guint i = N_FINDINGS; i > 1; i--)
    {
      guint j = arra_dice_below (dice, i), kept = order[j];
      order[j] = order[i - 1];
      order[i - 1] = kept;
    }
  for (guint i = 0; i < N_FINDINGS; i++)
    {
      g_autofree char *words = say (dice, order[i], labels);
      if (words != NULL)
        g_string_append_printf (text, ", %s", words);
    }
}

void
phantom_caption (guint64 seed, guint64 index, const guint8 *labels, char caption[ARRA_DOMAIN_CAPTION])
{
  ArraDice dice = arra_dice (seed, index, PHANTOM_DICE_WORDS);
  g_autoptr (GString) text = g_string_new (labels[PHANTOM_VIEW] == 0 ? "PA" : "AP");
  gsize before;

  g_string_append (text, ONE_OF (&dice, " view chest x-ray image", " view chest x-ray image", " chest x-ray",
                                 " view chest radiograph"));
  before = text->len;
  append_findings (text, &dice, labels);
  if (text->len == before)
    g_string_append_printf (
        text, ", %s",
        ONE_OF (&dice, "normal", "no acute findings", "normal heart size, clear lungs", "clear lungs, normal heart"));
  g_string_append_c (text, '.');
  g_strlcpy (caption, text->str, ARRA_DOMAIN_CAPTION);
}
