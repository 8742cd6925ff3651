/* dialog_window.c - how the dialog is put together
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gdk/gdkkeysyms.h>
#include <glib/gi18n-lib.h>

#include "dialog_private.h"
#include "form.h"
#include "resources.h"

#define FORM_WIDTH 380

static void
use_style (void)
{
  static gsize done;

  if (g_once_init_enter (&done))
    {
      g_autoptr (GtkCssProvider) style = gtk_css_provider_new ();

      g_resources_register (arra_ui_get_resource ());
      gtk_css_provider_load_from_resource (style, "/arra/ui/style.css");
      gtk_style_context_add_provider_for_screen (gdk_screen_get_default (), GTK_STYLE_PROVIDER (style),
                                                 GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
      gtk_icon_theme_add_resource_path (gtk_icon_theme_get_default (), "/arra/ui/icons");
      g_once_init_leave (&done, 1);
    }
}

static void
help (ArraDialog *dialog)
{
  g_autoptr (GError) error = NULL;

  if (dialog->host->help != NULL && !dialog->host->help (dialog->host->data, &error))
    arra_dialog_fail (dialog, _ ("The help could not be opened: %s"), error->message);
}

static void
leave (ArraDialog *dialog)
{
  gtk_window_close (GTK_WINDOW (dialog->window));
}

/* Escape stops what runs, then closes; F1 helps; F10 opens the menu. */
static gboolean
key_pressed (GtkWidget *window, GdkEventKey *event, gpointer data)
{
  ArraDialog *dialog = data;

  if (event->keyval == GDK_KEY_F1)
    help (dialog);
  else if (event->keyval == GDK_KEY_F10)
    gtk_button_clicked (GTK_BUTTON (dialog->menu));
  else if (event->keyval == GDK_KEY_Escape && arra_work_is_running (dialog->work))
    arra_dialog_press (dialog);
  else if (event->keyval == GDK_KEY_Escape)
    leave (dialog);
  else
    return GDK_EVENT_PROPAGATE;
  return GDK_EVENT_STOP;
}

static void
realized (GtkWidget *window, gpointer data)
{
  ArraDialog *dialog = data;

  arra_dialog_set_parent (window, dialog->host);
}

static void
activity_changed (GtkWindow *window, GParamSpec *pspec, gpointer data)
{
  ArraDialog *dialog = data;

  if (!gtk_window_is_active (window))
    return;
  arra_dialog_look_around (dialog);
  if (arra_checkpoint_box_get (dialog->checkpoints) == NULL && dialog->finding == NULL)
    arra_dialog_find_checkpoints (dialog);
}

/* ---- the left side: what to make */

static void
show_fitted (gpointer data)
{
  arra_dialog_update (data);
}

static GtkWidget *
new_form (ArraDialog *dialog)
{
  static const ArraPromptBoxFuncs funcs
      = { arra_dialog_show_needs, arra_dialog_generate, arra_dialog_choose_text_encoder };
  GtkWidget *form = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2 * ARRA_FORM_GAP), *scrolled;
  GtkWidget *checkpoint = gtk_box_new (GTK_ORIENTATION_VERTICAL, ARRA_FORM_GAP);

  dialog->prompt = arra_prompt_box_new (dialog->settings.history, &funcs, dialog);
  dialog->checkpoints = arra_checkpoint_box_new (arra_dialog_checkpoint_chosen, arra_dialog_get_checkpoints,
                                                 arra_dialog_add_folder, arra_dialog_find_checkpoints, dialog);
  dialog->card = arra_card_view_new ();
  dialog->picture = arra_picture_box_new (dialog->host->task, arra_dialog_show_needs, dialog);
  dialog->insert_as
      = arra_insert_box_new (dialog->host->task, arra_dialog_aim, arra_dialog_resize, show_fitted, dialog);
  gtk_container_add (GTK_CONTAINER (checkpoint), arra_checkpoint_box_widget (dialog->checkpoints));
  gtk_container_add (GTK_CONTAINER (checkpoint), arra_card_view_widget (dialog->card));
  dialog->queue = arra_queue_box_new ();
  gtk_container_add (GTK_CONTAINER (form), arra_prompt_box_widget (dialog->prompt));
  gtk_container_add (GTK_CONTAINER (form), arra_queue_box_widget (dialog->queue));
  gtk_container_add (GTK_CONTAINER (form), checkpoint);
  gtk_container_add (GTK_CONTAINER (form), arra_picture_box_widget (dialog->picture));
  gtk_container_add (GTK_CONTAINER (form), arra_insert_box_label (dialog->insert_as));
  g_object_set (form, "margin", ARRA_FORM_MARGIN, NULL);
  scrolled = arra_form_scrolled (form, _ ("Settings"), FALSE);
  gtk_widget_set_size_request (scrolled, FORM_WIDTH, -1);
  gtk_widget_set_hexpand (scrolled, FALSE);
  return scrolled;
}

/* ---- the right side: what comes of it */

