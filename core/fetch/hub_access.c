/* hub_access.c - the Hugging Face Hub, or what stands in for it: its address, the user's token, and patience
 *
 * Reference: huggingface_hub's constants.py, _auth.py and errors.py.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub_access.h"

#include <inttypes.h>
#include <string.h>

#include "fail.h"
#include "hub.h"
#include "mapping.h"
#include "mem.h"

#define STANDARD_ENDPOINT "https://huggingface.co"
#define TIMEOUT 60
#define PAUSE 1000
#define TRIES 6
#define MAX_PAUSE (10 * 60 * 1000) /* milliseconds: whoever asks for more gets an error in words */
#define MAX_TOKEN 4096             /* bytes of the token's file */

/* ------------------------------------------------------------------ address and token */

/* (nullable) (transfer full): @text without blanks around it, when it can stand in a header */
static char *
clean_token (const char *text)
{
  g_autofree char *token = g_strstrip (g_strdup (text != NULL ? text : ""));

  for (const char *c = token; *c != '\0'; c++)
    if (!g_ascii_isgraph (*c))
      return NULL;
  return *token != '\0' ? g_steal_pointer (&token) : NULL;
}

/* (transfer full): the folder of the hub's client, beside whose cache the token lies */
static char *
token_path (void)
{
  const char *path = g_getenv ("HF_TOKEN_PATH");
  g_autofree char *home = arra_hub_home ();

  return path != NULL && *path != '\0' ? g_strdup (path) : g_build_filename (home, "token", NULL);
}

static char *
find_token (void)
{
  char *token = clean_token (g_getenv ("HF_TOKEN"));
  g_autofree char *path = token_path ();
  g_automem char *text = NULL;

  if (token == NULL)
    token = clean_token (g_getenv ("HUGGING_FACE_HUB_TOKEN"));
  if (token == NULL && (text = arra_read_file (path, MAX_TOKEN, NULL, NULL)) != NULL)
    token = clean_token (text);
  return token;
}

ArraHubAccess *
arra_hub_access_new (GError **error)
{
  g_autoptr (ArraHubAccess) access = g_new0 (ArraHubAccess, 1);
  const char *endpoint = g_getenv ("HF_ENDPOINT");

  access->endpoint = g_strdup (endpoint != NULL && *endpoint != '\0' ? endpoint : STANDARD_ENDPOINT);
  while (g_str_has_suffix (access->endpoint, "/"))
    access->endpoint[strlen (access->endpoint) - 1] = '\0';
  access->origin = arra_http_origin (access->endpoint);
  access->timeout = TIMEOUT;
  access->pause = PAUSE;
  access->tries = TRIES;
  if (access->origin == NULL)
    {
      arra_fail (error, ARRA_ERROR_ARGUMENT, "HF_ENDPOINT: is no address of http:// or https:// without a user's name");
      return NULL;
    }
  access->token = find_token ();
  return g_steal_pointer (&access);
}

void
arra_hub_access_free (ArraHubAccess *access)
{
  if (access == NULL)
    return;
  g_free (access->endpoint);
  g_free (access->origin);
  g_free (access->token);
  g_free (access);
}

/* ------------------------------------------------------------------ patience */

