/* arra.h - the public face of libarra: a prompt becomes a picture with ARRA-trained autoregressive models, on the CPU.
 *
 * Copyright (C) 2026 The ARRA for GIMP authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>
#include <glib-object.h>

G_BEGIN_DECLS

#define ARRA_API __attribute__ ((visibility ("default")))

/* ------------------------------------------------------------------ errors */

/**
 * ArraError:
 * @ARRA_ERROR_FAILED: something went wrong that the message explains
 * @ARRA_ERROR_ARGUMENT: an argument or option cannot be used as given
 * @ARRA_ERROR_NOT_FOUND: a file, tensor or token that is needed is not there
 * @ARRA_ERROR_INVALID_DATA: a file is broken; the message names the file and the fault
 * @ARRA_ERROR_UNSUPPORTED: a file is sound but holds something this version does not know
 * @ARRA_ERROR_NO_MEMORY: memory is or would be short; the message names what is needed and what there is
 * @ARRA_ERROR_UNAVAILABLE: this machine lacks something (a CPU feature, a display)
 *
 * Cancellation is always G_IO_ERROR_CANCELLED, failures of the operating system are G_FILE_ERROR or G_IO_ERROR.
 */
typedef enum
{
  ARRA_ERROR_FAILED,
  ARRA_ERROR_ARGUMENT,
  ARRA_ERROR_NOT_FOUND,
  ARRA_ERROR_INVALID_DATA,
  ARRA_ERROR_UNSUPPORTED,
  ARRA_ERROR_NO_MEMORY,
  ARRA_ERROR_UNAVAILABLE,
} ArraError;

#define ARRA_ERROR (arra_error_quark ())
ARRA_API GQuark arra_error_quark (void);

G_END_DECLS
