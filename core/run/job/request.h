/* request.h - what can be asked for
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* The caller's request, of which the first @request_size bytes are there; members behind them have the defaults of
 * @checkpoint (nullable). Its strings stay the caller's. */
ArraRequest arra_request_take (const ArraRequest *request, gsize request_size, const ArraCheckpoint *checkpoint);

/* What can be said without a checkpoint: ARGUMENT names the setting and its range. */
gboolean arra_request_check_ranges (const ArraRequest *request, GError **error);

/* Everything but the memory: ARGUMENT names the setting and its range. @need_prompt: FALSE when the answers are
 * finished already. */
gboolean
arra_request_check (const ArraRequest *request, const ArraCheckpoint *checkpoint, gboolean need_prompt, GError **error);

/* Whether the checkpoint has what reads prompts; and whether the request's is text, besides. */
gboolean arra_request_check_reader (const ArraCheckpoint *checkpoint, GError **error);
gboolean arra_request_check_prompt (const ArraRequest *request, const ArraCheckpoint *checkpoint, GError **error);

/* Whether steps inside pictures need the unconditional branch. */
gboolean arra_request_is_guided (const ArraRequest *request);
/* Whether sequences are read without the prompt, too: for guidance, or for scores. */
gboolean arra_request_reads_both (const ArraRequest *request);
