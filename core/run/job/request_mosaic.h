/* request_mosaic.h - requests that are more than one picture of a size of the model's own
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "mosaic.h"

/* Whether @request needs a mosaic: another size than the model's own, something known, an edge without a seam. */
gboolean arra_request_is_mosaic (const ArraRequest *request, const ArraCheckpoint *checkpoint);
/* ARGUMENT: what was asked for and what can be had. */
gboolean arra_request_check_mosaic (const ArraRequest *request, const ArraCheckpoint *checkpoint, GError **error);
/* Of a request that was checked. What is known stays the request's. */
ArraMosaicShape arra_request_mosaic (const ArraRequest *request, const ArraCheckpoint *checkpoint);
/* Tries of each run that is ranked. */
guint arra_request_tries (const ArraRequest *request);
/* of a run that ends above known codes */
guint arra_request_most_tries (const ArraRequest *request);
