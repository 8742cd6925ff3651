/* check_config.c - whether a model can be used, told by its config.json alone
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check_config.h"

#include "family.h"
#include "jsonguard.h"
#include "jsonpython.h"
#include "text_encoder.h"

gboolean
arra_checkpoint_check_config (const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "config.json", NULL);
  JsonObject *config = NULL;
  g_autoptr (JsonParser) parser = arra_json_parse_config (path, &config, error);

  /* one that names no type would be taken for the first family's */
  return parser != NULL && arra_json_get_string (config, path, "model_type", error) != NULL
         && arra_family_of_config (config, path, error) != NULL;
}

gboolean
arra_checkpoint_check_encoder_config (const char *folder, GError **error)
{
  return arra_text_encoder_check (folder, error);
}
