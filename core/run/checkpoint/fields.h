/* fields.h - the numbers of a request by one table: read, written and copied
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra-fields.h>
#include "jsonguard.h"
#include "jsonwriter.h"

#define ARRA_MAX_COUNT 1000
#define ARRA_MAX_FIRST 100000000 /* number of a picture among those of a seed */
#define ARRA_MAX_GUIDANCE 1000
#define ARRA_MAX_SIDE 65536 /* pixels */
#define ARRA_MAX_TRIES 16

/* How tokens are chosen: from the first of these fields to the last. */
#define ARRA_FIELDS_SAMPLING ARRA_FIELD_GUIDANCE_SCALE, ARRA_FIELD_GREEDY

/* Fields @first to @last, in order, under their names. */
void arra_fields_put (ArraJsonWriter *json, const ArraRequest *request, ArraField first, ArraField last);
void arra_fields_copy (ArraRequest *to, const ArraRequest *from, ArraField first, ArraField last);

/* The field of @object, whose text @name starts messages; not there: it stays, unless it is a whole number that @needed
 * says must be there. A whole number is @most at most; that it is in its range is looked at by arra_request_check(). */
gboolean arra_field_read (ArraField field,
                          ArraRequest *request,
                          JsonObject *object,
                          const char *name,
                          guint most,
                          gboolean needed,
                          GError **error);
