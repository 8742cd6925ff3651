/* mapping_guard.h - the process-wide SIGBUS handler behind mapped files
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* Reading a page of a mapped file that is no longer there raises SIGBUS. For a fault inside a range added here, the
 * handler puts zero pages over the whole range and marks it damaged; every other fault goes to the handler that was
 * there before. */

/* Takes a place in the table for @size bytes at @start (both multiples of the page size). FALSE when no place is left.
 */
gboolean arra_mapping_guard_add (const void *start, gsize size, guint *place);
void arra_mapping_guard_remove (guint place); /* before the range is unmapped */
gboolean arra_mapping_guard_damaged (guint place);
gboolean arra_mapping_guard_holds (const void *start, gsize size); /* whether one range holds all of it */
