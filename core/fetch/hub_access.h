/* hub_access.h - the Hugging Face Hub, or what stands in for it: its address, the user's token, and patience
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "http.h"

typedef struct
{
  char *endpoint; /* without a "/" at its end */
  char *origin;   /* of the endpoint: what alone gets the token */
  char *token;    /* (nullable) */
  guint timeout;  /* seconds without a byte until a connection counts as cut */
  guint pause;    /* milliseconds before the second try; each one after waits twice as long */
  guint tries;    /* in a row that bring nothing */
} ArraHubAccess;

/* From the environment, as huggingface_hub does it: HF_ENDPOINT, else https://huggingface.co; HF_TOKEN,
 * HUGGING_FACE_HUB_TOKEN, else the file HF_TOKEN_PATH, else HF_HOME/token, ~/.cache/huggingface/token. Contacts
 * nothing. Returns: (transfer full): arra_hub_access_free(). */
ArraHubAccess *arra_hub_access_new (GError **error);
void arra_hub_access_free (ArraHubAccess *access); /* nullable */

/* GET @path ("/api/models/…", escaped) of the endpoint, or a whole URL, from byte @offset on. Waits and tries again
 * while the hub is busy (429, 5xx; as long as Retry-After says), and after failures of the network. Statuses are 200,
 * 206 or 416; others are errors in words about @name: NOT_FOUND, ARGUMENT for what a token, or an agreement on the
 * hub's page, would open. Returns: (transfer full). */
ArraHttpAnswer *arra_hub_get (const ArraHubAccess *access,
                              ArraHttp *http,
                              const char *name,
                              const char *path,
                              guint64 offset,
                              GCancellable *cancellable,
                              GError **error);

/* Waits, or FALSE at once when @cancellable (nullable) is cancelled. */
gboolean arra_hub_wait (guint64 milliseconds, GCancellable *cancellable, GError **error);
/* Milliseconds to wait before try number @failed + 1. */
guint64 arra_hub_pause (const ArraHubAccess *access, guint failed);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraHubAccess, arra_hub_access_free)
