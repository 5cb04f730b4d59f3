#!/usr/bin/env bash
# `make watch`: rebuilds and reloads the page when a file changes.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

scripts/setup.sh watch
use_tools
exec cargo leptos watch "$@"
