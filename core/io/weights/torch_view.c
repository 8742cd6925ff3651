/* torch_view.c - PyTorch's strided views of a storage, made dense
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "torch.h"

#include <string.h>

gboolean
arra_torch_view_fits (const ArraTorchView *view)
{
  gint64 last = view->offset;

  if (view->offset < 0 || view->offset > view->count)
    return FALSE;
  for (guint i = 0; i < view->n_dims; i++)
    if (view->sizes[i] < 0 || view->strides[i] < 0)
      return FALSE;
  for (guint i = 0; i < view->n_dims; i++)
    if (view->sizes[i] == 0)
      return TRUE;
  for (guint i = 0; i < view->n_dims; i++)
    {
      gint64 reach;

      if (__builtin_mul_overflow (view->sizes[i] - 1, view->strides[i], &reach)
          || __builtin_add_overflow (last, reach, &last))
        return FALSE;
    }
  return last < view->count;
}

gboolean
arra_torch_view_is_dense (const ArraTorchView *view)
{
  gint64 stride = 1;

  for (guint i = view->n_dims; i > 0; i--)
    {
      if (view->sizes[i - 1] == 0)
        return TRUE;
      if (view->sizes[i - 1] != 1 && view->strides[i - 1] != stride)
        return FALSE;
      if (__builtin_mul_overflow (stride, view->sizes[i - 1], &stride))
        return FALSE;
    }
  return TRUE;
}

/* Moves on to the next row (all dimensions but the last); FALSE: there is none. */
static gboolean
next_row (const ArraTorchView *view, gint64 *index, gint64 *at)
{
  for (guint i = view->n_dims - 1; i > 0; i--)
    {
      guint d = i - 1;

      if (++index[d] < view->sizes[d])
        {
          *at += view->strides[d];
          return TRUE;
        }
      *at -= (view->sizes[d] - 1) * view->strides[d];
      index[d] = 0;
    }
  return FALSE;
}

void
arra_torch_view_copy (const ArraTorchView *view, guint8 *out)
{
  gint64 index[ARRA_MAX_DIMS] = { 0 }, at = view->offset, one = 1, length, stride;
  gsize size = 0;

  for (guint i = 0; i < view->n_dims; i++)
    if (view->sizes[i] == 0)
      return;
  arra_tensor_bytes (view->dtype, 1, &one, &size);
  length = view->n_dims > 0 ? view->sizes[view->n_dims - 1] : 1;
  stride = view->n_dims > 0 ? view->strides[view->n_dims - 1] : 1;
  do
    for (gint64 i = 0; i < length; i++, out += size)
      memcpy (out, view->data + (gsize) (at + i * stride) * size, size);
  while (view->n_dims > 1 && next_row (view, index, &at));
}
