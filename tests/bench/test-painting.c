/* test-painting.c - how well the shipped textures fill holes, and whether their tiles have seams: prints the tables of
 * RESULTS.md. Nothing is asserted but that all of it was made.
 *
 * Arguments: the `arra` program, the folder of the checkpoints that ship.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <stdlib.h>
#include <string.h>

#include "dataset.h"
#include "fixture.h"

#define HOLES 20
#define TILES 50
#define SIDE 256
#define PIECE 128
#define HOLE 96
#define BEGIN ((SIDE - HOLE) / 2)
#define END (BEGIN + HOLE)

static const char *program, *shipped;
static char *folder;

/* (transfer full): of a name in the folder */
G_GNUC_PRINTF (1, 2)
static char *
path_of (const char *format, ...)
{
  g_autofree char *name = NULL;
  va_list arguments;

  va_start (arguments, format);
  name = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  return g_build_filename (folder, name, NULL);
}

/* What `arra` prints. */
G_GNUC_NULL_TERMINATED
static char *
run (const char *first, ...)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *err = NULL;
  char *out = NULL;
  va_list arguments;
  int status;

  g_ptr_array_add (argv, (gpointer) program);
  va_start (arguments, first);
  for (const char *word = first; word != NULL; word = va_arg (arguments, const char *))
    g_ptr_array_add (argv, (gpointer) word);
  va_end (arguments);
  g_ptr_array_add (argv, NULL);
  if (!g_spawn_sync (NULL, (char **) argv->pdata, NULL, 0, NULL, NULL, &out, &err, &status, &error)
      || !g_spawn_check_wait_status (status, &error))
    g_error ("arra %s: %s\n%s", first, error->message, err != NULL ? err : "");
  return out;
}

static GdkPixbuf *
load (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkPixbuf) picture = gdk_pixbuf_new_from_file (path, &error);
  GdkPixbuf *rgb;

  g_assert_no_error (error);
  rgb = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, gdk_pixbuf_get_width (picture), gdk_pixbuf_get_height (picture));
  gdk_pixbuf_copy_area (picture, 0, 0, gdk_pixbuf_get_width (picture), gdk_pixbuf_get_height (picture), rgb, 0, 0);
  return rgb;
}

static void
save (GdkPixbuf *picture, const char *path)
{
  g_autoptr (GError) error = NULL;

  gdk_pixbuf_save (picture, path, "png", &error, NULL);
  g_assert_no_error (error);
}

/* Mean difference of the channels of two pixels. */
static double
step (const GdkPixbuf *picture, int x, int y, int other_x, int other_y)
{
  const guint8 *pixels = gdk_pixbuf_read_pixels (picture);
  const gsize stride = (gsize) gdk_pixbuf_get_rowstride (picture);
  const guint8 *a = pixels + (gsize) y * stride + 3 * (gsize) x,
               *b = pixels + (gsize) other_y * stride + 3 * (gsize) other_x;

  return (abs (a[0] - b[0]) + abs (a[1] - b[1]) + abs (a[2] - b[2])) / 3.0;
}

/* ---- holes */

typedef enum
{
  WHOLE,
  FILLED,
  PASTED,
  N_WAYS,
} Way;

static const char *const ways[N_WAYS] = { "as it was", "filled", "pasted" };

/* Over the four sides of the hole. */
static double
border_step (const GdkPixbuf *picture)
{
  double sum = 0;

  for (int i = BEGIN; i < END; i++)
    sum += step (picture, i, BEGIN - 1, i, BEGIN) + step (picture, i, END - 1, i, END)
           + step (picture, BEGIN - 1, i, BEGIN, i) + step (picture, END - 1, i, END, i);
  return sum / (4 * HOLE);
}

/* The four pieces in whose middle a side of the hole is; @copies of each, for what is halved. */
static void
cut (GdkPixbuf *picture, const char *set, guint index, guint copies)
{
  static const int middles[4][2] = { { SIDE / 2, BEGIN }, { SIDE / 2, END }, { BEGIN, SIDE / 2 }, { END, SIDE / 2 } };
  g_autofree char *own = path_of ("%s", set);

  g_assert_cmpint (g_mkdir_with_parents (own, 0700), ==, 0);
  for (guint i = 0; i < 4; i++)
    for (guint copy = 0; copy < copies; copy++)
      {
        g_autoptr (GdkPixbuf) piece
            = gdk_pixbuf_new_subpixbuf (picture, middles[i][0] - PIECE / 2, middles[i][1] - PIECE / 2, PIECE, PIECE);
        g_autofree char *name = path_of ("%s/%03u-%u-%u.png", set, index, i, copy);
        g_autofree char *text = path_of ("%s/%03u-%u-%u.txt", set, index, i, copy);

        save (piece, name);
        g_assert_true (g_file_set_contents (text, "a piece", -1, NULL));
      }
}

static void
write_mask (const char *path)
{
  g_autoptr (GdkPixbuf) mask = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, SIDE, SIDE);
  g_autoptr (GdkPixbuf) hole = gdk_pixbuf_new_subpixbuf (mask, BEGIN, BEGIN, HOLE, HOLE);

  gdk_pixbuf_fill (mask, 0x000000ff);
  gdk_pixbuf_fill (hole, 0xffffffff);
  save (mask, path);
}

