/* kinds.c - the things that can be trained
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "kinds.h"

#include "classifier_trainee.h"
#include "clip_trainee.h"
#include "fail.h"
#include "settings.h"
#include "transformer_trainee.h"
#include "vqgan_trainee.h"

typedef struct
{
  const char *name;
  ArraTraineeNew make;
  gboolean shared; /* several processes can train it together */
} Kind;

/* Ends with an empty one. */
static const Kind kinds[] = {
  { "classifier", arra_classifier_trainee_new, FALSE },
  { "clip", arra_clip_trainee_new, FALSE },
  { "transformer", arra_transformer_trainee_new, TRUE },
  { "vqgan", arra_vqgan_trainee_new, FALSE },
  { NULL, NULL, FALSE },
};

/* NULL with @error set: there is none of that name, or no name. */
static const Kind *
find_kind (const ArraYaml *config, GError **error)
{
  const char *names[G_N_ELEMENTS (kinds)];
  guint kind = 0;

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    names[i] = kinds[i].name;
  if (arra_yaml_get_string (config, "kind", error) == NULL
      || !arra_setting_choice (config, "kind", names, &kind, error))
    return NULL;
  return &kinds[kind];
}

gboolean
arra_trainee_check_kind (const ArraYaml *config, GError **error)
{
  return find_kind (config, error) != NULL;
}

gboolean
arra_trainee_make (const ArraYaml *config, const ArraTrainSetup *setup, ArraTrainee *trainee, GError **error)
{
  const Kind *kind = find_kind (config, error);

  *trainee = (ArraTrainee) { NULL, NULL };
  if (kind == NULL)
    return FALSE;
  if (!kind->shared && setup->parallel != NULL && setup->parallel->size > 1)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED,
                      "%s: %u processes cannot share a training of the kind \"%s\": start one", arra_yaml_path (config),
                      setup->parallel->size, kind->name);
  return kind->make (config, setup, trainee, error);
}

void
arra_trainee_clear (ArraTrainee *trainee)
{
  if (trainee->klass != NULL)
    trainee->klass->free (trainee->self);
  *trainee = (ArraTrainee) { NULL, NULL };
}
