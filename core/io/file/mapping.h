/* mapping.h - a read-only mapped file that survives being shortened by somebody else
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

typedef struct _ArraMapping ArraMapping;

/* Maps the whole file. Errors name @path: missing, a directory, no permission, empty, not a regular file, a stand-in
 * (stand_in.h). Returns: (transfer full): arra_mapping_unref(). */
ArraMapping *arra_mapping_open (const char *path, GError **error);
/* The same face for @size bytes that the caller keeps until the last reference is gone; @name stands for the path. They
 * must lie at a multiple of 8, as a file's do. */
ArraMapping *arra_mapping_new_for_bytes (const char *name, const void *data, gsize size);
ArraMapping *arra_mapping_ref (ArraMapping *mapping);
void arra_mapping_unref (ArraMapping *mapping); /* nullable */

/* Whether this process has the file at @path, by whatever name, mapped now. Any thread. */
gboolean arra_mapping_is_open (const char *path);

const guint8 *arra_mapping_data (const ArraMapping *mapping);
gsize arra_mapping_size (const ArraMapping *mapping);
const char *arra_mapping_path (const ArraMapping *mapping);

/* FALSE with ARRA_ERROR_INVALID_DATA naming the file when a page could not be read since it was opened (the file was
 * cut or the disk failed): from then on all reads give zeros, so what was computed from them is worthless. FALSE as
 * well when the file's size or time of modification says that somebody wrote to it. Any thread. */
gboolean arra_mapping_check (const ArraMapping *mapping, GError **error);

/* Lets go of the file pages that lie whole inside @data .. @data + @size, so that they do not count as this process's
 * memory; they are read again when they are touched. Memory outside mapped files is left alone. Any thread. */
void arra_mapping_release (const void *data, gsize size);

/* Reads a whole small regular file into arra_mem memory (NUL-terminated), at most @limit bytes; @size is nullable. A
 * stand-in for another file, such as a Git LFS pointer, is an error (stand_in.h). Errors name @path; a missing file is
 * ARRA_ERROR_NOT_FOUND here and above, other failures of the system are G_FILE_ERROR. */
char *arra_read_file (const char *path, gsize limit, gsize *size, GError **error);

/* Writes a file whole or not at all: a temporary file beside it (O_TMPFILE where there is one), fsync, link or rename
 * over
 * @path. Mode 0666 less the umask; a file that is replaced hands on its mode, and its owner where that is allowed.
 * Links are followed. A device, a pipe or an open descriptor (/dev/stdout) is not replaced: it gets the bytes once they
 * are all there. Errors name @path. */
gboolean arra_write_file (const char *path, const void *data, gsize size, GError **error);

/* The same for long files: write at any offset, then commit; free without commit leaves nothing behind. */
typedef struct _ArraAtomicFile ArraAtomicFile;
ArraAtomicFile *arra_atomic_file_new (const char *path, GError **error);
/* Always with a (hidden) name beside @path, as on file systems without O_TMPFILE */
ArraAtomicFile *arra_atomic_file_new_named (const char *path, GError **error);
gboolean arra_atomic_file_write (ArraAtomicFile *file, const void *data, gsize size, GError **error); /* appends */
gboolean arra_atomic_file_write_at (ArraAtomicFile *file, guint64 offset, const void *data, gsize size, GError **error);
guint64 arra_atomic_file_tell (const ArraAtomicFile *file);
gboolean arra_atomic_file_commit (ArraAtomicFile *file, GError **error);
void arra_atomic_file_free (ArraAtomicFile *file); /* nullable */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraMapping, arra_mapping_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraAtomicFile, arra_atomic_file_free)
