/* hub_cached.h - files that the Hugging Face cache has already
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hub_repository.h"

/* Makes @path a link to the cache's own copy of @file, when there is one and its hash is right: *@linked. The cache
 * itself is never changed. FALSE with @error set when it cannot be read, or the link not be made. */
gboolean arra_hub_link_cached (const ArraHubRepository *repository,
                               const ArraHubFile *file,
                               const char *path,
                               gboolean *linked,
                               GCancellable *cancellable,
                               GError **error);

/* Whether the cache has a file of the size of @file where its copy would lie. */
gboolean arra_hub_may_be_cached (const ArraHubRepository *repository, const ArraHubFile *file);
/* (transfer full): the cache's folder of the repository @name, there or not. */
char *arra_hub_cached_folder (const char *name);
