/* gimp.c - runs the built plug-in inside the GIMP it was built for, in a profile of the test's own
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#define PROGRAM "arra-generate"
#define POLL_MICROSECONDS 20000

static char *scratch;

/* ---- files */

char *
gimp_path (const char *name)
{
  return g_build_filename (scratch, name, NULL);
}

char *
gimp_data (const char *name)
{
  return g_build_filename (g_getenv ("ARRA_TEST_DATA"), name, NULL);
}

const char *
gimp_arra (void)
{
  return g_getenv ("ARRA_PROGRAM");
}

static char *
make_folder (const char *name)
{
  char *path = gimp_path (name);

  g_assert_cmpint (g_mkdir_with_parents (path, 0700), ==, 0);
  return path;
}

static void
copy_program (void)
{
  g_autofree char *folder = make_folder ("profile/plug-ins/" PROGRAM);
  g_autofree char *path = g_build_filename (folder, PROGRAM, NULL);
  g_autoptr (GFile) from = g_file_new_for_path (g_getenv ("ARRA_PLUGIN")), to = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;

  g_file_copy (from, to, G_FILE_COPY_OVERWRITE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

void
gimp_begin (void)
{
  g_autofree char *profile = NULL, *home = NULL, *temporary = NULL;

  scratch = g_dir_make_tmp ("arra-gimp-XXXXXX", NULL);
  g_assert_nonnull (scratch);
  copy_program ();
  profile = make_folder ("profile");
  home = make_folder ("home");
  temporary = make_folder ("temporary");
  g_setenv (GIMP_PROFILE, profile, TRUE);
  g_setenv ("HOME", home, TRUE);
  g_setenv ("TMPDIR", temporary, TRUE);
  g_unsetenv ("XDG_CONFIG_HOME");
  g_unsetenv ("XDG_DATA_HOME");
  g_unsetenv ("XDG_CACHE_HOME");
  g_unsetenv ("DISPLAY");
  g_unsetenv ("WAYLAND_DISPLAY");
  g_unsetenv ("G_DEBUG");        /* GIMP has criticals of its own */
  gimp_run_free (gimp_run ("")); /* a fresh profile asks every plug-in what it is, once */
}

static void
remove_all (const char *path)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_all (child);
    }
  g_remove (path);
}

void
gimp_end (void)
{
  remove_all (scratch);
  g_clear_pointer (&scratch, g_free);
}

gboolean
gimp_temporary_is_empty (void)
{
  g_autofree char *path = gimp_path ("temporary");
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (!g_str_has_prefix (name, "gimp")) /* GIMP's own */
      {
        g_test_message ("left behind: %s", name);
        return FALSE;
      }
  return TRUE;
}

gboolean
gimp_file_holds (const char *name, const char *text)
{
  g_autofree char *path = gimp_path (name), *bytes = NULL;
  gsize size = 0;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  return memmem (bytes, size, text, strlen (text)) != NULL;
}

