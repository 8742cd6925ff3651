/* catalogue.h - the checkpoints that have names, and what is known about them before anything is contacted
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include <json-glib/json-glib.h>

/* Strings belong to the catalogue. Numbers are 0 where they are not published. */
typedef struct
{
  const char *name; /* one word */
  const char *title;
  const char *repository;   /* OWNER/REPO */
  const char *revision;     /* (nullable): the commit that is known */
  const char *weights;      /* (nullable): the file of the repository that is the checkpoint; NULL: all of it is */
  const char *vqgan;        /* (nullable): the file of the repository that is its image tokenizer */
  const char *vqgan_link;   /* (nullable): where the image tokenizer is had that the repository lacks */
  const char *vqgan_sha256; /* (nullable): of that */
  const char *t5;           /* (nullable): the repository of the encoder that reads its prompts */
  const char *license;
  const char *license_link;
  const char *draws;  /* what it makes pictures of, in the user's language */
  ArraQuant quant;    /* that suits it */
  JsonObject *sha256; /* (nullable): of files, by their names, as they were published */
  JsonObject *card;   /* (nullable): what goes into the card */
  guint64 side;       /* pixels of a picture */
  guint64 bytes;      /* that are fetched, of all repositories */
  guint64 parameters, vqgan_parameters, t5_parameters;
  guint64 layers, width, positions; /* of the transformer; positions that a picture takes */
} ArraCatalogueEntry;

typedef struct
{
  JsonParser *parser;
  GArray *entries; /* ArraCatalogueEntry */
} ArraCatalogue;

/* arra/catalogue.json in the user's data folder, the installation's or the system's, the first there is. (transfer
 * full): arra_catalogue_free(). NOT_FOUND where there is none. */
ArraCatalogue *arra_catalogue_open (GError **error);
ArraCatalogue *arra_catalogue_read (const char *path, GError **error);
void arra_catalogue_free (ArraCatalogue *catalogue); /* nullable */

/* (nullable) (transfer none): the entry of that name */
const ArraCatalogueEntry *arra_catalogue_find (const ArraCatalogue *catalogue, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraCatalogue, arra_catalogue_free)