gboolean
arra_hub_wait (guint64 milliseconds, GCancellable *cancellable, GError **error)
{
  gint64 end = g_get_monotonic_time () + (gint64) milliseconds * 1000;
  GPollFD poll = { 0 };

  if (cancellable == NULL || !g_cancellable_make_pollfd (cancellable, &poll))
    {
      g_usleep (milliseconds * 1000);
      return !g_cancellable_set_error_if_cancelled (cancellable, error);
    }
  for (gint64 left; (left = end - g_get_monotonic_time ()) > 0 && !g_cancellable_is_cancelled (cancellable);)
    g_poll (&poll, 1, (int) MIN (left / 1000 + 1, G_MAXINT));
  g_cancellable_release_fd (cancellable);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

guint64
arra_hub_pause (const ArraHubAccess *access, guint failed)
{
  return MIN ((guint64) access->pause << MIN (failed, 20), MAX_PAUSE);
}

static gboolean
is_busy (guint status)
{
  return status == 408 || status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

/* Seconds of Retry-After, a number or a date, or of the hub's own RateLimit ("api";r=0;t=55); -1: neither says any. */
static gint64
asked_pause (const ArraHttpAnswer *answer)
{
  const char *after = arra_http_header (answer, "retry-after"), *limit = arra_http_header (answer, "ratelimit");
  const char *reset = limit != NULL ? strstr (limit, ";t=") : NULL;
  g_autoptr (GDateTime) now = g_date_time_new_now_utc (), then = NULL;
  guint64 seconds;

  if (after != NULL && g_ascii_string_to_unsigned (after, 10, 0, G_MAXINT, &seconds, NULL))
    return (gint64) seconds;
  if (after != NULL && (then = arra_http_date (after)) != NULL)
    return MAX (0, g_date_time_difference (then, now) / G_TIME_SPAN_SECOND + 1);
  return reset != NULL ? (gint64) MIN (g_ascii_strtoull (reset + 3, NULL, 10), (guint64) G_MAXINT) : -1;
}

/* Before a try after the one that brought @answer: FALSE when it makes no sense to wait so long. */
static gboolean
wait_while_busy (const ArraHubAccess *access,
                 const ArraHttpAnswer *answer,
                 const char *name,
                 guint failed,
                 GCancellable *cancellable,
                 GError **error)
{
  gint64 asked = asked_pause (answer);
  guint64 pause = asked >= 0 ? (guint64) asked * 1000 : arra_hub_pause (access, failed);

  if (pause > MAX_PAUSE)
    return arra_fail (error, ARRA_ERROR_UNAVAILABLE,
                      "%s: the server is busy and asks to be left alone for %" PRId64 " minutes; try again then", name,
                      asked / 60);
  return arra_hub_wait (pause, cancellable, error);
}

/* ------------------------------------------------------------------ statuses in words */

static gboolean
fail_closed (const ArraHubAccess *access, const ArraHttpAnswer *answer, const char *name, GError **error)
{
  const char *code = arra_http_header (answer, "x-error-code");

  if (g_strcmp0 (code, "GatedRepo") == 0 && access->token != NULL)
    return arra_fail (
        error, ARRA_ERROR_ARGUMENT,
        "%s: its owner lets in only who has agreed to the terms: open its page at %s with a browser, agree, and try again",
        name, access->origin);
  if (access->token == NULL)
    return arra_fail (
        error, ARRA_ERROR_ARGUMENT,
        "%s: is not there, or not open to everybody: agree to its terms at %s, make a token there (Settings, Access Tokens), and give it as HF_TOKEN",
        name, access->origin);
  return arra_fail (error, ARRA_ERROR_ARGUMENT,
                    "%s: the token (of HF_TOKEN or Hugging Face's token file) does not open it: make a new one at %s",
                    name, access->origin);
}

static gboolean
fail_status (const ArraHubAccess *access, const ArraHttpAnswer *answer, const char *name, GError **error)
{
  switch (answer->status)
    {
    case 401:
    case 403:
      return fail_closed (access, answer, name, error);
    case 404:
    case 410:
      return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: is not there, at %s", name, access->origin);
    case 407:
      return arra_fail (error, ARRA_ERROR_UNAVAILABLE, "%s: the proxy asks for a name and a password", name);
    case 429:
      return arra_fail (error, ARRA_ERROR_UNAVAILABLE, "%s: too much was asked for at once; try again in some minutes",
                        name);
    default:
      return arra_fail (error, ARRA_ERROR_UNAVAILABLE, "%s: the server %s answered %u; try again later", name,
                        access->origin, answer->status);
    }
}

/* ------------------------------------------------------------------ asking */

static gboolean
is_answer (const ArraHttpAnswer *answer)
{
  return answer->status == 200 || answer->status == 206 || answer->status == 416;
}

/* Offline is a state with words, once there is no hope that the network comes back: who has bytes already waits for it.
 */
static gboolean
fail_network (GError **failure, GError **error)
{
  g_autofree char *folder = arra_checkpoints_folder ();

  if (arra_http_is_offline (*failure))
    return arra_fail (error, ARRA_ERROR_UNAVAILABLE, "no network: %s; a .gguf file that is put into %s needs none",
                      (*failure)->message, folder);
  g_propagate_error (error, g_steal_pointer (failure));
  return FALSE;
}

/* Waits after a failure of the network that may pass; FALSE, with @error set, for others. */
static gboolean
wait_after (const ArraHubAccess *access,
            guint failed,
            gboolean begun,
            GError **failure,
            GCancellable *cancellable,
            GError **error)
{
  if (failed + 1 < access->tries && arra_http_is_passing (*failure) && (begun || !arra_http_is_offline (*failure)))
    {
      g_clear_error (failure);
      return arra_hub_wait (arra_hub_pause (access, failed), cancellable, error);
    }
  return fail_network (failure, error);
}

ArraHttpAnswer *
arra_hub_get (const ArraHubAccess *access,
              ArraHttp *http,
              const char *name,
              const char *path,
              guint64 offset,
              GCancellable *cancellable,
              GError **error)
{
  g_autofree char *url = *path == '/' ? g_strconcat (access->endpoint, path, NULL) : g_strdup (path);
  const ArraHttpRequest request = { url, access->token, access->origin, offset };

  for (guint failed = 0;; failed++)
    {
      g_autoptr (GError) failure = NULL;
      g_autoptr (ArraHttpAnswer) answer = arra_http_get (http, &request, cancellable, &failure);

      if (answer == NULL && !wait_after (access, failed, offset > 0, &failure, cancellable, error))
        return NULL;
      if (answer == NULL)
        continue;
      if (is_answer (answer))
        return g_steal_pointer (&answer);
      if (!is_busy (answer->status) || failed + 1 >= access->tries)
        {
          fail_status (access, answer, name, error);
          return NULL;
        }
      if (!wait_while_busy (access, answer, name, failed, cancellable, error))
        return NULL;
    }
}
