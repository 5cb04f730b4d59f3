"""Links one customer of the sandbox and waits until all its data is read; prints the access token as a
line for a shell. The surroundings are set by scripts/schemathesis.sh."""

import json
import os
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

BASE, LINK = os.environ["BASE"], os.environ["LINK"]
CLIENT = {"Pelm-Client-Id": os.environ["PELM_CLIENT_ID"], "Pelm-Secret": os.environ["PELM_SECRET"]}
USER_ID = "customer-1"
YEARS = 2 * 365 * 86_400


def call(path, form=None, token=None):
    """An answer of the API: status and JSON."""
    body = urllib.parse.urlencode(form).encode() if form else None
    headers = CLIENT | ({"Authorization": f"Bearer {token}"} if token else {})
    try:
        with urllib.request.urlopen(urllib.request.Request(BASE + path, body, headers)) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def code(user_id, username="user@pelm.com"):
    """An authorization code of a new link."""
    token = call("/auth/connect-token", {"user_id": user_id})[1]["connect_token"]
    return subprocess.run([LINK, BASE, token, username], check=True, capture_output=True, text=True).stdout.strip()


def wait_for(path, token):
    for _ in range(600):
        status, answer = call(path, token=token)
        if status == 200:
            return answer
        if answer["error_code"] != "data_unavailable":
            raise SystemExit(f"{path}: {status} {answer}")
        time.sleep(0.5)
    raise SystemExit(f"{path}: the data does not come")


if __name__ == "__main__":
    access = call("/auth/token", {"code": code(USER_ID)})[1]["access_token"]
    since = int(time.time()) - YEARS
    for account in wait_for("/accounts", access):
        for meter in account["meters"]:
            wait_for(f"/intervals?meter_id={meter['id']}&start_date=0&end_date={since + 2 * YEARS}", access)
    wait_for("/bills", access)
    print(f"ACCESS_TOKEN={access}")
