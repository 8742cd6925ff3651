/* get_list.c - `arra get` without a checkpoint: which ones can be got by name
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "get.h"

#include "info.h"
#include "jsonwriter.h"
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

  if (offer->side > 0)
    g_string_append_printf (line, "%u x %u pixels, ", offer->side, offer->side);
  append_bytes (line, "fetches ", offer->fetched_bytes, "");
  if (offer->fetched_bytes == 0)
    g_string_append (line, "the hub says how much is fetched");
  append_bytes (line, ", a file of about ", offer->file_bytes, "");
  if (offer->file_bytes > 0)
    g_string_append_printf (line, " (%s)", arra_quant_name (offer->quant));
  append_bytes (line, ", about ", offer->memory, " of memory");
  if (offer->seconds > 0)
    g_string_append_printf (line, ", about %s a picture here (estimated)", time);
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

/* What is not known is null. */
static void
put_number (ArraJsonWriter *json, const char *key, guint64 number)
{
  if (number > 0)
    arra_json_put_uint (json, key, number);
  else
    arra_json_put_string (json, key, NULL);
}

static void
put_offer (ArraJsonWriter *json, const ArraOffer *offer)
{
  arra_json_begin_object (json, NULL);
  arra_json_put_string (json, "name", offer->name);
  arra_json_put_string (json, "title", offer->title);
  arra_json_put_string (json, "repository", offer->repository);
  arra_json_put_string (json, "draws", offer->draws);
  put_number (json, "side", offer->side);
  arra_json_put_string (json, "license", offer->license);
  arra_json_put_string (json, "license_link", offer->license_link);
  arra_json_put_string (json, "vqgan_link", offer->vqgan_link);
  arra_json_put_string (json, "type", arra_quant_name (offer->quant));
  put_number (json, "fetched_bytes", offer->fetched_bytes);
  put_number (json, "file_bytes", offer->file_bytes);
  put_number (json, "memory_bytes", offer->memory);
  if (offer->seconds > 0)
    arra_json_put_measured (json, "estimated_seconds", offer->seconds);
  else
    arra_json_put_string (json, "estimated_seconds", NULL);
  arra_json_put_string (json, "problem", offer->problem);
  arra_json_end_object (json);
}

static void
print_json (const GPtrArray *offers)
{
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_LINES);
  g_autofree char *folder = arra_checkpoints_folder ();

  arra_json_begin_object (json, NULL);
  arra_json_put_string (json, "folder", folder);
  arra_json_begin_array (json, "checkpoints");
  for (guint i = 0; i < offers->len; i++)
    put_offer (json, offers->pdata[i]);
  arra_json_end_array (json);
  arra_json_end_object (json);
  cli_print ("%s", arra_json_writer_text (json));
}

gboolean
get_list (gboolean as_json, GError **error)
{
  g_autoptr (GPtrArray) offers = arra_offers_list (error);

  if (offers == NULL)
    return FALSE;
  if (as_json)
    {
      print_json (offers);
      return TRUE;
    }
  for (guint i = 0; i < offers->len; i++)
    print_offer (offers->pdata[i]);
  cli_print ("\nTimes are estimated from how fast this computer reads its memory. Nothing was contacted.\n"
             "To get one of them: arra get NAME; any other of a known kind: arra get OWNER/REPO\n");
  return TRUE;
}
