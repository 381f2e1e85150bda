"""Sign-ins that end, users that change, two apps at once, processes that die: still one queue entry for each clip."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from diary_app.clip import Stage
from tests.support.chaos_desk import ChaosDesk, chaos_desk, end_last_token, tokens_of
from tests.support.chaos_faults import UP, cut_up
from tests.support.chaos_proxy import BLOCK, honest
from tests.support.delivery_kills import kills
from tests.support.diary_files import ReadyClip
from tests.support.portal_client import PortalClient
from tests.support.portal_process import REPOSITORY
from tests.support.reliability import Tally


@pytest.fixture
def desk(tmp_path: Path, client: PortalClient, rng: random.Random) -> Iterator[ChaosDesk]:
    with chaos_desk(tmp_path / "data", client, rng) as desk:
        yield desk


@pytest.mark.fault(
    "The sign-in expires or is taken back, and another person signs in, all in the middle of a clip",
    made="chaos proxy cuts a clip in half; the token's time is over; the computer is revoked, then joined by somebody"
    " else, and at last by the first person",
    holds="what a refresh mends needs nobody; else the clip is held and says why; one entry, of the right person",
)
def test_sign_ins_that_end(desk: ChaosDesk, tally: Tally) -> None:
    portal = desk.client.portal
    desk.connector.vault.tokens = before = tokens_of(PortalClient(portal, computer="The app"))
    ready = _half_sent(desk)
    end_last_token(portal)
    assert desk.deliver(ready).receipt is not None, "one refresh mends a token whose time is over"
    assert desk.connector.vault.tokens != before

    ready = _half_sent(desk)
    (number,) = [line.split("\t")[0] for line in portal.run("devices").splitlines() if "\tThe app\t" in line]
    portal.run("revoke", number)
    clip = desk.try_once(ready)
    assert (clip.stage, clip.delivery.held, clip.receipt) == (Stage.READY, True, None)
    assert "sign in" in (clip.delivery.problem or "")

    desk.connector.vault.tokens = tokens_of(PortalClient(portal, user="somebody-else"))
    desk.catalogue.try_again(ready.clip_id)
    clip = desk.try_once(ready)
    assert (clip.stage, clip.delivery.held, clip.receipt) == (Stage.READY, True, None), "it is another person's clip"

    desk.connector.vault.tokens = tokens_of(desk.client)
    desk.catalogue.try_again(ready.clip_id)
    assert desk.deliver(ready).receipt is not None
    tally.found(3, desk.judged())


def _half_sent(desk: ChaosDesk) -> ReadyClip:
    """A clip whose first block is at the portal; the attempt has ended."""
    desk.line.next("PATCH", cut_up(UP["a block's border"]))
    for fault in (honest, cut_up(UP["the head's end"])):
        desk.line.next("HEAD", fault)
    ready = desk.ready()
    assert desk.try_once(ready).stage is Stage.WAITING
    return ready


@pytest.mark.fault(
    "Two apps run at once on the same data",
    made="two processes with the app's uploader, one catalogue with four clips, a line that cuts each of them once",
    holds="each clip is in the queue once, the same SHA-256, and its bytes went over the line once",
)
def test_two_apps_at_once(desk: ChaosDesk, tally: Tally) -> None:
    desk.join()
    size = 1_000_000
    for _ in range(4):
        desk.ready(size)
        desk.line.next("PATCH", cut_up(UP["one byte after a block's border"]))
    command = [sys.executable, "-m", "tests.support.uploader_child", str(desk.folders.data)]
    patient = {**os.environ, "LEASE_S": "30"}  # nobody dies here, and a busy computer must not look like it
    apps = [
        subprocess.Popen(command, cwd=REPOSITORY, env=patient, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for _ in "ab"
    ]
    said = [app.communicate(timeout=120)[1].decode() for app in apps]
    assert [app.returncode for app in apps] == [0, 0], said
    assert desk.line.left == 0
    assert desk.line.up < 4 * (size + 2 * BLOCK), "two apps sent the same bytes"
    for clip in desk.catalogue.clips():
        desk.look_at(clip)
    tally.found(1, desk.judged())


@pytest.mark.fault(
    "The app or the portal is killed while clips are delivered",
    made="real processes; SIGKILL at an event of the line between them that the seed chooses, and some milliseconds",
    holds="the catalogue never says more than the portal holds; each clip once, the same SHA-256, nothing deleted",
)
def test_app_and_portal_killed(tmp_path: Path, rng: random.Random, tally: Tally) -> None:
    with kills(tmp_path, rng) as campaign:
        while campaign.app < 2 or campaign.portal < 1:
            campaign.kill("app" if campaign.app < 2 else "portal")
        tally.found(campaign.app + campaign.portal, campaign.finish())
