"""cozepy, synchronous: `client.py MODE KEY=VALUE…` as the programs in Rust; prints one line of JSON."""

import json
import os
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from cozepy import ChatEventType, Coze, Message, TokenAuth

mode = sys.argv[1]
options = dict(word.split("=", 1) for word in sys.argv[2:])
client = Coze(auth=TokenAuth("pat_bench"), base_url=options["base"])


def status(name: str) -> int:
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(name))


def usage() -> tuple[float, float, int, int]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return time.monotonic(), used.ru_utime + used.ru_stime, status("VmRSS"), status("VmHWM")


def report(count: int, before, after, **more: float) -> None:
    wall, cpu = after[0] - before[0], after[1] - before[1]
    figures = {"cpu": cpu * 1e6 / count, "wall": wall * 1e6 / count, "busy": cpu / wall, "grown": after[3] - before[2]}
    print(json.dumps(figures | more))


def stream(user: str):
    message = Message.build_user_question_text("hello")
    for event in client.chat.stream(bot_id="7379462189365198898", user_id=user, additional_messages=[message]):
        if event.event == ChatEventType.CONVERSATION_MESSAGE_DELTA:
            yield event.message.content


def request(_=None) -> None:
    client.conversations.retrieve(conversation_id="7381473445440978001")


if mode == "stream":
    count = int(options["n"])
    list(stream("n=200;mode=blast"))
    before = usage()
    seen = sum(1 for _ in stream(f"n={count};mode={options['pace']}"))
    assert seen == count, seen
    report(count, before, usage())
elif mode == "requests":
    count, ways = int(options["n"]), int(options["ways"])
    for _ in range(50):
        request()
    before = usage()
    if ways == 1:
        for _ in range(count):
            request()
    else:
        with ThreadPoolExecutor(ways) as pool:
            list(pool.map(request, range(count)))
    report(count, before, usage())
elif mode == "upload":
    request()
    size = os.path.getsize(options["path"])
    before = usage()
    file = client.files.upload(file=options["path"])
    assert file.bytes >= size
    report(size // 1_000_000, before, usage())
else:
    sys.exit(f"no mode {mode}")
