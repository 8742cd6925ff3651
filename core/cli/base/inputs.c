/* inputs.c - the files that a command reads, none of which it may write over
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "inputs.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "locate.h"
#include "output.h"
#include "status.h"

#define DEEPEST 3 /* folders within a model's folder */

struct _CliInputs
{
  GHashTable *files; /* "device:inode" -> name */
};

CliInputs *
cli_inputs_new (void)
{
  CliInputs *inputs = g_new0 (CliInputs, 1);

  inputs->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return inputs;
}

void
cli_inputs_free (CliInputs *inputs)
{
  if (inputs == NULL)
    return;
  g_hash_table_unref (inputs->files);
  g_free (inputs);
}

static char *
key_of (const struct stat *status)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, (guint64) status->st_dev,
                          (guint64) status->st_ino);
}

/* Devices and pipes are not lost by being written to. */
static gboolean
can_be_lost (const struct stat *status)
{
  return S_ISREG (status->st_mode) || S_ISDIR (status->st_mode);
}

static void
add_status (CliInputs *inputs, const struct stat *status, const char *name)
{
  if (can_be_lost (status))
    g_hash_table_insert (inputs->files, key_of (status), g_strdup (name));
}

void
cli_inputs_add_one (CliInputs *inputs, const char *path)
{
  struct stat status;

  if (stat (path, &status) == 0)
    add_status (inputs, &status, path);
}

static gboolean
has_ending (const char *name, const char *const *endings)
{
  const char *dot = strrchr (name, '.');

  for (; dot != NULL && *endings != NULL; endings++)
    if (g_ascii_strcasecmp (dot, *endings) == 0)
      return TRUE;
  return FALSE;
}

/* A picture that somebody keeps in a model's folder, and may make anew. */
static gboolean
is_loose_picture (const char *name)
{
  static const char *const endings[] = { ".png", ".jpg", ".jpeg", NULL };

  return has_ending (name, endings) && !g_str_has_prefix (name, "thumbnail");
}

static void
add_folder (CliInputs *inputs, const char *path, guint depth)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  cli_inputs_add_one (inputs, path);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);

      if (!g_file_test (inner, G_FILE_TEST_IS_DIR))
        {
          if (!is_loose_picture (name))
            cli_inputs_add_one (inputs, inner);
        }
      else if (depth < DEEPEST)
        add_folder (inputs, inner, depth + 1);
    }
}

/* Weights say their shape in a file beside them. */
static void
add_beside (CliInputs *inputs, const char *path)
{
  static const char *const weights[] = { ".ckpt", ".safetensors", ".pt", ".pth", ".bin", NULL };
  static const char *const names[] = { "vqgan.yaml", "vqgan.json", "config.json" };
  g_autofree char *folder = g_path_get_dirname (path);

  for (guint i = 0; has_ending (path, weights) && i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *beside = g_build_filename (folder, names[i], NULL);

      cli_inputs_add_one (inputs, beside);
    }
}

void
cli_inputs_add (CliInputs *inputs, const char *path)
{
  struct stat status;

  if (path == NULL)
    return;
  if (strcmp (path, "-") == 0)
    {
      if (fstat (STDIN_FILENO, &status) == 0)
        add_status (inputs, &status, "standard input");
    }
  else if (g_file_test (path, G_FILE_TEST_IS_DIR))
    add_folder (inputs, path, 0);
  else
    {
      cli_inputs_add_one (inputs, path);
      add_beside (inputs, path);
    }
}

void
cli_inputs_add_checkpoint (CliInputs *inputs, const char *model, const char *vqgan)
{
  g_autofree char *path = cli_locate_checkpoint (model, NULL), *vqgan_path = NULL;

  cli_inputs_add (inputs, path);
  if (cli_locate_part ("--vqgan", vqgan, &vqgan_path, NULL))
    cli_inputs_add (inputs, vqgan_path);
}

