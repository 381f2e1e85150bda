"""`diary clips`: what is on this computer. The catalogue tells it alone: nothing else is opened."""

import argparse
from contextlib import closing
from datetime import datetime

from diary_app import kept_words, phrases
from diary_app.catalogue import Catalogue
from diary_app.cli.common import print_json
from diary_app.clip import Clip, Goes
from diary_app.folders import Folders
from diary_app.words import HELD, STAGES


def run_clips(arguments: argparse.Namespace, place: Folders) -> int:
    """List every clip, newest first."""
    with closing(Catalogue(place.make().catalogue)) as catalogue:
        found = catalogue.clips()
    if arguments.json:
        print_json([_facts(clip) for clip in found])
        return 0
    now = datetime.now().astimezone()
    for clip in found:
        length = phrases.clock(clip.kept_seconds)
        print(f"{clip.clip_id}  {length:>8}  {STAGES[clip.stage]:<24}  {clip.title}")
        if figures := kept_words.figures(clip):
            print(f"{'':38}{figures}")
        if clip.removed_at is not None:
            where = kept_words.where_it_is(clip, own_file=not clip.take.is_relative_to(place.data))
            print(f"{'':38}{kept_words.removed_because(clip, '', now)} {where}")
        if clip.delivery.goes is Goes.HELD:
            print(f"{'':38}{HELD}")
        if clip.delivery.problem and clip.receipt is None:
            print(f"{'':38}{clip.delivery.problem}")
    return 0


def _facts(clip: Clip) -> dict[str, object]:
    return {
        "clip_id": clip.clip_id,
        "title": clip.title,
        "kind": clip.kind,
        "stage": clip.stage,
        "stage_words": STAGES[clip.stage],
        "created_at": clip.created_at.isoformat(),
        "seconds": clip.seconds,
        "kept_seconds": clip.kept_seconds,
        "take": str(clip.take),
        "rendition": str(clip.rendition.path) if clip.rendition else None,
        "problem": clip.delivery.problem,
        "goes": clip.delivery.goes,
        "views": clip.views,
        "replies": clip.replies,
        "removed_at": clip.removed_at.isoformat() if clip.removed_at else None,
        "receipt": clip.receipt.said if clip.receipt else None,
    }
