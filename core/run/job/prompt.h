/* prompt.h - a prompt becomes the tokens the model answers to
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* "{prompt}", "{width}" and "{height}" of @prompt_template replaced, once; what stands in the prompt is not looked at. A template that names
 * the size needs one (ARGUMENT). Returns: (transfer full): arra_mem memory. */
char *arra_prompt_expand (const char *prompt_template, const char *prompt, guint width, guint height, GError **error);

/* `<s>` text end-of-turn. Returns: (transfer full): arra_mem memory, @n ids. */
guint32 *arra_prompt_tokens (const ArraCheckpoint *checkpoint, const ArraRequest *request, guint *n, GError **error);
