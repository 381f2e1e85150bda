"""News of many clips comes in one answer, and each piece of it is written down and told."""

import contextlib
import random
from pathlib import Path

from diary_app.catalogue import Catalogue
from diary_app.clip import Stage
from diary_app.folders import Folders
from diary_app.news import ClipChanged
from tests.support.delivery_desk import NEVER, Desk, Line
from tests.support.scripted_server import Exchange, ScriptedPortal


def test_three_clips_one_request(tmp_path: Path, rng: random.Random) -> None:
    folders = Folders(tmp_path / "data").make()
    with ScriptedPortal() as portal, contextlib.closing(Catalogue(folders.catalogue)) as catalogue:
        desk = Desk(folders, catalogue, portal, Line(portal.url), rng)
        ids = [desk.ready(1000).clip_id for _ in range(3)]
        for clip_id in ids:
            desk.courier().carry(catalogue.clip(clip_id), NEVER)

        def tell(exchange: Exchange) -> None:
            told = [{"clip_id": ids[0], "stage": "sent_back", "note": "Louder."}]
            exchange.reply_json(200, {"clips": [*told, {"clip_id": ids[1], "stage": "received", "note": None}]})

        portal.honest.more["stages"] = f"{portal.url}/many"
        portal.always("GET", tell)
        desk.news.clear()
        assert desk.courier().ask_stages([catalogue.clip(each) for each in ids], NEVER), "one has moved"
        assert (portal.asked("GET"), portal.asked("stage")) == (1, 0)
        assert [catalogue.clip(each).stage for each in ids] == [Stage.SENT_BACK, Stage.RECEIVED, Stage.RECEIVED]
        assert desk.news == [ClipChanged(ids[0])]
