/* info_encoder.c - `arra info` of an image encoder
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "info.h"

#include "jsonwriter.h"
#include "status.h"
#include "vision_encoder.h"

static void
print_text (const char *path, const ArraVisionEncoder *encoder)
{
  const ArraVisionShape *shape = arra_vision_encoder_shape (encoder);
  gboolean reads = arra_vision_encoder_reads_texts (encoder);
  g_autofree char *size = g_strdup_printf ("%u x %u pixels", shape->width, shape->height);
  g_autofree char *feature = g_strdup_printf ("%u numbers", shape->feature);
  g_autofree char *patches = NULL;

  if (shape->rows > 0)
    patches = g_strdup_printf ("%u x %u of %u numbers", shape->columns, shape->rows, shape->patch);
  info_line ("Encoder", path);
  info_line ("Network", arra_vision_encoder_name (encoder));
  info_line ("Pictures", size);
  info_line ("Feature", feature);
  info_line ("Patches", patches);
  info_line ("Captions", reads ? "read, too" : NULL);
  info_line ("For", reads ? "arra features --encoder, arra eval --encoder or --clip"
                          : "arra features --encoder, arra eval --encoder");
}

static void
print_json (const char *path, const ArraVisionEncoder *encoder)
{
  const ArraVisionShape *shape = arra_vision_encoder_shape (encoder);
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_LINES);

  arra_json_begin_object (json, NULL);
  arra_json_put_string (json, "path", path);
  arra_json_put_string (json, "image_encoder", arra_vision_encoder_name (encoder));
  arra_json_put_uint (json, "width", shape->width);
  arra_json_put_uint (json, "height", shape->height);
  arra_json_put_uint (json, "feature", shape->feature);
  arra_json_put_uint (json, "patch_rows", shape->rows);
  arra_json_put_uint (json, "patch_columns", shape->columns);
  arra_json_put_uint (json, "patch_feature", shape->patch);
  arra_json_put_bool (json, "reads_captions", arra_vision_encoder_reads_texts (encoder));
  arra_json_end_object (json);
  cli_print ("%s", arra_json_writer_text (json));
}

gboolean
info_encoder (const char *path, gboolean as_json, GError **error)
{
  const ArraExec exec = { .kernels = arra_kernels_default (error) };
  g_autoptr (ArraVisionEncoder) encoder = exec.kernels != NULL ? arra_vision_encoder_open (path, &exec, error) : NULL;

  if (encoder == NULL)
    return FALSE;
  (as_json ? print_json : print_text) (path, encoder);
  return TRUE;
}
