/* trainee_test.h - what tests of every kind of trainee do with it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "trainee.h"

/* Steps @first .. @last - 1 with seed 9; @metrics are the last one's. */
void trainee_test_steps (const ArraTrainee *trainee, guint first, guint last, double learning_rate, double *metrics);

/* All of its state, one part after another. (transfer full) */
GByteArray *trainee_test_state (const ArraTrainee *trainee);
void trainee_test_set_state (const ArraTrainee *trainee, const GByteArray *state);

/* Whether the hash of its data says that @byte, of what @trainee learns from, has changed, and that it is back; it is,
 * afterwards. */
void trainee_test_data_counts (const ArraTrainee *trainee, void *byte);
