/* info_recipe.c - `arra info` of a picture that arra made: its recipe, and the command that makes it again
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "info.h"

#include <string.h>

#include "jsonguard.h"
#include "locate.h"
#include "picture_format.h"
#include "status.h"
#include "values.h"

/* Of one picture: whether its answer came to an end */
static gboolean
is_finished (const ArraRecipe *recipe)
{
  JsonArray *answers = arra_recipe_answers (recipe, NULL);
  gboolean finished = FALSE;

  return answers != NULL && json_array_get_length (answers) == 1
         && JSON_NODE_HOLDS_OBJECT (json_array_get_element (answers, 0))
         && arra_json_get_bool_default (json_array_get_object_element (answers, 0), recipe->name, "finished", FALSE,
                                        &finished, NULL)
         && finished;
}

/* (transfer full) (nullable): what makes the picture at @path again, to the bit; NULL where the recipe lacks something:
 * what it was made from, or the end. */
static char *
command_for (const ArraRecipe *recipe, const char *path)
{
  g_autofree char *picture = g_shell_quote (path);

  if (recipe->known != NULL || !is_finished (recipe))
    return NULL;
  return g_strdup_printf ("arra generate --resume %s -o again.png", picture);
}

static void
print_sampling (const ArraRecipe *recipe)
{
  const ArraRequest *request = arra_recipe_request (recipe);
  g_autofree char *scale = cli_format_double (request->guidance_scale, 6);
  g_autofree char *temperature = cli_format_double (request->temperature, 6);
  g_autofree char *top_p = cli_format_double (request->top_p, 6);
  g_autofree char *sampling
      = request->greedy ? g_strdup ("always the likeliest token (--greedy)")
                        : g_strdup_printf ("temperature %s, top-k %u, top-p %s", temperature, request->top_k, top_p);
  g_autofree char *guidance = recipe->cfg_interval >= 0
                                  ? g_strdup_printf ("%s (--cfg-interval %d)", scale, recipe->cfg_interval)
                                  : g_strdup (scale);

  info_line ("Guidance", guidance);
  info_line ("Sampling", sampling);
}

static void
print_size (const ArraRequest *request)
{
  static const char *const seamless[] = { "", ", seamless left and right", ", seamless top and bottom", ", seamless" };
  g_autofree char *size = request->width == 0
                              ? g_strdup ("as the model chose")
                              : g_strdup_printf ("%u x %u pixels%s", request->width, request->height,
                                                 seamless[request->seamless & (ARRA_SEAMLESS_X | ARRA_SEAMLESS_Y)]);

  info_line ("Size", size);
}

static void
print (const ArraRecipe *recipe, const char *path, const char *model, const char *name, const char *command)
{
  const ArraRequest *request = arra_recipe_request (recipe);
  g_autofree char *first = request->first > 0 ? g_strdup_printf (" (--first %u)", request->first) : g_strdup ("");
  g_autofree char *seed = g_strdup_printf ("%" G_GUINT64_FORMAT "%s", request->seed, first);
  const char *weights
      = strcmp (recipe->quant, arra_quant_name (ARRA_QUANT_AS_STORED)) == 0 ? "as stored" : recipe->quant;
  g_autofree char *types = g_strdup_printf ("%s, keys and values %s", weights, recipe->kv);

  info_line ("Picture", path);
  info_line ("Prompt", request->prompt != NULL ? request->prompt : "left out of the recipe");
  info_line ("Checkpoint", model == NULL ? "none that 'arra info' lists" : name != NULL ? name : model);
  info_line ("Fingerprint", recipe->fingerprint);
  info_line ("Weights", types);
  print_size (request);
  info_line ("Seed", seed);
  print_sampling (recipe);
  if (recipe->known != NULL)
    info_line ("Made from",
               "another picture, or filled: what was there is not in the recipe, which alone does not make it again");
  if (command != NULL)
    info_line ("Made again by", command);
  if (command != NULL && model == NULL)
    info_line ("", "(and --model with the checkpoint of that fingerprint)");
}

static void
print_json (const ArraRecipe *recipe, const char *path, const char *model, const char *name, const char *command)
{
  const ArraRequest *request = arra_recipe_request (recipe);
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_LINES);

  arra_json_begin_object (json, NULL);
  arra_json_put_string (json, "path", path);
  arra_json_put_string (json, "prompt", request->prompt);
  arra_json_put_string (json, "template", request->prompt_template);
  arra_json_put_string (json, "model", model);
  arra_json_put_string (json, "name", name);
  arra_json_put_string (json, "fingerprint", recipe->fingerprint);
  arra_json_put_string (json, "quant", recipe->quant);
  arra_json_put_string (json, "kv", recipe->kv);
  arra_json_put_uint (json, "seed", request->seed);
  arra_json_put_uint (json, "first", request->first);
  arra_fields_put (json, request, ARRA_FIELD_WIDTH, ARRA_FIELD_HEIGHT);
  arra_json_put_uint (json, "seamless", request->seamless);
  arra_fields_put (json, request, ARRA_FIELDS_SAMPLING);
  if (recipe->cfg_interval >= 0)
    arra_json_put_int (json, "cfg_interval", recipe->cfg_interval);
  arra_json_put_bool (json, "made_from_picture", recipe->known != NULL);
  arra_json_put_string (json, "command", command);
  arra_json_end_object (json);
  cli_print ("%s", arra_json_writer_text (json));
}

ArraRecipe *
info_recipe_read (const char *path)
{
  return arra_picture_format_inside (path) != NULL ? arra_recipe_read_file (path, NULL) : NULL;
}

void
info_recipe (const ArraRecipe *recipe, const char *path, gboolean as_json)
{
  g_autofree char *name = NULL, *model = cli_locate_fingerprint (recipe->fingerprint, &name);
  g_autofree char *command = command_for (recipe, path);

  if (as_json)
    print_json (recipe, path, model, name, command);
  else
    print (recipe, path, model, name, command);
}
