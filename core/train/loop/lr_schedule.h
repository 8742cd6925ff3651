/* lr_schedule.h - the learning rate over a training
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* Reference: ARRA xllmx/util/lr_sched.py, adjust_learning_rate_epoch. min_rate = rate is the constant schedule. */
typedef struct
{
  double rate, min_rate;
  double warmup, epochs; /* in epochs */
} ArraLrSchedule;

/* epoch (a fraction counts) < warmup: rate * epoch / warmup; then half a cosine down to min_rate at @epochs. */
double arra_lr_at (const ArraLrSchedule *schedule, double epoch);