/* (transfer full): held-out drawings */
static ArraDataset *
draw (const char *name, const char *seed, const char *count)
{
  g_autofree char *path = path_of ("%s", name);
  g_autoptr (GError) error = NULL;
  ArraDataset *set;

  g_free (run ("domain", "textures", "--split", "held-out", "--seed", seed, "--count", count, "-o", path, NULL));
  set = arra_dataset_open (path, &error);
  g_assert_no_error (error);
  return set;
}

static double
distance (const char *set)
{
  g_autofree char *data = path_of ("%s", set), *real = path_of ("real"), *out = NULL;
  g_autofree char *judge = g_build_filename (shipped, "judge-textures", NULL);
  g_autoptr (JsonNode) report = NULL;

  out = run ("eval", "--data", data, "--against", real, "--judge", judge, "--json", NULL);
  report = json_from_string (out, NULL);
  return json_object_get_double_member (json_object_get_object_member (json_node_get_object (report), "generated"),
                                        "frechet_distance");
}

/* (transfer full): @picture with the hole of @other */
static GdkPixbuf *
with_hole_of (GdkPixbuf *picture, GdkPixbuf *other)
{
  GdkPixbuf *both = gdk_pixbuf_copy (picture);

  gdk_pixbuf_copy_area (other, BEGIN, BEGIN, HOLE, HOLE, both, BEGIN, BEGIN);
  return both;
}

/* Fills the hole of picture @index of @asked, covers it with another picture of the same caption, and adds the steps
 * over the border. Returns whether that of the filled one is the smaller one. */
static gboolean
paint (const ArraDataset *asked, guint index, const char *model, const char *mask, double steps[N_WAYS])
{
  const char *name = arra_dataset_picture (asked, index), *text = arra_dataset_caption (asked, index);
  g_autofree char *filled = path_of ("filled.png"), *made = path_of ("made.png");
  g_autoptr (GdkPixbuf) whole = load (name), hole = NULL, independent = NULL, pasted = NULL;
  double own[N_WAYS];

  g_free (run ("fill", name, "--mask", mask, "-m", model, "-p", text, "--seed", "9", "-q", "-o", filled, NULL));
  g_free (run ("generate", "-m", model, "-p", text, "--seed", "9", "-q", "-o", made, NULL));
  hole = load (filled);
  independent = load (made);
  pasted = with_hole_of (whole, independent);
  cut (whole, "real", index, 2);
  cut (hole, ways[FILLED], index, 1);
  cut (pasted, ways[PASTED], index, 1);
  own[WHOLE] = border_step (whole);
  own[FILLED] = border_step (hole);
  own[PASTED] = border_step (pasted);
  for (Way way = 0; way < N_WAYS; way++)
    steps[way] += own[way];
  return own[FILLED] < own[PASTED];
}

static void
test_holes (void)
{
  g_autofree char *model = g_build_filename (shipped, "textures.gguf", NULL), *mask = path_of ("mask.png");
  ArraDataset *asked = draw ("asked", "77", G_STRINGIFY (HOLES));
  double steps[N_WAYS] = { 0 };
  guint smaller = 0;

  write_mask (mask);
  for (guint i = 0; i < HOLES; i++)
    smaller += paint (asked, i, model, mask, steps);
  g_test_message ("| The hole | Frechet distance around the border | Step over the border |");
  g_test_message ("| %s | | %.1f |", ways[WHOLE], steps[WHOLE] / HOLES);
  for (Way way = FILLED; way < N_WAYS; way++)
    g_test_message ("| %s | %.3f | %.1f |", ways[way], distance (ways[way]), steps[way] / HOLES);
  g_test_message ("smaller where it was filled: %u of %d", smaller, HOLES);
  arra_dataset_free (asked);
}

/* ---- tiles */

/* Steps between neighbouring columns (@down: rows) at @index, mean over the other axis; at 0 over the edge. */
static double
step_at (const GdkPixbuf *picture, int index, gboolean down)
{
  const int before = (index + SIDE - 1) % SIDE;
  double sum = 0;

  for (int i = 0; i < SIDE; i++)
    sum += down ? step (picture, i, index, i, before) : step (picture, index, i, before, i);
  return sum / SIDE;
}

static void
test_tiles (void)
{
  g_autofree char *model = g_build_filename (shipped, "textures.gguf", NULL), *name = path_of ("tile.png");
  ArraDataset *asked = draw ("tiles", "78", G_STRINGIFY (TILES));
  double over = 0, inside = 0;

  for (guint i = 0; i < TILES; i++)
    {
      g_autoptr (GdkPixbuf) tile = NULL;

      g_free (run ("generate", "-m", model, "-p", arra_dataset_caption (asked, i), "--seamless", "both", "--seed", "9",
                   "-q", "-o", name, NULL));
      tile = load (name);
      for (int index = 0; index < SIDE; index++)
        *(index == 0 ? &over : &inside) += step_at (tile, index, FALSE) + step_at (tile, index, TRUE);
    }
  g_test_message ("%d tiles: over the edge %.2f, inside %.2f, ratio %.2f", TILES, over / 2 / TILES,
                  inside / 2 / TILES / (SIDE - 1), over * (SIDE - 1) / inside);
  arra_dataset_free (asked);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  if (argc != 3)
    {
      g_printerr ("%s PROGRAM CHECKPOINTS\n", argv[0]);
      return 64;
    }
  program = argv[1];
  shipped = argv[2];
  folder = fixture_directory ();
  g_test_add_func ("/painting/holes", test_holes);
  g_test_add_func ("/painting/tiles", test_tiles);
  result = g_test_run ();
  fixture_remove (folder);
  return result;
}
