"""What a schema cannot say.

A case that is meant to be good gets values that exist: of several parameters that exclude each other one,
ids of the linked customer, codes and cursors that were just given. So every schema-valid request has to be
taken. Cases that are meant to be bad are sent as they are.
"""

import os
import random
import urllib.parse

import schemathesis
from prepare import USER_ID, call, code

DELETES = os.environ.get("DELETES") == "1"
TOKEN = os.environ["ACCESS_TOKEN"]
# The login's accounts: the second has no gas.
ACCOUNTS = {a["id"]: a["available_meter_types"] for a in call("/accounts", token=TOKEN)[1]}
METERS = [m["id"] for a in call("/accounts", token=TOKEN)[1] for m in a["meters"]]
SLUGS = ["pge", "sce", "comed", "cherokee-electric-cooperative"]
# The latest time that the description allows.
LAST = 253_370_764_800
USAGE = ["/intervals", "/restatements", "/accounts/{account_id}/intervals"]


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Answers hold nothing that the description does not name. Clients are told to expect more, hence
    not in the description itself."""
    for schema in raw_schema["components"]["schemas"].values():
        schema["additionalProperties"] = False


@schemathesis.deserializer("application/pdf")
def pdf(context, response):
    assert response.content.startswith(b"%PDF-"), "no PDF"
    return {}


@schemathesis.hook
def filter_case(context, case):
    """In a multipart body everything is text, so a number in the place of a text is no violation: cases that are
    meant to be bad by that alone are left to the other encodings."""
    positive = case.meta is None or case.meta.generation.mode.is_positive
    if positive or case.media_type != "multipart/form-data" or not isinstance(case.body, dict):
        return True
    return not all(isinstance(value, (str, int, float, bool)) for value in case.body.values())


@schemathesis.hook
def before_call(context, case, kwargs):
    operation = case.operation
    if operation.method.upper() == "DELETE" and not DELETES and case.path_parameters.get("user_id") == USER_ID:
        # It would end the access token of all other cases; a run of its own does this.
        case.path_parameters["user_id"] = "somebody-else"
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    query = case.query
    # The same case gets the same values when it is sent again.
    pick = random.Random(f"{case.path_parameters} {query} {case.body}")
    if operation.path in USAGE:
        usage(case, query, pick)
    elif operation.path == "/bills" and "account_id" in query:
        query["account_id"] = known(pick, query["account_id"], list(ACCOUNTS))
    elif operation.path == "/emission-rates":
        if query.get("state"):
            query.pop("utility_slug", None)
        if query.get("utility_slug"):
            query["utility_slug"] = pick.choice(SLUGS[:3])
    elif operation.path in ["/auth/connect-token", "/auth/connect_token"]:
        connect_token(case.body, pick)
    elif operation.path == "/auth/token":
        # Of another login than the one whose data is read, and of a run without a challenge.
        case.body["code"] = code("customer-2", "good")
        case.body.pop("code_verifier", None)


def known(pick, value, values):
    """Mostly one that exists. Others are refused as foreign, which is right as well."""
    return pick.choice(values) if pick.random() < 0.8 else value


def usage(case, query, pick):
    path = case.operation.path
    account = None
    if "account_id" in (case.path_parameters or {}):
        account = known(pick, case.path_parameters["account_id"], list(ACCOUNTS))
        case.path_parameters["account_id"] = account
    elif query.get("meter_id") or not query.get("account_id"):
        query.pop("account_id", None)
        query.pop("type", None)
        query["meter_id"] = known(pick, query.get("meter_id") or METERS[0], METERS)
    else:
        account = query["account_id"] = known(pick, query["account_id"], list(ACCOUNTS))
        query["type"] = query.get("type") or "ELECTRIC"
    if query.get("type") and query["type"] not in ACCOUNTS.get(account, [query["type"]]):
        query["type"] = "ELECTRIC"
    dates = {name: int(query[name]) for name in ["start_date", "end_date"] if query.get(name) not in [None, ""]}
    if len(dates) == 2:
        start, end = sorted(dates.values())
        query |= {"start_date": min(start, LAST - 1), "end_date": max(end, start + 1)}
    if query.pop("cursor", None):
        # One of these parameters, from the first page of one interval.
        first = {name: value for name, value in query.items() if value != ""} | {"limit": 1}
        url = path.format(**(case.path_parameters or {})) + "?" + urllib.parse.urlencode(first)
        status, answer = call(url, token=TOKEN)
        if status == 200 and "next_cursor" in answer:
            query["cursor"] = answer["next_cursor"]


def connect_token(body, pick):
    if not isinstance(body, dict):
        return
    if body.get("utility_slug"):
        # The linked user id is linked with this utility.
        body["utility_slug"] = "pge" if body.get("user_id") == USER_ID else pick.choice(SLUGS)
        body.pop("utility_id", None)
    elif body.get("utility_id"):
        body["utility_id"] = "1"
    # Both or none.
    if body.get("code_challenge"):
        body["code_challenge_method"] = "S256"
    else:
        body.pop("code_challenge_method", None)
