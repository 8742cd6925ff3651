/* families.c - the families of models there are, a row each
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "chameleon_family.h"
#include "fail.h"
#include "family.h"
#include "janus_family.h"
#include "jsonguard.h"
#include "llamagen_family.h"

#define MODEL_TYPE "model_type"

static const ArraFamily *const families[] = {
  &arra_chameleon_family,
  &arra_llamagen_family,
  &arra_janus_family,
};

static gboolean
is_missing (JsonObject *config)
{
  return !json_object_has_member (config, MODEL_TYPE) || json_object_get_null_member (config, MODEL_TYPE);
}

static char *
all_types (void)
{
  g_autoptr (GPtrArray) types = g_ptr_array_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    for (const char *const *type = families[i]->model_types; *type != NULL; type++)
      g_ptr_array_add (types, (gpointer) *type);
  g_ptr_array_add (types, NULL);
  return g_strjoinv ("\", \"", (char **) types->pdata);
}

const ArraFamily *
arra_family_of_config (JsonObject *config, const char *name, GError **error)
{
  g_autofree char *types = NULL;
  const char *type;

  if (is_missing (config))
    return families[0];
  type = arra_json_get_string (config, name, MODEL_TYPE, error);
  if (type == NULL)
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    if (g_strv_contains (families[i]->model_types, type))
      return families[i];
  types = all_types ();
  arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: %s \"%.40s\" is not supported (only \"%s\")", name, MODEL_TYPE, type,
             types);
  return NULL;
}

const ArraFamily *
arra_family_of_source (const ArraSource *source)
{
  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    if (families[i]->knows != NULL && families[i]->knows (source))
      return families[i];
  return NULL;
}

const ArraFamily *
arra_family_of_directory (const char *directory)
{
  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    if (families[i]->has_own_form != NULL && families[i]->has_own_form (directory))
      return families[i];
  return NULL;
}

const ArraFamily *
arra_family_of_architecture (const char *text, gsize length)
{
  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    if (strlen (families[i]->architecture) == length && memcmp (text, families[i]->architecture, length) == 0)
      return families[i];
  return NULL;
}

char *
arra_family_architectures (void)
{
  const char *names[G_N_ELEMENTS (families) + 1] = { NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    names[i] = families[i]->architecture;
  return g_strjoinv ("\", \"", (char **) names);
}

const ArraFamily *
arra_family_usual (void)
{
  return families[0];
}

static char *
all_names (void)
{
  const char *names[G_N_ELEMENTS (families) + 1] = { NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    names[i] = families[i]->name;
  return g_strjoinv (", ", (char **) names);
}

const ArraFamily *
arra_family_named (const char *family, const char *what, GError **error)
{
  g_autofree char *names = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    if (g_ascii_strcasecmp (families[i]->name, family) == 0)
      return families[i];
  names = all_names ();
  arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: '%s' is no family of models: there are %s", what, family, names);
  return NULL;
}
