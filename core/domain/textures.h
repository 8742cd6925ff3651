/* textures.h - the domain `textures`: materials to lay behind or over a picture
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "domain.h"

extern const ArraDomain arra_domain_textures;
