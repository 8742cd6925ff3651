/* size_box.c - how large a picture is to be: a preset of the checkpoint, any other size that it makes, or what the
 * model chooses
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "size_box.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "form.h"
#include "presets.h"

#define ID_MODEL "model"
#define ID_OTHER "other"

struct _ArraSizeBox
{
  GtkWidget *combo, *other, *other_label, *across, *down;
  guint width, height;              /* chosen; kept also while there is no checkpoint to offer sizes */
  const ArraCheckpoint *checkpoint; /* borrowed; nullable */
  gboolean any;                     /* it makes sizes off its grid, too */
  gboolean chooses;                 /* it makes pictures of several sizes, of which it can choose one itself */
  gboolean filling;
  void (*changed) (gpointer data);
  gpointer data;
};

static void
show_other (ArraSizeBox *box)
{
  const gboolean other = g_strcmp0 (gtk_combo_box_get_active_id (GTK_COMBO_BOX (box->combo)), ID_OTHER) == 0;

  gtk_widget_set_visible (box->other, other);
  gtk_widget_set_visible (box->other_label, other);
}

static void
read_choice (ArraSizeBox *box)
{
  const char *id = gtk_combo_box_get_active_id (GTK_COMBO_BOX (box->combo));
  g_auto (GStrv) sides = g_strsplit (id, "x", 2);

  box->width = box->height = 0;
  if (strcmp (id, ID_OTHER) == 0)
    {
      box->width = (guint) gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (box->across));
      box->height = (guint) gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (box->down));
    }
  else if (g_strv_length (sides) == 2)
    {
      box->width = (guint) g_ascii_strtoull (sides[0], NULL, 10);
      box->height = (guint) g_ascii_strtoull (sides[1], NULL, 10);
    }
}

static void
anything_changed (ArraSizeBox *box)
{
  if (box->filling || gtk_combo_box_get_active_id (GTK_COMBO_BOX (box->combo)) == NULL)
    return;
  read_choice (box);
  show_other (box);
  box->changed (box->data);
}

/* What is typed goes to the nearest size on the checkpoint's grid when it makes no other. */
static void
snap (GtkSpinButton *spin, gpointer data)
{
  ArraSizeBox *box = data;
  const guint grid = box->checkpoint != NULL && !box->any ? arra_checkpoint_grid (box->checkpoint) : 0;
  const guint value = (guint) gtk_spin_button_get_value_as_int (spin);
  const guint nearest = grid > 0 ? MAX (1, (value + grid / 2) / grid) * grid : value;

  if (nearest != value)
    gtk_spin_button_set_value (spin, nearest);
  else
    anything_changed (box);
}

static GtkWidget *
new_side (ArraSizeBox *box, const char *name)
{
  GtkWidget *spin = arra_form_spin (1, ARRA_PRESETS_LARGEST, 1, 0);

  arra_form_name (spin, name);
  gtk_widget_set_hexpand (spin, TRUE);
  gtk_entry_set_width_chars (GTK_ENTRY (spin), 5);
  g_signal_connect (spin, "value-changed", G_CALLBACK (snap), box);
  return spin;
}

ArraSizeBox *
arra_size_box_new (GtkGrid *grid, int row, void (*changed) (gpointer data), gpointer data)
{
  ArraSizeBox *box = g_new0 (ArraSizeBox, 1);

  box->changed = changed;
  box->data = data;
  box->combo = arra_form_combo ();
  box->across = new_side (box, _ ("Width"));
  box->down = new_side (box, _ ("Height"));
  box->other = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, ARRA_FORM_GAP);
  gtk_container_add (GTK_CONTAINER (box->other), box->across);
  gtk_container_add (GTK_CONTAINER (box->other), gtk_label_new ("×"));
  gtk_container_add (GTK_CONTAINER (box->other), box->down);
  arra_form_row (grid, row, _ ("Si_ze:"), box->combo);
  box->other_label = arra_form_row (grid, row + 1, _ ("E_xact size:"), box->other);
  gtk_label_set_mnemonic_widget (GTK_LABEL (box->other_label), box->across);
  gtk_widget_show_all (box->other);
  gtk_widget_hide (box->other);
  gtk_widget_set_no_show_all (box->other, TRUE);
  gtk_widget_set_no_show_all (box->other_label, TRUE);
  g_signal_connect_swapped (box->combo, "changed", G_CALLBACK (anything_changed), box);
  g_object_set_data_full (G_OBJECT (box->combo), "arra-size-box", box, g_free);
  return box;
}

