/* prompt.h - a prompt becomes what the model answers to
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "conditioner.h"

/* "{prompt}", "{width}" and "{height}" of @prompt_template replaced, once; what stands in the prompt is not looked at.
 * A template that names the size needs one (ARGUMENT). Returns: (transfer full): arra_mem memory. */
char *arra_prompt_expand (const char *prompt_template, const char *prompt, guint width, guint height, GError **error);

/* The request's prompt in its template, as the model's family has it. @condition is empty; to be cleared also after an
 * error. */
gboolean arra_prompt_condition (const ArraCheckpoint *checkpoint,
                                const ArraRequest *request,
                                ArraCondition *condition,
                                GError **error);
