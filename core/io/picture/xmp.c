/* xmp.c - the XMP packet that says how a picture was made
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmp.h"

#define HEAD                                                               \
  "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"   \
  "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"                               \
  " <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n" \
  "  <rdf:Description rdf:about=\"\"\n"                                    \
  "    xmlns:dc=\"http://purl.org/dc/elements/1.1/\"\n"                    \
  "    xmlns:Iptc4xmpExt=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\">\n"
#define SOURCE_BEGIN "   <Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/"
#define SOURCE_END "</Iptc4xmpExt:DigitalSourceType>\n"
#define DESCRIPTION_BEGIN "   <dc:description>\n    <rdf:Alt>\n     <rdf:li xml:lang=\"x-default\">"
#define DESCRIPTION_END "</rdf:li>\n    </rdf:Alt>\n   </dc:description>\n"
#define TAIL "  </rdf:Description>\n </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"r\"?>"

/* Text as XML content. Characters that XML cannot hold are left out. */
static gboolean
append_escaped (ArraBytes *bytes, const char *text, GError **error)
{
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      const char *entity = *at == '&' ? "&amp;" : *at == '<' ? "&lt;" : *at == '>' ? "&gt;" : NULL;
      gunichar c = g_utf8_get_char (at);
      gboolean allowed = (c >= 0x20 && c != 0x7f && c != 0xfffe && c != 0xffff) || c == '\t' || c == '\n';

      if (entity != NULL ? !arra_bytes_append_text (bytes, entity, error)
                         : allowed && !arra_bytes_append (bytes, at, (gsize) (g_utf8_next_char (at) - at), error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
append_element (ArraBytes *bytes, const char *begin, const char *text, const char *end, GError **error)
{
  return text == NULL
         || (arra_bytes_append_text (bytes, begin, error) && append_escaped (bytes, text, error)
             && arra_bytes_append_text (bytes, end, error));
}

gboolean
arra_xmp_append (ArraBytes *bytes, const char *digital_source_type, const char *description, GError **error)
{
  return arra_bytes_append_text (bytes, HEAD, error)
         && append_element (bytes, SOURCE_BEGIN, digital_source_type, SOURCE_END, error)
         && append_element (bytes, DESCRIPTION_BEGIN, description, DESCRIPTION_END, error)
         && arra_bytes_append_text (bytes, TAIL, error);
}
