/* case-clip.c - features of pictures with CLIP and BiomedCLIP
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>

#include "check.h"
#include "clip.h"
#include "dense.h"

#define CASE "case.safetensors"
#define PROJECTED "out.last_hidden_state_projected"

static gsize
count (ArraSource *file, const char *name)
{
  const ArraTensor *tensor = check_tensor (file, name);

  return tensor != NULL ? arra_tensor_count (tensor) : 0;
}

/* What a case may hold beside its pictures, and where the model puts it. */
static const struct
{
  const char *name;
  gsize result; /* in ArraClipResults */
} outputs[] = {
  { "out.image_features", G_STRUCT_OFFSET (ArraClipResults, features) },
  { "out.last_hidden_state", G_STRUCT_OFFSET (ArraClipResults, hidden) },
  { "out.pooler_output", G_STRUCT_OFFSET (ArraClipResults, pooled) },
  { "out.tokens_after_norm", G_STRUCT_OFFSET (ArraClipResults, normed) },
};

static float **
result (ArraClipResults *results, gsize i)
{
  return G_STRUCT_MEMBER_P (results, outputs[i].result);
}

static gsize
numbers (const ArraClipConfig *config, const char *name)
{
  gsize tokens = arra_clip_picture_tokens (config);

  if (g_str_equal (name, "out.image_features"))
    return config->projection;
  if (g_str_equal (name, "out.pooler_output"))
    return config->vision.width;
  return tokens * config->vision.width;
}

/* What arra/model/biomedclip.py gives: tokens that are projected without the last norm, which no encoder
 * needs. */
static void
compare_projected (Check *check, ArraSource *file, const float *hidden, gsize rows, const ArraClipConfig *config)
{
  g_autoptr (ArraSource) model = check_open (check, "model.safetensors");
  g_autofree float *weight = model != NULL ? check_read_floats (check, model, "visual_projection.weight") : NULL;
  g_autofree float *out = g_new (float, rows * config->projection);

  if (weight == NULL)
    return;
  arra_dense (&check->exec, hidden, weight, NULL, rows, config->vision.width, config->projection, out);
  check_floats (check, file, CASE, PROJECTED, out, rows * config->projection);
}

static void
compare (Check *check, ArraClip *clip, ArraSource *file, guint n, GError **error)
{
  const ArraClipConfig *config = arra_clip_config (clip);
  g_autofree float *pixels = check_read_floats (check, file, "in.pixel_values");
  ArraClipResults results = { .features = NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (outputs); i++)
    if (check_tensor (file, outputs[i].name) != NULL)
      *result (&results, i) = g_new (float, n *numbers (config, outputs[i].name));
  if (arra_clip_run (clip, n, pixels, &results, error))
    for (gsize i = 0; i < G_N_ELEMENTS (outputs); i++)
      if (*result (&results, i) != NULL)
        check_floats (check, file, CASE, outputs[i].name, *result (&results, i), n * numbers (config, outputs[i].name));
  if (check_tensor (file, PROJECTED) != NULL && results.hidden != NULL)
    compare_projected (check, file, results.hidden, n * arra_clip_picture_tokens (config), config);
  for (gsize i = 0; i < G_N_ELEMENTS (outputs); i++)
    g_free (*result (&results, i));
}

static void
check_model (Check *check, const char *folder)
{
  GError *error = NULL;
  g_autoptr (ArraSource) file = check_open (check, CASE);
  g_autoptr (ArraClip) clip = arra_clip_open (folder, NULL, &check->exec, &error);
  const ArraTensor *in = file != NULL ? check_tensor (file, "in.pixel_values") : NULL;
  gsize size = clip != NULL ? arra_clip_config (clip)->image_size : 0;

  if (in != NULL && clip != NULL && in->n_dims == 4
      && count (file, "in.pixel_values") == 3 * size * size * (gsize) in->shape[0])
    compare (check, clip, file, (guint) in->shape[0], &error);
  else if (error == NULL)
    check_fault (check, "the shapes of %s are not those of the model", CASE);
  check_error (check, error);
}

gboolean
check_clip (Check *check)
{
  check_model (check, check->dir);
  return TRUE;
}

/* ---- open_clip's form: this case's configuration says how wide heads are in words of its own ("_tiny") */

static char *
write_config (Check *check, const char *folder)
{
  JsonObject *root;
  g_autoptr (JsonParser) parser = check_json (check, "open_clip_config.json", &root);
  g_autoptr (JsonNode) node = NULL;
  JsonObject *model, *tiny;

  if (parser == NULL)
    return NULL;
  model = json_object_get_object_member (root, "model_cfg");
  tiny = json_object_get_object_member (model, "_tiny");
  json_object_set_int_member (json_object_get_object_member (model, "vision_cfg"), "head_width",
                              json_object_get_int_member (tiny, "w") / json_object_get_int_member (tiny, "h"));
  node = json_node_copy (json_parser_get_root (parser));
  {
    g_autofree char *text = json_to_string (node, FALSE);
    char *path = g_build_filename (folder, "open_clip_config.json", NULL);

    g_file_set_contents (path, text, -1, NULL);
    return path;
  }
}

gboolean
check_open_clip (Check *check)
{
  g_autofree char *folder = g_dir_make_tmp ("arra-golden-XXXXXX", NULL);
  g_autofree char *config = write_config (check, folder);
  g_autofree char *from = g_build_filename (check->dir, "open_clip_visual.safetensors", NULL);
  g_autofree char *link = g_build_filename (folder, "open_clip_visual.safetensors", NULL);
  g_autofree char *absolute = g_canonicalize_filename (from, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (link);

  if (config != NULL && g_file_make_symbolic_link (file, absolute, NULL, NULL))
    check_model (check, folder);
  else
    check_fault (check, "the configuration cannot be copied");
  g_remove (link);
  if (config != NULL)
    g_remove (config);
  g_rmdir (folder);
  return TRUE;
}
