/* quantised.h - checkpoints that another program quantised, which cannot be read: who did it, and what to do
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include <json-glib/json-glib.h>
#include "source.h"

/* FALSE (ARRA_ERROR_UNSUPPORTED) when the configuration says that the weights are quantised. @name starts messages. */
gboolean arra_quantised_check_config (JsonObject *config, const char *name, GError **error);

/* Whether the tensors around @name, a weight that is missing or of another type, show that it was quantised: then
 * @error says by what. */
gboolean arra_quantised_explain (const ArraSource *source, const char *name, GError **error);
