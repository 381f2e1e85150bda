"""`diary send` and `diary pair`: a file to the portal, or to a plain tus server, and which portal that is."""

import argparse
import random
import time
from dataclasses import replace

from diary_app.cli.common import CommandFailed, print_json, say
from diary_app.cli.opening import open_diary
from diary_app.clip import About, Audience, Clip, ClipId, Person, Preset, Receipt
from diary_app.delivery.plain_delivery import PlainDelivery, check_place, said
from diary_app.diary import Diary
from diary_app.folders import Folders
from diary_app.phrases import size
from upload.errors import DeliveryError

WAIT_S = 7 * 24 * 3600.0
"""With --wait: as long as it takes, within a week."""
STAGES_WITHOUT_RECEIPT = "It stays in the queue, and the app or the same command again goes on with it."


def run_send(arguments: argparse.Namespace, place: Folders) -> int:
    """Add, prepare, deliver; the receipt goes to standard output."""
    if arguments.tus is not None:
        return run_send_plainly(arguments, place)
    if arguments.title is None:
        arguments.wrong("the following arguments are required: --title")
    if arguments.token_file is not None:
        arguments.wrong("argument --token-file: only with --tus; a portal's token goes to “diary pair”")
    with open_diary(place, portal=arguments.portal) as diary:
        clip_id = diary.add_file(arguments.file)
        use_some_portal(diary, arguments.portal)
        about = _about(arguments, diary.clip(clip_id))  # it may be a clip already, of somebody who is disguised
        receipt = send_clip(diary, clip_id, about, patience_s=WAIT_S if arguments.wait else 0.0)
    print_json(receipt.said)
    return 0


def run_send_plainly(arguments: argparse.Namespace, place: Folders) -> int:
    """Add, prepare, deliver to a tus server that is no portal. There is no receipt, and one sentence says so."""
    try:
        check_place(arguments.tus, arguments.token_file)
        with open_diary(place) as diary:
            clip = diary.clip(diary.add_file(arguments.file))
        delivery = PlainDelivery(
            place,
            replace(clip, about=_about(arguments, clip)),
            arguments.tus,
            token_file=arguments.token_file,
            clock=time.monotonic,
            sleep=time.sleep,
            random=random.random,
        )
        sent = delivery.run(patience_s=WAIT_S if arguments.wait else 0.0)
    except DeliveryError as error:
        raise CommandFailed(said(error, arguments.tus)) from error
    print(f"The whole file ({size(sent)}) was handed over to {delivery.place}, which gives no receipt: keep your file.")
    return 0


def _about(arguments: argparse.Namespace, clip: Clip) -> About:
    """What is said about a clip this time; what the app knows of it stays as it is."""
    return replace(
        clip.about,
        title=arguments.title or clip.title,
        audience=Audience(arguments.audience),
        people=(Person("Me", agrees=True),),
        preset=Preset(arguments.preset),
    )


def use_some_portal(diary: Diary, wanted: str | None) -> None:
    """Without a portal, the practice portal on this computer is used, and that is said."""
    facts = diary.portal()
    if wanted is None and (facts is None or facts.practice):
        say("This computer is joined to no real portal, so the practice portal on this computer is used.")
        if facts is None:
            diary.post_room.join_practice()


def send_clip(diary: Diary, clip_id: ClipId, about: About, *, patience_s: float) -> Receipt:
    """Press Send for a clip and bring its receipt; a clip that has one already is not sent again."""
    receipt = diary.clip(clip_id).receipt
    if receipt is not None:
        say("This file is at the portal already; here is its receipt.")
        return receipt
    if not diary.clip(clip_id).wanted:
        diary.set_about(clip_id, about)
        diary.send(clip_id)
    try:
        return diary.deliver(clip_id, patience_s=patience_s)
    except DeliveryError as error:
        raise CommandFailed(f"{error} {STAGES_WITHOUT_RECEIPT}") from error


def run_pair(arguments: argparse.Namespace, place: Folders) -> int:
    """Join a portal: by a short code that staff approve, or by a token."""
    with open_diary(place) as diary:
        room = diary.post_room
        if arguments.url is None:
            pairing = room.join_practice()
        elif arguments.token_file:
            pairing = room.desk.pair_with_token(arguments.url, arguments.token_file)
        else:
            invitation = room.begin_join(arguments.url)
            say(
                f"Ask somebody at the portal to open {invitation.code.address} and to type {invitation.code.user_code}."
            )
            pairing = room.finish_join(invitation)
    print(f"This computer is joined to {pairing.name} ({pairing.url}).")
    return 0
