/* kinds.h - the things that can be trained
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "trainee.h"

/* Makes the trainee that "kind" of the configuration names. INVALID_DATA: there is no such kind; the message
 * names those that are. */
gboolean
arra_trainee_make (const ArraYaml *config, const ArraTrainSetup *setup, ArraTrainee *trainee, GError **error);
void
arra_trainee_clear (ArraTrainee *trainee); /* frees what was made; nothing when it is empty */
