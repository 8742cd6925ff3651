/* dialog_map.c - how likely the shown picture is, or what a phrase adds to it, drawn over it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "dialog_private.h"

static void
say (ArraDialog *dialog, const char *text)
{
  gtk_label_set_text (GTK_LABEL (dialog->status), text);
}

static void
show_answer (ArraDialog *dialog)
{
  const ArraQuestion *question = dialog->answered;
  const ArraPreviewMap map = { .grey = dialog->answer.grey,
                               .width = question->made->picture.width,
                               .height = question->made->picture.height,
                               .phrase = question->phrase };
  g_autofree char *words
      = question->phrase != NULL
            ? g_strdup_printf (_ ("“%s” adds %.2f nats to each token"), question->phrase, dialog->answer.each)
            : g_strdup_printf (_ ("Each token surprises by %.2f nats"), dialog->answer.each);

  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (dialog->progress), 1);
  arra_preview_set_map (dialog->preview, &map);
  say (dialog, words);
}

void
arra_dialog_forget_answer (ArraDialog *dialog)
{
  g_clear_pointer (&dialog->answered, arra_question_free);
  g_clear_pointer (&dialog->answer.grey, g_free);
}

static void
keep_answer (ArraDialog *dialog, const ArraQuestion *question, const ArraLikeliness *answer)
{
  const ArraPicture *picture = &question->made->picture;

  arra_dialog_forget_answer (dialog);
  dialog->answered = arra_question_new (question->made, question->phrase, question->text_encoder);
  dialog->answer = *answer;
  dialog->answer.grey = g_memdup2 (answer->grey, (gsize) picture->width * picture->height);
}

/* Whether that is what is to be seen now. */
static gboolean
is_wanted (ArraDialog *dialog, const ArraQuestion *question)
{
  return question != NULL && arra_map_box_is_on (dialog->map)
         && arra_question_is (question, arra_results_current (dialog->results), arra_map_box_phrase (dialog->map));
}

static void
ask (ArraDialog *dialog, ArraMade *current)
{
  const char *phrase = arra_map_box_phrase (dialog->map);

  arra_work_ask (dialog->work, arra_question_new (current, phrase, dialog->settings.text_encoder));
  arra_dialog_update (dialog);
}

void
arra_dialog_map_chosen (gpointer data)
{
  ArraDialog *dialog = data;
  ArraMade *current = arra_results_current (dialog->results);

  g_clear_pointer (&dialog->mapped, arra_made_free);
  if (current != NULL && arra_map_box_is_on (dialog->map))
    dialog->mapped = arra_made_ref (current);
  arra_dialog_show_map (dialog);
}

/* What is being asked is that already, or ends first: then this is called again. */
void
arra_dialog_show_map (gpointer data)
{
  ArraDialog *dialog = data;
  const ArraQuestion *asked = arra_work_asks (dialog->work);
  ArraMade *current = arra_results_current (dialog->results);

  if (current != dialog->mapped)
    arra_map_box_end (dialog->map);
  if (is_wanted (dialog, asked))
    return;
  arra_preview_set_map (dialog->preview, NULL);
  if (asked != NULL)
    arra_work_stop (dialog->work);
  if (current == NULL || !arra_map_box_is_on (dialog->map) || arra_work_is_running (dialog->work))
    return;
  if (is_wanted (dialog, dialog->answered))
    show_answer (dialog);
  else
    ask (dialog, current);
}

void
arra_dialog_answered (const ArraQuestion *question, const ArraLikeliness *answer, const GError *error, gpointer data)
{
  ArraDialog *dialog = data;

  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (dialog->progress), 0);
  say (dialog, "");
  if (answer != NULL)
    keep_answer (dialog, question, answer);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      arra_dialog_fail (dialog, "%s", error->message);
      arra_map_box_turn_off (dialog->map);
    }
  arra_dialog_start_next (dialog);
  arra_dialog_show_map (dialog);
  arra_dialog_update (dialog);
}
