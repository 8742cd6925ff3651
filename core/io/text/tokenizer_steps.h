/* tokenizer_steps.h - what a part of a tokenizer.json does, step by step
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include <json-glib/json-glib.h>

typedef gboolean (*ArraStepFunc) (JsonObject *step, const char *name, gpointer data, GError **error);

/* Calls @func for each step of the member @part of @root, in order: for the part itself, or for what a part of type
 * "Sequence" lists under
 * @list, which may be further sequences, and empty. @name starts messages, as in "FILE: decoder 2". TRUE without a call
 * when there is no such member or it is null. FALSE as soon as @func says so, or when something is no step. */
gboolean arra_tokenizer_steps (JsonObject *root,
                               const char *part,
                               const char *list,
                               const char *name,
                               ArraStepFunc func,
                               gpointer data,
                               GError **error);
