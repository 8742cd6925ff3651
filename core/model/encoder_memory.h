/* encoder_memory.h - what an image encoder takes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* Bytes. At its peak an encoder takes @weights, and the larger one of what is beside them. */
typedef struct
{
  guint64 weights; /* as long as it is open */
  guint64 loading; /* while they are read */
  guint64 work;    /* while pictures are run, and from then on */
} ArraEncoderMemory;
