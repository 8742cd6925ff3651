/* dataset_folder.c - folders of pictures: texts beside pictures, folders within, and what is left out
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dataset_private.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "fail.h"
#include "mem.h"
#include "text_file.h"
#include "utf8.h"

#define MAX_DEPTH 32
#define N_NAMES 3 /* of what is left out */

typedef struct
{
  ArraDataset *dataset;
  const char *root;
  GHashTable *entered; /* "device:inode" of folders: links may lead in circles */
} Walk;

/* ---- what is left out */

/* What was left out for one reason */
typedef struct
{
  char *reason;
  guint n;
  GString *names; /* of the first ones */
} LeftOut;

void
arra_dataset_left_out_free (gpointer data)
{
  LeftOut *left = data;

  g_free (left->reason);
  g_string_free (left->names, TRUE);
  g_free (left);
}

static LeftOut *
find_reason (ArraDataset *dataset, const char *reason)
{
  LeftOut *left;

  for (guint i = 0; i < dataset->left_out->len; i++)
    if (strcmp (((LeftOut *) dataset->left_out->pdata[i])->reason, reason) == 0)
      return dataset->left_out->pdata[i];
  left = g_new0 (LeftOut, 1);
  left->reason = g_strdup (reason);
  left->names = g_string_new (NULL);
  g_ptr_array_add (dataset->left_out, left);
  return left;
}

static void
leave_out (ArraDataset *dataset, const char *reason, const char *name)
{
  LeftOut *left = find_reason (dataset, reason);

  if (left->n < N_NAMES)
    g_string_append_printf (left->names, "%s%s", left->n > 0 ? ", " : "", name);
  if (left->n++ == N_NAMES)
    g_string_append (left->names, ", ...");
}

char *
arra_dataset_left_out (const ArraDataset *dataset)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < dataset->left_out->len; i++)
    {
      const LeftOut *left = dataset->left_out->pdata[i];
      g_autofree char *names = arra_text_one_line (left->names->str);

      g_string_append_printf (text, "%s%s: %u %s (%s)", i > 0 ? "\n" : "", dataset->path, left->n, left->reason, names);
    }
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

/* ---- names */

/* What systems put into every folder: it is nobody's picture. */
static gboolean
is_junk (const char *name)
{
  static const char *const names[] = { "Thumbs.db", "ehthumbs.db", "desktop.ini",  "__MACOSX",
                                       "@eaDir",    "lost+found",  "$RECYCLE.BIN", "System Volume Information",
                                       NULL };

  if (*name == '.')
    return TRUE;
  for (guint i = 0; names[i] != NULL; i++)
    if (g_ascii_strcasecmp (name, names[i]) == 0)
      return TRUE;
  return FALSE;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* NULL with @error set when it cannot be listed. */
static GPtrArray *
list_names (const char *path, GError **error)
{
  g_autoptr (GDir) directory = g_dir_open (path, 0, error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  if (directory == NULL)
    return NULL;
  while ((name = g_dir_read_name (directory)) != NULL)
    if (!is_junk (name))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return g_steal_pointer (&names);
}

/* ---- a picture and its text */

/* The last one is the usual one. */
static const char *const caption_endings[] = { ".TXT", ".caption", ".txt" };

static char *
stem_of (const char *name)
{
  const char *dot = strrchr (name, '.');

  return dot != NULL && dot != name ? g_strndup (name, (gsize) (dot - name)) : g_strdup (name);
}

static gboolean
is_text (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (caption_endings); i++)
    if (g_str_has_suffix (name, caption_endings[i]))
      return TRUE;
  return FALSE;
}

/* The path of the text beside a picture; where there is none, that of the usual one. */
static char *
caption_path (const char *folder, const char *name)
{
  char *path = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (caption_endings); i++)
    {
      g_autofree char *stem = stem_of (name), *beside = g_strconcat (stem, caption_endings[i], NULL);

      g_free (path);
      path = g_build_filename (folder, beside, NULL);
      if (g_file_test (path, G_FILE_TEST_EXISTS))
        break;
    }
  return path;
}

