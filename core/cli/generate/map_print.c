/* map_print.c - what `arra map` says when it is done: for people, and as JSON
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "map.h"

#include "checkpoint.h"
#include "generate.h"
#include "jsonwriter.h"
#include "status.h"
#include "values.h"

static double
sum_of (const MapResult *result)
{
  double sum = 0;

  for (gsize i = 0; i < (gsize) result->rows * result->columns; i++)
    sum += result->map[i];
  return sum;
}

void
map_print (const MapResult *result)
{
  const double sum = sum_of (result), mean = sum / ((double) result->rows * result->columns);
  g_autofree char *total = cli_format_double (sum, 1);
  g_autofree char *each = cli_format_double (mean, 3);
  g_autofree char *white = cli_format_double (result->span.white, 3);
  g_autofree char *black = cli_format_double (result->span.black, 3);

  cli_print ("%s\n", result->file);
  cli_print (result->phrase != NULL ? "the phrase adds %s nats, %s for each token"
                                    : "surprise of %s nats, %s for each token",
             total, each);
  cli_print ("; white is %s or more, black %s or less\n", white, black);
}

void
map_print_json (const MapResult *result)
{
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_LINES);

  arra_json_begin_object (json, NULL);
  arra_json_put_string (json, "model", arra_checkpoint_path (result->checkpoint));
  arra_json_put_string (json, "fingerprint", arra_checkpoint_fingerprint (result->checkpoint));
  arra_json_put_string (json, "prompt", result->prompt);
  arra_json_put_string (json, "phrase", result->phrase);
  arra_json_put_string (json, "file", result->file);
  arra_json_put_uint (json, "token_pixels", arra_checkpoint_patch (result->checkpoint));
  arra_json_put_uint (json, "rows", result->rows);
  arra_json_put_uint (json, "columns", result->columns);
  arra_json_put_double (json, "sum", sum_of (result));
  arra_json_put_double (json, "black", result->span.black);
  arra_json_put_double (json, "white", result->span.white);
  arra_json_begin_array (json, "values");
  for (gsize i = 0; i < (gsize) result->rows * result->columns; i++)
    arra_json_put_double (json, NULL, result->map[i]);
  arra_json_end_array (json);
  generate_json_unknown (json, result->checkpoint, result->phrase);
  arra_json_end_object (json);
  cli_print ("%s", arra_json_writer_text (json));
}
