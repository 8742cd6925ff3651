/* test-readme.c - README's example of a batch, as it stands there: it makes its layers, and GIMP ends with nothing left
 * over
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp.h"

#include <string.h>

#define CHECKPOINT "/home/me/models/arra.gguf"
#define OUTPUT "/tmp/oak.xcf"
#if GIMP_SERIES == 3
#define INTRODUCTION "In GIMP 3, `job.scm`:"
#define CONSOLE "gimp-console-3.0"
#else
#define INTRODUCTION "GIMP 2.10 takes all arguments"
#define CONSOLE "gimp-console-2.10"
#endif

/* The next block of lines that are indented by four spaces, without them; *@at: goes behind it. */
static char *
next_block (const char **at)
{
  g_autoptr (GString) block = g_string_new (NULL);
  const char *begin = strstr (*at, "\n    "), *line;

  g_assert_nonnull (begin);
  for (line = begin + 1; g_str_has_prefix (line, "    "); line = strchr (line, '\n') + 1)
    g_string_append_len (block, line + 4, strchr (line, '\n') + 1 - (line + 4));
  *at = line;
  return g_string_free (g_steal_pointer (&block), FALSE);
}

static char *
with (const char *text, const char *from, const char *to)
{
  g_auto (GStrv) parts = g_strsplit (text, from, -1);

  g_assert_cmpuint (g_strv_length (parts), >, 1);
  return g_strjoinv (to, parts);
}

/* The script with paths of the test's own, and the command with the GIMP that is tested. */
static char *
prepare (void)
{
  g_autofree char *readme = NULL, *script = NULL, *command = NULL, *here = NULL, *there = NULL;
  g_autofree char *checkpoint = gimp_path ("arra.gguf"), *output = gimp_path ("oak.xcf"), *job = gimp_path ("job.scm");
  const char *at;

  g_assert_true (g_file_get_contents (g_getenv ("ARRA_README"), &readme, NULL, NULL));
  at = strstr (readme, INTRODUCTION);
  g_assert_nonnull (at);
  script = next_block (&at);
  command = next_block (&at);
  here = with (script, CHECKPOINT, checkpoint);
  there = with (here, OUTPUT, output);
  g_assert_true (g_file_set_contents (job, there, -1, NULL));
  return with (command, CONSOLE, g_getenv ("ARRA_GIMP"));
}

static void
assert_clean (const char *log)
{
  static const char *const remains[] = { "leaked", "GeglBuffer", "stray", "gegl_tile_cache_destroy", "CRITICAL" };

  for (gsize i = 0; i < G_N_ELEMENTS (remains); i++)
    if (strstr (log, remains[i]) != NULL)
      g_error ("GIMP's log speaks of “%s”:\n%s", remains[i], log);
}

static void
test_batch (void)
{
  g_autofree char *command = prepare (), *folder = gimp_path ("."), *out = NULL, *log = NULL;
  const char *argv[] = { "sh", "-c", command, NULL };
  g_autoptr (GError) error = NULL;
  int status;

  g_assert_true (
      g_spawn_sync (folder, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &log, &status, &error));
  g_assert_no_error (error);
  g_test_message ("%s\n%s%s", command, out, log);
  g_assert_true (g_spawn_check_wait_status (status, &error));
  assert_clean (out);
  assert_clean (log);
  g_assert_true (gimp_file_holds ("oak.xcf", "oak wood, weathered"));
}

static void
make_checkpoint (void)
{
  g_autofree char *model = gimp_data (MODEL), *vqgan = gimp_data (VQGAN), *path = gimp_path ("arra.gguf");

  gimp_command (gimp_arra (), "convert", model, "--vqgan", vqgan, "--type", "f32", "--quiet", "-o", path, NULL);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  gimp_begin ();
  make_checkpoint ();
  g_test_add_func ("/plugin/readme/batch", test_batch);
  status = g_test_run ();
  gimp_end ();
  return status;
}
