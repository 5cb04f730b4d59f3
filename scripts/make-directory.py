#!/usr/bin/env python3
"""Make the utility directory from the curated list and the EIA-861 list.

    scripts/make-directory.py CURATED.csv EIA.csv > crates/core/data/utilities.csv

Names, aliases and mergers that neither list has are read from
crates/core/data/corrections.csv. Ids are never changed: each slug of the directory
that exists already keeps its id. That directory is the file given with --previous, else
crates/core/data/utilities.csv, else (a shell redirection empties that file before this
script starts) its last committed version.
"""

import argparse
import csv
import io
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "crates" / "core" / "data"
COLUMNS = (
    "id slug name full_name short_name aliases country states commodities timezone "
    "customers eia_id listed reset_site"
).split()
# Ids fixed by the API that this service is compatible with.
FIXED_IDS = {"pge": 1, "cherokee-electric-cooperative": 8}

# EIA-861 cuts names to about 30 characters by abbreviating. Applied in this order.
EXPANSIONS = [
    (r"\bCity of\s*$", ""),
    (r"(?<=[a-z])&(?=[A-Z])", " & "),
    (r"\bd/b/a\b.*$", ""),
    # Spelled-out initials of co-operatives.
    (r"\bRECC\b", "Rural Electric Cooperative Corporation"),
    (r"\bE C C\b", "Electric Cooperative Corporation"),
    (r"\bR E M C\b|\bREMC\b", "Rural Electric Membership Corporation"),
    (r"\bE M C\b|\bEMC\b", "Electric Membership Corporation"),
    (r"\bE P A\b|\bEPA\b", "Electric Power Association"),
    (r"\bE C A\b", "Electric Cooperative Association"),
    (r"\bR E C\b|\bREC\b", "Rural Electric Cooperative"),
    (r"\bR E A\b|\bREA\b(?! Energy)", "Rural Electric Association"),
    (r"\bE C\b|\bE Coop\b", "Electric Cooperative"),
    (r"\bP P D\b", "Public Power District"),
    (r"\bP U D\b", "Public Utility District"),
    (r"\bCPW\b", "Commissioners of Public Works"),
    (r"\bW W & L Comm\b", "Water Works and Lighting Commission"),
    # Words that depend on what follows.
    (r"\bEl(?= (?:Member|Coop|Pwr|Assn|Cons)\b)", "Electric"),
    (r"\bElec(?=,? L)", "Electric"),
    (r"\bCons(?= Coop\b)", "Consumers"),
    (r"\bConsol(?= Gov)", "Consolidated"),
    (r"\bGov't", "Government"),
    (r"\bMembers?(?= (?:Corp|Corporation|Assn|Co)\b)", "Membership"),
    (r"\bUt(?:il)? Di?s?t\b", "Utility District"),
    (r"\bPublic Util\b(?! Dist)|\bPub Util\b(?! Dist)", "Public Utilities"),
    (r"\bPub Utils\b", "Public Utilities"),
    (r"\bSouth Central Ark\b", "South Central Arkansas"),
    (r"\bof Mich\b", "of Michigan"),
    (r"\bValley SW\b", "Valley Southwestern"),
    (r"\bNorth Central MO\b", "North Central Missouri"),
    (r"\bSoutheastern IL\b", "Southeastern Illinois"),
    (r"\bWestern IN\b", "Western Indiana"),
    (r"\bPaulding-Putman\b", "Paulding-Putnam"),
    (r"\bUtilities Dist-", "Utilities District of "),
    (r"\bBoard-Public", "Board of Public"),
    (r"\bGeneration & Tran\b", "Generation & Transmission"),
    (r"\bL ?& ?P\b", "Light & Power"),
    # Plain abbreviations.
    (r"\bCo-op\b|\bCoop\b|\bCooperativ$", "Cooperative"),
    (r"\bElec\b", "Electric"),
    (r"\bAssn\b\.?", "Association"),
    (r"\bPwr\b", "Power"),
    (r"\bL(?:gt|t)\b", "Light"),
    (r"\bWtr\b", "Water"),
    (r"\bWks\b", "Works"),
    (r"\bMun\b", "Municipal"),
    (r"\bPub\b", "Public"),
    (r"\bServ\b", "Service"),
    (r"\bSys\b", "System"),
    (r"\bDi?s?t\b\.?", "District"),
    (r"\bDept\b", "Department"),
    (r"\bAuth\b", "Authority"),
    (r"\bAgny\b", "Agency"),
    (r"\bCty\b", "County"),
    (r"\bComm\b", "Commission"),
    (r"\bUtils\b", "Utilities"),
    (r"\bUtil\b|\bUt\b", "Utility"),
    (r"\bRrl\b", "Rural"),
    (r"\bIrr\b", "Irrigation"),
    (r"\bDrain\b", "Drainage"),
    (r"\bProj\b", "Project"),
    (r"\bConserv\b\.?", "Conservation"),
    (r"\bC ?& ?D\b", "Conservation & Drainage"),
    (r"\bConven\b", "Convenience"),
    (r"\bBoro\b", "Borough"),
    (r"\bIllum\b", "Illuminating"),
    (r"\bApts\b", "Apartments"),
    (r"\bCorp\b\.?", "Corporation"),
    (r"\bIncorporated\b", ""),
    (r"(?<!PUD )(?<!Skamania )\bCo\b\.?(?!-)(?! Inc-)", "Company"),
    (r"\bSkamania Co\b\.?", "Skamania County"),
    (r"\bof NM\b", "of New Mexico"),
    (r"\bof NH\b", "of New Hampshire"),
    (r"\bPUD 1\b", "PUD No. 1"),
    (r"\bNo\.? ?(?=\d)|#(?=\d)", "No. "),
    (r"\bSt\b(?!\.)", "St."),
    (r"\bMt\b(?!\.)", "Mt."),
    (r"(?<=[a-z]),? (?:Inc|LLC|Ltd)\b\.?|(?<=[A-Z]{4}), Inc\b\.?", ""),
    (r"\bCompany-NY Inc\b", "Company of New York"),
]
# Set phrases that people shorten; the short form becomes an alias.
SHORTENED = [
    ("Rural Electric Membership Corporation", "REMC"),
    ("Rural Electric Cooperative Corporation", "RECC"),
    ("Electric Membership Corporation", "EMC"),
    ("Electric Power Association", "EPA"),
    ("Rural Electric Cooperative", "REC"),
    ("Rural Electric Association", "REA"),
    ("Public Power District", "PPD"),
    ("Public Utility District", "PUD"),
]


