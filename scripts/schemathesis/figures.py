"""The figures of the runs, from their reports: `figures.py CASES REPORT…`. Fails when there were fewer cases
than asked for, when something failed, and when an operation never took anything: then nothing was tested."""

import json
import sys

wanted, reports = int(sys.argv[1]), [json.load(open(path)) for path in sys.argv[2:]]
cases = sum(report["test_cases"]["generated"] for report in reports)
failures = sum(len(report["failures"]) + len(report["errors"]) for report in reports)
seconds = sum(report["running_time"] for report in reports)
taken = {}
for report in reports:
    for operation, phases in report["valid_rates"].items():
        taken[operation] = taken.get(operation, 0) + sum(phase["accepted"] for phase in phases.values())

for operation, count in sorted(taken.items()):
    print(f"{count:7} good requests taken  {operation}")
print(f"{cases} cases, {failures} failures, {seconds:.0f} s")
# Of the call that deletes the last answer counts: sent again, it is 401, as it should be.
tested = reports[0]["operations"]["tested"] - 1
if cases < wanted:
    raise SystemExit(f"fewer than {wanted} cases")
if failures or not all(report["complete"] for report in reports):
    raise SystemExit("there are failures")
if len([count for count in taken.values() if count]) < tested:
    raise SystemExit(f"of {tested} operations only these took a request")
