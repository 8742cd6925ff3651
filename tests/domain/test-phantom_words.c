/* test-phantom_words.c - captions name what the labels say and nothing else; findings that go together
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "phantom.h"

#define N_ITEMS 6000

static const char *const sides[] = { "", "left", "right", "bilateral" };
static const char *const sizes[] = { "", "small", "moderate", "large" };
static const char *const degrees[] = { "", "mild", "moderate", "severe" };
static const char *const zones[]
    = { "", "left upper", "left middle", "left lower", "right upper", "right middle", "right lower" };

/* The part between commas that has @word; NULL when there is none. */
static char *
part_with (const char *caption, const char *word)
{
  g_auto (GStrv) parts = g_strsplit (caption, ", ", -1);

  for (char **part = parts; *part != NULL; part++)
    if (strstr (*part, word) != NULL)
      return g_strdup (*part);
  return NULL;
}

static void
assert_named (const char *caption, const char *finding, const char *word)
{
  g_autofree char *part = part_with (caption, finding);

  if (*word == '\0')
    g_assert_null (part);
  else
    {
      g_assert_nonnull (part);
      g_assert_nonnull (strstr (part, word));
    }
}

static void
check_words (const ArraDomainItem *item)
{
  const guint8 *l = item->labels;
  const char *caption = item->caption;

  g_assert_true (g_str_has_prefix (caption, l[PHANTOM_VIEW] == 0 ? "PA " : "AP "));
  g_assert_true (g_str_has_suffix (caption, "."));
  assert_named (caption, "nodule", zones[l[PHANTOM_NODULE]]);
  assert_named (caption, "consolidation", zones[l[PHANTOM_CONSOLIDATION]]);
  assert_named (caption, "pneumothorax", sides[l[PHANTOM_PNEUMOTHORAX]]);
  assert_named (caption, "effusion", sides[l[PHANTOM_EFFUSION_SIDE]]);
  if (l[PHANTOM_EFFUSION] > 0)
    g_assert_nonnull (strstr (caption, sizes[l[PHANTOM_EFFUSION]]));
  assert_named (caption, "pacemaker", l[PHANTOM_PACEMAKER] ? "pacemaker" : "");
  assert_named (caption, "endotracheal tube", l[PHANTOM_TUBE] ? "tube" : "");
}

static gboolean
is_normal (const guint8 *l)
{
  for (guint a = PHANTOM_VIEW + 1; a < PHANTOM_N_ATTRIBUTES; a++)
    if (l[a] != 0)
      return FALSE;
  return TRUE;
}

static void
check_heart_words (const ArraDomainItem *item)
{
  guint degree = item->labels[PHANTOM_CARDIOMEGALY];
  gboolean named = strstr (item->caption, "cardiomegaly") || strstr (item->caption, "enlarge");
  gboolean said_normal
      = strstr (item->caption, "normal") || strstr (item->caption, "clear") || strstr (item->caption, "no acute");

  g_assert_true (named == (degree > 0));
  if (degree > 0)
    g_assert_nonnull (strstr (item->caption, degrees[degree]));
  g_assert_true (said_normal == is_normal (item->labels));
}

static void
test_captions (void)
{
  const ArraDomain *cxr = arra_domain_find ("phantom-cxr", NULL);
  g_autoptr (GHashTable) captions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint64 i = 0; i < N_ITEMS; i++)
    {
      ArraDomainItem item;

      arra_domain_item (cxr, i % 3 == 0 ? ARRA_DOMAIN_HELD_OUT : ARRA_DOMAIN_ALL, 3, i, &item);
      check_words (&item);
      check_heart_words (&item);
      g_hash_table_add (captions, g_strdup (item.caption));
    }
  g_assert_cmpuint (g_hash_table_size (captions), >, N_ITEMS / 4);
}

/* The same labels are said in many ways. */
static void
test_wordings (void)
{
  const ArraDomain *cxr = arra_domain_find ("phantom-cxr", NULL);
  guint8 labels[PHANTOM_N_ATTRIBUTES] = { [PHANTOM_EFFUSION] = 2, [PHANTOM_EFFUSION_SIDE] = 1, [PHANTOM_NODULE] = 4 };
  g_autoptr (GHashTable) captions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint64 i = 0; i < 300; i++)
    {
      char caption[ARRA_DOMAIN_CAPTION];

      cxr->caption (1, i, labels, caption);
      g_hash_table_add (captions, g_strdup (caption));
    }
  g_assert_cmpuint (g_hash_table_size (captions), >, 20);
}

static void
check_sense (const guint8 *l)
{
  guint n = 0;

  for (guint a = PHANTOM_CARDIOMEGALY; a < PHANTOM_N_ATTRIBUTES; a++)
    n += a != PHANTOM_EFFUSION_SIDE && l[a] != 0;
  g_assert_cmpuint (n, <=, 3);
  g_assert_true ((l[PHANTOM_EFFUSION] == 0) == (l[PHANTOM_EFFUSION_SIDE] == 0));
  if (l[PHANTOM_TUBE])
    g_assert_cmpuint (l[PHANTOM_VIEW], ==, 1);
  if (l[PHANTOM_PNEUMOTHORAX] && l[PHANTOM_NODULE])
    g_assert_cmpuint (phantom_zone_side (l[PHANTOM_NODULE]), !=, l[PHANTOM_PNEUMOTHORAX]);
  if (l[PHANTOM_EFFUSION] == 3 && l[PHANTOM_NODULE])
    g_assert_true (l[PHANTOM_EFFUSION_SIDE] != phantom_zone_side (l[PHANTOM_NODULE])
                   && l[PHANTOM_EFFUSION_SIDE] != PHANTOM_BILATERAL);
  if (l[PHANTOM_NODULE] && l[PHANTOM_CONSOLIDATION])
    g_assert_cmpuint (phantom_zone_side (l[PHANTOM_NODULE]), !=, phantom_zone_side (l[PHANTOM_CONSOLIDATION]));
}

static void
test_sense (void)
{
  guint n_normal = 0;

  for (guint64 i = 0; i < N_ITEMS; i++)
    {
      guint8 labels[PHANTOM_N_ATTRIBUTES];

      phantom_choose (9, i, labels);
      check_sense (labels);
      n_normal += is_normal (labels);
    }
  g_assert_cmpuint (n_normal, >, N_ITEMS * 11 / 100);
  g_assert_cmpuint (n_normal, <, N_ITEMS * 19 / 100);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/domain/phantom_words/captions", test_captions);
  g_test_add_func ("/domain/phantom_words/wordings", test_wordings);
  g_test_add_func ("/domain/phantom_words/sense", test_sense);
  return g_test_run ();
}
