/* info_vqgan.c - `arra info` of an image tokenizer that lies alone
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "info.h"

#include "status.h"
#include "vqgan_file.h"

void
info_put_vqgan (ArraJsonWriter *json, const ArraVqganConfig *config)
{
  arra_json_put_uint (json, "codes", config->n_embed);
  arra_json_put_uint (json, "embed_dim", config->embed_dim);
  arra_json_put_uint (json, "patch", arra_vqgan_patch (config));
}

char *
info_describe_vqgan (const ArraVqganConfig *config, gboolean has_encoder, gboolean has_decoder)
{
  return g_strdup_printf ("%u codes of %u numbers, %u pixels a side for each%s%s", config->n_embed, config->embed_dim,
                          arra_vqgan_patch (config), has_encoder ? ", encoder" : "",
                          has_decoder ? ", decoder" : " (no decoder: it cannot make pictures)");
}

static gboolean
has (const ArraVqganFile *file, const char *tensor)
{
  g_autofree char *name = g_strconcat (file->prefix, tensor, NULL);

  return arra_source_find (file->source, name) != NULL;
}

static void
print_json (const ArraVqganFile *file, gboolean has_encoder, gboolean has_decoder)
{
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_LINES);

  arra_json_begin_object (json, NULL);
  arra_json_put_string (json, "path", file->path);
  arra_json_put_string (json, "image_tokenizer", "VQGAN");
  info_put_vqgan (json, &file->config);
  arra_json_put_bool (json, "encoder", has_encoder);
  arra_json_put_bool (json, "decoder", has_decoder);
  arra_json_put_string (json, "configuration", file->config_path);
  arra_json_end_object (json);
  cli_print ("%s", arra_json_writer_text (json));
}

gboolean
info_vqgan (const char *path, gboolean as_json, GError **error)
{
  g_auto (ArraVqganFile) file = { .path = NULL };
  g_autofree char *what = NULL;
  gboolean has_encoder, has_decoder;

  if (!arra_vqgan_file_open (&file, path, error))
    return FALSE;
  has_encoder = has (&file, "encoder.conv_in.weight");
  has_decoder = has (&file, "decoder.conv_in.weight");
  if (as_json)
    {
      print_json (&file, has_encoder, has_decoder);
      return TRUE;
    }
  what = info_describe_vqgan (&file.config, has_encoder, has_decoder);
  info_line ("Image tokenizer", file.path);
  info_line ("VQGAN", what);
  info_line ("Configuration", file.config_path != NULL ? file.config_path : "told by its tensors");
  info_line ("For", "--vqgan of generate, convert, pretokenize and others");
  return TRUE;
}
