/* surface.h - pictures for the screen
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include <cairo.h>
#include <gdk/gdk.h>

/* The picture's pixels. Returns: (transfer full) (nullable): NULL when memory is short. */
cairo_surface_t *arra_surface_new (const ArraPicture *picture);

/* The picture, which becomes @whole_height pixels high, within @side x @side pixels, for screens with @scale device
 * pixels each. Likewise. */
cairo_surface_t *arra_surface_thumbnail (const ArraPicture *picture, guint whole_height, int side, int scale);

/* @grey [@height][@width] as colours to be seen through. @less: (nullable): NULL: black is nothing and white is @more;
 * else 128 is nothing, white @more and black @less. Likewise. */
cairo_surface_t *
arra_surface_map (const guint8 *grey, guint width, guint height, const GdkRGBA *more, const GdkRGBA *less);
