/* test-peer.c - `arra` beside other programs, in turn, row by row: medians of both, and of the ratios of pairs
 *
 * Arguments: the `arra` program and names of rows, or "all". ARRA_PEERS: peer.h; tests/bench/peers sets all this up.
 * With TRY=1 all of it is tiny, and the figures mean nothing. Nothing is asserted of a time.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fixture.h"
#include "peer.h"

static PeerPlace place;
static GString *table; /* Markdown */

/* (transfer full): with as many digits as tell something */
static char *
milliseconds (double value)
{
  return g_strdup_printf (value < 100 ? "%.1f ms" : "%.0f ms", value);
}

static void
tell (const PeerRow *row, PeerPairs *pairs)
{
  g_autofree char *processor = peer_machine (), *ours = NULL, *theirs = NULL;
  g_autofree char *machine = g_strconcat (processor, place.tiny ? "; tiny, so it means nothing" : NULL, NULL);
  double ratios[PEER_ROUNDS], ratio;

  for (guint i = 0; i < pairs->n; i++)
    {
      g_assert_cmpfloat (pairs->ours[i], >, 0);
      g_assert_cmpfloat (pairs->theirs[i], >, 0);
      ratios[i] = row->of_time ? pairs->ours[i] / pairs->theirs[i] : pairs->theirs[i] / pairs->ours[i];
    }
  ours = milliseconds (peer_median (pairs->ours, pairs->n));
  theirs = milliseconds (peer_median (pairs->theirs, pairs->n));
  ratio = peer_median (ratios, pairs->n);
  g_test_message ("%s: %s: arra %s, %s %s, ratio %.2f (must be %s); %s", row->name, row->work, ours, row->peer, theirs,
                  ratio, row->must, machine);
  g_string_append_printf (table, "# | %s | %s | %s: %s | %.2f | %s | %s |\n", row->work, ours, row->peer, theirs, ratio,
                          row->must, machine);
}

static void
test_row (gconstpointer data)
{
  const PeerRow *row = data;
  g_autoptr (GError) error = NULL;
  PeerPairs pairs = { .n = place.tiny ? 1 : row->rounds };

  if (row->needs != NULL && !peer_succeeds (&place, row->needs))
    {
      g_autofree char *reason = g_strdup_printf (
          "%s is not there (Debian: %s; tests/bench/peers installs it in a root of its own)", row->peer, row->package);

      g_test_skip (reason);
      return;
    }
  row->measure (row, &place, &pairs, &error);
  g_assert_no_error (error);
  if (error == NULL)
    tell (row, &pairs);
}

static const PeerRow *const tables[] = { peer_llama_rows, peer_python_rows, peer_shipped_rows };

/* A row, or with "all" every one of them; FALSE: there is none of that name. */
static gboolean
add_rows (const char *asked)
{
  gboolean found = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const PeerRow *row = tables[i]; row->name != NULL; row++)
      if (g_str_equal (asked, "all") || g_str_equal (asked, row->name))
        {
          g_autofree char *path = g_strconcat ("/peer/", row->name, NULL);

          g_test_add_data_func (path, row, test_row);
          found = TRUE;
        }
  return found;
}

static int
explain (void)
{
  g_printerr ("test-peer PROGRAM all|ROW...; rows:");
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const PeerRow *row = tables[i]; row->name != NULL; row++)
      g_printerr (" %s", row->name);
  g_printerr ("\n");
  return 64;
}

static void
print_table (void)
{
  if (table->len > 0)
    g_print ("#\n# | work | arra | beside | ratio | must be | machine |\n# |---|---|---|---|---|---|\n%s", table->str);
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = NULL, *arra = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_set_nonfatal_assertions (); /* so that gigabytes of files are removed in the end */
  if (argc < 3)
    return explain ();
  for (int i = 2; i < argc; i++)
    if (!add_rows (argv[i]))
      return explain ();
  folder = fixture_directory ();
  table = g_string_new (NULL);
  arra = g_canonicalize_filename (argv[1], NULL);
  place = (PeerPlace) { .arra = arra, .folder = folder, .tiny = g_getenv ("TRY") != NULL };
  g_unsetenv ("MALLOC_PERTURB_"); /* which writes all memory once more */
  status = g_test_run ();
  print_table ();
  g_string_free (table, TRUE);
  fixture_remove (folder);
  return status;
}
