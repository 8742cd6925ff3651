/* llamagen_family.h - LlamaGen's row in the table of families
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "family.h"

extern const ArraFamily arra_llamagen_family;