static char *
describe (const ArraPreset *preset)
{
  switch (preset->kind)
    {
    case ARRA_PRESET_OWN:
      return g_strdup_printf (_ ("%u × %u (recommended)"), preset->width, preset->height);
    case ARRA_PRESET_LIKE:
      /* Translators: of the image or the selection that the picture is made for */
      return g_strdup_printf (_ ("%u × %u (fitting shape)"), preset->width, preset->height);
    case ARRA_PRESET_EXACT:
      /* Translators: of the image or the selection that the picture is made for */
      return g_strdup_printf (_ ("%u × %u (fitting exactly)"), preset->width, preset->height);
    case ARRA_PRESET_LARGE:
      return g_strdup_printf (_ ("%u × %u (in parts)"), preset->width, preset->height);
    case ARRA_PRESET_OTHER:
    default:
      return g_strdup_printf (_ ("%u × %u"), preset->width, preset->height);
    }
}

static void
append (GtkComboBoxText *combo, const ArraPreset *preset)
{
  g_autofree char *id = g_strdup_printf ("%ux%u", preset->width, preset->height);
  g_autofree char *text = describe (preset);

  gtk_combo_box_text_append (combo, id, text);
}

/* Several sizes in one piece, or one that is not known. */
static gboolean
has_choice (const GArray *presets)
{
  guint n = 0;

  for (guint i = 0; i < presets->len; i++)
    n += !arra_preset_is_in_pieces (&g_array_index (presets, ArraPreset, i));
  return n != 1;
}

static void
fill (ArraSizeBox *box, guint like_width, guint like_height)
{
  g_autoptr (GArray) presets = arra_presets_find (box->checkpoint, like_width, like_height);
  GtkComboBoxText *combo = GTK_COMBO_BOX_TEXT (box->combo);
  const guint grid = arra_checkpoint_grid (box->checkpoint);

  gtk_combo_box_text_remove_all (combo);
  for (guint i = 0; i < presets->len; i++)
    append (combo, &g_array_index (presets, ArraPreset, i));
  box->chooses = has_choice (presets);
  if (box->chooses)
    gtk_combo_box_text_append (combo, ID_MODEL, _ ("The model chooses"));
  gtk_combo_box_text_append (combo, ID_OTHER, box->any ? _ ("Any size…") : _ ("Another size…"));
  gtk_spin_button_set_increments (GTK_SPIN_BUTTON (box->across), grid, 4 * grid);
  gtk_spin_button_set_increments (GTK_SPIN_BUTTON (box->down), grid, 4 * grid);
}

void
arra_size_box_set_checkpoint (ArraSizeBox *box, const ArraCheckpoint *checkpoint, guint like_width, guint like_height)
{
  ArraRequest own;

  box->checkpoint = checkpoint;
  gtk_widget_set_sensitive (box->combo, checkpoint != NULL);
  if (checkpoint == NULL)
    return;
  arra_request_init (&own, checkpoint);
  box->any = own.width > 0 && arra_presets_can_make (checkpoint, own.width + 1, own.height + 1);
  box->filling = TRUE;
  fill (box, like_width, like_height);
  box->filling = FALSE;
  if (box->width > 0 ? !arra_presets_can_make (checkpoint, box->width, box->height) : !box->chooses)
    arra_size_box_set (box, own.width, own.height);
  else
    arra_size_box_set (box, box->width, box->height);
}

void
arra_size_box_set (ArraSizeBox *box, guint width, guint height)
{
  g_autofree char *id = width == 0 ? g_strdup (ID_MODEL) : g_strdup_printf ("%ux%u", width, height);

  box->width = width;
  box->height = height;
  box->filling = TRUE;
  if (width > 0)
    {
      gtk_spin_button_set_value (GTK_SPIN_BUTTON (box->across), width);
      gtk_spin_button_set_value (GTK_SPIN_BUTTON (box->down), height);
    }
  if (!gtk_combo_box_set_active_id (GTK_COMBO_BOX (box->combo), id))
    gtk_combo_box_set_active_id (GTK_COMBO_BOX (box->combo), ID_OTHER);
  box->filling = FALSE;
  show_other (box);
}

void
arra_size_box_get (ArraSizeBox *box, guint *width, guint *height)
{
  *width = box->width;
  *height = box->height;
}
