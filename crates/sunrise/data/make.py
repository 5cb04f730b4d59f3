#!/usr/bin/env python3
"""Makes readings.csv from the Green Button files in samples/:  ./make.py > readings.csv

Every value is copied as recorded, as an integer. Days are cut at local midnight of the place of
recording. A day on which the clocks changed has no 24 hours and is left out.
"""
import datetime
import pathlib
import re
import sys
import zoneinfo

SAMPLES = pathlib.Path(__file__).parent / "samples"
EAST = zoneinfo.ZoneInfo("America/New_York")
WEST = zoneinfo.ZoneInfo("America/Los_Angeles")


def series(file):
    """The readings of each meter reading of a file: lists of (start, duration, value)."""
    text = (SAMPLES / file).read_text()
    number = lambda name, block: int(re.search(rf"<(?:\w+:)?{name}>(-?\d+)", block).group(1))
    out, last = [[]], None
    for block in re.findall(r"<(?:\w+:)?IntervalReading>(.*?)</(?:\w+:)?IntervalReading>", text, re.S):
        row = number("start", block), number("duration", block), number("value", block)
        if last is not None and row[0] <= last:
            out.append([])
        last = row[0]
        out[-1].append(row)
    return out


def days(name, rows, zone, step):
    """One line for each whole day."""
    by_day = {}
    for start, duration, value in rows:
        assert duration == step, (name, start, duration)
        by_day.setdefault(datetime.datetime.fromtimestamp(start, zone).date(), []).append(value)
    for day, values in sorted(by_day.items()):
        if len(values) == 86400 // step:
            print(name, day, *values, sep=",")
        else:
            print(f"{name}: {day} left out, {len(values)} readings, {sum(values)} in all", file=sys.stderr)


print("series,day,values")
days("hourly", series("hourlyForMonthMar.xml")[0], EAST, 3600)
days("quarter_hourly", series("test_usage_data.xml")[0], EAST, 900)
points = series("BatchFeedThreeUsagePoints_M.xml")
days("solar_delivered", points[0], WEST, 900)
days("solar_received", points[1], WEST, 900)

# Gas: thousandths of a therm for each billing period, named by the month in which it ends.
for start, duration, value in series("ngma_natural_gas_billing.xml")[0]:
    end = datetime.datetime.fromtimestamp(start + duration - 86400, datetime.timezone.utc)
    print("gas_month", end.strftime("%Y-%m-01"), value, sep=",")

# How a month is spread over its days: the daily readings of a year, one line a month.
months = {}
for start, duration, value in series("12MonthlyUpdates.xml")[0]:
    day = datetime.datetime.fromtimestamp(start + duration // 2, EAST).date()
    months.setdefault(day.replace(day=1), []).append(value)
for month, values in sorted(months.items()):
    print("daily", month, *values, sep=",")
