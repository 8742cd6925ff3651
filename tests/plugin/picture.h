/* picture.h - looks at the pictures that GIMP wrote
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gdk-pixbuf/gdk-pixbuf.h>

GdkPixbuf *picture_load (const char *path); /* fails the test when it cannot */
const guint8 *picture_at (GdkPixbuf *picture, int x, int y);
/* Largest difference of a colour channel from @reference; fails the test when the sizes differ. */
guint picture_difference (const char *path, const char *reference);
/* The same, from the reference's luminance (of sRGB, computed in linear light). */
guint picture_grey_difference (const char *path, const char *reference);
/* Every pixel of @x, @y, @width, @height has this colour. */
gboolean picture_is_plain (GdkPixbuf *picture, int x, int y, int width, int height, const guint8 colour[3]);
/* Both have the same colour there. */
gboolean picture_same_at (GdkPixbuf *a, int ax, int ay, GdkPixbuf *b, int bx, int by);
/* A PNG file with something in every pixel that is like nothing else near it; @shift: another one */
void picture_write (const char *path, int width, int height, int shift);
