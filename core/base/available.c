/* available.c - how much memory this process may still take: the kernel's word, and the cgroup's
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mem.h"

#include <stdio.h>
#include <string.h>

/* The number after @key in a file of "key value" lines, or the whole file's number when @key is NULL. 0: none (also
 * "max"). */
static guint64
read_number (const char *path, const char *key)
{
  g_autofree char *text = NULL;
  const char *at;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  at = text;
  if (key != NULL)
    {
      at = g_str_has_prefix (text, key) ? text : NULL;
      if (at == NULL)
        {
          g_autofree char *line = g_strconcat ("\n", key, NULL);
          at = strstr (text, line);
          if (at == NULL)
            return 0;
          at++;
        }
      at += strlen (key);
    }
  return g_ascii_strtoull (at, NULL, 10);
}

static guint64
room_in (const char *folder, const char *limit_file, const char *use_file, const char *reclaim_key)
{
  g_autofree char *limit_path = g_build_filename (folder, limit_file, NULL);
  g_autofree char *use_path = g_build_filename (folder, use_file, NULL);
  g_autofree char *stat_path = g_build_filename (folder, "memory.stat", NULL);
  guint64 limit = read_number (limit_path, NULL);
  guint64 use = read_number (use_path, NULL);
  guint64 reclaimable = read_number (stat_path, reclaim_key);

  if (limit == 0 || limit > (guint64) 1 << 60)
    return G_MAXUINT64;
  use -= MIN (use, reclaimable);
  return limit > use ? limit - use : 1;
}

/* Each cgroup from our own up to the root may hold a limit. */
static guint64
room_in_cgroups (void)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint64 room = G_MAXUINT64;

  if (!g_file_get_contents ("/proc/self/cgroup", &text, NULL, NULL))
    return room;
  lines = g_strsplit (text, "\n", 0);
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      gboolean v2 = g_str_has_prefix (lines[i], "0::");
      const char *tail = v2 ? lines[i] + 3 : strstr (lines[i], ":memory:");
      g_autofree char *folder = NULL;

      if (tail == NULL)
        continue;
      folder = v2 ? g_strconcat ("/sys/fs/cgroup", tail, NULL)
                  : g_strconcat ("/sys/fs/cgroup/memory", tail + strlen (":memory:"), NULL);
      for (;;)
        {
          guint64 here
              = v2 ? room_in (folder, "memory.max", "memory.current", "inactive_file ")
                   : room_in (folder, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file ");
          char *slash = strrchr (folder, '/');

          room = MIN (room, here);
          if (slash == NULL || strlen (folder) <= strlen ("/sys/fs/cgroup"))
            break;
          *slash = '\0';
        }
    }
  return room;
}

guint64
arra_mem_available (void)
{
  guint64 available = read_number ("/proc/meminfo", "MemAvailable:") * 1024;
  guint64 room = room_in_cgroups ();
  const char *limit = g_getenv ("ARRA_MEMORY_LIMIT");

  if (room != G_MAXUINT64 && (available == 0 || room < available))
    available = room;
  if (limit != NULL && *limit != '\0')
    {
      guint64 asked = g_ascii_strtoull (limit, NULL, 10);
      if (asked > 0 && (available == 0 || asked < available))
        available = asked;
    }
  return available;
}