gboolean
gimp_folder_holds (const char *name, const char *text)
{
  g_autofree char *path = gimp_path (name);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *child;

  if (dir == NULL)
    return g_file_test (path, G_FILE_TEST_IS_REGULAR) && gimp_file_holds (name, text);
  while ((child = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *below = g_build_filename (name, child, NULL);

      if (gimp_folder_holds (below, text))
        return TRUE;
    }
  return FALSE;
}

/* ---- GIMP */

void
gimp_run_free (GimpRun *run)
{
  g_free (run->out);
  g_free (run->err);
  g_free (run->report);
  g_free (run);
}

static void
append_file (GString *job, const char *name)
{
  g_autofree char *path = gimp_data (name), *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_string_append (job, text);
}

char *
gimp_write_job (const char *script)
{
  g_autoptr (GString) job = g_string_new (NULL);
  g_autofree char *model = gimp_data (MODEL), *vqgan = gimp_data (VQGAN), *report = gimp_path ("report.txt");
  char *path = gimp_path ("job.scm");

  g_remove (report);
  g_string_append_printf (job, "(define scratch \"%s\")\n(define checkpoint \"%s\")\n(define vqgan \"%s\")\n", scratch,
                          model, vqgan);
  append_file (job, "plugin/prelude.scm");
  append_file (job, GIMP_PRELUDE);
  g_string_append (job, script);
  g_string_append (job, "\n(done)\n");
  g_assert_true (g_file_set_contents (path, job->str, -1, NULL));
  return path;
}

GSubprocess *
gimp_start (const char *script)
{
  g_autofree char *path = gimp_write_job (script), *load = g_strdup_printf ("(load \"%s\")", path);
  const char *const args[]
      = { g_getenv ("ARRA_GIMP"), "-i", "-d", "-f", GIMP_INTERPRETER, "-b", load, GIMP_QUIT, NULL };
  g_autoptr (GError) error = NULL;
  GSubprocess *process
      = g_subprocess_newv (args, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);

  g_assert_no_error (error);
  return process;
}

GimpRun *
gimp_finish (GSubprocess *process)
{
  GimpRun *run = g_new0 (GimpRun, 1);
  g_autofree char *report = gimp_path ("report.txt");
  g_autoptr (GError) error = NULL;

  g_subprocess_communicate_utf8 (process, NULL, NULL, &run->out, &run->err, &error);
  g_assert_no_error (error);
  run->status = g_subprocess_get_if_exited (process) ? g_subprocess_get_exit_status (process) : -1;
  if (!g_file_get_contents (report, &run->report, NULL, NULL))
    run->report = g_strdup ("");
  g_test_message ("status %d\n%s%s%s", run->status, run->out, run->err, run->report);
  g_object_unref (process);
  return run;
}

GimpRun *
gimp_run (const char *script)
{
  return gimp_finish (gimp_start (script));
}

void
gimp_assert_done (const GimpRun *run)
{
  g_assert_cmpint (run->status, ==, 0);
  gimp_assert_said (run, "done", "1");
}

void
gimp_assert_said (const GimpRun *run, const char *name, const char *value)
{
  g_autofree char *line = g_strdup_printf ("%s=%s", name, value);
  g_auto (GStrv) lines = g_strsplit (run->report, "\n", -1);

  if (!g_strv_contains ((const char *const *) lines, line))
    g_error ("the script did not say %s", line);
}

/* ---- processes */

static gboolean
is_plug_in (const char *pid, const char *parent)
{
  g_autofree char *exe_path = g_build_filename ("/proc", pid, "exe", NULL), *exe = g_file_read_link (exe_path, NULL);
  g_autofree char *stat_path = g_build_filename ("/proc", pid, "stat", NULL), *stat = NULL;
  g_auto (GStrv) words = NULL;

  if (exe == NULL || !g_str_has_suffix (exe, "/" PROGRAM) || !g_file_get_contents (stat_path, &stat, NULL, NULL))
    return FALSE;
  words = g_strsplit (strrchr (stat, ')') + 2, " ", 3);
  return g_str_equal (words[1], parent);
}

int
gimp_plug_in_pid (GSubprocess *process, double seconds)
{
  const gint64 end = g_get_monotonic_time () + (gint64) (seconds * G_USEC_PER_SEC);

  while (g_get_monotonic_time () < end)
    {
      g_autoptr (GDir) dir = g_dir_open ("/proc", 0, NULL);
      const char *name, *parent = g_subprocess_get_identifier (process);

      while (parent != NULL && (name = g_dir_read_name (dir)) != NULL)
        if (g_ascii_isdigit (*name) && is_plug_in (name, parent))
          return atoi (name);
      g_usleep (POLL_MICROSECONDS);
    }
  return 0;
}

gboolean
gimp_pid_ends (int pid, double seconds)
{
  const gint64 end = g_get_monotonic_time () + (gint64) (seconds * G_USEC_PER_SEC);
  g_autofree char *path = g_strdup_printf ("/proc/%d/exe", pid);

  while (g_get_monotonic_time () < end)
    {
      g_autofree char *exe = g_file_read_link (path, NULL); /* NULL for a zombie, too */

      if (exe == NULL)
        return TRUE;
      g_usleep (POLL_MICROSECONDS);
    }
  return FALSE;
}

/* ---- the command line */

void
gimp_command (const char *program, ...)
{
  g_autoptr (GPtrArray) args = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = NULL;
  va_list list;

  g_ptr_array_add (args, (char *) program);
  va_start (list, program);
  for (char *arg = va_arg (list, char *); arg != NULL; arg = va_arg (list, char *))
    g_ptr_array_add (args, arg);
  va_end (list);
  g_ptr_array_add (args, NULL);
  process = g_subprocess_newv ((const char *const *) args->pdata, G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error);
  g_assert_no_error (error);
  g_subprocess_wait_check (process, NULL, &error);
  g_assert_no_error (error);
}

char *
gimp_reference (const char *name, const char *const *options)
{
  g_autofree char *model = gimp_data (MODEL), *vqgan = gimp_data (VQGAN);
  char *path = gimp_path (name);
  const char *const fixed[] = { gimp_arra (), "generate", "--model", model, "--vqgan", vqgan, "--prompt", "a red fox",
                                "--size",     "64x64",    "--seed",  "7",   "--quiet", "-o",  path };
  g_autoptr (GPtrArray) args = g_ptr_array_new ();
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (fixed); i++)
    g_ptr_array_add (args, (char *) fixed[i]);
  for (; options != NULL && *options != NULL; options++)
    g_ptr_array_add (args, (char *) *options);
  g_ptr_array_add (args, NULL);
  process = g_subprocess_newv ((const char *const *) args->pdata, G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error);
  g_assert_no_error (error);
  g_subprocess_wait_check (process, NULL, &error);
  g_assert_no_error (error);
  return path;
}
