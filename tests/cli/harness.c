/* harness.c - runs the built `arra` as a user would, and looks at what it did
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <string.h>

#include "fixture.h"

static char *scratch;
static char **environment;
static GSpawnChildSetupFunc child_setup;
static gpointer child_setup_data;

void
outcome_free (Outcome *outcome)
{
  g_free (outcome->out);
  g_free (outcome->err);
  g_free (outcome);
}

void
harness_begin (void)
{
  g_autofree char *empty = NULL;

  g_assert_null (scratch);
  scratch = fixture_directory ();
  environment = g_get_environ ();
  harness_setenv ("ARRA_CPU", NULL);
  harness_setenv ("ARRA_MEMORY_LIMIT", NULL);
  empty = g_build_filename (scratch, "..", "no-such-data", NULL);
  harness_setenv ("XDG_DATA_HOME", empty);
}

void
harness_end (void)
{
  fixture_remove (scratch);
  g_clear_pointer (&scratch, g_free);
  g_clear_pointer (&environment, g_strfreev);
  child_setup = NULL;
}

void
harness_set_child_setup (GSpawnChildSetupFunc func, gpointer data)
{
  child_setup = func;
  child_setup_data = data;
}

void
harness_setenv (const char *name, const char *value)
{
  environment
      = value != NULL ? g_environ_setenv (environment, name, value, TRUE) : g_environ_unsetenv (environment, name);
}

char *
scratch_path (const char *name)
{
  return g_path_is_absolute (name) ? g_strdup (name) : g_build_filename (scratch, name, NULL);
}

guint
scratch_count (void)
{
  g_autoptr (GDir) dir = g_dir_open (scratch, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

gboolean
scratch_has (const char *name)
{
  g_autofree char *path = scratch_path (name);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

char *
golden_path (const char *name)
{
  return g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", name, NULL);
}

const char *
golden_model (void)
{
  static char *path;

  if (path == NULL)
    path = golden_path ("e2e/model");
  return path;
}

const char *
golden_vqgan (void)
{
  static char *path;

  if (path == NULL)
    path = golden_path ("vqgan/f16/vqgan.ckpt");
  return path;
}

static char *
text_of (GBytes *bytes)
{
  gsize size = 0;
  const char *data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;

  return data != NULL ? g_strndup (data, size) : g_strdup ("");
}

/* (transfer full): in which fresh memory has other contents than in the process before, so that nothing which nobody
 * wrote is alike by chance, in C's allocator as in AddressSanitizer's; and with what the build loads to check GLib's
 * functions. */
static char **
next_environment (void)
{
  static guint n_processes;
  const char *preload = g_getenv ("ARRA_PRELOAD"), *sanitizer = g_environ_getenv (environment, "ASAN_OPTIONS");
  g_autofree char *byte = g_strdup_printf ("%u", 1 + n_processes++ * 97 % 255);
  g_autofree char *options
      = g_strdup_printf ("%s:verify_asan_link_order=0:malloc_fill_byte=%s", sanitizer != NULL ? sanitizer : "", byte);
  char **fresh = g_environ_setenv (g_strdupv (environment), "MALLOC_PERTURB_", byte, TRUE);

  fresh = g_environ_setenv (fresh, "ASAN_OPTIONS", options, TRUE);
  return preload != NULL ? g_environ_setenv (fresh, "LD_PRELOAD", preload, TRUE) : fresh;
}

/* With a @script the shell runs that, where "$@" stands for `arra` with its arguments. */
static GSubprocess *
start (const char *script, const char *const *args, int err_fd)
{
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_auto (GStrv) fresh = next_environment ();
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  GSubprocess *process;
  GSubprocessFlags flags = G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE;

  launcher = g_subprocess_launcher_new (err_fd < 0 ? flags | G_SUBPROCESS_FLAGS_STDERR_PIPE : flags);
  if (err_fd >= 0)
    g_subprocess_launcher_take_stderr_fd (launcher, err_fd);
  g_subprocess_launcher_set_environ (launcher, fresh);
  g_subprocess_launcher_set_cwd (launcher, scratch);
  if (child_setup != NULL)
    g_subprocess_launcher_set_child_setup (launcher, child_setup, child_setup_data, NULL);
  for (guint i = 0; script != NULL && i < 4; i++)
    g_ptr_array_add (argv, (gpointer) (const char *[]) { "sh", "-c", script, "sh" }[i]);
  g_ptr_array_add (argv, (gpointer) g_getenv ("ARRA_PROGRAM"));
  for (; *args != NULL; args++)
    g_ptr_array_add (argv, (gpointer) *args);
  g_ptr_array_add (argv, NULL);
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv->pdata, &error);
  g_assert_no_error (error);
  return process;
}

GSubprocess *
arra_start (const char *const *args, int err_fd)
{
  return start (NULL, args, err_fd);
}

