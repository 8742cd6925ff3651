/* get_window.c - "Get Checkpoints": what there is to be got, its licence, and how far it is
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "get_window_private.h"

#include <glib/gi18n-lib.h>

#include "form.h"
#include "get_row.h"
#include "words.h"

#define LOOK_EVERY 150 /* milliseconds */

static void
window_clear (gpointer data)
{
  ArraGetWindow *self = data;

  g_clear_pointer (&self->offers, g_ptr_array_unref);
  g_clear_pointer (&self->work, arra_get_free);
  g_clear_object (&self->cancellable);
  g_free (self->note);
  g_free (self->vqgan_path);
  g_mutex_clear (&self->mutex);
}

static void
window_unref (gpointer self)
{
  g_atomic_rc_box_release_full (self, window_clear);
}

/* (nullable) */
static const ArraOffer *
chosen_offer (const ArraGetWindow *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));

  return row != NULL ? self->offers->pdata[gtk_list_box_row_get_index (row)] : NULL;
}

/* ---- what can be pressed now */

static gboolean
is_busy (const ArraGetWindow *self)
{
  return self->state == ASKING || self->state == GETTING;
}

static void
update (ArraGetWindow *self)
{
  const ArraOffer *offer = chosen_offer (self);
  const gboolean busy = is_busy (self);
  const gboolean has_parts = offer != NULL && (offer->vqgan_link == NULL || self->vqgan_path != NULL);
  const gboolean agreed = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->agree));

  gtk_widget_set_sensitive (self->list, !busy);
  gtk_widget_set_sensitive (self->vqgan_line, !busy);
  gtk_widget_set_visible (self->vqgan_line, offer != NULL && offer->vqgan_link != NULL);
  gtk_widget_set_visible (self->agree, self->state == ASKED);
  gtk_widget_set_visible (self->progress, busy);
  gtk_widget_set_visible (self->stop, busy);
  gtk_widget_set_visible (self->get, !busy);
  gtk_widget_set_sensitive (self->get, self->state == ASKED ? agreed : has_parts);
  arra_form_set_button (GTK_BUTTON (self->get), self->state == ASKED ? _ ("_Fetch") : _ ("_Get…"));
}

static void
show_license (ArraGetWindow *self, const char *text, const char *link)
{
  g_autofree char *plain = arra_words_plain (text, 600);

  gtk_label_set_text (GTK_LABEL (self->license), plain);
  gtk_widget_set_visible (self->link, link != NULL && arra_words_is_web_link (link));
  if (link != NULL)
    gtk_link_button_set_uri (GTK_LINK_BUTTON (self->link), link);
}

/* Another one was chosen: what was asked for before counts no more. */
void
arra_get_window_row_selected (GtkListBox *list, GtkListBoxRow *row, gpointer data)
{
  ArraGetWindow *self = data;
  const ArraOffer *offer = chosen_offer (self);
  g_autofree char *license = offer != NULL ? g_strdup_printf (_ ("Licence: %s"), offer->license) : NULL;

  g_clear_pointer (&self->work, arra_get_free);
  self->state = CHOOSING;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->agree), FALSE);
  gtk_label_set_text (GTK_LABEL (self->status), NULL);
  gtk_widget_hide (self->delete);
  arra_notice_hide (self->notice);
  show_license (self, license, offer != NULL ? offer->license_link : NULL);
  update (self);
}

void
arra_get_window_changed (GtkWidget *widget, gpointer data)
{
  update (data);
}

static void
vqgan_chosen (GtkDialog *chooser, int response, gpointer data)
{
  ArraGetWindow *self = data;
  g_autofree char *path
      = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (chooser)) : NULL;
  g_autofree char *name = path != NULL ? g_filename_display_basename (path) : NULL;

  gtk_widget_destroy (GTK_WIDGET (chooser));
  if (path == NULL)
    return;
  g_free (self->vqgan_path);
  self->vqgan_path = g_steal_pointer (&path);
  gtk_button_set_label (GTK_BUTTON (self->vqgan), name);
  update (self);
}

