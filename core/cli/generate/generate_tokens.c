/* generate_tokens.c - the file that --resume reads: the recipe, where checkpoint and VQGAN were, and what tokens mean
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "generate.h"

#include <string.h>

#include "checkpoint.h"
#include "job.h"
#include "jsonwriter.h"
#include "jsonguard.h"
#include "mapping.h"
#include "recipe_read.h"

#define MAX_PATH 4096

static gboolean
read_member (JsonObject *object, const char *path, const char *key, char **out, GError **error)
{
  const char *text;

  *out = NULL;
  if (!json_object_has_member (object, key))
    return TRUE;
  text = arra_json_get_string (object, path, key, error);
  if (text == NULL)
    return FALSE;
  if (strlen (text) <= MAX_PATH)
    *out = g_strdup (text);
  return TRUE;
}

gboolean
generate_tokens_origin (const char *path, GenerateSetup *setup, char **model, char **quant, char **kv, GError **error)
{
  JsonObject *object;
  g_autoptr (JsonParser) parser = arra_recipe_parse_file (path, &object, error);

  return parser != NULL && read_member (object, path, "model", model, error)
         && read_member (object, path, "vqgan", &setup->vqgan, error)
         && read_member (object, path, "text_encoder", &setup->text_encoder, error)
         && read_member (object, path, "quant", quant, error) && read_member (object, path, "kv", kv, error);
}

/* @path as a member that goes before others; nothing for a name that JSON cannot hold. */
static void
put_path (GString *text, const char *key, const char *path)
{
  g_autofree char *absolute = path != NULL ? g_canonicalize_filename (path, NULL) : NULL;
  g_autofree char *quoted = NULL;

  if (absolute == NULL || !g_utf8_validate (absolute, -1, NULL))
    return;
  quoted = arra_json_quote (absolute);
  g_string_append_printf (text, "  \"%s\": %s,\n", key, quoted);
}

/* What the tokens mean, for whoever reads them with another checkpoint. */
static void
put_codebook (GString *text, const ArraCheckpoint *checkpoint)
{
  g_autofree char *hash = checkpoint->vqgan != NULL ? arra_vqgan_codebook_sha256 (checkpoint->vqgan) : NULL;

  if (hash != NULL)
    g_string_append_printf (text, "  \"codebook\": \"%s\",\n", hash);
}

gboolean
generate_tokens_save (const GenerateSetup *setup, const ArraJob *job, GError **error)
{
  g_autofree char *recipe = arra_job_recipe (job, G_MAXUINT, TRUE);
  g_autoptr (GString) text = g_string_new ("{\n");
  const char *members = strchr (recipe, '{');

  g_assert (members != NULL && g_str_has_prefix (members, "{\n"));
  put_path (text, "model", setup->model);
  put_path (text, "vqgan", setup->vqgan);
  put_path (text, "text_encoder", setup->text_encoder);
  put_codebook (text, job->checkpoint);
  g_string_append (text, members + 2);
  return arra_write_file (setup->tokens, text->str, text->len, error);
}

const ArraRequest *
generate_request (const ArraJob *job)
{
  return &job->request;
}
