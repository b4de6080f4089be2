"""Runs checks by name, prints a line for each, and counts."""

import asyncio
import faulthandler
import inspect
import logging
import os
import re
import time
from pathlib import Path

BASE_URL = os.environ.get("COZE_API_BASE", "http://127.0.0.1:8080")
TOKEN = os.environ.get("COZE_API_TOKEN", "pat_sim")

# The agents of agents.json, and the one that the simulator brings along.
DEMO = "7400000000000000001"
SLOW = "7400000000000000011"
TOOLS = "7400000000000000012"
EVERYTHING = "7400000000000000013"
UNKNOWN_ID = "7499999999999999999"

QUESTION = "2024年10月1日是星期几"

# Longest time for the whole script, and for anything that is waited for, in seconds.
WHOLE = 180
PATIENCE = 20

# The client reports every refusal, and here they are asked for.
logging.getLogger("cozepy").setLevel(logging.ERROR)

checks = []
refusals = []


def check(function):
    """Registers a check; its name is its line in the output."""
    checks.append((function.__name__, function))
    return function


def register(name, function):
    """Registers a check under a name."""
    checks.append((name, function))


def refuse(name, endpoint):
    """Counts and names a refusal that is put up with, since the endpoint is on the list of those not served yet."""
    lines = (Path(__file__).parent.parent / "not-served.txt").read_text().splitlines()
    patterns = [re.sub(r"\{\w+\}", "[^/]+", line) for line in lines if line and not line.startswith("#")]
    assert any(re.fullmatch(pattern, endpoint) for pattern in patterns), f"not-served.txt does not hold {endpoint}"
    refusals.append(name)
    print(f"not served yet: {name} ({endpoint})", flush=True)


def equal(actual, expected):
    assert actual == expected, f"expected {expected!r}, got {actual!r}"


def contains(text, part):
    assert part in text, f"expected {part!r} in {text!r}"


def is_id(text):
    """Ids are texts of up to 19 digits."""
    assert isinstance(text, str) and text.isdigit() and 15 <= len(text) <= 19, f"expected an id, got {text!r}"


def is_recent(seconds):
    """Timestamps are in seconds."""
    assert isinstance(seconds, int) and abs(time.time() - seconds) < 600, f"expected a time about now, got {seconds!r}"


def raises(kind, function, *arguments, **options):
    """Returns the error that a call ends with."""
    try:
        result = function(*arguments, **options)
    except kind as error:
        return error
    raise AssertionError(f"expected {kind.__name__}, got {result!r}")


def wait_until(condition, what):
    """Asks again until the condition holds, and returns what it gave."""
    deadline = time.monotonic() + PATIENCE
    while not (result := condition()):
        assert time.monotonic() < deadline, f"waited {PATIENCE} s in vain: {what}"
        time.sleep(0.02)
    return result


async def perform(function):
    result = function()
    if inspect.isawaitable(result):
        await asyncio.wait_for(result, PATIENCE * 2)


def main():
    """Runs every check in order; the exit code is 1 if one failed."""
    faulthandler.dump_traceback_later(WHOLE, exit=True)
    passed = failed = 0
    with asyncio.Runner() as runner:
        for name, function in checks:
            refused = len(refusals)
            try:
                runner.run(perform(function))
                if len(refusals) > refused:
                    continue
                passed += 1
                print(f"ok {name}", flush=True)
            except Exception as error:
                failed += 1
                frames = inspect.getinnerframes(error.__traceback__)
                line = next((frame.lineno for frame in frames if frame.filename == inspect.getfile(function)), 0)
                reason = " ".join(str(error).split())
                print(f"FAILED {name}: line {line}: {type(error).__name__}: {reason}", flush=True)
    if refusals:
        print(f"{len(refusals)} tolerated: {', '.join(refusals)}", flush=True)
    print(f"{passed} passed, {failed} failed", flush=True)
    raise SystemExit(1 if failed else 0)