void
arra_get_window_choose_vqgan (GtkButton *button, gpointer data)
{
  ArraGetWindow *self = data;

  arra_form_choose_file (GTK_WINDOW (self->window), _ ("Its image tokenizer (vqgan.ckpt)"),
                         GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Choose"), G_CALLBACK (vqgan_chosen), self);
}

/* ---- what the thread says */

static void
keep_progress (const ArraGetProgress *progress, gpointer data)
{
  ArraGetWindow *self = data;

  g_mutex_lock (&self->mutex);
  self->last = *progress;
  g_mutex_unlock (&self->mutex);
}

static void
keep_note (const char *note, gpointer data)
{
  ArraGetWindow *self = data;

  g_mutex_lock (&self->mutex);
  g_free (self->note);
  self->note = g_strdup (note);
  g_mutex_unlock (&self->mutex);
}

/* (transfer full) */
static char *
status_of (const ArraGetProgress *progress)
{
  const char *const stages[] = { [ARRA_GET_ASKING] = _ ("Asking the hub…"),
                                 [ARRA_GET_FETCHING] = _ ("Fetching"),
                                 [ARRA_GET_CONVERTING] = _ ("Converting"),
                                 [ARRA_GET_VERIFYING] = _ ("Verifying") };
  GString *line = g_string_new (stages[progress->stage]);
  g_autofree char *done = arra_words_bytes (progress->bytes_done), *total = arra_words_bytes (progress->bytes_total);
  g_autofree char *rate = arra_words_bytes ((guint64) progress->bytes_per_second);
  g_autofree char *left = arra_words_duration (MAX (progress->seconds_left, 0));

  if (progress->bytes_total > 0)
    g_string_append_printf (line, _ (" · %s of %s"), done, total);
  if (progress->bytes_per_second > 0)
    g_string_append_printf (line, _ (" · %s/s"), rate);
  if (progress->seconds_left >= 0)
    g_string_append_printf (line, _ (" · %s left"), left);
  return g_string_free (line, FALSE);
}

static gboolean
look (gpointer data)
{
  ArraGetWindow *self = data;
  g_autofree char *note = NULL, *status = NULL;
  ArraGetProgress last;

  g_mutex_lock (&self->mutex);
  last = self->last;
  note = g_steal_pointer (&self->note);
  g_mutex_unlock (&self->mutex);
  status = status_of (&last);
  gtk_label_set_text (GTK_LABEL (self->status), status);
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->progress), CLAMP (last.fraction, 0, 1));
  if (note != NULL)
    arra_notice_show (self->notice, GTK_MESSAGE_WARNING, note);
  return G_SOURCE_CONTINUE;
}

static void
begin (ArraGetWindow *self, ArraGetState state)
{
  g_set_object (&self->cancellable, NULL);
  self->cancellable = g_cancellable_new ();
  self->state = state;
  keep_progress (&(ArraGetProgress) { .stage = ARRA_GET_ASKING, .seconds_left = -1 }, self);
  arra_notice_hide (self->notice);
  self->looking = g_timeout_add (LOOK_EVERY, look, self);
  look (self);
  update (self);
}

/* Returns: whether the window is still there. */
static gboolean
end (ArraGetWindow *self, ArraGetState state, const GError *error)
{
  if (self->window == NULL)
    return FALSE;
  g_clear_handle_id (&self->looking, g_source_remove);
  self->state = state;
  gtk_label_set_text (GTK_LABEL (self->status), NULL);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    gtk_label_set_text (GTK_LABEL (self->status), _ ("Stopped. What is there is kept, and gone on with next time."));
  else if (error != NULL)
    arra_notice_show (self->notice, GTK_MESSAGE_ERROR, error->message);
  update (self);
  return TRUE;
}

/* ---- getting it */

static void
was_got (GObject *source, GAsyncResult *result, gpointer data)
{
  ArraGetWindow *self = data;
  g_autoptr (GError) error = NULL;
  const gboolean done = arra_get_run_finish (self->work, result, &error);

  if (end (self, done ? CHOOSING : ASKED, error) && done)
    {
      g_autofree char *name = g_path_get_basename (arra_get_path (self->work));
      g_autofree char *text
          = g_strdup_printf (_ ("%s is there and verified. What was fetched is not needed any more."), name);

      gtk_label_set_text (GTK_LABEL (self->status), text);
      gtk_widget_show (self->delete);
      self->got (arra_get_path (self->work), self->data);
    }
  window_unref (self);
}

static void
show_offered (ArraGetWindow *self)
{
  const ArraOffered *offered = arra_get_offered (self->work);
  const ArraOffer *offer = chosen_offer (self);
  g_autofree char *bytes = arra_words_bytes (offered->bytes);
  g_autofree char *text = g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "%u file, %s. Licence: %s. Its page names it: %s",
                   "%u files, %s. Licence: %s. Its page names it: %s", offered->n_files),
      offered->n_files, bytes, offer->license, offered->license != NULL ? offered->license : _ ("not stated"));

  show_license (self, text, offered->license_link);
  gtk_label_set_text (GTK_LABEL (self->status), NULL);
}

static void
was_asked (GObject *source, GAsyncResult *result, gpointer data)
{
  ArraGetWindow *self = data;
  g_autoptr (GError) error = NULL;
  const gboolean done = arra_get_ask_finish (self->work, result, &error);

  if (end (self, done ? ASKED : CHOOSING, error) && done)
    show_offered (self);
  window_unref (self);
}

static void
ask (ArraGetWindow *self)
{
  const ArraOffer *offer = chosen_offer (self);
  const ArraGetOptions options = { .vqgan = offer->vqgan_link != NULL ? self->vqgan_path : NULL };
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->work, arra_get_free);
  gtk_widget_hide (self->delete);
  self->work = arra_get_new (offer->name, &options, &error);
  if (self->work == NULL)
    {
      arra_notice_show (self->notice, GTK_MESSAGE_ERROR, error->message);
      return;
    }
  arra_get_set_progress (self->work, keep_progress, keep_note, self);
  begin (self, ASKING);
  arra_get_ask_async (self->work, self->cancellable, was_asked, g_atomic_rc_box_acquire (self));
}

