/* pace.h - how fast a job is, when it will be done, and when a preview may be made
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

#define ARRA_PREVIEW_SHARE 0.1 /* of the run time, at most */

/* All times in seconds; the caller brings the clock. */
typedef struct
{
  double started, last_token, last_report;
  double report_every;
  double per_token; /* running average without previews; 0: not known */
  guint tokens_measured;
  double per_code; /* of decoding; estimated until one decode was measured */
  gboolean per_code_known;
  double previews; /* spent on them since started */
} ArraPace;

/* @per_code: estimate from arra_estimate_decode(). */
void arra_pace_init (ArraPace *pace, double per_code);
/* A run begins or goes on: averages are kept, the clock starts anew. */
void arra_pace_start (ArraPace *pace, double now);
/* The clock of the next token starts @now: after a preview or the reading of a prompt. */
void arra_pace_mark (ArraPace *pace, double now);
void arra_pace_token (ArraPace *pace, double now);
void arra_pace_decoded (ArraPace *pace, guint n_codes, double seconds, gboolean preview);
/* Whether decoding @n_codes now keeps all previews within ARRA_PREVIEW_SHARE. */
gboolean arra_pace_may_preview (const ArraPace *pace, guint n_codes, double now);
/* TRUE a few times a second; remembers that it was. */
gboolean arra_pace_may_report (ArraPace *pace, double now);

double arra_pace_tokens_per_second (const ArraPace *pace); /* 0: not known */
/* Seconds until @tokens more tokens and the decoding of @codes codes are done; negative: not known. */
double arra_pace_left (const ArraPace *pace, double tokens, double codes, double now);
/* Part that is done of @tokens_total tokens and then @codes_total codes. */
double arra_pace_fraction (const ArraPace *pace,
                           double tokens_done,
                           double tokens_total,
                           double codes_done,
                           double codes_total);
