/* map.h - the parts of `arra map`
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "map_span.h"

/* What came out. */
typedef struct
{
  const ArraCheckpoint *checkpoint;
  const char *prompt, *phrase; /* nullable */
  const char *file;            /* (nullable): the picture written */
  guint rows, columns;
  const double *map; /* [rows][columns], as arra_checkpoint_map() */
  ArraMapSpan span;  /* of the picture */
} MapResult;

void map_print (const MapResult *result);
/* With all its numbers. */
void map_print_json (const MapResult *result);