void
arra_get_window_get (GtkButton *button, gpointer data)
{
  ArraGetWindow *self = data;

  if (self->state != ASKED)
    {
      ask (self);
      return;
    }
  arra_get_agree (self->work);
  begin (self, GETTING);
  arra_get_run_async (self->work, self->cancellable, was_got, g_atomic_rc_box_acquire (self));
}

void
arra_get_window_stop (GtkButton *button, gpointer data)
{
  g_cancellable_cancel (((ArraGetWindow *) data)->cancellable);
}

void
arra_get_window_delete (GtkButton *button, gpointer data)
{
  ArraGetWindow *self = data;

  arra_get_delete_fetched (self->work);
  gtk_widget_hide (self->delete);
  gtk_label_set_text (GTK_LABEL (self->status), _ ("What was fetched is deleted."));
}

void
arra_get_window_open_folder (GtkButton *button, gpointer data)
{
  ArraGetWindow *self = data;
  g_autofree char *folder = arra_checkpoints_folder (), *uri = g_filename_to_uri (folder, NULL, NULL);
  g_autoptr (GdkAppLaunchContext) context = gdk_display_get_app_launch_context (gtk_widget_get_display (self->window));
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (folder, 0777);
  /* GTK's own function comes back to the window, which may be closed by then */
  if (!g_app_info_launch_default_for_uri (uri, G_APP_LAUNCH_CONTEXT (context), &error))
    {
      g_autofree char *text = g_strdup_printf (_ ("%s could not be opened: %s"), folder, error->message);
      arra_notice_show (self->notice, GTK_MESSAGE_ERROR, text);
    }
}

/* ---- its offers, which take some milliseconds */

static gpointer
list_offers (gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  GPtrArray *offers = arra_offers_list (&error);

  if (offers != NULL)
    g_task_return_pointer (task, offers, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
  return NULL;
}

static void
were_listed (GObject *source, GAsyncResult *result, gpointer data)
{
  ArraGetWindow *self = data;
  g_autoptr (GError) error = NULL;
  GPtrArray *offers = g_task_propagate_pointer (G_TASK (result), &error);

  if (self->window == NULL)
    g_clear_pointer (&offers, g_ptr_array_unref);
  else if (offers == NULL)
    arra_notice_show (self->notice, GTK_MESSAGE_ERROR, error->message);
  self->offers = offers;
  for (guint i = 0; offers != NULL && i < offers->len; i++)
    gtk_container_add (GTK_CONTAINER (self->list), arra_get_row_new (offers->pdata[i]));
  if (self->window != NULL)
    gtk_widget_show_all (self->list);
  window_unref (self);
}

static void
find_offers (ArraGetWindow *self)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, were_listed, g_atomic_rc_box_acquire (self));
  GThread *thread = g_thread_try_new ("arra-offers", list_offers, g_object_ref (task), NULL);

  if (thread == NULL)
    list_offers (task); /* the window waits, then */
  else
    g_thread_unref (thread);
}

/* ---- its life */

static void
destroyed (GtkWidget *widget, gpointer data)
{
  ArraGetWindow *self = data;

  g_clear_handle_id (&self->looking, g_source_remove);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  self->window = NULL;
  window_unref (self);
}

/* As in any dialog, but not while something comes: that has a button of its own. */
static gboolean
key_pressed (GtkWidget *widget, GdkEventKey *event, gpointer data)
{
  const ArraGetWindow *self = data;

  if (event->keyval != GDK_KEY_Escape || is_busy (self))
    return GDK_EVENT_PROPAGATE;
  gtk_window_close (GTK_WINDOW (self->window));
  return GDK_EVENT_STOP;
}

GtkWidget *
arra_get_window_new (GtkWindow *parent, void (*got) (const char *path, gpointer data), gpointer data)
{
  ArraGetWindow *self = g_atomic_rc_box_new0 (ArraGetWindow);
  GtkWidget *all = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  g_mutex_init (&self->mutex);
  self->got = got;
  self->data = data;
  self->window = gtk_window_new (GTK_WINDOW_TOPLEVEL);
  self->notice = arra_notice_new ();
  gtk_window_set_title (GTK_WINDOW (self->window), _ ("Get Checkpoints"));
  gtk_window_set_transient_for (GTK_WINDOW (self->window), parent);
  gtk_window_set_modal (GTK_WINDOW (self->window), TRUE);
  gtk_window_set_destroy_with_parent (GTK_WINDOW (self->window), TRUE);
  gtk_window_set_type_hint (GTK_WINDOW (self->window), GDK_WINDOW_TYPE_HINT_DIALOG);
  gtk_box_pack_start (GTK_BOX (all), arra_notice_widget (self->notice), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (all), arra_get_window_inside (self), TRUE, TRUE, 0);
  gtk_container_add (GTK_CONTAINER (self->window), all);
  g_signal_connect (self->window, "destroy", G_CALLBACK (destroyed), self);
  g_signal_connect (self->window, "key-press-event", G_CALLBACK (key_pressed), self);
  gtk_widget_show_all (all);
  update (self);
  find_offers (self);
  gtk_window_present (GTK_WINDOW (self->window));
  return self->window;
}
