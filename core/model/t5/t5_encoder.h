/* t5_encoder.h - T5's row in the table of text encoders
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "text_encoder.h"

extern const ArraTextEncoderClass arra_t5_encoder;
