/* look.h - what of an image pictures are made from: the surroundings of a hole, or a layer
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "host.h"

/* What is selected is the hole, else what is transparent; @layer: the active one's surroundings count, HOST_NONE: those
 * that are visible. @across, @down: pixels around the hole that are wanted. (transfer full): NULL with @error set when
 * there is nothing to fill. */
ArraScene *look_at_hole (HostImage image, HostLayer layer, guint across, guint down, GError **error);
/* A layer: what is transparent in it is masked in what becomes of it, too. Likewise. */
ArraScene *look_at_layer (HostImage image, HostLayer layer, GError **error);
