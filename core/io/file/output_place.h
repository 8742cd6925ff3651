/* output_place.h - where what is written to a path belongs: behind links, or into what is no file
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

typedef struct
{
  char *path;         /* with its links followed, also those that point to nothing yet */
  gboolean is_stream; /* a device, a pipe, a socket or an open descriptor (/dev/stdout): written into, never replaced */
} ArraOutputPlace;

/* Fills @place, also after a failure: clear it. G_FILE_ERROR naming @path: its links go round in a circle. */
gboolean arra_output_place_find (ArraOutputPlace *place, const char *path, GError **error);
void arra_output_place_clear (ArraOutputPlace *place);

/* A descriptor to write into a stream, to be closed; -1 with errno set. Waits for somebody who reads a named pipe. */
int arra_output_place_open (const ArraOutputPlace *place);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ArraOutputPlace, arra_output_place_clear)
