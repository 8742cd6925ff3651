/* fetch_one.c - fetches one file, for a test that kills it: ENDPOINT FROM PATH SHA256
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fetch_file.h"

#define SIZE (1u << 20)

int
main (int argc, char **argv)
{
  const ArraFetchTell tell = { NULL, NULL, NULL };
  ArraHubAccess access = { .timeout = 600, .pause = 1, .tries = 4 };
  ArraFetchFile file = { .name = "file" };
  g_autoptr (ArraHttp) http = arra_http_new (600, NULL);
  gboolean fetched;

  if (argc != 5 || !arra_digest_set (&file.digest, ARRA_DIGEST_SHA256, argv[4], SIZE))
    return 1;
  access.endpoint = argv[1];
  access.origin = arra_http_origin (argv[1]);
  file.from = argv[2];
  file.path = argv[3];
  fetched = arra_fetch_file (&access, http, &file, &tell, NULL, NULL);
  g_free (access.origin);
  return fetched ? 0 : 1;
}
