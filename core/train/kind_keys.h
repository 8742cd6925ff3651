/* kind_keys.h - the keys that configurations of trainings may have
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "yamlfile.h"

/* Whether every key of @config is one that trainings of its kind know; INVALID_DATA names the first that is not. A
 * configuration without a kind may have the keys of all. */
gboolean arra_kind_keys_check (const ArraYaml *config, GError **error);
