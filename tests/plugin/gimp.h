/* gimp.h - runs the built plug-in inside the GIMP it was built for, in a profile of the test's own
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#define MODEL "golden/e2e/model"
#define VQGAN "golden/vqgan/f16"

/* A GIMP that has ended. */
typedef struct
{
  int status; /* exit code; -1: ended by a signal */
  char *out, *err;
  char *report; /* what the script said, line by line */
} GimpRun;

void gimp_run_free (GimpRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GimpRun, gimp_run_free)

/* The scratch folder with profile, home and temporary folder; removed by gimp_end(). */
void gimp_begin (void);
void gimp_end (void);
char *gimp_path (const char *name);      /* (transfer full): in the scratch folder */
char *gimp_data (const char *name);      /* (transfer full): in the tests' folder */
gboolean gimp_temporary_is_empty (void); /* no file of ours in the temporary folder */

/* Scheme after the preludes; checkpoint and VQGAN are the golden ones unless @script sets others. */
char *gimp_write_job (const char *script); /* (transfer full): the path of the whole script */
GSubprocess *gimp_start (const char *script);
GimpRun *gimp_finish (GSubprocess *process);
GimpRun *gimp_run (const char *script);
void gimp_assert_done (const GimpRun *run);                                      /* the script came to its end */
void gimp_assert_said (const GimpRun *run, const char *name, const char *value); /* exactly */

/* The process of the plug-in that @process has started; 0: none within @seconds. */
int gimp_plug_in_pid (GSubprocess *process, double seconds);
gboolean gimp_pid_ends (int pid, double seconds);

/* Runs a program to its end: arguments until NULL; fails the test when that fails. */
void gimp_command (const char *program, ...) G_GNUC_NULL_TERMINATED;
const char *gimp_arra (void);
/* What `arra generate` writes for the prelude's settings, with more options; (transfer full): its path */
char *gimp_reference (const char *name, const char *const *options);

gboolean gimp_file_holds (const char *name, const char *text);
gboolean gimp_folder_holds (const char *name, const char *text); /* any file in it or below */
