/* clean_caption.h - captions as LlamaGen's text-conditional models saw them in training
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

#define ARRA_MAX_CAPTION 4096 /* bytes */

/* @caption (UTF-8) in lower case, without addresses, tags, names of files, ids, and most punctuation: LlamaGen's
 * T5Embedder.text_preprocessing, which cleans twice. Its ftfy.fix_text, which mends text of a wrong encoding, is
 * Unicode's NFC here. ARRA_ERROR_ARGUMENT: it is longer than ARRA_MAX_CAPTION or not UTF-8. Returns: (transfer
 * full): g_free(). */
char *arra_clean_caption (const char *caption, GError **error);
