/* fuzz-tokenizer.c - tokenizer.json texts; one that is read must encode and decode
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <string.h>

#include "mem.h"
#include "tokenizer.h"

static void
encode (const ArraTokenizer *tokenizer, const char *text, gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *decoded = NULL;
  gsize n = 99;
  g_automem guint32 *ids = arra_tokenizer_encode (tokenizer, text, (gssize) length, TRUE, &n, &error);

  g_assert_true ((ids != NULL) == (error == NULL));
  for (gsize i = 0; i < n; i++)
    g_assert_true (ids[i] < arra_tokenizer_size (tokenizer) && arra_tokenizer_token (tokenizer, ids[i]) != NULL);
  decoded = arra_tokenizer_decode (tokenizer, ids, n, (length & 1) != 0);
  g_assert_true (decoded != NULL && g_utf8_validate (decoded, -1, NULL));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const char *const texts[]
      = { "", "ab <s>abc\n  12, it's ä日\xf0\x9f\x98\x80", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!" };
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraTokenizer) tokenizer = NULL;

  if (size == 0)
    return 0;
  tokenizer = arra_tokenizer_new ((const char *) data, size, "FILE", &error);
  g_assert_true ((tokenizer != NULL) == (error == NULL));
  if (error != NULL)
    g_assert_true (error->code == ARRA_ERROR_NO_MEMORY || g_str_has_prefix (error->message, "FILE"));
  if (tokenizer == NULL)
    return 0;
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    encode (tokenizer, texts[i], strlen (texts[i]));
  encode (tokenizer, (const char *) data, size);
  return 0;
}
