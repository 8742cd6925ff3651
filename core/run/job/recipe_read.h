/* recipe_read.h - the inside of ArraRecipe: a recipe read back, for jobs that go on
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include <json-glib/json-glib.h>

struct _ArraRecipe
{
  JsonParser *parser; /* owns all below */
  JsonObject *root;
  char *name; /* starts messages */
  ArraRequest request;
  gint32 *known;     /* (nullable): request.known */
  gint cfg_interval; /* as arra_job_set_cfg_interval() */
  const char *fingerprint;
  const char *quant, *kv;
};

/* The JSON of a file, or of the recipe in a picture: ARRA_ERROR_NOT_FOUND where that holds none. Returns: (transfer
 * full): the object belongs to the parser. */
JsonParser *arra_recipe_parse_file (const char *path, JsonObject **root, GError **error);
/* arra_recipe_parse() of that. */
ArraRecipe *arra_recipe_read_file (const char *path, GError **error);

/* The answers: "answers", each an object with "tokens" and "finished". Borrowed; NULL with @error set. */
JsonArray *arra_recipe_answers (const ArraRecipe *recipe, GError **error);
