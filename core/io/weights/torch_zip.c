/* torch_zip.c - the zip archive that torch.save writes, through libzip
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "torch.h"

#include <inttypes.h>
#include <string.h>
#include <zip.h>

#include "fail.h"
#include "mem.h"

struct _ArraTorchZip
{
  ArraMapping *mapping;
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
  g_free (zip->root);
  g_free (zip);
}

static gboolean
open_archive (ArraTorchZip *zip, GError **error)
{
  const guint8 *bytes = arra_mapping_data (zip->mapping);
  gsize size = arra_mapping_size (zip->mapping);
  const char *path = arra_mapping_path (zip->mapping);
  zip_source_t *bytes_source;
  zip_error_t fault;

  if (size < 4 || memcmp (bytes, "PK\3\4", 4) != 0)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: not a torch.save file: it is no zip archive", path);
  zip_error_init (&fault);
  bytes_source = zip_source_buffer_create (bytes, size, 0, &fault);
  zip->archive = bytes_source != NULL ? zip_open_from_source (bytes_source, ZIP_RDONLY, &fault) : NULL;
  if (zip->archive == NULL)
    {
      ArraError code = zip_error_code_zip (&fault) == ZIP_ER_MEMORY ? ARRA_ERROR_NO_MEMORY : ARRA_ERROR_INVALID_DATA;

      arra_fail (error, code, "%s: broken zip archive: %s", path, zip_error_strerror (&fault));
      if (bytes_source != NULL)
        zip_source_free (bytes_source);
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
  g_automem guint8 *order = NULL;
  gsize size;

  if (locate (zip, "byteorder") < 0)
    return TRUE;
  order = arra_torch_zip_read (zip, "byteorder", G_MAXSIZE, &size, error);
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
read_file (zip_file_t *file, guint8 *out, gsize size)
{
  guint8 beyond;

  for (gsize done = 0; done < size;)
    {
      zip_int64_t n = zip_fread (file, out + done, size - done);

      if (n <= 0)
        return FALSE;
      done += (gsize) n;
    }
  return zip_fread (file, &beyond, 1) == 0;
}

guint8 *
arra_torch_zip_read (ArraTorchZip *zip, const char *entry, gsize expected, gsize *size, GError **error)
{
  g_automem guint8 *bytes = NULL;
  zip_file_t *file;
  zip_stat_t stat;
  gboolean ok;

  if (!check_entry (zip, entry, expected, &stat, error))
    return NULL;
  bytes = arra_mem_new (stat.size, 1, entry, error);
  if (bytes == NULL)
    return NULL;
  file = zip_fopen_index (zip->archive, stat.index, 0);
  ok = file != NULL && read_file (file, bytes, stat.size);
  if (file != NULL)
    zip_fclose (file);
  if (!ok)
    {
      if (arra_mapping_check (zip->mapping, error))
        arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %s cannot be read or its checksum is wrong",
                   arra_mapping_path (zip->mapping), entry);
      return NULL;
    }
  zip->budget -= stat.size;
  *size = stat.size;
  return g_steal_pointer (&bytes);
}
