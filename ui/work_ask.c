/* work_ask.c - what the working thread does when it is asked how likely a picture is
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "work_private.h"

static void
report (const ArraProgress *progress, gpointer data)
{
  const ArraWorkState state
      = { .phase = ARRA_WORK_ASKING, .count = 1, .fraction = CLAMP (progress->fraction, 0, 1), .left = -1 };

  arra_work_post_state (data, &state, NULL);
}

/* With the prompt, and the words around it, that the picture was made with. */
static gboolean
answer (ArraWork *work, ArraLikeliness *likeliness, GError **error)
{
  const ArraQuestion *question = work->question;
  const ArraMade *made = question->made;
  const ArraSeen seen = { .pixels = made->picture.pixels,
                          .width = made->picture.width,
                          .height = made->picture.height,
                          .codes = made->codes,
                          .code_rows = made->code_rows,
                          .code_columns = made->code_columns };
  g_autoptr (ArraRecipe) recipe = arra_recipe_parse (made->recipe, -1, error);
  g_autoptr (GCancellable) cancellable = NULL;
  ArraRequest request;

  if (recipe == NULL || !arra_work_open_checkpoint (work, made->from, question->text_encoder, 1, error))
    return FALSE;
  cancellable = arra_work_begin_stretch (work);
  arra_request_init (&request, work->checkpoint);
  request.prompt = arra_recipe_request (recipe)->prompt;
  request.prompt_template = arra_recipe_request (recipe)->prompt_template;
  return arra_making_map (work->checkpoint, &request, question->phrase, &seen, likeliness, report, work, cancellable,
                          error);
}

gpointer
arra_work_ask_thread (gpointer data)
{
  ArraWork *work = data;
  ArraLikeliness likeliness = { 0 };
  GError *error = NULL;

  answer (work, &likeliness, &error);
  arra_work_post_answer (work, &likeliness, error);
  return NULL;
}
