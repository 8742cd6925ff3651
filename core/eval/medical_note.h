/* medical_note.h - whether a picture's file says that it is no patient's
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* *@marked: whether the file at @path holds the note of pictures that only look like patients' (ARRA_MEDICAL_NOTE):
 * what is made of them must carry it, too. */
gboolean arra_medical_note_find (const char *path, gboolean *marked, GError **error);