Outcome *
arra_finish (GSubprocess *process, const char *input)
{
  Outcome *outcome = g_new0 (Outcome, 1);
  g_autoptr (GBytes) in = g_bytes_new (input, input != NULL ? strlen (input) : 0);
  g_autoptr (GBytes) out = NULL;
  g_autoptr (GBytes) err = NULL;
  g_autoptr (GError) error = NULL;

  g_subprocess_communicate (process, in, NULL, &out, &err, &error);
  g_assert_no_error (error);
  outcome->status = g_subprocess_get_if_exited (process) ? g_subprocess_get_exit_status (process) : -1;
  outcome->out = text_of (out);
  outcome->err = text_of (err);
  g_object_unref (process);
  return outcome;
}

static Outcome *
run_list (const char *script, const char *input, const char *first, va_list more)
{
  g_autoptr (GPtrArray) args = g_ptr_array_new ();

  for (const char *arg = first; arg != NULL; arg = va_arg (more, const char *))
    g_ptr_array_add (args, (gpointer) arg);
  g_ptr_array_add (args, NULL);
  return arra_finish (start (script, (const char *const *) args->pdata, -1), input);
}

Outcome *
arra_run (const char *first, ...)
{
  Outcome *outcome;
  va_list more;

  va_start (more, first);
  outcome = run_list (NULL, NULL, first, more);
  va_end (more);
  return outcome;
}

Outcome *
arra_run_with_input (const char *input, const char *first, ...)
{
  Outcome *outcome;
  va_list more;

  va_start (more, first);
  outcome = run_list (NULL, input, first, more);
  va_end (more);
  return outcome;
}

Outcome *
arra_run_in_shell (const char *script, const char *first, ...)
{
  Outcome *outcome;
  va_list more;

  va_start (more, first);
  outcome = run_list (script, NULL, first, more);
  va_end (more);
  return outcome;
}

void
assert_status (const Outcome *outcome, int status)
{
  if (outcome->status != status)
    g_test_message ("standard output: %s\nstandard error: %s", outcome->out, outcome->err);
  g_assert_cmpint (outcome->status, ==, status);
}

void
assert_says (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_test_message ("'%s' is missing in: %s", part, text);
  g_assert_nonnull (strstr (text, part));
}

JsonNode *
parse_json (const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = json_from_string (text, &error);

  g_assert_no_error (error);
  g_assert_true (JSON_NODE_HOLDS_OBJECT (node));
  return node;
}

static char *
read_text (const char *name, gsize *size)
{
  g_autofree char *path = scratch_path (name);
  g_autoptr (GError) error = NULL;
  char *text;

  g_file_get_contents (path, &text, size, &error);
  g_assert_no_error (error);
  return text;
}

JsonNode *
parse_json_file (const char *name)
{
  g_autofree char *text = read_text (name, NULL);

  return parse_json (text);
}

gboolean
same_bytes (const char *name, const char *other)
{
  gsize size, other_size;
  g_autofree char *bytes = read_text (name, &size);
  g_autofree char *other_bytes = read_text (other, &other_size);

  return size == other_size && memcmp (bytes, other_bytes, size) == 0;
}

static GdkPixbuf *
load_picture (const char *name)
{
  g_autofree char *path = scratch_path (name);
  g_autoptr (GError) error = NULL;
  GdkPixbuf *picture = gdk_pixbuf_new_from_file (path, &error);

  g_assert_no_error (error);
  g_assert_cmpint (gdk_pixbuf_get_n_channels (picture), ==, 3);
  return picture;
}

void
picture_size (const char *path, guint *width, guint *height)
{
  g_autoptr (GdkPixbuf) picture = load_picture (path);

  *width = (guint) gdk_pixbuf_get_width (picture);
  *height = (guint) gdk_pixbuf_get_height (picture);
}

guint
picture_difference (const char *path, const char *other)
{
  g_autoptr (GdkPixbuf) a = load_picture (path);
  g_autoptr (GdkPixbuf) b = load_picture (other);
  guint largest = 0;

  g_assert_cmpint (gdk_pixbuf_get_width (a), ==, gdk_pixbuf_get_width (b));
  g_assert_cmpint (gdk_pixbuf_get_height (a), ==, gdk_pixbuf_get_height (b));
  for (int y = 0; y < gdk_pixbuf_get_height (a); y++)
    {
      const guint8 *p = gdk_pixbuf_read_pixels (a) + y * gdk_pixbuf_get_rowstride (a);
      const guint8 *q = gdk_pixbuf_read_pixels (b) + y * gdk_pixbuf_get_rowstride (b);
      for (int x = 0; x < 3 * gdk_pixbuf_get_width (a); x++)
        largest = MAX (largest, (guint) ABS ((int) p[x] - (int) q[x]));
    }
  return largest;
}
