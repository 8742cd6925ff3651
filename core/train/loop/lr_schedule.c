/* lr_schedule.c - the learning rate over a training
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "lr_schedule.h"

#include <math.h>

double
arra_lr_at (const ArraLrSchedule *schedule, double epoch)
{
  double along;

  if (epoch < schedule->warmup)
    return schedule->rate * epoch / schedule->warmup;
  along = (epoch - schedule->warmup) / (schedule->epochs - schedule->warmup);
  return schedule->min_rate + (schedule->rate - schedule->min_rate) * 0.5 * (1 + cos (G_PI * along));
}