/* The caption of the picture @name, made of what the file at @path holds; NULL with @error set when there is none. */
static char *
read_caption (const char *path, const char *name, GError **error)
{
  gsize size, bad;
  g_automem char *text = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    arra_set_error (error, ARRA_ERROR_NOT_FOUND,
                    "%s has no caption: write what it shows into %s, or into a metadata.csv", name, path);
  else
    text = arra_read_text (path, ARRA_DATASET_MAX_TEXT, &size, error);
  if (text == NULL || arra_utf8_valid (text, size, &bad))
    return g_steal_pointer (&text);
  arra_set_error (error, ARRA_ERROR_INVALID_DATA, "%s: the caption is not UTF-8: byte %zu: save it as UTF-8", path,
                  bad);
  return NULL;
}

/* A picture without a caption is one all the same: only some need captions. */
static gboolean
add_picture (ArraDataset *dataset, const char *folder, const char *name, const char *relative, GError **error)
{
  g_autofree char *picture = g_build_filename (folder, name, NULL), *path = caption_path (folder, name);
  g_autoptr (GError) fault = NULL;
  g_automem char *text = read_caption (path, picture, &fault);

  if (g_error_matches (fault, ARRA_ERROR, ARRA_ERROR_NO_MEMORY))
    {
      g_propagate_error (error, g_steal_pointer (&fault));
      return FALSE;
    }
  if (!arra_dataset_add (dataset, path, relative, picture, text != NULL ? g_strstrip (text) : "", error))
    return FALSE;
  if (fault != NULL)
    arra_dataset_add_fault (dataset, fault->message);
  return TRUE;
}

static void
leave_out_format (ArraDataset *dataset, const ArraPictureFormat *format, const char *name)
{
  g_autofree char *reason = NULL;

  if (format->package != NULL)
    reason = g_strdup_printf (
        arra_translate (
            "left out: the format %s, for which gdk-pixbuf has no loader here: install Debian's package %s"),
        format->name, format->package);
  else
    reason = g_strdup_printf (arra_translate ("left out: the format %s is not read: save as PNG"),
                              arra_translate (format->name));
  leave_out (dataset, reason, name);
}

/* ---- folders */

static char *
relative_name (const char *below, const char *name)
{
  return *below == '\0' ? g_strdup (name) : g_build_filename (below, name, NULL);
}

/* Takes a file that is a picture, or leaves it out; *@taken: it was neither. */
static gboolean
take_file (ArraDataset *dataset,
           const char *folder,
           const char *name,
           const char *relative,
           gboolean *taken,
           GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL), *text = caption_path (folder, name);
  const ArraPictureFormat *named = arra_picture_format_named (name), *inside = arra_picture_format_inside (path);
  const ArraPictureFormat *format = inside != NULL ? inside : named;

  /* A name that is no picture's, with contents that look like one, is one when somebody described it. */
  *taken = named != NULL || (inside != NULL && g_file_test (text, G_FILE_TEST_EXISTS));
  if (!*taken)
    return TRUE;
  if (arra_picture_format_is_readable (format))
    return add_picture (dataset, folder, name, relative, error);
  leave_out_format (dataset, format, relative);
  return TRUE;
}

/* What is left when the pictures were taken: texts that describe none, and other files. */
static void
leave_out_rest (ArraDataset *dataset, GHashTable *stems, GPtrArray *rest, const char *below)
{
  for (guint i = 0; i < rest->len; i++)
    {
      const char *name = rest->pdata[i];
      g_autofree char *stem = stem_of (name), *relative = relative_name (below, name);

      if (!is_text (name))
        leave_out (dataset, arra_translate ("left out: no picture"), relative);
      else if (!g_hash_table_contains (stems, stem))
        leave_out (dataset, arra_translate ("left out: a text without a picture beside it"), relative);
    }
}

static gboolean read_folder (Walk *walk, const char *below, guint depth, GError **error);

/* The files of a folder; its folders are put into @folders. */
static gboolean
take_files (Walk *walk, const char *folder, const char *below, GPtrArray *names, GPtrArray *folders, GError **error)
{
  g_autoptr (GHashTable) stems = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) rest = g_ptr_array_new ();

  for (guint i = 0; i < names->len; i++)
    {
      const char *name = names->pdata[i];
      g_autofree char *path = g_build_filename (folder, name, NULL), *relative = relative_name (below, name);
      gboolean taken = FALSE;

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        {
          g_ptr_array_add (folders, g_strdup (relative));
          continue;
        }
      if (!is_text (name) && !take_file (walk->dataset, folder, name, relative, &taken, error))
        return FALSE;
      if (taken)
        g_hash_table_add (stems, stem_of (name));
      else if (strcmp (name, "attributes.json") != 0)
        g_ptr_array_add (rest, (gpointer) name);
    }
  leave_out_rest (walk->dataset, stems, rest, below);
  return TRUE;
}

