/* prompts.c - many prompts: the lines of a text, or the captions of a data set
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "prompts.h"

#include <string.h>

#include "fail.h"
#include "mem.h"
#include "open.h"
#include "prompt.h"
#include "status.h"
#include "utf8.h"

#define MAX_LINES (64u << 20) /* bytes of a text */

static gboolean
is_dataset (const char *path)
{
  return g_file_test (path, G_FILE_TEST_IS_DIR) || g_str_has_suffix (path, ".jsonl") || g_str_has_suffix (path, ".json")
         || g_str_has_suffix (path, ".csv");
}

static gboolean
read_captions (CliPrompts *prompts, const char *path, GError **error)
{
  prompts->dataset = cli_open_dataset (path, FALSE, error);
  if (prompts->dataset == NULL || !arra_dataset_has_captions (prompts->dataset, error))
    return FALSE;
  for (guint i = 0; i < arra_dataset_size (prompts->dataset); i++)
    g_ptr_array_add (prompts->texts, (gpointer) arra_dataset_caption (prompts->dataset, i));
  return TRUE;
}

static gboolean
add_line (CliPrompts *prompts, char *line, const char *name, guint number, GError **error)
{
  gsize length = strlen (line);

  if (length > CLI_MAX_TEXT)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "--prompts: %s: line %u is longer than %u bytes", name, number,
                      CLI_MAX_TEXT);
  if (!arra_utf8_valid (line, length, NULL))
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "--prompts: %s: line %u is not UTF-8 text", name, number);
  if (*g_strstrip (line) != '\0')
    g_ptr_array_add (prompts->texts, line);
  return TRUE;
}

static gboolean
read_lines (CliPrompts *prompts, const char *path, GError **error)
{
  const char *name = strcmp (path, "-") == 0 ? "standard input" : path;
  gsize size;
  guint number = 1;

  prompts->lines = cli_read_text ("--prompts", path, MAX_LINES, &size, error);
  if (prompts->lines == NULL)
    return FALSE;
  for (char *line = prompts->lines, *end; line != NULL; line = end, number++)
    {
      end = strchr (line, '\n');
      if (end != NULL)
        *end++ = '\0';
      if (!add_line (prompts, line, name, number, error))
        return FALSE;
    }
  if (prompts->texts->len == 0)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "--prompts: %s holds no prompt: one a line is expected", name);
  return TRUE;
}

gboolean
cli_prompts_read (CliPrompts *prompts, const char *path, GError **error)
{
  *prompts = (CliPrompts) { .texts = g_ptr_array_new () };
  if (is_dataset (path) ? read_captions (prompts, path, error) : read_lines (prompts, path, error))
    return TRUE;
  cli_prompts_clear (prompts);
  return FALSE;
}

void
cli_prompts_clear (CliPrompts *prompts)
{
  g_clear_pointer (&prompts->texts, g_ptr_array_unref);
  g_clear_pointer (&prompts->dataset, arra_dataset_free);
  g_clear_pointer (&prompts->lines, arra_mem_free);
}

char *
cli_prompts_sha256 (const CliPrompts *prompts)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  for (guint i = 0; i < prompts->texts->len; i++)
    {
      const char *text = g_ptr_array_index (prompts->texts, i);

      g_checksum_update (sum, (const guchar *) text, (gssize) strlen (text) + 1);
    }
  return g_strdup (g_checksum_get_string (sum));
}
