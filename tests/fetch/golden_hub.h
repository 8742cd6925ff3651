/* golden_hub.h - a hub on the loopback: the golden model and its VQGAN, and another whose prompts a text encoder reads
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server.h"

#define GOLDEN_HUB_COMMIT "0123456789abcdef0123456789abcdef01234567"

/* Its repositories are fox/little, and owl/reads with the encoder owl/words. */
typedef struct
{
  Server *server;
  GPtrArray *kept; /* what the server's routes point to */
  GString *tree;   /* of fox/little */
  char *url;       /* for HF_ENDPOINT */
} GoldenHub;

void golden_hub_begin (GoldenHub *hub);
void golden_hub_end (GoldenHub *hub);
/* Takes @text, which is there at @path from now on. */
void golden_hub_add (GoldenHub *hub, const char *path, char *text);

/* Puts a catalogue below @home, a folder for data: "fox" is fox/little, as long as its config.json is that of the
 * folder
 * @model; "whale" is what no computer can run, and "owl" is owl/reads with its encoder. */
void golden_hub_put_catalogue (const char *home, const char *model);
