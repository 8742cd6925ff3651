/* offers.c - the catalogue as it looks from this computer
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <sys/stat.h>

#include "disk_room.h"
#include "fail.h"
#include "get_private.h"
#include "hub_cached.h"
#include "mem.h"
#include "needs.h"
#include "pool.h"
#include "read_probe.h"

#define PROBE ((gsize) 128 << 20) /* bytes: more than most caches hold */
#define PIECE ((gsize) 16 << 20)  /* read at a time */
#define PROBES 3
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
    best = MAX (best, (double) PIECE / arra_read_probe_fastest (&probe, PIECE, pool));
  arra_read_probe_clear (&probe);
  return best;
}

/* Of all files in the folder at @path and below; links count nothing. */
static guint64
bytes_below (const char *path)
{
  GStatBuf status;
  guint64 bytes = 0;
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (g_lstat (path, &status) != 0)
    return 0;
  if (!S_ISDIR (status.st_mode))
    return S_ISREG (status.st_mode) ? (guint64) status.st_size : 0;
  dir = g_dir_open (path, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);

      bytes += bytes_below (inner);
    }
  return bytes;
}

/* Of a repository that an earlier call fetched, or that the Hugging Face cache has. */
static guint64
bytes_there (const char *repository)
{
  g_autofree char *fetched = NULL, *cached = NULL;

  if (repository == NULL)
    return 0;
  fetched = arra_get_repository_folder (repository);
  cached = arra_hub_cached_folder (repository);
  return bytes_below (fetched) + bytes_below (cached);
}

static gboolean
has_room (const ArraCatalogueEntry *entry, const ArraOffer *offer, GError **error)
{
  g_autofree char *folder = arra_checkpoints_folder ();
  const guint64 there = bytes_there (entry->repository) + bytes_there (entry->t5);

  return arra_disk_room_check (folder, offer->fetched_bytes - MIN (there, offer->fetched_bytes) + offer->file_bytes,
                               error);
}

/* (nullable) (transfer full) */
static char *
find_problem (const ArraCatalogueEntry *entry, const ArraOffer *offer)
{
  guint64 available = arra_mem_available ();
  g_autofree char *needed = g_format_size_full (offer->memory, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *there = g_format_size_full (available, G_FORMAT_SIZE_IEC_UNITS);
  g_autoptr (GError) error = NULL;

  if (available > 0 && offer->memory > available)
    return g_strdup_printf (arra_translate (N_ ("it needs about %s of memory, and %s are free")), needed, there);
  return has_room (entry, offer, &error) ? NULL : g_strdup (error->message);
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
  offer->file_bytes = arra_needs_file_bytes (entry, entry->quant);
  offer->memory = arra_needs_memory (entry, entry->quant);
  offer->seconds = arra_needs_seconds (entry, entry->quant, reading);
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
