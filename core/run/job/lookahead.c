/* lookahead.c - how many tokens a pass reads: what passes cost against what guesses save
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "lookahead.h"

#include <string.h>

#include "fail.h"

#define WARM 2           /* passes of one position first */
#define AGAIN 128        /* passes after which another number of positions is tried again */
#define MEMORY 0.0625    /* weight of the last guess among many */
#define RECENT 0.25      /* weight of a pass that was slower than those before it */
#define ENOUGH 8         /* guesses of a row that tell how often they come true */
#define USUAL 0.33       /* the share of guesses that come true, before any was seen */
#define WORTH_WHILE 1.05 /* times as many tokens a second: less may be chance */

gboolean
arra_lookahead_init (ArraLookahead *window, GError **error)
{
  const char *asked = g_getenv ("ARRA_LOOKAHEAD");
  guint64 fixed = 0;

  if (asked != NULL && *asked != '\0' && !g_ascii_string_to_unsigned (asked, 10, 1, ARRA_LOOKAHEAD, &fixed, NULL))
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "ARRA_LOOKAHEAD=%s: not a number from 1 to %d", asked,
                      ARRA_LOOKAHEAD);
  *window = (ArraLookahead) { .fixed = (guint) fixed };
  for (guint row = 0; row < G_N_ELEMENTS (window->right); row++)
    window->right[row] = USUAL;
  return TRUE;
}

gboolean
arra_lookahead_has (const ArraLookahead *window, const guint32 *ids, guint n_ids, guint *row)
{
  if (n_ids < window->begin || n_ids - window->begin >= window->n)
    return FALSE;
  *row = n_ids - window->begin;
  return memcmp (ids + window->begin, window->guesses, *row * sizeof *ids) == 0;
}

/* How likely the guess behind row @row is right when those before it were: where few were seen, as the one before. */
static double
chance_of (const ArraLookahead *window, guint row)
{
  while (row > 0 && window->n_guesses[row] < ENOUGH)
    row--;
  return window->right[row];
}

/* Tokens a second of passes of @n positions over those of one. */
static double
gain (const ArraLookahead *window, guint n)
{
  double tokens = 0, chance = 1;

  for (guint row = 0; row < n; row++)
    {
      tokens += chance;
      chance *= chance_of (window, row);
    }
  return tokens * window->seconds[1] / window->seconds[n];
}

/* Another number of positions than @best, whose passes may have become worth while. */
static guint
another (const ArraLookahead *window, guint best)
{
  if (best > 1 && window->n_passes / AGAIN % 2 == 0)
    return 1;
  return MIN (2 * best, ARRA_LOOKAHEAD);
}

guint
arra_lookahead_choose (const ArraLookahead *window)
{
  guint best = 1;
  double most = WORTH_WHILE;

  if (window->fixed > 0)
    return window->fixed;
  if (window->n_passes < WARM || window->seconds[1] <= 0)
    return 1;
  for (guint n = 2; n <= ARRA_LOOKAHEAD; n *= 2)
    {
      if (window->seconds[n] <= 0) /* not tried yet, and half as many were worth it */
        return n;
      if (gain (window, n) < most)
        break;
      most = gain (window, n);
      best = n;
    }
  return window->n_passes % AGAIN == 0 ? another (window, best) : best;
}

void
arra_lookahead_add_pass (ArraLookahead *window, guint n, double seconds)
{
  double *known;

  g_assert (n >= 1 && n <= ARRA_LOOKAHEAD);
  known = &window->seconds[n];
  seconds = MAX (seconds, 1e-6);
  if (*known <= 0 || seconds < *known)
    *known = seconds;
  else
    *known += RECENT * (MIN (seconds, 2 * *known) - *known);
}

guint64
arra_lookahead_saved (const ArraLookahead *window)
{
  return window->n_tokens - MIN (window->n_passes, window->n_tokens);
}

void
arra_lookahead_add_guess (ArraLookahead *window, guint row, gboolean right)
{
  g_assert (row < G_N_ELEMENTS (window->right));
  window->n_guesses[row]++;
  window->right[row]
      += MAX (MEMORY, 1.0 / (double) (window->n_guesses[row] + 2)) * ((right ? 1 : 0) - window->right[row]);
}
