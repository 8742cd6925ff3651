/* gallery_window.c - the gallery: pictures made of late, to have again
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "gallery_window.h"

#include <gdk/gdkkeysyms.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "form.h"
#include "gallery_reader.h"
#include "gallery_tile.h"
#include "notice.h"

#define WIDTH 620
#define HEIGHT 480
#define PER_LINE 30

typedef struct
{
  GtkWidget *window, *flow, *words, *favourite, *again, *anew, *delete, *delete_all;
  ArraNotice *notice;
  ArraGalleryReader *reader;
  GHashTable *tiles; /* of those listed by what they are called; borrowed */
  gboolean showing;  /* widgets are being set, not pressed */
  const ArraGalleryFuncs *funcs;
  gpointer data;
} Gallery;

/* (nullable) */
static GtkWidget *
chosen (const Gallery *self)
{
  g_autoptr (GList) selected = gtk_flow_box_get_selected_children (GTK_FLOW_BOX (self->flow));

  return selected != NULL ? selected->data : NULL;
}

static void
update (Gallery *self)
{
  GtkWidget *tile = chosen (self);
  const gboolean sound = tile != NULL && arra_gallery_tile_item (tile)->fingerprint != NULL;
  g_autofree char *words = tile != NULL ? arra_gallery_tile_words (tile) : NULL;

  gtk_label_set_text (GTK_LABEL (self->words), words);
  gtk_widget_set_sensitive (self->again, sound);
  gtk_widget_set_sensitive (self->anew, sound);
  gtk_widget_set_sensitive (self->favourite, tile != NULL);
  gtk_widget_set_sensitive (self->delete, tile != NULL);
  gtk_widget_set_sensitive (self->delete_all, g_hash_table_size (self->tiles) > 0);
  self->showing = TRUE;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->favourite),
                                tile != NULL && arra_gallery_tile_item (tile)->favourite);
  self->showing = FALSE;
}

/* ---- what is asked for */

static void
ask (Gallery *self, ArraGalleryAct act, GtkWidget *tile)
{
  const ArraGalleryItem *item = arra_gallery_tile_item (tile);
  ArraCheckpoint *from = item->fingerprint != NULL ? self->funcs->find (item->fingerprint, self->data) : NULL;

  arra_notice_hide (self->notice);
  arra_gallery_reader_ask (self->reader, act, item->id, from);
}

static void
seen (GtkWidget *tile, gpointer data)
{
  Gallery *self = data;

  if (arra_gallery_tile_item (tile)->problem == NULL)
    ask (self, ARRA_GALLERY_THUMBNAIL, tile);
}

static void
ask_again (Gallery *self)
{
  if (chosen (self) != NULL)
    ask (self, ARRA_GALLERY_PICTURE, chosen (self));
}

static void
ask_anew (Gallery *self)
{
  ask (self, ARRA_GALLERY_SETTINGS, chosen (self));
}

static void
toggle_favourite (Gallery *self)
{
  GtkWidget *tile = chosen (self);
  const gboolean on = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->favourite));

  if (self->showing || tile == NULL)
    return;
  arra_gallery_tile_set_favourite (tile, on);
  ask (self, on ? ARRA_GALLERY_FAVOUR : ARRA_GALLERY_UNFAVOUR, tile);
}

static void
drop (Gallery *self, GtkWidget *tile)
{
  g_hash_table_remove (self->tiles, arra_gallery_tile_item (tile)->id);
  gtk_widget_destroy (tile);
}

static void delete (Gallery *self)
{
  GtkWidget *tile = chosen (self);

  ask (self, ARRA_GALLERY_DELETE, tile);
  drop (self, tile);
  update (self);
}

static void
delete_all_answered (GtkDialog *question, int response, gpointer data)
{
  Gallery *self = data;

  gtk_widget_destroy (GTK_WIDGET (question));
  if (response != GTK_RESPONSE_ACCEPT)
    return;
  g_hash_table_remove_all (self->tiles);
  arra_form_empty (self->flow);
  arra_gallery_reader_ask (self->reader, ARRA_GALLERY_DELETE_ALL, NULL, NULL);
  update (self);
}

static void
delete_all (Gallery *self)
{
  GtkWidget *question = gtk_message_dialog_new (
      GTK_WINDOW (self->window), GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT, GTK_MESSAGE_QUESTION,
      GTK_BUTTONS_NONE, "%s", _ ("Delete all pictures of the gallery, favourites too? They cannot be had back."));

  gtk_dialog_add_buttons (GTK_DIALOG (question), _ ("_Cancel"), GTK_RESPONSE_CANCEL, _ ("_Delete All"),
                          GTK_RESPONSE_ACCEPT, NULL);
  gtk_dialog_set_default_response (GTK_DIALOG (question), GTK_RESPONSE_CANCEL);
  g_signal_connect (question, "response", G_CALLBACK (delete_all_answered), self);
  gtk_window_present (GTK_WINDOW (question));
}