static void
add_caption (CliInputs *inputs, const char *picture)
{
  const char *dot = strrchr (picture, '.');
  g_autofree char *text = NULL;

  if (dot == NULL || strchr (dot, '/') != NULL)
    return;
  text = g_strdup_printf ("%.*s.txt", (int) (dot - picture), picture);
  cli_inputs_add_one (inputs, text);
}

void
cli_inputs_add_dataset (CliInputs *inputs, const char *path, const ArraDataset *dataset)
{
  static const char *const names[] = { "metadata.jsonl", "metadata.csv", "attributes.json", "series.json" };
  gboolean is_folder = g_file_test (path, G_FILE_TEST_IS_DIR);
  g_autofree char *folder = is_folder ? g_strdup (path) : g_path_get_dirname (path);

  cli_inputs_add_one (inputs, path);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *file = g_build_filename (folder, names[i], NULL);

      cli_inputs_add_one (inputs, file);
      if (g_str_equal (file, path)) /* it stands for its folder */
        cli_inputs_add_one (inputs, folder);
    }
  for (guint i = 0; i < arra_dataset_size (dataset); i++)
    {
      cli_inputs_add_one (inputs, arra_dataset_picture (dataset, i));
      add_caption (inputs, arra_dataset_picture (dataset, i));
    }
}

static gboolean
is_same_name (const char *a, const char *b)
{
  g_autofree char *whole = g_canonicalize_filename (a, NULL), *other = g_canonicalize_filename (b, NULL);

  return strcmp (whole, other) == 0;
}

gboolean
cli_inputs_spare (const CliInputs *inputs, const char *option, const char *out, GError **error)
{
  struct stat status;
  g_autofree char *key = NULL;
  const char *name;

  if (cli_output_is_standard (out) ? fstat (STDOUT_FILENO, &status) != 0 : stat (out, &status) != 0)
    return TRUE;
  key = key_of (&status);
  name = g_hash_table_lookup (inputs->files, key);
  if (name == NULL)
    return TRUE;
  if (is_same_name (name, out))
    return cli_usage_error (error, "%s: %s is read by this command, and would be lost: give another name", option, out);
  return cli_usage_error (error, "%s: %s is %s, which this command reads, and would be lost: give another name", option,
                          out, name);
}

/* The folder that @path would lie in, without links; NULL: none is there. (transfer full) */
static char *
folder_of (const char *path)
{
  g_autofree char *place = g_canonicalize_filename (path, NULL);
  char real[PATH_MAX];

  while (!g_file_test (place, G_FILE_TEST_IS_DIR))
    {
      char *above = g_path_get_dirname (place);

      g_free (place);
      place = above;
    }
  return realpath (place, real) != NULL ? g_strdup (real) : NULL;
}

static gboolean
has_metadata (const char *folder)
{
  static const char *const names[] = { "metadata.jsonl", "metadata.csv" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        return TRUE;
    }
  return FALSE;
}

/* Whether @place, a folder without links, is @folder or lies in it. */
static gboolean
lies_in (const char *place, const struct stat *folder)
{
  g_autofree char *at = g_strdup (place);

  for (;;)
    {
      char *above = g_path_get_dirname (at);
      gboolean is_top = strcmp (above, at) == 0;
      struct stat status;
      gboolean found = stat (at, &status) == 0 && status.st_dev == folder->st_dev && status.st_ino == folder->st_ino;

      g_free (at);
      at = above;
      if (found || is_top)
        return found;
    }
}

gboolean
cli_inputs_outside (const char *option, const char *data, const char *out, GError **error)
{
  g_autofree char *place = cli_output_is_stream (out) ? NULL : folder_of (out);
  struct stat folder;

  if (place == NULL || stat (data, &folder) != 0 || !S_ISDIR (folder.st_mode) || has_metadata (data)
      || !lies_in (place, &folder))
    return TRUE;
  return cli_usage_error (
      error,
      "%s: %s lies in %s, whose pictures are read: what is written would count as one of them; name a place outside",
      option, out, data);
}
