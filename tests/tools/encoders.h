/* encoders.h - small encoders with random weights, in the folders of trained ones
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "classifier.h"

/* A judge of @attributes [n], for pictures of 16 x 16 pixels, with 8 features. Failing aborts the test, here and below.
 */
void encoders_write_judge (const char *directory, ArraClassifierAttribute *attributes, guint n);

/* A CLIP model for pictures of 16 x 16 pixels, with 6 features and the tokenizer of fixture_init(). */
void encoders_write_clip (const char *directory);
