/* fuzz-wordpiece.c - vocabularies of BERT, as lines and as JSON; one that is read must take any text
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "folder.h"
#include "wordpiece.h"

#define ROOM 16

static void
encode (const ArraWordpiece *pieces, const char *text)
{
  guint32 ids[ROOM];
  g_autoptr (GError) error = NULL;
  guint n = arra_wordpiece_encode (pieces, text, ids, ROOM, &error);

  g_assert_true ((n == 0) == (error != NULL) && n <= ROOM);
  for (guint i = 0; i < n; i++)
    g_assert_cmpuint (ids[i], <, arra_wordpiece_size (pieces));
}

static void
use (const char *name, const guint8 *data, gsize size)
{
  g_autofree char *path = fuzz_put (name, data, size), *folder = g_path_get_dirname (path);
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraWordpiece) pieces = arra_wordpiece_open (folder, &error);

  fuzz_check (pieces != NULL, error, path);
  if (pieces != NULL)
    {
      encode (pieces, "Chest X-ray: na\xC3\xAFve \xE8\x82\xBA");
      encode (pieces, text);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  use ("lines/vocab.txt", data, size);
  use ("json/tokenizer.json", data, size);
  return 0;
}