static void
keep_toggled (GtkToggleButton *keep, gpointer data)
{
  Gallery *self = data;

  self->funcs->keep (gtk_toggle_button_get_active (keep), self->data);
}

/* ---- what comes of it */

static void
add (Gallery *self, ArraGalleryReply *reply)
{
  GtkWidget *tile;

  if (g_hash_table_contains (self->tiles, reply->id))
    return;
  tile = arra_gallery_tile_new (g_steal_pointer (&reply->item), seen, self);
  if (arra_gallery_tile_item (tile)->problem != NULL)
    arra_gallery_tile_set_problem (tile, arra_gallery_tile_item (tile)->problem);
  gtk_container_add (GTK_CONTAINER (self->flow), tile);
  g_hash_table_insert (self->tiles, g_strdup (reply->id), tile);
}

static void
told (ArraGalleryReply *reply, gpointer data)
{
  Gallery *self = data;
  GtkWidget *tile = reply->id != NULL ? g_hash_table_lookup (self->tiles, reply->id) : NULL;

  if (reply->item != NULL)
    add (self, reply);
  else if (reply->surface != NULL && tile != NULL)
    arra_gallery_tile_set_picture (tile, reply->surface);
  else if (reply->made != NULL)
    self->funcs->same_picture (g_steal_pointer (&reply->made), self->data);
  else if (reply->recipe != NULL)
    self->funcs->same_settings (g_steal_pointer (&reply->recipe), self->data);
  else if (reply->error != NULL && reply->act == ARRA_GALLERY_THUMBNAIL && tile != NULL)
    arra_gallery_tile_set_problem (tile, reply->error->message);
  else if (reply->error != NULL && reply->act != ARRA_GALLERY_THUMBNAIL)
    arra_notice_show (self->notice, GTK_MESSAGE_ERROR, reply->error->message);
  update (self);
}

/* ---- how it is put together */

static int
newer_first (GtkFlowBoxChild *a, GtkFlowBoxChild *b, gpointer data)
{
  return strcmp (arra_gallery_tile_item (GTK_WIDGET (b))->id, arra_gallery_tile_item (GTK_WIDGET (a))->id);
}

static GtkWidget *
new_flow (Gallery *self)
{
  GtkFlowBox *flow = GTK_FLOW_BOX (self->flow = gtk_flow_box_new ());
  GtkWidget *scrolled;

  gtk_flow_box_set_selection_mode (flow, GTK_SELECTION_SINGLE);
  gtk_flow_box_set_activate_on_single_click (flow, FALSE);
  gtk_flow_box_set_max_children_per_line (flow, PER_LINE);
  gtk_flow_box_set_homogeneous (flow, TRUE);
  gtk_flow_box_set_sort_func (flow, newer_first, NULL, NULL);
  gtk_widget_set_valign (self->flow, GTK_ALIGN_START);
  arra_form_name (self->flow, _ ("Pictures made before"));
  g_signal_connect_swapped (flow, "selected-children-changed", G_CALLBACK (update), self);
  g_signal_connect_swapped (flow, "child-activated", G_CALLBACK (ask_again), self);
  scrolled = arra_form_scrolled (self->flow, _ ("Gallery"), TRUE);
  gtk_widget_set_size_request (scrolled, WIDTH, HEIGHT);
  return scrolled;
}

static GtkWidget *
add_button (GtkWidget *box, gboolean at_end, GtkWidget *button, const char *event, GCallback pressed, Gallery *self)
{
  if (at_end)
    gtk_box_pack_end (GTK_BOX (box), button, FALSE, FALSE, 0);
  else
    gtk_box_pack_start (GTK_BOX (box), button, FALSE, FALSE, 0);
  g_signal_connect_swapped (button, event, pressed, self);
  return button;
}

static GtkWidget *
new_favourite (void)
{
  GtkWidget *favourite = gtk_toggle_button_new ();

  arra_form_dress_icon (favourite, "starred-symbolic", _ ("Favourite"));
  gtk_widget_set_tooltip_text (favourite, _ ("Favourites stay, however many pictures are made"));
  return favourite;
}

