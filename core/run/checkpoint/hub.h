/* hub.h - the Hugging Face cache: models--OWNER--REPO/snapshots/COMMIT, where refs/main names the commit
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* The cache's folder, as huggingface_hub finds it: HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME/hub,
 * XDG_CACHE_HOME/huggingface/hub,
 * ~/.cache/huggingface/hub. (transfer full): g_free() */
char *arra_hub_folder (void);

/* The folder of huggingface_hub's own files, where the user's token lies: HF_HOME, XDG_CACHE_HOME/huggingface,
 * ~/.cache/huggingface. (transfer full): g_free() */
char *arra_hub_home (void);

/* (nullable) (transfer full): "OWNER/REPO" when @folder, whose last part alone matters, is that of a repository of
 * models. */
char *arra_hub_name (const char *folder);

/* (nullable) (transfer full): the snapshot in a repository's @folder that is in force: the one that refs/main names,
 * whether it is there or not; without refs/main the one that was changed last. NULL when there is none. */
char *arra_hub_snapshot (const char *folder);
