/* prompt_box.h - where the prompt is written, as the checkpoint has it, with the earlier ones at hand
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra-prompt.h>
#include <gtk/gtk.h>

#include "history.h"

typedef struct _ArraPromptBox ArraPromptBox;

typedef struct
{
  void (*changed) (gpointer data);             /* the text */
  void (*submit) (gpointer data);              /* Enter was pressed */
  void (*choose_text_encoder) (gpointer data); /* which the checkpoint lacks */
} ArraPromptBoxFuncs;

/* Lives as long as its widget. @history must outlive it. */
ArraPromptBox *arra_prompt_box_new (ArraHistory *history, const ArraPromptBoxFuncs *funcs, gpointer data);
GtkWidget *arra_prompt_box_widget (ArraPromptBox *box);
GtkWidget *arra_prompt_box_field (ArraPromptBox *box); /* what is written into now */
char *arra_prompt_box_get (ArraPromptBox *box);        /* (transfer full): g_free(); without spaces around it */
void arra_prompt_box_set (ArraPromptBox *box, const char *prompt); /* one step to undo */
void arra_prompt_box_forget_changes (ArraPromptBox *box);          /* nothing before can be undone */
/* (nullable): whether prompts are text or classes, what it suggests, the words that it learnt, whose history it is. */
void arra_prompt_box_set_checkpoint (ArraPromptBox *box, const ArraCheckpoint *checkpoint);
/* What stands under the prompt; NULL: nothing. */
void arra_prompt_box_set_remark (ArraPromptBox *box, const char *text);
/* It is not written yet, and what it may become is shown. */
gboolean arra_prompt_box_is_searching (ArraPromptBox *box);
void arra_prompt_box_focus (ArraPromptBox *box);
