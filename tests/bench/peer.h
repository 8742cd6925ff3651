/* peer.h - rows of a table: `arra` and another program at the same work, in turn
 *
 * Peers run in the folder that both share, by the command in ARRA_PEERS where that is set (tests/bench/peers sets it:
 * a root of Debian sid), else as they are found in PATH.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#define PEER_ROUNDS 5 /* at most */
#define PEER_THREADS "2"

/* Where the rows are measured. */
typedef struct
{
  const char *arra;   /* the program */
  const char *folder; /* files of both, removed in the end */
  gboolean tiny;      /* TRY: whether all of it works, in small shapes */
} PeerPlace;

/* Milliseconds, a pair for each round. */
typedef struct
{
  double ours[PEER_ROUNDS], theirs[PEER_ROUNDS];
  guint n;
} PeerPairs;

typedef struct _PeerRow PeerRow;

struct _PeerRow
{
  const char *name, *work, *peer;
  const char *must; /* of the ratio, or of our time */
  gboolean of_time; /* the ratio is our time to theirs, where less is better; else theirs to ours */
  guint rounds;
  const char *const *needs; /* (nullable): a command that succeeds where the peer is there */
  const char *package;      /* (nullable): what brings it in Debian */
  gboolean (*measure) (const PeerRow *row, const PeerPlace *place, PeerPairs *pairs, GError **error);
  gconstpointer what; /* for measure() */
};

/* Tables, ended by a row without a name. */
extern const PeerRow peer_llama_rows[], peer_python_rows[], peer_shipped_rows[];

/* What `arra` with @arguments prints, as JSON; both lists are NULL-terminated. */
JsonParser *peer_run_ours (const PeerPlace *place, const char *const *arguments, GError **error);
/* The same of a peer. */
JsonParser *peer_run_theirs (const PeerPlace *place, const char *const *command, GError **error);
/* Whether a peer's command succeeds. */
gboolean peer_succeeds (const PeerPlace *place, const char *const *command);
/* Seconds from start to end of `arra` with @arguments; negative with @error set. */
double peer_time_ours (const PeerPlace *place, const char *const *arguments, GError **error);

/* The median, in place. */
double peer_median (double *values, guint n);
/* "AMD EPYC 9R14, 2 cores, with AVX-512" */
char *peer_machine (void);
