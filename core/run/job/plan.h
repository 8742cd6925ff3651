/* plan.h - what a request needs, measured before anything is allocated
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* Capacities that follow from a request; the plan and the job use the same numbers. */
typedef struct
{
  guint prompt_tokens;  /* that the conditional branch reads: upper bound */
  guint uncond_tokens;  /* in front of the unconditional one */
  guint answer_tokens;  /* most tokens behind a prompt: of an answer, or of a mosaic's window */
  guint mosaic_codes;   /* made for an answer that is a mosaic; 0: it is none */
  guint context;        /* capacity of the conditional cache */
  guint uncond_context; /* of the unconditional one; 0 without guidance */
  guint rows;           /* rows of a prefill block */
  guint threads;
  guint picture_rows, picture_columns; /* largest picture in codes; of a mosaic, its window */
} ArraCapacities;

/* Most tokens that an answer keeps. */
guint arra_capacities_kept (const ArraCapacities *capacities);

/* ARGUMENT when prompt and picture together are longer than the model's context. */
gboolean arra_plan_capacities (const ArraCheckpoint *checkpoint,
                               const ArraRequest *request,
                               guint prompt_tokens,
                               guint uncond_tokens,
                               ArraCapacities *capacities,
                               GError **error);
gboolean arra_plan_measure (const ArraCheckpoint *checkpoint,
                            const ArraRequest *request,
                            const ArraCapacities *capacities,
                            ArraMemoryPlan *plan,
                            GError **error);