/* The room that the button takes, also while it is not there. */
static int
height_of (GtkWidget *button)
{
  int height;

  gtk_widget_show (button);
  gtk_widget_get_preferred_height (button, &height, NULL);
  gtk_widget_hide (button);
  return height;
}

static GtkWidget *
new_progress (ArraDialog *dialog)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, ARRA_FORM_GAP),
            *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, ARRA_FORM_GAP);

  dialog->progress = gtk_progress_bar_new ();
  arra_form_name (dialog->progress, _ ("Progress"));
  dialog->status = arra_form_text (TRUE);
  gtk_label_set_line_wrap (GTK_LABEL (dialog->status), FALSE);
  gtk_label_set_ellipsize (GTK_LABEL (dialog->status), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (dialog->status, TRUE);
  dialog->redo = arra_form_button (_ ("_Four Alternatives"));
  gtk_widget_set_no_show_all (dialog->redo, TRUE);
  g_signal_connect_swapped (dialog->redo, "clicked", G_CALLBACK (arra_dialog_redo), dialog);
  dialog->map = arra_map_box_new (arra_dialog_map_chosen, dialog);
  gtk_widget_set_size_request (line, -1, height_of (dialog->redo));
  gtk_container_add (GTK_CONTAINER (line), dialog->status);
  gtk_container_add (GTK_CONTAINER (line), arra_map_box_widget (dialog->map));
  gtk_container_add (GTK_CONTAINER (line), dialog->redo);
  gtk_container_add (GTK_CONTAINER (box), dialog->progress);
  gtk_container_add (GTK_CONTAINER (box), line);
  return box;
}

static GtkWidget *
new_outcome (ArraDialog *dialog)
{
  GtkWidget *outcome = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2 * ARRA_FORM_GAP);

  dialog->preview = arra_preview_new (arra_dialog_row_chosen, dialog);
  dialog->results = arra_results_new (arra_dialog_show_selected, arra_dialog_insert, arra_dialog_rank_chosen, dialog);
  gtk_box_pack_start (GTK_BOX (outcome), arra_preview_widget (dialog->preview), TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (outcome), new_progress (dialog), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (outcome), arra_results_widget (dialog->results), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (outcome), arra_insert_box_widget (dialog->insert_as), FALSE, FALSE, 0);
  g_object_set (outcome, "margin", ARRA_FORM_MARGIN, NULL);
  return outcome;
}

/* ---- the buttons below */

static GtkWidget *
add_button (ArraDialog *dialog, GtkBox *box, gboolean at_end, const char *mnemonic, GCallback pressed)
{
  GtkWidget *button = arra_form_button (mnemonic);

  if (at_end)
    gtk_box_pack_end (box, button, FALSE, FALSE, 0);
  else
    gtk_box_pack_start (box, button, FALSE, FALSE, 0);
  g_signal_connect_swapped (button, "clicked", pressed, dialog);
  return button;
}

static GtkWidget *
add_item (ArraDialog *dialog, GtkWidget *menu, const char *mnemonic, GCallback chosen)
{
  GtkWidget *item = gtk_menu_item_new_with_mnemonic (mnemonic);

  gtk_menu_shell_append (GTK_MENU_SHELL (menu), item);
  gtk_widget_show (item);
  g_signal_connect_swapped (item, "activate", chosen, dialog);
  return item;
}

/* What is needed now and then. */
static GtkWidget *
new_menu (ArraDialog *dialog)
{
  GtkWidget *button = dialog->menu = gtk_menu_button_new (), *menu = gtk_menu_new (), *item;

  dialog->reuse = add_item (dialog, menu, _ ("Reuse Settings of This La_yer"), G_CALLBACK (arra_dialog_reuse));
  gtk_widget_set_visible (dialog->reuse, dialog->host->recipe_of_layer != NULL);
  item = add_item (dialog, menu, _ ("_Gallery…"), G_CALLBACK (arra_dialog_show_gallery));
  gtk_widget_set_visible (item, dialog->host->gallery_path != NULL);
  arra_map_box_add_items (dialog->map, GTK_MENU_SHELL (menu));
  add_item (dialog, menu, _ ("Reset to De_faults"), G_CALLBACK (arra_dialog_reset));
  item = add_item (dialog, menu, _ ("_Help"), G_CALLBACK (help));
  gtk_widget_set_tooltip_text (item, dialog->host->help_hint);
  gtk_widget_set_visible (item, dialog->host->help != NULL);
  arra_form_dress_icon (button, "open-menu-symbolic", _ ("More"));
  gtk_menu_button_set_popup (GTK_MENU_BUTTON (button), menu);
  gtk_menu_button_set_direction (GTK_MENU_BUTTON (button), GTK_ARROW_UP);
  return button;
}

static GtkWidget *
new_presets (ArraDialog *dialog)
{
  GtkWidget *button = gtk_menu_button_new ();

  arra_form_dress_icon (button, "user-bookmarks-symbolic", _ ("Presets"));
  gtk_menu_button_set_direction (GTK_MENU_BUTTON (button), GTK_ARROW_UP);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), arra_preset_popover_new (&arra_dialog_preset_funcs, dialog));
  return button;
}

