/* hub.h - what tests of fetching share: access to the test's server, and bytes to fetch
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hub_access.h"
#include "server.h"

/* Of the server, with little patience. (transfer full) */
ArraHubAccess *hub_access (const Server *server, const char *token);
/* Bytes that differ from place to place; (transfer full) */
guint8 *hub_bytes (gsize size);
char *hub_sha256 (const guint8 *bytes, gsize size); /* (transfer full) */
char *hub_git (const guint8 *bytes, gsize size);    /* (transfer full): Git's hash of a blob */
char *hub_scratch (void);                           /* (transfer full): a new folder */
void hub_remove (const char *folder);               /* with all that is in it */
guint hub_count (const char *folder);               /* names in it, hidden ones too */
void hub_without_environment (void);                /* takes away what a user may have set */
