/* peer_run.c - runs `arra` and its peers, and says on which machine
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "peer.h"

#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>

#define COMPLAINT 2000 /* bytes of it that are shown */

static void
append_all (GPtrArray *argv, const char *const *words)
{
  for (; *words != NULL; words++)
    g_ptr_array_add (argv, g_strdup (*words));
}

/* The end of what a program complained of, which is where the reason is. */
static const char *
last_of (const char *text)
{
  gsize length = strlen (text);

  return length > COMPLAINT ? text + length - COMPLAINT : text;
}

/* @out: (optional) (transfer full): what it prints */
static gboolean
run (const PeerPlace *place, GPtrArray *argv, char **out, GError **error)
{
  g_autofree char *said = NULL, *complaint = NULL;
  int status;

  g_ptr_array_add (argv, NULL);
  if (!g_spawn_sync (place->folder, (char **) argv->pdata, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &said, &complaint,
                     &status, error))
    return FALSE;
  if (!g_spawn_check_wait_status (status, error))
    {
      g_prefix_error (error, "%s: %s", (char *) argv->pdata[0], last_of (complaint));
      return FALSE;
    }
  if (out != NULL)
    *out = g_steal_pointer (&said);
  return TRUE;
}

static GPtrArray *
our_command (const PeerPlace *place, const char *const *arguments)
{
  GPtrArray *argv = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (argv, g_strdup (place->arra));
  append_all (argv, arguments);
  return argv;
}

static GPtrArray *
their_command (const char *const *command, GError **error)
{
  GPtrArray *argv = g_ptr_array_new_with_free_func (g_free);
  const char *through = g_getenv ("ARRA_PEERS");
  g_auto (GStrv) words = NULL;

  if (through != NULL && !g_shell_parse_argv (through, NULL, &words, error))
    {
      g_prefix_error (error, "ARRA_PEERS: ");
      g_ptr_array_unref (argv);
      return NULL;
    }
  if (words != NULL)
    append_all (argv, (const char *const *) words);
  append_all (argv, command);
  return argv;
}

static JsonParser *
run_for_json (const PeerPlace *place, GPtrArray *argv, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *out = NULL;

  if (!run (place, argv, &out, error) || !json_parser_load_from_data (parser, out, -1, error))
    return NULL;
  return g_steal_pointer (&parser);
}

JsonParser *
peer_run_ours (const PeerPlace *place, const char *const *arguments, GError **error)
{
  g_autoptr (GPtrArray) argv = our_command (place, arguments);

  return run_for_json (place, argv, error);
}

JsonParser *
peer_run_theirs (const PeerPlace *place, const char *const *command, GError **error)
{
  g_autoptr (GPtrArray) argv = their_command (command, error);

  return argv != NULL ? run_for_json (place, argv, error) : NULL;
}

gboolean
peer_succeeds (const PeerPlace *place, const char *const *command)
{
  g_autoptr (GPtrArray) argv = their_command (command, NULL);

  return argv != NULL && run (place, argv, NULL, NULL);
}

double
peer_time_ours (const PeerPlace *place, const char *const *arguments, GError **error)
{
  g_autoptr (GPtrArray) argv = our_command (place, arguments);
  gint64 begun = g_get_monotonic_time ();

  return run (place, argv, NULL, error) ? (double) (g_get_monotonic_time () - begun) / G_USEC_PER_SEC : -1;
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

double
peer_median (double *values, guint n)
{
  qsort (values, n, sizeof *values, compare);
  return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

/* (transfer full): what stands behind @key in /proc/cpuinfo */
static char *
processor_field (const char *text, const char *key)
{
  const char *at = strstr (text, key), *end;

  if (at == NULL)
    return g_strdup ("unknown");
  at += strlen (key);
  at += strspn (at, "\t :");
  end = strchr (at, '\n');
  return g_strndup (at, end != NULL ? (gsize) (end - at) : strlen (at));
}

char *
peer_machine (void)
{
  g_autofree char *text = NULL, *name = NULL, *flags = NULL;

  if (!g_file_get_contents ("/proc/cpuinfo", &text, NULL, NULL))
    text = g_strdup ("");
  name = processor_field (text, "\nmodel name");
  flags = processor_field (text, "\nflags");
  return g_strdup_printf ("%s, %u cores, %s AVX-512", name, g_get_num_processors (),
                          strstr (flags, "avx512f") != NULL ? "with" : "without");
}
