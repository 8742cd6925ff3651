/* jpeg_scans.h - whether the coded data of a JPEG file are all there
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* Goes through all scans, as a decoder does, without making pixels. FALSE: data are missing within them, or are none
 * that an encoder writes; decoders fill up what is missing with grey and say nothing. TRUE as well for what libjpeg
 * cannot read at all: a decoder says so in better words. */
gboolean arra_jpeg_scans_are_whole (const guint8 *bytes, gsize n);