/* Pixels that the button takes whatever it says, so that the others stay where they are. */
static int
widest (GtkWidget *button)
{
  const char *const labels[] = { _ ("_Generate"), _ ("_Generate Again"), _ ("_Stop") };
  int most = 0;

  gtk_widget_show_all (button);
  for (gsize i = G_N_ELEMENTS (labels); i-- > 0;)
    {
      int natural;

      arra_form_set_button (GTK_BUTTON (button), labels[i]);
      gtk_widget_get_preferred_width (button, NULL, &natural);
      most = MAX (most, natural);
    }
  return most;
}

static GtkWidget *
new_actions (ArraDialog *dialog)
{
  GtkWidget *actions = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, ARRA_FORM_GAP);
  GtkBox *box = GTK_BOX (actions);

  gtk_box_pack_start (box, new_menu (dialog), FALSE, FALSE, 0);
  gtk_box_pack_start (box, new_presets (dialog), FALSE, FALSE, 0);

  dialog->generate = add_button (dialog, box, TRUE, _ ("_Generate"), G_CALLBACK (arra_dialog_press));
  gtk_widget_set_size_request (dialog->generate, widest (dialog->generate), -1);
  gtk_style_context_add_class (gtk_widget_get_style_context (dialog->generate), GTK_STYLE_CLASS_SUGGESTED_ACTION);
  gtk_widget_set_can_default (dialog->generate, TRUE);
  dialog->proceed = add_button (dialog, box, TRUE, _ ("Contin_ue"), G_CALLBACK (arra_dialog_proceed));
  gtk_widget_set_no_show_all (dialog->proceed, TRUE);
  dialog->next = add_button (dialog, box, TRUE, _ ("Add to _Queue"), G_CALLBACK (arra_dialog_generate));
  gtk_widget_set_can_default (dialog->next, TRUE);
  gtk_widget_set_tooltip_text (
      dialog->next, _ ("What the form says now, when the pictures at hand are finished. Enter does the same"));
  gtk_widget_set_no_show_all (dialog->next, TRUE);
  dialog->insert = add_button (dialog, box, TRUE, _ ("Inse_rt"), G_CALLBACK (arra_dialog_insert));
  add_button (dialog, box, TRUE, _ ("_Close"), G_CALLBACK (leave));
  g_object_set (actions, "margin", 2 * ARRA_FORM_GAP, NULL);
  return actions;
}

/* Both sides, whose border the user moves, and over them what must be said: nothing moves for it. */
static GtkWidget *
new_sides (ArraDialog *dialog)
{
  GtkWidget *overlay = gtk_overlay_new (), *notice = arra_notice_widget (dialog->notice);

  dialog->sides = gtk_paned_new (GTK_ORIENTATION_HORIZONTAL);
  gtk_paned_pack1 (GTK_PANED (dialog->sides), new_form (dialog), FALSE, FALSE);
  gtk_paned_pack2 (GTK_PANED (dialog->sides), new_outcome (dialog), TRUE, FALSE);
  arra_form_name (dialog->sides, _ ("Settings and pictures"));
  gtk_paned_set_position (GTK_PANED (dialog->sides), dialog->settings.divider);
  gtk_widget_set_valign (notice, GTK_ALIGN_START);
  gtk_container_add (GTK_CONTAINER (overlay), dialog->sides);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), notice);
  return overlay;
}

void
arra_dialog_build (ArraDialog *dialog)
{
  GtkWidget *all = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWindow *window;

  use_style ();
  dialog->window = gtk_window_new (GTK_WINDOW_TOPLEVEL);
  window = GTK_WINDOW (dialog->window);
  dialog->notice = arra_notice_new ();
  gtk_box_pack_start (GTK_BOX (all), new_sides (dialog), TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (all), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (all), new_actions (dialog), FALSE, FALSE, 0);
  gtk_container_add (GTK_CONTAINER (window), all);
  gtk_widget_show_all (all);

  gtk_window_set_title (window, dialog->host->title != NULL ? dialog->host->title : _ ("Generate from Text"));
  gtk_window_set_icon_name (window, "arra");
  gtk_window_set_type_hint (window, GDK_WINDOW_TYPE_HINT_DIALOG);
  gtk_window_set_default_size (window, dialog->settings.window_width, dialog->settings.window_height);
  if (dialog->settings.placed)
    gtk_window_move (window, dialog->settings.window_x, dialog->settings.window_y);
  arra_form_name (dialog->window, gtk_window_get_title (window));
  g_signal_connect (window, "key-press-event", G_CALLBACK (key_pressed), dialog);
  g_signal_connect (window, "realize", G_CALLBACK (realized), dialog);
  g_signal_connect (window, "notify::is-active", G_CALLBACK (activity_changed), dialog);
}
