/* picture_prompts.h - captions that were kept as text, read as the model reads prompts when it makes pictures
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "conditioner.h"
#include "picture_sequence.h"
#include "trainable.h"

/* Names of classes: the captions that there are, each once and sorted; (transfer full). NULL: captions are numbers of
 * classes, or @items has no texts. *@n: how many classes. */
char **arra_picture_classes (const ArraPictureItems *items, guint *n);

/* The text of a caption, of @items that have texts; (transfer full). NULL with @error set: it is none, of which @name
 * starts the message. */
char *arra_picture_caption (const ArraPictureItems *items, guint item, const char *name, GError **error);

/* In place of @items, whose captions are texts or features, the same with ids: of the sequence, or, where the layout
 * has no text, of what stands in front of the picture. @model: of @decoder. Nothing of what is given is kept.
 * Afterwards
 * @items owns what it was, also after a failure. */
gboolean arra_picture_prompts_open (ArraPictureItems *items,
                                    const ArraDecoder *decoder,
                                    const ArraTrainable *model,
                                    const ArraPromptReader *reader,
                                    const char *name,
                                    GError **error);
