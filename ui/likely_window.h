/* likely_window.h - asks what is to be shown of how likely a layer is
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "dialog.h"

/* In and out; strings belong to it: arra_likely_clear(). */
typedef struct
{
  char *prompt, *phrase; /* never NULL; empty: none */
  char *checkpoint;      /* (nullable): path */
  gboolean as_selection; /* else as a grey layer */
  gboolean remember;     /* out: prompts may be remembered */
} ArraLikely;

void arra_likely_clear (ArraLikely *likely);
/* Shows a window until it is answered. @host: its window, its settings' folders and the layer's recipe. FALSE: nothing
 * is to be shown. */
gboolean arra_likely_ask (ArraLikely *likely, const ArraDialogHost *host);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ArraLikely, arra_likely_clear)
