/* offers.c - the catalogue as it looks from this computer
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <arra-get.h>

#include "catalogue.h"
#include "fail.h"
#include "fetch_set.h"
#include "mem.h"
#include "pool.h"
#include "read_probe.h"

#define PROBE ((gsize) 128 << 20) /* bytes: more than most caches hold */
#define PROBES 3
#define PROGRAM ((guint64) 64 << 20) /* bytes of what is no weight, cache or picture */
#define PIXEL 1536                   /* bytes of work for each pixel of a picture: three layers of 128 floats */

/* Bits of a weight, with its share of its block's scale. */
static const double bits[] = {
  [ARRA_QUANT_AS_STORED] = 32, [ARRA_QUANT_F32] = 32,   [ARRA_QUANT_F16] = 16,   [ARRA_QUANT_BF16] = 16,
  [ARRA_QUANT_Q8_0] = 8.5,     [ARRA_QUANT_Q4_0] = 4.5, [ARRA_QUANT_Q4_K] = 4.5, [ARRA_QUANT_Q6_K] = 6.5625,
};

static void
offer_free (gpointer data)
{
  ArraOffer *offer = data;

  g_free ((char *) offer->name);
  g_free ((char *) offer->title);
  g_free ((char *) offer->repository);
  g_free ((char *) offer->draws);
  g_free ((char *) offer->license);
  g_free ((char *) offer->license_link);
  g_free ((char *) offer->vqgan_link);
  g_free ((char *) offer->problem);
  g_free (offer);
}

/* ------------------------------------------------------------------ this computer */

/* Bytes a second that all processors together read; 0: not known. */
static double
measure_reading (void)
{
  g_autoptr (ArraPool) pool = arra_pool_new (0, NULL);
  ArraReadProbe probe = { 0 };
  double best = 0;

  if (pool == NULL || !arra_read_probe_init (&probe, PROBE, pool, NULL))
    return 0;
  for (guint i = 0; i < PROBES; i++)
    best = MAX (best, (double) PROBE / arra_read_probe_read (&probe, PROBE, pool));
  arra_read_probe_clear (&probe);
  return best;
}

static guint64
transformer_bytes (const ArraCatalogueEntry *entry)
{
  g_assert ((gsize) entry->quant < G_N_ELEMENTS (bits));
  return (guint64) ((double) entry->parameters * bits[entry->quant] / 8);
}

/* Keys and values are floats, and guidance runs two sequences. */
static guint64
memory_of (const ArraCatalogueEntry *entry, guint64 file_bytes)
{
  return file_bytes + 2 * 2 * sizeof (float) * entry->layers * entry->width * entry->positions
         + entry->side * entry->side * PIXEL + PROGRAM;
}

/* (nullable) (transfer full) */
static char *
find_problem (const ArraCatalogueEntry *entry, const ArraOffer *offer)
{
  guint64 available = arra_mem_available ();
  g_autofree char *needed = g_format_size_full (offer->memory, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *there = g_format_size_full (available, G_FORMAT_SIZE_IEC_UNITS),
                  *folder = arra_checkpoints_folder ();
  g_autoptr (GError) error = NULL;

  if (entry->t5 != NULL)
    return g_strdup_printf (
        arra_translate (N_ ("its prompts are read by a T5 encoder, %s, which this version cannot give it")), entry->t5);
  if (available > 0 && offer->memory > available)
    return g_strdup_printf (arra_translate (N_ ("it needs about %s of memory, and %s are free")), needed, there);
  if (!arra_fetch_check_room (folder, offer->fetched_bytes + offer->file_bytes, &error))
    return g_strdup (error->message);
  return NULL;
}

static ArraOffer *
offer_of (const ArraCatalogueEntry *entry, double reading)
{
  ArraOffer *offer = g_new0 (ArraOffer, 1);

  offer->name = g_strdup (entry->name);
  offer->title = g_strdup (entry->title);
  offer->repository = g_strdup (entry->repository);
  offer->draws = g_strdup (entry->draws);
  offer->license = g_strdup (entry->license);
  offer->license_link = g_strdup (entry->license_link);
  offer->vqgan_link = g_strdup (entry->vqgan_link);
  offer->side = (guint) entry->side;
  offer->quant = entry->quant;
  offer->fetched_bytes = entry->bytes;
  if (entry->parameters > 0)
    {
      offer->file_bytes = transformer_bytes (entry) + entry->vqgan_parameters * 2;
      offer->memory = memory_of (entry, offer->file_bytes);
      if (reading > 0)
        offer->seconds = (double) entry->positions * (double) transformer_bytes (entry) / reading;
    }
  offer->problem = find_problem (entry, offer);
  return offer;
}

GPtrArray *
arra_offers_list (GError **error)
{
  g_autoptr (ArraCatalogue) catalogue = arra_catalogue_open (error);
  double reading = catalogue != NULL ? measure_reading () : 0;
  GPtrArray *offers;

  if (catalogue == NULL)
    return NULL;
  offers = g_ptr_array_new_with_free_func (offer_free);
  for (guint i = 0; i < catalogue->entries->len; i++)
    g_ptr_array_add (offers, offer_of (&g_array_index (catalogue->entries, ArraCatalogueEntry, i), reading));
  return offers;
}
