/* domain.c - the domains there are, and which of their combinations are kept out of training
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "domain.h"

#include <string.h>

#include "fail.h"
#include "words.h"

#define HELD_OUT_OF 8
#define MAX_TRIES 100000
#define GOLDEN_RATIO G_GUINT64_CONSTANT (0x9E3779B97F4A7C15)

extern const ArraDomain arra_domain_phantom_cxr, arra_domain_phantom_cxr_elsewhere, arra_domain_textures;

static const ArraDomain *const domains[] = {
  &arra_domain_phantom_cxr,
  &arra_domain_phantom_cxr_elsewhere,
  &arra_domain_textures,
  NULL,
};

const ArraDomain *const *
arra_domain_list (void)
{
  return domains;
}

const ArraDomain *
arra_domain_find (const char *name, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (gsize i = 0; domains[i] != NULL; i++)
    {
      if (strcmp (domains[i]->name, name) == 0)
        return domains[i];
      g_string_append_printf (names, "%s%s", i == 0 ? "" : ", ", domains[i]->name);
    }
  arra_fail (error, ARRA_ERROR_NOT_FOUND, "there is no domain '%s'; there are: %s", name, names->str);
  return NULL;
}

/* FNV-1a with 64 bits (Fowler, Noll, Vo), its upper half mixed into the lower one. */
static guint64
hash_labels (const guint8 *labels, guint n)
{
  guint64 hash = G_GUINT64_CONSTANT (0xcbf29ce484222325);

  for (guint i = 0; i < n; i++)
    hash = (hash ^ labels[i]) * G_GUINT64_CONSTANT (0x100000001b3);
  return (hash ^ (hash >> 32)) * GOLDEN_RATIO >> 32;
}

gboolean
arra_domain_held_out (const ArraDomain *domain, const guint8 *labels)
{
  guint n_unusual = 0;

  for (guint i = 0; i < domain->n_attributes; i++)
    n_unusual += labels[i] != 0;
  return n_unusual > 1 && hash_labels (labels, domain->n_attributes) % HELD_OUT_OF == 0;
}

static gboolean
belongs (const ArraDomain *domain, ArraDomainSplit split, const guint8 *labels)
{
  return split == ARRA_DOMAIN_ALL || arra_domain_held_out (domain, labels) == (split == ARRA_DOMAIN_HELD_OUT);
}

void
arra_domain_item (const ArraDomain *domain, ArraDomainSplit split, guint64 seed, guint64 index, ArraDomainItem *item)
{
  *item = (ArraDomainItem) { 0 };
  for (guint64 try = 0; try < MAX_TRIES; try++)
    {
      domain->choose (seed + try * GOLDEN_RATIO, index, item->labels);
      if (belongs (domain, split, item->labels))
        break;
    }
  domain->caption (seed, index, item->labels, item->caption);
}

#define WORDS_SEED 1
#define WORDS_CAPTIONS 100000

char **
arra_domain_words (const ArraDomain *domain)
{
  g_autoptr (GHashTable) words = arra_words_new ();
  ArraDomainItem item;

  for (guint64 i = 0; i < WORDS_CAPTIONS; i++)
    {
      arra_domain_item (domain, ARRA_DOMAIN_ALL, WORDS_SEED, i, &item);
      arra_words_add (words, item.caption);
    }
  return arra_words_sorted (words);
}

gboolean
arra_domain_check (const ArraDomain *domain, const guint8 *labels, const ArraRaster *raster, GError **error)
{
  if (raster->channels != 3 || raster->width != raster->height || raster->width == 0 || raster->width % 32 != 0)
    return arra_fail (
        error, ARRA_ERROR_ARGUMENT,
        "pictures of %s have three channels and are squares of a multiple of 32 pixels, not %" G_GSIZE_FORMAT
        "x%" G_GSIZE_FORMAT " with %u channels",
        domain->name, raster->width, raster->height, raster->channels);
  for (guint i = 0; i < domain->n_attributes; i++)
    if (labels[i] >= domain->attributes[i].n_values)
      return arra_fail (error, ARRA_ERROR_ARGUMENT, "%s of %s has no value %u", domain->attributes[i].name,
                        domain->name, labels[i]);
  return TRUE;
}
