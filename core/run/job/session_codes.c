/* session_codes.c - pictures whose codes are known already become part of a sequence
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "session.h"

gboolean
arra_session_begin_picture (ArraSession *session, guint n_prompt, guint rows, guint columns, GError **error)
{
  guint32 head[ARRA_LAYOUT_HEAD];
  const guint n = arra_layout_head (session->grammar.layout, rows, columns, head);

  arra_session_rewind (session, n_prompt);
  for (guint i = 0; i < n; i++)
    if (!arra_session_push (session, head[i], error))
      return FALSE;
  return TRUE;
}

gboolean
arra_session_pass_between (ArraSession *session, GError **error)
{
  while (session->grammar.expect == ARRA_EXPECT_FORCED)
    if (!arra_session_push (session, session->grammar.forced, error))
      return FALSE;
  return TRUE;
}

gboolean
arra_session_push_code (ArraSession *session, guint32 code, GError **error)
{
  return arra_session_pass_between (session, error)
         && arra_session_push (session, arra_layout_id (session->grammar.layout, code), error);
}