static GtkWidget *
new_actions (Gallery *self)
{
  GtkWidget *actions = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, ARRA_FORM_GAP);

  self->favourite = add_button (actions, FALSE, new_favourite (), "toggled", G_CALLBACK (toggle_favourite), self);
  self->delete = add_button (actions, FALSE, arra_form_button (_ ("_Delete")), "clicked", G_CALLBACK (delete), self);
  self->delete_all
      = add_button (actions, FALSE, arra_form_button (_ ("Delete _All…")), "clicked", G_CALLBACK (delete_all), self);
  self->again
      = add_button (actions, TRUE, arra_form_button (_ ("Same _Picture")), "clicked", G_CALLBACK (ask_again), self);
  self->anew = add_button (actions, TRUE, arra_form_button (_ ("Same Settings, _New Seed")), "clicked",
                           G_CALLBACK (ask_anew), self);
  gtk_style_context_add_class (gtk_widget_get_style_context (self->again), GTK_STYLE_CLASS_SUGGESTED_ACTION);
  return actions;
}

static GtkWidget *
new_inside (Gallery *self, gboolean keeps)
{
  GtkWidget *inside = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2 * ARRA_FORM_GAP), *keep;

  keep = arra_form_check (_ ("_Keep new pictures here"),
                          _ ("Their settings and tokens, on this computer alone: the last 200, and favourites"));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (keep), keeps);
  g_signal_connect (keep, "toggled", G_CALLBACK (keep_toggled), self);
  self->words = arra_form_text (TRUE);
  gtk_label_set_line_wrap (GTK_LABEL (self->words), FALSE);
  gtk_label_set_ellipsize (GTK_LABEL (self->words), PANGO_ELLIPSIZE_END);
  gtk_box_pack_start (GTK_BOX (inside), new_flow (self), TRUE, TRUE, 0);
  gtk_container_add (GTK_CONTAINER (inside), self->words);
  gtk_container_add (GTK_CONTAINER (inside), keep);
  gtk_container_add (GTK_CONTAINER (inside), new_actions (self));
  g_object_set (inside, "margin", ARRA_FORM_MARGIN, NULL);
  return inside;
}

/* ---- its life */

static void
destroyed (GtkWidget *window, gpointer data)
{
  Gallery *self = data;

  g_signal_handlers_disconnect_by_data (self->flow, self);
  arra_gallery_reader_free (self->reader);
  g_hash_table_unref (self->tiles);
  g_free (self);
}

static gboolean
key_pressed (GtkWidget *window, GdkEventKey *event, gpointer data)
{
  Gallery *self = data;

  if (event->keyval == GDK_KEY_Escape)
    gtk_window_close (GTK_WINDOW (window));
  else if (event->keyval == GDK_KEY_Delete && chosen (self) != NULL)
    delete (self);
  else
    return GDK_EVENT_PROPAGATE;
  return GDK_EVENT_STOP;
}

/* What was made meanwhile. */
static void
activity_changed (GtkWindow *window, GParamSpec *pspec, gpointer data)
{
  if (gtk_window_is_active (window))
    arra_gallery_reader_ask (((Gallery *) data)->reader, ARRA_GALLERY_LIST, NULL, NULL);
}

GtkWidget *
arra_gallery_window_new (GtkWindow *parent,
                         const char *folder,
                         gboolean keeps,
                         const ArraGalleryFuncs *funcs,
                         gpointer data)
{
  Gallery *self = g_new0 (Gallery, 1);
  GtkWidget *all = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWindow *window = GTK_WINDOW (gtk_window_new (GTK_WINDOW_TOPLEVEL));

  *self = (Gallery) { .window = GTK_WIDGET (window), .funcs = funcs, .data = data };
  self->notice = arra_notice_new ();
  self->tiles = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->reader = arra_gallery_reader_new (folder, ARRA_GALLERY_SIDE, gtk_widget_get_scale_factor (GTK_WIDGET (parent)),
                                          told, self);
  gtk_box_pack_start (GTK_BOX (all), arra_notice_widget (self->notice), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (all), new_inside (self, keeps), TRUE, TRUE, 0);
  gtk_container_add (GTK_CONTAINER (window), all);
  gtk_window_set_title (window, _ ("Gallery"));
  gtk_window_set_transient_for (window, parent);
  gtk_window_set_destroy_with_parent (window, TRUE);
  gtk_window_set_type_hint (window, GDK_WINDOW_TYPE_HINT_DIALOG);
  g_signal_connect (window, "destroy", G_CALLBACK (destroyed), self);
  g_signal_connect (window, "key-press-event", G_CALLBACK (key_pressed), self);
  g_signal_connect (window, "notify::is-active", G_CALLBACK (activity_changed), self);
  gtk_widget_show_all (all);
  update (self);
  arra_gallery_reader_ask (self->reader, ARRA_GALLERY_LIST, NULL, NULL);
  gtk_window_present (window);
  return GTK_WIDGET (window);
}
