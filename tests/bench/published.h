/* published.h - checkpoints with the names and shapes of published ones and random values
 *
 * Names and layout are those of the small checkpoints below tests/golden, which the original programs wrote. A table
 * says which of their numbers stands for which published one, and how often a layer is repeated; tokenizers of pictures
 * and the networks of scores, of which nothing small is there, come from the tables that core reads them by.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "torch_write.h"

/* A number in the small shapes and the published one. */
typedef struct
{
  const char *where; /* tensors that have this in their names; NULL: all others */
  guint dimension;   /* the first is 1; 0: whichever */
  gint64 small, published;
} PublishedSize;

/* Layers. */
typedef struct
{
  const char *before; /* a layer's number */
  guint n;
  const char *like; /* the small layers they are like, a digit for each, repeated */
} PublishedStack;

/* A number of the small configuration and the published one. */
typedef struct
{
  const char *member; /* "text_config.hidden_size" */
  const char *value;  /* JSON */
} PublishedMember;

/* A file of the small checkpoints that belongs to the published one. */
typedef struct
{
  const char *from, *to;
} PublishedCopy;

/* A file of weights, or its shards. */
typedef struct
{
  const char *small;  /* below tests/golden; NULL: all tensors are added */
  const char *inside; /* (nullable): the member of the small file that has the weights */
  const char *folder; /* in the model's */
  const char *file;   /* its ending tells the form */
  const char *key;    /* (nullable): the member that has the weights */
  TorchWriteForm form;
  guint shards; /* 0: no index */
  ArraDType dtype;
  const char *without[3]; /* what begins so is left out */
  PublishedStack stacks[2];
  PublishedSize sizes[12];
  void (*add) (GArray *tensors); /* (nullable): adds tensors */
  const char *config;            /* (nullable): the small configuration, which goes beside it under its name */
  PublishedMember members[17];
  PublishedCopy copies[2];
} PublishedPart;

typedef struct
{
  const char *name;
  PublishedPart parts[3];
  const char *open;   /* what is opened, in the folder; NULL: the folder */
  const char *prompt; /* NULL: an encoder of pictures */
  const char *size;   /* (nullable): of the picture */
} Published;

/* (nullable) */
const Published *published_find (const char *name);

/* The part's tensors: (transfer full) g_array_unref(). @golden: tests/golden. */
GArray *published_tensors (const PublishedPart *part, const char *golden, GError **error);

/* Bytes of all that published_write() writes; 0 with @error set when a small file cannot be read. */
guint64 published_bytes (const Published *published, const char *golden, GError **error);

/* Writes the checkpoint into @directory, which is made. */
gboolean published_write (const Published *published, const char *golden, const char *directory, GError **error);

/* For parts' add(). */
void published_add_vq16 (GArray *tensors);     /* LlamaGen's */
void published_add_janus_vq (GArray *tensors); /* the same in Janus */
void published_add_chameleon_vqgan (GArray *tensors);
void published_add_inception (GArray *tensors);
void published_add_densenet (GArray *tensors);
