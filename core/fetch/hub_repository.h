/* hub_repository.h - what a repository of the hub holds
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "digest.h"
#include "hub_access.h"

#define ARRA_HUB_MAX_FILES 10000

typedef struct
{
  char *path; /* relative, "/" between its parts: none of them is "..", hidden or more than 255 bytes long */
  ArraDigest digest;
} ArraHubFile;

typedef struct
{
  char *name;    /* OWNER/REPO */
  char *commit;  /* 40 hexadecimal digits: what "main" was when it was asked for */
  char *license; /* (nullable): as its card says */
  gboolean gated;
  GPtrArray *files; /* ArraHubFile, by path */
} ArraHubRepository;

/* Whether @text is of the form OWNER/REPO. */
gboolean arra_hub_is_name (const char *text);

/* Asks the hub for @name at @revision ("main", a branch or a commit). Hidden files are left out. INVALID_DATA for an
 * answer that is broken, or that names files which would lie elsewhere. Returns: (transfer full):
 * arra_hub_repository_free(). */
ArraHubRepository *arra_hub_repository_get (const ArraHubAccess *access,
                                            ArraHttp *http,
                                            const char *name,
                                            const char *revision,
                                            GCancellable *cancellable,
                                            GError **error);
void arra_hub_repository_free (ArraHubRepository *repository); /* nullable */

/* Where the file's bytes are asked for, on the endpoint; (transfer full). */
char *arra_hub_file_from (const ArraHubRepository *repository, const ArraHubFile *file);

/* Reads an answer of the tree's listing (a JSON array) and appends its files to @files; @name starts messages. */
gboolean arra_hub_read_tree (GPtrArray *files, const char *text, gsize size, const char *name, GError **error);
/* Reads the answer about a revision (a JSON object) into commit, license and gated. */
gboolean arra_hub_read_revision (ArraHubRepository *repository, const char *text, gsize size, GError **error);
/* (element-type ArraHubFile) (transfer full): empty */
GPtrArray *arra_hub_files_new (void);

/* What a checkpoint is made of: leaves out pictures, other frameworks' weights, and pickles where there are
 * safetensors. */
void arra_hub_files_keep_needed (GPtrArray *files);
/* The sum of their bytes. */
guint64 arra_hub_files_size (const GPtrArray *files);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraHubRepository, arra_hub_repository_free)
