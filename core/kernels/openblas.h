/* openblas.h - what all doors to OpenBLAS share
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* Holds OpenBLAS to one thread for good: to be called before anything of it. */
void arra_openblas_start (void);
