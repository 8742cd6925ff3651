/* torch_zip.c - the zip archive that torch.save writes, through libzip
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "torch.h"

#include <inttypes.h>
#include <string.h>
#include <zip.h>

#include "fail.h"

#define PIECE 65536 /* bytes that are read at once to be summed up */

/* The mapped file as libzip reads it. What is stored is seen where it lies: that is where libzip reads it from. */
typedef struct
{
  const guint8 *bytes;
  gsize size, at;
  gboolean watched;
  gsize begin, end; /* of what was read since it is watched; begin > end: not in one piece */
  zip_error_t fault;
} Window;

struct _ArraTorchZip
{
  ArraMapping *mapping;
  Window window;
  zip_t *archive;
  char *root;
  gsize budget; /* bytes that may still be read */
};

void
arra_torch_zip_free (ArraTorchZip *zip)
{
  if (zip == NULL)
    return;
  if (zip->archive != NULL)
    zip_discard (zip->archive);
  arra_mapping_unref (zip->mapping);
  zip_error_fini (&zip->window.fault);
  g_free (zip->root);
  g_free (zip);
}

/* ------------------------------------------------------------- libzip's view */

static zip_int64_t
read_window (Window *window, void *out, zip_uint64_t length)
{
  const gsize n = (gsize) MIN (length, (zip_uint64_t) (window->size - window->at));

  memcpy (out, window->bytes + window->at, n);
  if (window->watched && n > 0)
    {
      if (window->begin == window->end)
        window->begin = window->end = window->at;
      if (window->end == window->at)
        window->end += n;
      else
        window->begin = G_MAXSIZE;
    }
  window->at += n;
  return (zip_int64_t) n;
}

static zip_int64_t
seek_window (Window *window, void *where, zip_uint64_t length)
{
  const zip_int64_t at = zip_source_seek_compute_offset (window->at, window->size, where, length, &window->fault);

  if (at < 0)
    return -1;
  window->at = (gsize) at;
  return 0;
}

static zip_int64_t
stat_window (const Window *window, zip_stat_t *stat)
{
  zip_stat_init (stat);
  stat->size = window->size;
  stat->valid = ZIP_STAT_SIZE;
  return sizeof *stat;
}

/* A zip_source_callback */
static zip_int64_t
serve (void *self, void *data, zip_uint64_t length, zip_source_cmd_t command)
{
  Window *window = self;

  switch ((int) command)
    {
    case ZIP_SOURCE_OPEN:
      window->at = 0;
      return 0;
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_FREE:
      return 0;
    case ZIP_SOURCE_READ:
      return read_window (window, data, length);
    case ZIP_SOURCE_SEEK:
      return seek_window (window, data, length);
    case ZIP_SOURCE_TELL:
      return (zip_int64_t) window->at;
    case ZIP_SOURCE_STAT:
      return stat_window (window, data);
    case ZIP_SOURCE_ERROR:
      return zip_error_to_data (&window->fault, data, length);
    case ZIP_SOURCE_SUPPORTS:
      return zip_source_make_command_bitmap (ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT,
                                             ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL,
                                             ZIP_SOURCE_SUPPORTS, -1);
    default:
      zip_error_set (&window->fault, ZIP_ER_OPNOTSUPP, 0);
      return -1;
    }
}

/* ------------------------------------------------------------------- opening */

static gboolean
open_archive (ArraTorchZip *zip, GError **error)
{
  const char *path = arra_mapping_path (zip->mapping);
  Window *window = &zip->window;
  zip_source_t *source;
  zip_error_t fault;

  if (window->size < 4 || memcmp (window->bytes, "PK\3\4", 4) != 0)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: not a torch.save file: it is no zip archive", path);
  zip_error_init (&fault);
  source = zip_source_function_create (serve, window, &fault);
  zip->archive = source != NULL ? zip_open_from_source (source, ZIP_RDONLY, &fault) : NULL;
  if (zip->archive == NULL)
    {
      ArraError code = zip_error_code_zip (&fault) == ZIP_ER_MEMORY ? ARRA_ERROR_NO_MEMORY : ARRA_ERROR_INVALID_DATA;

      arra_fail (error, code, "%s: broken zip archive: %s", path, zip_error_strerror (&fault));
      if (source != NULL)
        zip_source_free (source);
    }
  zip_error_fini (&fault);
  return zip->archive != NULL;
}

/* The root is NAME where there is one entry NAME/data.pkl. */
static gboolean
find_root (ArraTorchZip *zip, GError **error)
{
  zip_int64_t n = zip_get_num_entries (zip->archive, 0);

  for (zip_int64_t i = 0; i < n; i++)
    {
      const char *name = zip_get_name (zip->archive, (zip_uint64_t) i, ZIP_FL_ENC_RAW);
      const char *slash = name != NULL ? strchr (name, '/') : NULL;

      if (slash == NULL || strcmp (slash, "/data.pkl") != 0)
        continue;
      if (zip->root != NULL)
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: there are two data.pkl",
                          arra_mapping_path (zip->mapping));
      zip->root = g_strndup (name, (gsize) (slash - name));
    }
  if (zip->root == NULL)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: not a torch.save file: there is no data.pkl",
                      arra_mapping_path (zip->mapping));
  return TRUE;
}

