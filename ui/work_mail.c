/* work_mail.c - what the working thread tells the main loop's, newest frame only
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "work_private.h"

void
arra_work_mail_clear (ArraWorkMail *mail)
{
  g_free ((guint8 *) mail->preview.pixels);
  g_clear_pointer (&mail->made, g_ptr_array_unref);
  g_clear_pointer (&mail->said, g_ptr_array_unref);
  g_clear_error (&mail->error);
  g_free (mail->answer.grey);
  *mail = (ArraWorkMail) { 0 };
}

static void
tell_pictures (ArraWork *work, GPtrArray *made)
{
  while (made != NULL && made->len > 0)
    work->funcs->made (g_ptr_array_steal_index (made, 0), work->data);
}

/* The next question may be asked meanwhile. */
static void
tell_answer (ArraWork *work, const ArraWorkMail *mail)
{
  g_autoptr (ArraQuestion) question = g_steal_pointer (&work->question);

  if (question == NULL) /* pictures are made already */
    return;
  work->funcs->answered (question, mail->answer.grey != NULL ? &mail->answer : NULL, mail->error, work->data);
}

static gboolean
deliver (gpointer data)
{
  ArraWork *work = data;
  ArraWorkMail mail;

  g_mutex_lock (&work->lock);
  mail = work->mail;
  work->mail = (ArraWorkMail) { 0 };
  work->source = 0;
  g_mutex_unlock (&work->lock);

  if ((mail.done || mail.answered) && work->thread != NULL) /* else none could be had */
    g_thread_join (g_steal_pointer (&work->thread));
  if (mail.done)
    {
      work->stopped = g_error_matches (mail.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      if (!work->stopped)
        arra_making_clear (&work->making);
    }
  if (mail.has_state)
    work->funcs->progress (&mail.state, mail.preview.pixels != NULL ? &mail.preview : NULL, work->data);
  tell_pictures (work, mail.made);
  for (guint i = 0; mail.said != NULL && i < mail.said->len; i++)
    work->funcs->said (mail.said->pdata[i], work->data);
  if (mail.done)
    work->funcs->done (mail.error, work->data);
  if (mail.answered)
    tell_answer (work, &mail);
  arra_work_mail_clear (&mail);
  return G_SOURCE_REMOVE;
}

/* With the lock held. */
static void
ring (ArraWork *work)
{
  if (work->source == 0)
    work->source = g_idle_add (deliver, work);
}

void
arra_work_post_state (ArraWork *work, const ArraWorkState *state, const ArraPicture *preview)
{
  guint8 *pixels = preview != NULL ? arra_made_copy_pixels (preview, NULL) : NULL;

  g_mutex_lock (&work->lock);
  work->mail.has_state = TRUE;
  work->mail.state = *state;
  if (pixels != NULL)
    {
      g_free ((guint8 *) work->mail.preview.pixels);
      work->mail.preview = *preview;
      work->mail.preview.pixels = pixels;
    }
  ring (work);
  g_mutex_unlock (&work->lock);
}

void
arra_work_post_made (ArraWork *work, ArraMade *made)
{
  g_mutex_lock (&work->lock);
  if (work->mail.made == NULL)
    work->mail.made = g_ptr_array_new_with_free_func ((GDestroyNotify) arra_made_free);
  g_ptr_array_add (work->mail.made, made);
  ring (work);
  g_mutex_unlock (&work->lock);
}

void
arra_work_post_said (ArraWork *work, char *text)
{
  g_mutex_lock (&work->lock);
  if (work->mail.said == NULL)
    work->mail.said = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (work->mail.said, text);
  ring (work);
  g_mutex_unlock (&work->lock);
}

void
arra_work_post_done (ArraWork *work, GError *error)
{
  g_mutex_lock (&work->lock);
  work->mail.done = TRUE;
  work->mail.error = error;
  ring (work);
  g_mutex_unlock (&work->lock);
}

void
arra_work_post_answer (ArraWork *work, const ArraLikeliness *answer, GError *error)
{
  g_mutex_lock (&work->lock);
  work->mail.answered = TRUE;
  if (answer != NULL)
    work->mail.answer = *answer;
  work->mail.error = error;
  ring (work);
  g_mutex_unlock (&work->lock);
}
