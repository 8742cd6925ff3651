/* quantised.c - checkpoints that another program quantised, which cannot be read
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "quantised.h"

#include <string.h>

#include "fail.h"
#include "jsonguard.h"

#define ADVICE                                                                                          \
  N_ ("which cannot be read: get the original model (bfloat16 or float32); `arra convert --type q8_0` " \
      "makes that small")

/* Names that "quant_method" gives, and what people call them. */
static const struct
{
  const char *method, *title;
} methods[] = {
  { "bitsandbytes", "bitsandbytes" },
  { "gptq", "GPTQ" },
  { "awq", "AWQ" },
  { "fp8", "FP8" },
  { "fbgemm_fp8", "FP8 (FBGEMM)" },
  { "compressed-tensors", "compressed-tensors" },
};

/* Tensors that stand beside a weight, whose name without ".weight" they begin with. */
static const struct
{
  const char *suffix, *title;
} marks[] = {
  { ".weight.absmax", "bitsandbytes (4 bit)" },
  { ".weight.quant_map", "bitsandbytes (4 bit)" },
  { ".SCB", "bitsandbytes (8 bit)" },
  { ".weight.SCB", "bitsandbytes (8 bit)" },
  { ".g_idx", "GPTQ" },
  { ".qzeros", "GPTQ or AWQ" },
  { ".qweight", "GPTQ or AWQ" },
  { ".weight_packed", "compressed-tensors" },
  { ".weight_scale_inv", "FP8" },
  { ".weight_scale", "FP8" },
  { ".input_scale", "FP8" },
};

static gboolean
is_true (JsonObject *object, const char *key)
{
  gboolean value = FALSE;

  return arra_json_get_bool_default (object, "", key, FALSE, &value, NULL) && value;
}

/* (nullable) (transfer full): what the object says about who quantised the weights */
static char *
method_of (JsonObject *quantisation)
{
  const char *method = arra_json_get_string (quantisation, "", "quant_method", NULL);
  gboolean four = is_true (quantisation, "load_in_4bit") || is_true (quantisation, "_load_in_4bit");
  gboolean eight = is_true (quantisation, "load_in_8bit") || is_true (quantisation, "_load_in_8bit");

  if (g_strcmp0 (method, "bitsandbytes") == 0 && !four && !eight
      && json_object_has_member (quantisation, "load_in_8bit"))
    return NULL; /* says of both that they are not so */
  if (four || eight)
    return g_strdup (four ? "bitsandbytes (4 bit)" : "bitsandbytes (8 bit)");
  for (gsize i = 0; method != NULL && i < G_N_ELEMENTS (methods); i++)
    if (g_ascii_strcasecmp (method, methods[i].method) == 0)
      return g_strdup (methods[i].title);
  return method != NULL ? g_strndup (method, 40) : NULL;
}

gboolean
arra_quantised_check_config (JsonObject *config, const char *name, GError **error)
{
  static const char *const keys[] = { "quantization_config", "compression_config" };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      JsonNode *node = json_object_get_member (config, keys[i]);
      g_autofree char *method = NULL;

      if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
        continue;
      method = method_of (json_node_get_object (node));
      if (method != NULL)
        return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: the weights are quantised by %s, %s", name, method,
                          arra_translate (ADVICE));
    }
  return TRUE;
}

gboolean
arra_quantised_explain (const ArraSource *source, const char *name, GError **error)
{
  gsize length = strlen (name) - (g_str_has_suffix (name, ".weight") ? strlen (".weight") : 0);

  for (gsize i = 0; i < G_N_ELEMENTS (marks); i++)
    {
      g_autofree char *mark = g_strdup_printf ("%.*s%s", (int) length, name, marks[i].suffix);
      const char *file = arra_source_file_of (source, mark);

      if (file == NULL)
        continue;
      arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: tensor \"%s\" is quantised by %s, %s", file, name, marks[i].title,
                 arra_translate (ADVICE));
      return TRUE;
    }
  return FALSE;
}
