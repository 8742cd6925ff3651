/* class_list.h - the names of classes, to be searched in
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

typedef struct _ArraClassList ArraClassList;

/* @classes: as arra_checkpoint_classes() has them; copied. They may come from anybody. */
ArraClassList *arra_class_list_new (const char *const *classes);
void arra_class_list_free (ArraClassList *list); /* nullable */

/* Classes that @text may mean, the likeliest first: the one of that number, those of that name, those that have it in
 * a name, those with a name that begins so, those that have all its words; all of them where it is empty. (transfer
 * full) (element-type guint) */
GArray *arra_class_list_search (const ArraClassList *list, const char *text);
/* How many have that name; 1: @text is the number of one, too. */
guint arra_class_list_count (const ArraClassList *list, const char *text);

const char *arra_class_list_name (const ArraClassList *list, guint class);
const char *arra_class_list_others (const ArraClassList *list, guint class); /* "" when there are none */
/* (transfer full): what means that class and no other: one of its names, or its number */
char *arra_class_list_text (const ArraClassList *list, guint class);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraClassList, arra_class_list_free)
