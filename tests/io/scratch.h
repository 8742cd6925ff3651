/* scratch.h - a temporary directory and common checks for tests of files
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* A path in this program's temporary directory. Returns: (transfer full) */
char *scratch_path (const char *name);
void scratch_write (const char *path, const void *data, gsize size);
guint scratch_count_files (void); /* in the directory */
void scratch_remove (void);       /* the directory with its files, at the end of main() */
int scratch_run (void);           /* g_test_run() and scratch_remove() */

/* That *@error is set and its message names @file and holds @word elsewhere; clears it. */
void scratch_assert_fault (GError **error, const char *file, const char *word);

/* Files that no reader takes: missing, empty, a directory, a named pipe, unreadable ones. @open returns NULL and an
 * error. */
typedef gpointer (*ScratchOpen) (const char *path, GError **error);
void scratch_check_odd_files (ScratchOpen open_file);

/* allocations_check() for what opens a file. */
void scratch_check_allocations (ScratchOpen open_file, GDestroyNotify free_it, const char *path);

/* tests/golden/@name. Returns: (transfer full) */
char *scratch_golden (const char *name);