def expand(name: str) -> tuple[str, str]:
    """A readable form of an EIA name, and the state it ends with ('' for none)."""
    name = " ".join(name.split())
    state = ""
    if found := re.search(r"\s*-\s*\(?([A-Z]{2})\)?$", name):
        state, name = found[1], name[: found.start()]
    for pattern, text in EXPANSIONS:
        name = re.sub(pattern, text, name)
    name = re.sub(r"\s+", " ", name)
    name = re.sub(r"\s+,", ",", name).strip(" ,-")
    return name, state


def ascii_words(text: str) -> list[str]:
    text = unicodedata.normalize("NFKD", text.replace("&", " and ").replace("'", ""))
    text = "".join(c for c in text if not unicodedata.combining(c)).lower()
    return re.findall(r"[a-z0-9]+", text)


def slugify(text: str) -> str:
    return "-".join(ascii_words(text))


def squash(text: str) -> str:
    """What two spellings have in common: letters and digits, without 'and'."""
    return "".join(w for w in ascii_words(text) if w != "and")


def short_forms(name: str) -> list[str]:
    forms = [name.replace(a, b) for a, b in SHORTENED if name.endswith(a)][:1]
    if found := re.match(r"PUD No\. \d+ of (.+) County$", name):
        forms += [f"{found[1]} County PUD", f"{found[1]} PUD"]
    return forms


def distinct(names: list[str], aliases: list[str]) -> list[str]:
    """The aliases that do not only repeat a name or one another."""
    seen = {squash(name) for name in names if name}
    kept = []
    for alias in (a.strip() for a in aliases):
        if alias and squash(alias) not in seen:
            seen.add(squash(alias))
            kept.append(alias)
    return kept


def read(path: Path) -> list[dict]:
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def previous_ids(path: Path | None) -> dict[str, int]:
    source = path or DATA / "utilities.csv"
    text = source.read_text(encoding="utf-8") if source.exists() else ""
    if not text.strip() and path is None:
        shown = subprocess.run(
            ["git", "-C", str(DATA), "show", "HEAD:./utilities.csv"], capture_output=True, check=False
        )
        text = shown.stdout.decode("utf-8") if shown.returncode == 0 else ""
    return {row["slug"]: int(row["id"]) for row in csv.DictReader(io.StringIO(text))}


