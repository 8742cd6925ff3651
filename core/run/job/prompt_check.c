/* prompt_check.c - what a checkpoint takes as a prompt, and how many tokens a picture takes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <arra-prompt.h>

#include "checkpoint.h"
#include "plan.h"
#include "prompt.h"
#include "request.h"
#include "request_mosaic.h"

gboolean
arra_checkpoint_lacks_text_encoder (const ArraCheckpoint *checkpoint)
{
  g_return_val_if_fail (checkpoint != NULL, FALSE);
  return checkpoint->decoder.conditioner->reads_features && checkpoint->text_encoder == NULL;
}

gboolean
arra_checkpoint_has_cfg_interval (const ArraCheckpoint *checkpoint)
{
  g_return_val_if_fail (checkpoint != NULL, FALSE);
  return checkpoint->decoder.family->has_cfg_interval;
}

gboolean
arra_checkpoint_check_prompt (const ArraCheckpoint *checkpoint, const char *prompt, GError **error)
{
  g_auto (ArraCondition) condition = { 0 };
  ArraRequest request;

  g_return_val_if_fail (checkpoint != NULL, FALSE);
  arra_request_init (&request, checkpoint);
  if (prompt == NULL)
    return arra_request_check_reader (checkpoint, error);
  request.prompt = prompt;
  return arra_request_check_prompt (&request, checkpoint, error)
         && arra_prompt_condition (checkpoint, &request, &condition, error);
}

ArraCheckpoint *
arra_checkpoint_open_with_text_encoder (const char *path,
                                        const char *folder,
                                        gboolean metadata_only,
                                        GCancellable *cancellable,
                                        GError **error)
{
  ArraOpenOptions options = ARRA_OPEN_OPTIONS_INIT;
  g_autoptr (ArraCheckpoint) checkpoint = NULL;

  g_return_val_if_fail (path != NULL, NULL);
  options.metadata_only = TRUE;
  checkpoint = arra_checkpoint_open (path, &options, cancellable, error);
  if (checkpoint == NULL)
    return NULL;
  options.metadata_only = metadata_only;
  options.text_encoder = arra_checkpoint_lacks_text_encoder (checkpoint) ? folder : NULL;
  return arra_checkpoint_open (path, &options, cancellable, error);
}

guint64
arra_checkpoint_count_tokens_sized (const ArraCheckpoint *checkpoint, const ArraRequest *request, gsize request_size)
{
  ArraCapacities capacities;
  ArraRequest taken;

  g_return_val_if_fail (checkpoint != NULL && request != NULL, 0);
  taken = arra_request_take (request, request_size, checkpoint);
  if (taken.width == 0 || !arra_request_check (&taken, checkpoint, FALSE, NULL)
      || !arra_plan_capacities (checkpoint, &taken, 0, 0, &capacities, NULL))
    return 0;
  return capacities.mosaic_codes > 0 ? capacities.mosaic_codes : capacities.answer_tokens;
}

gboolean
arra_checkpoint_makes_parts_sized (const ArraCheckpoint *checkpoint, const ArraRequest *request, gsize request_size)
{
  ArraRequest taken;

  g_return_val_if_fail (checkpoint != NULL && request != NULL, FALSE);
  taken = arra_request_take (request, request_size, checkpoint);
  return arra_request_is_mosaic (&taken, checkpoint);
}
