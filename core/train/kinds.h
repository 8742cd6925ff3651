/* kinds.h - the things that can be trained
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "trainee.h"

/* Whether "kind" names one of them. NOT_FOUND: it is missing; INVALID_DATA: there is no such kind; the message names
 * those that are. */
gboolean arra_trainee_check_kind (const ArraYaml *config, GError **error);
/* Makes the trainee that "kind" of the configuration names. Errors are those of arra_trainee_check_kind(), and of the
 * kind. */
gboolean arra_trainee_make (const ArraYaml *config, const ArraTrainSetup *setup, ArraTrainee *trainee, GError **error);
void arra_trainee_clear (ArraTrainee *trainee); /* frees what was made; nothing when it is empty */