/* kohya's trainers read the number before such a name as repeats. */
static void
note_repeats (Walk *walk, const char *below)
{
  g_autofree char *name = g_path_get_basename (below);
  gsize digits = strspn (name, "0123456789");

  if (digits > 0 && name[digits] == '_')
    leave_out (walk->dataset,
               arra_translate ("left out: the number of repeats in a folder's name: each picture counts once"), below);
}

static gboolean
read_texts (Walk *walk, const char *folder, const char *below, guint depth, GError **error)
{
  g_autoptr (GPtrArray) names = list_names (folder, error);
  g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func (g_free);

  if (names == NULL || !take_files (walk, folder, below, names, folders, error))
    return FALSE;
  for (guint i = 0; i < folders->len; i++)
    {
      note_repeats (walk, folders->pdata[i]);
      if (!read_folder (walk, folders->pdata[i], depth + 1, error))
        return FALSE;
    }
  return TRUE;
}

/* Pictures below a folder with metadata that these do not name. */
static gboolean
note_unnamed (Walk *walk, const char *below, guint depth, GError **error)
{
  g_autofree char *folder = g_build_filename (walk->root, below, NULL);
  g_autoptr (GPtrArray) names = list_names (folder, error);

  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      g_autofree char *relative = relative_name (below, names->pdata[i]),
                      *path = g_build_filename (walk->root, relative, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        {
          if (depth < MAX_DEPTH && !note_unnamed (walk, relative, depth + 1, error))
            return FALSE;
        }
      else if (arra_picture_format_named (names->pdata[i]) != NULL
               && !g_hash_table_contains (walk->dataset->pictures, path))
        leave_out (walk->dataset, arra_translate ("left out: a picture that the metadata do not name"), relative);
    }
  return names != NULL;
}

static gboolean
read_metadata (Walk *walk, const char *below, guint depth, const char *jsonl, const char *csv, GError **error)
{
  gboolean both = g_file_test (jsonl, G_FILE_TEST_EXISTS) && g_file_test (csv, G_FILE_TEST_EXISTS);
  g_autofree char *relative = relative_name (below, "metadata.csv");

  if (both)
    leave_out (walk->dataset, arra_translate ("left out: metadata.jsonl stands beside it"), relative);
  return (g_file_test (jsonl, G_FILE_TEST_EXISTS) ? arra_dataset_read_metadata (walk->dataset, jsonl, error)
                                                  : arra_dataset_read_csv (walk->dataset, csv, error))
         && note_unnamed (walk, below, depth, error);
}

/* TRUE for a folder that is entered for the first time */
static gboolean
enter (Walk *walk, const char *folder)
{
  GStatBuf about;

  return g_stat (folder, &about) == 0
         && g_hash_table_add (walk->entered, g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT,
                                                              (guint64) about.st_dev, (guint64) about.st_ino));
}

static gboolean
read_folder (Walk *walk, const char *below, guint depth, GError **error)
{
  g_autofree char *folder = *below == '\0' ? g_strdup (walk->root) : g_build_filename (walk->root, below, NULL);
  g_autofree char *jsonl = g_build_filename (folder, "metadata.jsonl", NULL);
  g_autofree char *csv = g_build_filename (folder, "metadata.csv", NULL);

  if (depth > MAX_DEPTH)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: too many folders within each other", folder);
  if (!enter (walk, folder))
    return TRUE;
  if (g_file_test (jsonl, G_FILE_TEST_EXISTS) || g_file_test (csv, G_FILE_TEST_EXISTS))
    return read_metadata (walk, below, depth, jsonl, csv, error);
  return arra_dataset_read_attributes_beside (walk->dataset, jsonl, error)
         && read_texts (walk, folder, below, depth, error);
}

gboolean
arra_dataset_read_folder (ArraDataset *dataset, const char *path, GError **error)
{
  g_autoptr (GHashTable) entered = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Walk walk = { .dataset = dataset, .root = path, .entered = entered };

  return read_folder (&walk, "", 0, error);
}
