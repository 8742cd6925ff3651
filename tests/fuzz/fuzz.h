/* fuzz.h - one target: linked with libFuzzer, or with replay.c
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* Reads @data as a file of the target's kind. Anything but a return is a finding. */
int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);
