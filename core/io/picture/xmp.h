/* xmp.h - the XMP packet that says how a picture was made (ISO 16684-1; IPTC Photo Metadata)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "bytes.h"

/* Appends a packet. @digital_source_type: (nullable): a code of IPTC's vocabulary; @description: (nullable): UTF-8
 * text. */
gboolean arra_xmp_append (ArraBytes *bytes, const char *digital_source_type, const char *description, GError **error);