def curated_rows(curated: list[dict], eia: dict[str, dict], fix: dict[str, dict]) -> list[dict]:
    merged: dict[str, list[dict]] = {}
    for key, row in fix.items():
        if row["same_as"]:
            merged.setdefault(row["same_as"], []).append(eia[key.removeprefix("eia:")])
    rows = []
    for row in curated:
        correction = fix.get(row["slug"], {})
        name = correction.get("name") or row["name"]
        short = correction.get("short_name") or row["short_name"]
        # "-" empties it, and a short name that only repeats the name is none.
        short = "" if short == "-" or squash(short) == squash(name) else short
        parts = merged.get(row["slug"], [])
        largest = max(parts, key=lambda p: int(p["total_customers"]), default=None)
        own = [eia[row["eia_id"]]] if row["eia_id"] in eia else []
        states = row["states"].split()
        states += [s for p in parts for s in p["states"].split() if s not in states]
        aliases = (correction.get("aliases") or "").split("|")
        # Legal names, where they are not simply the name with "Company" behind it.
        legal = [expand(p["name"])[0] for p in own + parts]
        known = tuple(squash(n) for n in (name, *aliases) if n)
        aliases += [n for n in legal if not squash(n).startswith(known)]
        full_name = correction.get("full_name") or name
        rows.append(
            {
                "slug": row["slug"],
                "name": name,
                "full_name": full_name,
                "short_name": short,
                "aliases": "|".join(distinct([name, short], aliases)),
                "country": row["country"],
                "states": "|".join(dict.fromkeys(states)),
                "commodities": "|".join(row["commodities"].split(",")),
                "timezone": row["timezone"],
                "customers": int(row["customers_2018"] or 0) + sum(int(p["total_customers"]) for p in parts),
                "eia_id": row["eia_id"] or (largest["eia_id"] if largest else ""),
                "listed": "connector",
                "reset_site": correction.get("reset_site") or "",
            }
        )
    return rows


def eia_rows(eia: list[dict], fix: dict[str, dict], curated: list[dict]) -> list[dict]:
    rows = []
    for row in eia:
        correction = fix.get("eia:" + row["eia_id"], {})
        name, state = expand(row["name"])
        if correction.get("name"):
            name, state = correction["name"], ""
        rows.append((row, correction, name, state))
    rows.sort(key=lambda r: (-int(r[0]["total_customers"]), int(r[0]["eia_id"])))
    # A name that more than one utility has, with or without its state, is told apart by the state.
    count = Counter(squash(name) for _, _, name, _ in rows)
    count.update(squash(row["name"]) for row in curated)
    taken = {row["slug"] for row in curated}
    out = []
    for row, correction, name, state in rows:
        home = row["primary_state"]
        if not state and count[squash(name)] > 1:
            state = home
        label = f"{name} ({state})" if state else name
        slug = slugify(label)
        for suffix in (home.lower(), row["eia_id"]):
            if slug in taken:
                slug = f"{slugify(label)}-{suffix}"
        taken.add(slug)
        short = correction.get("short_name") or ""
        aliases = (correction.get("aliases") or "").split("|") + short_forms(name)
        out.append(
            {
                "slug": slug,
                "name": label,
                "full_name": label,
                "short_name": short,
                "aliases": "|".join(distinct([label, short], aliases)),
                "country": "US",
                "states": "|".join(row["states"].split()),
                "commodities": "electric",
                "timezone": row["timezone_guess"],
                "customers": int(row["total_customers"]),
                "eia_id": row["eia_id"],
                "listed": "unsupported",
                "reset_site": "",
            }
        )
    return out


def give_ids(rows: list[dict], previous: dict[str, int], allow_removed: bool) -> None:
    removed = sorted(previous.keys() - {row["slug"] for row in rows})
    if removed:
        print("in the previous directory but not in this one:", *removed, file=sys.stderr)
        if not allow_removed:
            sys.exit("nothing made: pass --allow-removed if these are meant to go")
    ids = {**FIXED_IDS, **previous}
    used = set(ids.values())
    following = max(used) + 1 if previous else 2
    for row in rows:
        if row["slug"] not in ids:
            while following in used:
                following += 1
            used.add(following)
            ids[row["slug"]] = following
        row["id"] = ids[row["slug"]]


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the utility directory.")
    parser.add_argument("curated", type=Path)
    parser.add_argument("eia", type=Path)
    parser.add_argument("--previous", type=Path, help="directory whose ids are kept")
    parser.add_argument("--allow-removed", action="store_true", help="let utilities disappear")
    args = parser.parse_args()

    curated, eia = read(args.curated), read(args.eia)
    fix = {row["key"]: row for row in read(DATA / "corrections.csv")}
    by_eia = {row["eia_id"]: row for row in eia}
    slugs = {row["slug"] for row in curated}
    for key, row in fix.items():
        known = by_eia if key.startswith("eia:") else slugs
        if key.removeprefix("eia:") not in known or (row["same_as"] and row["same_as"] not in slugs):
            sys.exit(f"corrections.csv: {key}: no such utility")

    gone = {row["eia_id"] for row in curated if row["eia_id"]}
    gone |= {key.removeprefix("eia:") for key, row in fix.items() if row["same_as"]}
    rows = curated_rows(curated, by_eia, fix)
    rows += eia_rows([row for row in eia if row["eia_id"] not in gone], fix, rows)
    give_ids(rows, previous_ids(args.previous), args.allow_removed)

    out = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    out.writeheader()
    out.writerows(sorted(rows, key=lambda row: row["id"]))


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    main()
