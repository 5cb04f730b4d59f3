#!/usr/bin/env bash
# `make supply`: everything that others wrote. Crates by deny.toml and RustSec, npm packages by npm's advisories.
# What could not be asked is said at the end; with CONNECT_STRICT=1 that is a failure (exit code 3).
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# `npm ci --ignore-scripts` in both folders, and cargo-deny.
scripts/setup.sh supply && use_tools

checked=() not=()
report=$(mktemp)
trap 'rm -f "$report"' EXIT

echo "== crates"
CONNECT_STRICT='' scripts/deny.sh 2>&1 | tee "$report"
checked+=("licences, bans and sources of crates")
if grep -q '^advisories: checked$' "$report"; then
    checked+=("advisories of crates")
else
    not+=("advisories of crates (no way to the RustSec database)")
fi

for folder in tools end2end; do
    echo "== npm packages of $folder"
    # Its exit code does not tell "found something" from "did not get there"; the report does.
    status=0
    (cd "$folder" && npm audit --include=dev --json) >"$report" 2>/dev/null || status=$?
    if ! grep -q '"auditReportVersion"' "$report"; then
        echo "NOT CHECKED: npm's registry did not answer the audit"
        not+=("advisories of npm packages in $folder (the registry did not answer)")
    elif [ "$status" = 0 ]; then
        echo "no known vulnerability"
        checked+=("advisories of npm packages in $folder")
    else
        cat "$report"
        die "an npm package in $folder is vulnerable: see above"
    fi
done

echo
for what in "${checked[@]}"; do echo "checked:     $what"; done
for what in "${not[@]+"${not[@]}"}"; do echo "NOT CHECKED: $what"; done
if [ ${#not[@]} != 0 ] && [ "${CONNECT_STRICT-}" = 1 ]; then exit 3; fi