static zip_int64_t
locate (ArraTorchZip *zip, const char *entry)
{
  g_autofree char *name = g_strconcat (zip->root, "/", entry, NULL);

  return zip_name_locate (zip->archive, name, ZIP_FL_ENC_RAW);
}

/* Files of PyTorch 2 say in which order their bytes are; earlier ones are little-endian. */
static gboolean
check_byte_order (ArraTorchZip *zip, GError **error)
{
  const guint8 *order;
  gsize size;

  if (locate (zip, "byteorder") < 0)
    return TRUE;
  order = arra_torch_zip_find (zip, "byteorder", G_MAXSIZE, &size, error);
  if (order == NULL)
    return FALSE;
  if (size != 6 || memcmp (order, "little", 6) != 0)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: its byte order is not little-endian",
                      arra_mapping_path (zip->mapping));
  return TRUE;
}

ArraTorchZip *
arra_torch_zip_open (ArraMapping *mapping, GError **error)
{
  g_autoptr (ArraTorchZip) zip = g_new0 (ArraTorchZip, 1);

  zip->mapping = arra_mapping_ref (mapping);
  zip->window = (Window) { .bytes = arra_mapping_data (mapping), .size = arra_mapping_size (mapping) };
  zip_error_init (&zip->window.fault);
  zip->budget = arra_mapping_size (mapping);
  if (!open_archive (zip, error) || !find_root (zip, error) || !check_byte_order (zip, error))
    return NULL;
  return g_steal_pointer (&zip);
}

/* Finds the entry and checks all that its header says. */
static gboolean
check_entry (ArraTorchZip *zip, const char *entry, gsize expected, zip_stat_t *stat, GError **error)
{
  const char *path = arra_mapping_path (zip->mapping);
  const zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
  zip_int64_t index = locate (zip, entry);

  if (index < 0)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %s is missing", path, entry);
  if (zip_stat_index (zip->archive, (zip_uint64_t) index, 0, stat) != 0 || (stat->valid & needed) != needed)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the header of %s is broken", path, entry);
  if (stat->comp_method != ZIP_CM_STORE || stat->encryption_method != ZIP_EM_NONE)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: %s is compressed or encrypted", path, entry);
  if (stat->size != stat->comp_size || stat->size > zip->budget)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the size of %s is wrong: %" PRIu64, path, entry,
                      (guint64) stat->size);
  if (expected != G_MAXSIZE && stat->size != expected)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %s has %" PRIu64 " bytes, not the %zu that data.pkl states",
                      path, entry, (guint64) stat->size, expected);
  return TRUE;
}

/* Reads all of an opened entry; the read at its end is what compares the checksum. */
static gboolean
read_file (zip_file_t *file, gsize size)
{
  guint8 piece[PIECE];

  for (gsize done = 0; done < size;)
    {
      zip_int64_t n = zip_fread (file, piece, MIN (sizeof piece, size - done));

      if (n <= 0)
        return FALSE;
      done += (gsize) n;
    }
  return zip_fread (file, piece, 1) == 0;
}

/* Where the entry @index lies, whose checksum is right; @size bytes. NULL: it cannot be read. */
static const guint8 *
find_bytes (ArraTorchZip *zip, zip_uint64_t index, gsize size)
{
  Window *window = &zip->window;
  zip_file_t *file = zip_fopen_index (zip->archive, index, 0);
  gboolean ok;

  window->watched = TRUE;
  window->begin = window->end = 0;
  ok = file != NULL && read_file (file, size);
  window->watched = FALSE;
  if (file != NULL)
    zip_fclose (file);
  if (!ok || window->begin > window->end || window->end - window->begin != size)
    return NULL;
  arra_mapping_release (window->bytes + window->begin, size);
  return window->bytes + window->begin;
}

const guint8 *
arra_torch_zip_find (ArraTorchZip *zip, const char *entry, gsize expected, gsize *size, GError **error)
{
  const guint8 *bytes;
  zip_stat_t stat;

  if (!check_entry (zip, entry, expected, &stat, error))
    return NULL;
  bytes = find_bytes (zip, stat.index, stat.size);
  if (bytes == NULL)
    {
      if (arra_mapping_check (zip->mapping, error))
        arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %s cannot be read or its checksum is wrong",
                   arra_mapping_path (zip->mapping), entry);
      return NULL;
    }
  zip->budget -= stat.size;
  *size = stat.size;
  return bytes;
}
