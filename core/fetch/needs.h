/* needs.h - what a checkpoint of the catalogue takes of a computer, as far as what was published tells
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "catalogue.h"

/* All are 0 where that is not known. With weights of @quant: */
guint64 arra_needs_file_bytes (const ArraCatalogueEntry *entry, ArraQuant quant); /* of its GGUF file */
guint64 arra_needs_memory (const ArraCatalogueEntry *entry, ArraQuant quant);     /* while it makes a picture */
/* For a picture, on a computer that reads @reading bytes of its memory a second. */
double arra_needs_seconds (const ArraCatalogueEntry *entry, ArraQuant quant, double reading);
