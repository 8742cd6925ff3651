/* frame.h - Chameleon's layout: start, height, width, rows that end with a new line, end
 *
 * Source: ARRA arra/inference_solver.py (MultiModalLogitsProcessor and the guidance processor); golden `rules`.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layout.h"

extern const ArraLayoutClass arra_chameleon_frame;
