/* eval.h - the parts of `arra eval`
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "evaluation.h"

/* The tables in Markdown; (transfer full): g_free() */
char *eval_markdown (const ArraEvalRequest *request, const ArraEvaluation *evaluation);
/* One JSON object; (transfer full): g_free() */
char *eval_json (const ArraEvalRequest *request, const ArraEvaluation *evaluation);
