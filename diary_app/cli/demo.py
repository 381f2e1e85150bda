"""`diary demo`: the whole job without devices."""

import argparse
from collections.abc import Callable
from functools import partial

from capture.devices import DEMO_CAMERA, DEMO_MICROPHONE
from capture.state import Wish
from diary_app import phrases
from diary_app.cli.common import print_json, say
from diary_app.cli.deliver import send_clip, use_some_portal
from diary_app.cli.opening import open_diary
from diary_app.cli.record import record_take
from diary_app.clip import About, Audience, ClipId, KeptRange, Person, Receipt
from diary_app.diary import Diary
from diary_app.folders import Folders

EDGE_S = 0.5
"""The demo trims this much off both ends."""


def run_demo(arguments: argparse.Namespace, place: Folders) -> int:
    """Record, trim, compress and send a practice clip; the receipt at the end."""
    tell = say if arguments.json else partial(print, flush=True)
    with open_diary(place) as diary:
        clip_id, receipt = _whole_job(diary, max(2.0, arguments.seconds), tell)
        rendition = diary.clip(clip_id).rendition
        take = diary.clip(clip_id).take
    if arguments.json:
        facts = {"take": str(take), "rendition": str(rendition.path) if rendition else None}
        print_json(receipt.said | facts)
        return 0
    print("\nThe receipt:")
    print_json(receipt.said)
    print(f"\nIts page is {receipt.page}")
    print("To look at it: make yourself a moderator with “diary portal adduser YOU --moderator”, start the portal with")
    print("“diary portal”, open that address and sign in. “diary portal --help” says more.")
    return 0


def _whole_job(diary: Diary, seconds: float, tell: Callable[[str], None]) -> tuple[ClipId, Receipt]:
    tell(f"1. Recording {seconds:g} seconds of the practice camera and microphone ...")
    take = record_take(diary, Wish(DEMO_CAMERA, DEMO_MICROPHONE), seconds=seconds)
    written, captured = take.report.frames_written, take.report.frames_captured
    tell(f"   Saved on this computer: {written} of {captured} pictures, {phrases.clock_tenths(take.report.seconds)}.")
    diary.set_keep(take.clip_id, [KeptRange(EDGE_S, take.report.seconds - EDGE_S)])
    tell(f"2. Trimmed: {phrases.clock_tenths(diary.clip(take.clip_id).kept_seconds)} are kept.")
    tell("3. Starting the practice portal on this computer ...")
    use_some_portal(diary, None)
    tell("4. Making it small and sending it ...")
    about = About(title="A practice clip", audience=Audience.STAFF, people=(Person("Me", agrees=True),))
    receipt = send_clip(diary, take.clip_id, about, patience_s=60.0)
    tell(f"5. Received and checked: {phrases.size(receipt.bytes)}, and the portal's copy is the same to the last byte.")
    return take.clip_id, receipt
