/* bad_items.h - items of a data set that cannot be used, gathered while the others are worked on
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

typedef struct _ArraBadItems ArraBadItems;

ArraBadItems *arra_bad_items_new (void);
/* None is gathered: the first one is an error, which ends in @advice, a literal that says how to go on without it. */
ArraBadItems *arra_bad_items_new_strict (const char *advice);
void arra_bad_items_free (ArraBadItems *bad); /* nullable */
/* Notes @fault (transfer full), which says what is wrong with @item. FALSE with @error set to it, when @bad is NULL or
 * strict, or when it is not the item's: no memory, or cancelled. Any thread. */
gboolean arra_bad_items_take (ArraBadItems *bad, guint item, GError *fault, GError **error);
guint arra_bad_items_count (const ArraBadItems *bad); /* nullable: 0 */
gboolean arra_bad_items_has (const ArraBadItems *bad, guint item);
/* What is wrong with each, in the order of the items, a line each; (transfer full) */
char *arra_bad_items_text (const ArraBadItems *bad);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraBadItems, arra_bad_items_free)
