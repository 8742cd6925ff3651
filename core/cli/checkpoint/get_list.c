/* get_list.c - `arra get` without a checkpoint: which ones can be got by name
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "get.h"

#include "info.h"
#include "status.h"
#include "values.h"

static void
append_bytes (GString *line, const char *before, guint64 bytes, const char *after)
{
  g_autofree char *text = cli_format_bytes (bytes);

  if (bytes > 0)
    g_string_append_printf (line, "%s%s%s", before, text, after);
}

static void
print_numbers (const ArraOffer *offer)
{
  g_autoptr (GString) line = g_string_new (NULL);
  guint seconds = (guint) CLAMP (offer->seconds + 0.999, 1, 1e7);
  g_autofree char *time = seconds < 10 ? g_strdup_printf ("%u s", seconds) : cli_format_seconds (seconds);

  g_string_append_printf (line, "%u x %u pixels", offer->side, offer->side);
  append_bytes (line, ", fetches ", offer->fetched_bytes, "");
  append_bytes (line, ", a file of about ", offer->file_bytes, "");
  if (offer->file_bytes > 0)
    g_string_append_printf (line, " (%s)", arra_quant_name (offer->quant));
  append_bytes (line, ", about ", offer->memory, " of memory");
  if (offer->seconds > 0)
    g_string_append_printf (line, ", about %s a picture here", time);
  info_line ("", line->str);
}

static void
print_offer (const ArraOffer *offer)
{
  g_autofree char *license = g_strdup_printf ("Licence: %s; %s", offer->license, offer->license_link);
  g_autofree char *problem
      = offer->problem != NULL ? g_strdup_printf ("Not on this computer: %s", offer->problem) : NULL;
  g_autofree char *vqgan
      = offer->vqgan_link != NULL ? g_strdup_printf ("Its VQGAN (--vqgan) is had at %s", offer->vqgan_link) : NULL;

  info_line (offer->name, offer->title);
  info_line ("", offer->draws);
  print_numbers (offer);
  info_line ("", license);
  if (vqgan != NULL)
    info_line ("", vqgan);
  if (problem != NULL)
    info_line ("", problem);
}

gboolean
get_list (GError **error)
{
  g_autoptr (GPtrArray) offers = arra_offers_list (error);

  if (offers == NULL)
    return FALSE;
  for (guint i = 0; i < offers->len; i++)
    print_offer (offers->pdata[i]);
  cli_print ("\nTimes are estimated from how fast this computer reads its memory. Nothing was contacted.\n"
             "To get one of them: arra get NAME; any other of a known kind: arra get OWNER/REPO\n");
  return TRUE;
}
