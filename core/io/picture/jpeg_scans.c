/* jpeg_scans.c - whether the coded data of a JPEG file are all there: what libjpeg warns of
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "jpeg_scans.h"

#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>
#include <jerror.h>

typedef struct
{
  struct jpeg_error_mgr manager; /* first: libjpeg sees this alone */
  jmp_buf out;
  gboolean damaged;
} Fault;

static void
give_up (j_common_ptr info)
{
  longjmp (((Fault *) info->err)->out, 1);
}

static void
hear (j_common_ptr info, int level)
{
  Fault *fault = (Fault *) info->err;

  if (level >= 0)
    return;
  switch (info->err->msg_code)
    {
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC:
    case JWRN_JPEG_EOF:
      fault->damaged = TRUE;
      longjmp (fault->out, 1);
    default:
      break;
    }
}

static void
stay_silent (j_common_ptr info)
{
}

/* Rows at an eighth of the size: the codes are read all the same. */
static void
read_rows (struct jpeg_decompress_struct *info)
{
  JSAMPARRAY row;

  jpeg_read_header (info, TRUE);
  info->scale_num = 1;
  info->scale_denom = 8;
  info->out_color_space = info->jpeg_color_space;
  jpeg_start_decompress (info);
  row = info->mem->alloc_sarray ((j_common_ptr) info, JPOOL_IMAGE,
                                 info->output_width * (JDIMENSION) info->output_components, 1);
  while (info->output_scanline < info->output_height)
    jpeg_read_scanlines (info, row, 1);
  jpeg_finish_decompress (info);
}

gboolean
arra_jpeg_scans_are_whole (const guint8 *bytes, gsize n)
{
  struct jpeg_decompress_struct info;
  Fault fault = { .damaged = FALSE };

  info.err = jpeg_std_error (&fault.manager);
  fault.manager.error_exit = give_up;
  fault.manager.emit_message = hear;
  fault.manager.output_message = stay_silent;
  if (setjmp (fault.out) == 0)
    {
      jpeg_create_decompress (&info);
      jpeg_mem_src (&info, bytes, n);
      read_rows (&info);
    }
  jpeg_destroy_decompress (&info);
  return !fault.damaged;
}
