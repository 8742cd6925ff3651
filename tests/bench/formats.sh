#!/bin/sh
# Runs data/checkpoints/formats in a folder of its own: formats.sh PROGRAM NAME
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
ARRA=$1 "$(dirname "$0")/../../data/checkpoints/formats" "$2" "$folder"
