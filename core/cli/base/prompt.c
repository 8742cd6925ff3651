/* prompt.c - text from the command line, a file or standard input
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "mapping.h"
#include "mem.h"
#include "signals.h"
#include "status.h"
#include "text_file.h"

/* Waits until there is something to read; Ctrl-C ends the waiting. */
static gboolean
wait_for_input (int fd, GError **error)
{
  GCancellable *cancellable = cli_signals_stage (0);
  GPollFD fds[2] = { { .fd = fd, .events = G_IO_IN | G_IO_HUP | G_IO_ERR } };
  guint n = g_cancellable_make_pollfd (cancellable, &fds[1]) ? 2 : 1;

  while (g_poll (fds, n, -1) < 0 && errno == EINTR)
    ;
  if (n == 2)
    g_cancellable_release_fd (cancellable);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

/* Reads until the end or until @room is full; *@n bytes. */
static gboolean
read_all (int fd, const char *name, char *buffer, gsize room, gsize *n, GError **error)
{
  *n = 0;
  while (*n < room)
    {
      ssize_t got;

      if (!wait_for_input (fd, error))
        return FALSE;
      got = read (fd, buffer + *n, room - *n);
      if (got == 0)
        break;
      if (got < 0 && (errno == EINTR || errno == EAGAIN))
        continue;
      if (got < 0)
        {
          g_set_error (error, G_FILE_ERROR, (gint) g_file_error_from_errno (errno), "cannot read %s: %s", name,
                       g_strerror (errno));
          return FALSE;
        }
      *n += (gsize) got;
    }
  return TRUE;
}

static char *
read_stream (const char *option, const char *name, int fd, gsize limit, gsize *size, GError **error)
{
  g_automem char *buffer = arra_mem_new (limit + 2, 1, name, error);

  if (buffer == NULL || !read_all (fd, name, buffer, limit + 1, size, error))
    return NULL;
  if (*size > limit)
    {
      cli_usage_error (error, "%s: %s is longer than %" G_GSIZE_FORMAT " bytes", option, name, limit);
      return NULL;
    }
  buffer[*size] = '\0';
  return g_steal_pointer (&buffer);
}

/* /dev/stdin, a terminal, what a shell hands over with <(...): somebody writes to those. A pipe elsewhere may be one
 * that nobody writes to. */
static gboolean
is_stream (const char *path)
{
  struct stat status;

  return (g_str_has_prefix (path, "/dev/") || g_str_has_prefix (path, "/proc/self/fd/")) && stat (path, &status) == 0
         && (S_ISFIFO (status.st_mode) || S_ISCHR (status.st_mode));
}

char *
cli_read_input (const char *option, const char *path, gsize limit, gsize *size, GError **error)
{
  char *text;
  int fd;

  if (strcmp (path, "-") == 0)
    return read_stream (option, "standard input", STDIN_FILENO, limit, size, error);
  if (!is_stream (path))
    return arra_read_file (path, limit, size, error);
  fd = open (path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0)
    {
      g_set_error (error, G_FILE_ERROR, (gint) g_file_error_from_errno (errno), "%s: cannot be opened: %s", path,
                   g_strerror (errno));
      return NULL;
    }
  text = read_stream (option, path, fd, limit, size, error);
  close (fd);
  return text;
}

char *
cli_read_text (const char *option, const char *path, gsize limit, gsize *size, GError **error)
{
  const char *name = strcmp (path, "-") == 0 ? "standard input" : path;
  g_autoptr (GError) fault = NULL;
  char *text = cli_read_input (option, path, limit, size, error);

  if (text == NULL)
    return NULL;
  text = arra_text_to_utf8 (text, size, name, &fault);
  if (g_error_matches (fault, ARRA_ERROR, ARRA_ERROR_INVALID_DATA))
    cli_usage_error (error, "%s: %s", option, fault->message);
  else if (text == NULL)
    g_propagate_error (error, g_steal_pointer (&fault));
  return text;
}

char *
cli_argument_utf8 (const char *option, const char *text, GError **error)
{
  g_autofree char *converted = NULL;

  if (strlen (text) > CLI_MAX_TEXT)
    {
      cli_usage_error (error, "%s: the text is longer than %u bytes", option, CLI_MAX_TEXT);
      return NULL;
    }
  if (g_utf8_validate (text, -1, NULL))
    return arra_mem_strndup (text, strlen (text), "text", error);
  converted = g_locale_to_utf8 (text, -1, NULL, NULL, NULL);
  if (converted != NULL)
    return arra_mem_strndup (converted, strlen (converted), "text", error);
  cli_usage_error (error, "%s: the text is neither UTF-8 nor in the character set of the locale", option);
  return NULL;
}

static char *
prompt_from_file (const char *path, GError **error)
{
  gsize size;
  g_automem char *text = cli_read_text ("--prompt-file", path, CLI_MAX_TEXT, &size, error);
  const char *bad;

  if (text == NULL)
    return NULL;
  while (size > 0 && (text[size - 1] == '\n' || text[size - 1] == '\r'))
    text[--size] = '\0';
  if (!g_utf8_validate (text, (gssize) size, &bad))
    {
      cli_usage_error (error, "--prompt-file: %s is not UTF-8 text at byte %" G_GSIZE_FORMAT,
                       strcmp (path, "-") == 0 ? "standard input" : path, (gsize) (bad - text));
      return NULL;
    }
  return g_steal_pointer (&text);
}

char *
cli_prompt_read (const char *prompt, const char *prompt_file, char **rest, GError **error)
{
  guint n_rest = rest == NULL ? 0 : g_strv_length (rest);
  guint n_sources = (prompt != NULL) + (prompt_file != NULL) + (n_rest > 0);

  if (n_rest > 1)
    {
      cli_usage_error (error,
                       "the prompt came as %u arguments, the second is '%s': put quotation marks around the prompt",
                       n_rest, rest[1]);
      return NULL;
    }
  if (n_sources > 1)
    {
      cli_usage_error (error, "the prompt is given more than once: use one of PROMPT, --prompt and --prompt-file");
      return NULL;
    }
  if (n_sources == 0)
    {
      cli_usage_error (error, "no prompt: say what the picture shows, as in: arra generate \"a wall of red bricks\"");
      return NULL;
    }
  if (prompt_file != NULL)
    return prompt_from_file (prompt_file, error);
  if (n_rest == 1 && strcmp (rest[0], "-") == 0)
    return prompt_from_file ("-", error);
  return cli_argument_utf8 (prompt != NULL ? "--prompt" : "PROMPT", prompt != NULL ? prompt : rest[0], error);
}
