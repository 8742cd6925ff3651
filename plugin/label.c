/* label.c - what a layer's name, and an image's XMP, say about their origin (IPTC Photo Metadata, Digital Source Type)
 *
 * GIMP hands metadata out as objects of a library whose headers 2.10 does not bring. Their serialised form, which both
 * series read and write, is lines of <tag name="…">value</tag>; a later tag of a name replaces an earlier one.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "label.h"

#include <arra.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#define NAME_CHARACTERS 80
#define VOCABULARY "http://cv.iptc.org/newscodes/digitalsourcetype/"
#define SOURCE_TYPE "Xmp.iptcExt.DigitalSourceType"
#define DESCRIPTION "Xmp.dc.description"
#define LANGUAGE "lang=\"x-default\" "
#define END_TAG "</tag>"
#define END "</metadata>"

char *
plugin_label_layer (const char *prompt, gboolean medical)
{
  g_autofree char *line = prompt != NULL ? g_strdup (prompt) : g_strdup (_ ("Generated picture"));
  g_autofree char *shown = NULL;

  g_strdelimit (g_strstrip (line), "\n\r\t", ' ');
  if (g_utf8_strlen (line, -1) > NAME_CHARACTERS)
    {
      g_autofree char *begin = g_utf8_substring (line, 0, NAME_CHARACTERS - 1);
      shown = g_strconcat (begin, "…", NULL);
    }
  else
    shown = g_strdup (line);
  return medical ? g_strdup_printf ("%s (%s)", shown, ARRA_MEDICAL_NOTE) : g_steal_pointer (&shown);
}

/* Puts a tag behind all others. */
static void
add_tag (GString *xml, const char *name, const char *value)
{
  const char *end = strstr (xml->str, END);
  g_autofree char *text = g_markup_escape_text (value, -1);
  g_autofree char *tag = g_strdup_printf ("  <tag name=\"%s\">%s" END_TAG "\n", name, text);

  g_string_insert (xml, end != NULL ? end - xml->str : -1, tag);
}

/* Adds the note to the image's description, once. */
static void
add_note (GString *xml)
{
  const char *begin = strstr (xml->str, "<tag name=\"" DESCRIPTION "\">");
  const char *end = begin != NULL ? strstr (begin, END_TAG) : NULL;

  if (end == NULL)
    add_tag (xml, DESCRIPTION, LANGUAGE ARRA_MEDICAL_NOTE);
  else if (g_strstr_len (begin, end - begin, ARRA_MEDICAL_NOTE) == NULL)
    g_string_insert (xml, end - xml->str, "; " ARRA_MEDICAL_NOTE);
}

char *
plugin_label_image (const char *metadata, gboolean label, gboolean alone, gboolean medical)
{
  GString *xml = g_string_new (metadata);

  if (label)
    add_tag (xml, SOURCE_TYPE,
             alone ? VOCABULARY "trainedAlgorithmicMedia" : VOCABULARY "compositeWithTrainedAlgorithmicMedia");
  if (medical)
    add_note (xml);
  return g_string_free (xml, FALSE);
}
