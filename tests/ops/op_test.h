/* op_test.h - numbers and comparisons for tests of operations
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"
#include "tensor.h"

/* (transfer full): @n floats between -2 and 2, a function of @seed */
float *op_random (guint64 seed, gsize n);

/* @rows x @columns of op_random() as @dtype, a type of weights. The caller frees *@data. */
ArraTensor op_matrix (ArraDType dtype, guint64 seed, gint64 rows, gint64 columns, void **data);

void op_assert_close (const float *actual, const float *expected, gsize n, double tolerance);
void op_assert_same (const float *actual, const float *expected, gsize n); /* bit for bit */

/* Calls @test on every mode of this machine, alone and with 2 threads. */
typedef void (*OpTest) (const ArraExec *exec, gconstpointer data);
void op_each_exec (OpTest test, gconstpointer data);
