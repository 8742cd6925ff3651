/* prompt_box.h - where the prompt is written, with the earlier ones at hand
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "history.h"

typedef struct _ArraPromptBox ArraPromptBox;

/* Lives as long as its widget. @submit: Ctrl+Enter was pressed; @changed: the text. @history must outlive it.
 */
ArraPromptBox *arra_prompt_box_new (ArraHistory *history,
                                    void (*changed) (gpointer data),
                                    void (*submit) (gpointer data),
                                    gpointer data);
GtkWidget *arra_prompt_box_widget (ArraPromptBox *box);
char *arra_prompt_box_get (ArraPromptBox *box); /* (transfer full): g_free(); without spaces around it */
void arra_prompt_box_set (ArraPromptBox *box, const char *prompt); /* one step to undo */
void arra_prompt_box_forget_changes (ArraPromptBox *box);          /* nothing before can be undone */
/* What the checkpoint suggests, NULL-terminated; copied. */
void arra_prompt_box_set_examples (ArraPromptBox *box, const char *const *examples);
/* What stands under the prompt; NULL: nothing. */
void arra_prompt_box_set_remark (ArraPromptBox *box, const char *text);
void arra_prompt_box_focus (ArraPromptBox *box);
