/* commands.h - the subcommands of `arra`, one file each
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "status.h"

/* @argv[0] is the subcommand's name. Each prints its own errors and returns the exit code. */
typedef CliStatus (*CliRun) (int argc, char **argv);

CliStatus cli_generate (int argc, char **argv);
CliStatus cli_fill (int argc, char **argv);
CliStatus cli_map (int argc, char **argv);
CliStatus cli_encode (int argc, char **argv);
CliStatus cli_decode (int argc, char **argv);
CliStatus cli_tokenize (int argc, char **argv);
CliStatus cli_info (int argc, char **argv);
CliStatus cli_get (int argc, char **argv);
CliStatus cli_convert (int argc, char **argv);
CliStatus cli_tokenizer_train (int argc, char **argv);
CliStatus cli_pretokenize (int argc, char **argv);
CliStatus cli_features (int argc, char **argv);
CliStatus cli_train (int argc, char **argv);
CliStatus cli_domain (int argc, char **argv);
CliStatus cli_eval (int argc, char **argv);
CliStatus cli_contact_sheet (int argc, char **argv);
CliStatus cli_bench (int argc, char **argv);
