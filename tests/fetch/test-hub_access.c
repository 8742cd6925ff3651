/* test-hub_access.c - where the hub's address and the user's token come from, and how one waits
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub_access.h"

#include <string.h>

#include "hub.h"

static void
assert_token (const char *token)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraHubAccess) access = arra_hub_access_new (&error);

  g_assert_no_error (error);
  g_assert_cmpstr (access->token, ==, token);
}

static void
test_token (void)
{
  g_autofree char *home = hub_scratch (), *in_home = g_build_filename (home, "token", NULL),
                  *other = g_build_filename (home, "other", NULL);

  g_setenv ("HF_HOME", home, TRUE);
  assert_token (NULL);
  g_assert_true (g_file_set_contents (in_home, "hf_file\n", -1, NULL));
  assert_token ("hf_file");
  g_assert_true (g_file_set_contents (other, "  hf_other  ", -1, NULL));
  g_setenv ("HF_TOKEN_PATH", other, TRUE);
  assert_token ("hf_other");
  g_setenv ("HUGGING_FACE_HUB_TOKEN", "hf_old", TRUE);
  assert_token ("hf_old");
  g_setenv ("HF_TOKEN", "hf_new", TRUE);
  assert_token ("hf_new");
  /* what would become a header of its own is no token */
  g_setenv ("HF_TOKEN", "hf_new\r\nX: y", TRUE);
  assert_token ("hf_old");
  hub_without_environment ();
  hub_remove (home);
}

static void
test_endpoint (void)
{
  g_autoptr (ArraHubAccess) standard = NULL, own = NULL;
  g_autoptr (GError) error = NULL;

  g_setenv ("HF_HOME", "/nowhere", TRUE);
  standard = arra_hub_access_new (NULL);
  g_assert_cmpstr (standard->endpoint, ==, "https://huggingface.co");
  g_setenv ("HF_ENDPOINT", "https://hub.example.org:8443/mirror/", TRUE);
  own = arra_hub_access_new (NULL);
  g_assert_cmpstr (own->endpoint, ==, "https://hub.example.org:8443/mirror");
  g_assert_cmpstr (own->origin, ==, "https://hub.example.org:8443");
  g_setenv ("HF_ENDPOINT", "https://user:secret@hub.example.org", TRUE);
  g_assert_null (arra_hub_access_new (&error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_assert_null (strstr (error->message, "secret"));
  hub_without_environment ();
}

static void
test_wait (void)
{
  g_autoptr (GCancellable) stop = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (arra_hub_wait (1, stop, &error));
  g_cancellable_cancel (stop);
  g_assert_false (arra_hub_wait (1000 * 1000, stop, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  hub_without_environment ();
  g_test_add_func ("/hub_access/token", test_token);
  g_test_add_func ("/hub_access/endpoint", test_endpoint);
  g_test_add_func ("/hub_access/wait", test_wait);
  return g_test_run ();
}
