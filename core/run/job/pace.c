/* pace.c - how fast a job is, when it will be done, and when a preview may be made
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "pace.h"

#define WINDOW 32         /* tokens the running average remembers */
#define KNOWN_AFTER 4     /* tokens measured before a speed is told */
#define REPORT_EVERY 0.25 /* seconds */

void
arra_pace_init (ArraPace *pace, double per_code)
{
  *pace = (ArraPace) { .per_code = per_code, .report_every = REPORT_EVERY };
}

void
arra_pace_start (ArraPace *pace, double now)
{
  pace->started = now;
  pace->last_token = now;
  pace->last_report = now;
  pace->previews = 0;
}

void
arra_pace_mark (ArraPace *pace, double now)
{
  pace->last_token = now;
}

void
arra_pace_token (ArraPace *pace, double now)
{
  const double seconds = now - pace->last_token;

  pace->tokens_measured = MIN (pace->tokens_measured + 1, WINDOW);
  pace->per_token += (seconds - pace->per_token) / pace->tokens_measured;
  pace->last_token = now;
}

void
arra_pace_decoded (ArraPace *pace, guint n_codes, double seconds, gboolean preview)
{
  if (n_codes > 0)
    {
      pace->per_code = seconds / n_codes;
      pace->per_code_known = TRUE;
    }
  if (preview)
    pace->previews += seconds;
}

gboolean
arra_pace_may_preview (const ArraPace *pace, guint n_codes, double now)
{
  const double cost = n_codes * pace->per_code;

  return pace->previews + cost <= ARRA_PREVIEW_SHARE * (now - pace->started + cost);
}

gboolean
arra_pace_may_report (ArraPace *pace, double now)
{
  if (now - pace->last_report < pace->report_every)
    return FALSE;
  pace->last_report = now;
  return TRUE;
}

double
arra_pace_tokens_per_second (const ArraPace *pace)
{
  if (pace->tokens_measured < KNOWN_AFTER || pace->per_token <= 0)
    return 0;
  return 1 / pace->per_token;
}

double
arra_pace_left (const ArraPace *pace, double tokens, double codes, double now)
{
  const double speed = arra_pace_tokens_per_second (pace);
  const double elapsed = now - pace->started;
  double seconds = codes * pace->per_code;

  if (tokens <= 0)
    return seconds;
  if (speed <= 0)
    return -1;
  /* previews to come take the share they took so far */
  if (elapsed > pace->previews)
    seconds += tokens / speed * (elapsed / (elapsed - pace->previews));
  else
    seconds += tokens / speed;
  return seconds;
}

double
arra_pace_fraction (const ArraPace *pace,
                    double tokens_done,
                    double tokens_total,
                    double codes_done,
                    double codes_total)
{
  const double tokens = tokens_total * pace->per_token, codes = codes_total * pace->per_code;
  double share = tokens > 0 ? tokens / (tokens + codes) : 1; /* of the time that goes into tokens */

  if (tokens_total <= 0)
    return 0;
  if (tokens_done >= tokens_total && codes_total > 0 && tokens <= 0)
    share = 0;
  return share * MIN (tokens_done / tokens_total, 1)
         + (codes_total > 0 ? (1 - share) * MIN (codes_done / codes_total, 1) : 0);
}
