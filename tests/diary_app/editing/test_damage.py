"""Spoiled files: whatever is done with them ends well or in a sentence; it never hangs or leaves a half-made file."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from diary_app.clip import KeptRange, Preset
from diary_app.editing.errors import EditError
from diary_app.editing.filmstrip import film_strip, sound_wave
from diary_app.editing.render import render, trim
from diary_app.playback import Player, PlayerState
from tests.support.hostile import MOST_MB, MOST_S
from tests.support.loudspeaker import wait_for
from tests.support.media_trial import in_plain_words, trials
from tests.support.mutated import recordings, run
from tests.support.takes import convert, make_take, ticking


@pytest.fixture(scope="module")
def whole(folder: Path) -> bytes:
    """Two seconds, with its index in front."""
    take = make_take(folder / "two.mp4", ticking(60))
    return convert(take, folder / "front.mp4", "-c", "copy", "-movflags", "+faststart").read_bytes()


def spoiled(whole: bytes, rng: random.Random) -> bytes:
    """Cut off, or with bytes changed in the media, in the index, or in both."""
    data = bytearray(whole)
    media = whole.index(b"mdat")
    for _ in range(rng.choice((1, 20, 400))):
        place = rng.randrange(media, len(data)) if rng.random() < 0.9 else rng.randrange(60, media)
        data[place] = rng.randrange(256)
    return bytes(data[: rng.randrange(media, len(data))] if rng.random() < 0.3 else data)


def work(take: Path, folder: Path) -> list[Callable[[], object]]:
    keep = (KeptRange(0.21, 0.8), KeptRange(1.02, 1.4))
    return [
        lambda: trim(take, folder / "trim.mp4", keep=keep),
        lambda: render(take, folder / "render.mp4", keep=keep, preset=Preset.SMALLER),
        lambda: list(film_strip(take, count=5)),
        lambda: list(sound_wave(take, buckets=50)),
        lambda: play(take),
    ]


def play(take: Path) -> None:
    player = Player(take)
    try:
        player.play()
        player.seek(1.0)
        wait_for(lambda: player.state in (PlayerState.ENDED, PlayerState.FAILED), "the end")
    finally:
        player.close()


@pytest.mark.parametrize("seed", range(14))
def test_damage_ends_well_or_in_a_sentence(seed: int, whole: bytes, tmp_path: Path) -> None:
    take = tmp_path / "take.mp4"
    take.write_bytes(spoiled(whole, random.Random(seed)))
    for step in work(take, tmp_path):
        try:
            step()
        except EditError as error:
            said = str(error)
            print(seed, said)
            if "\n" in said or not said.endswith((".", "?")):
                raise
    assert {path.name for path in tmp_path.iterdir()} <= {"take.mp4", "trim.mp4", "render.mp4"}


MUTATIONS = 120


def test_real_recordings_that_were_spoiled_by_chance_are_opened_or_refused(tmp_path: Path) -> None:
    """The same as ./scripts/mutate-media, which tries ten thousand."""
    originals, folder = tmp_path / "originals", tmp_path / "spoiled"
    originals.mkdir()
    folder.mkdir()
    with trials() as server:
        found = run(range(MUTATIONS), recordings(originals), server, folder, seed=20_261)
    assert [(number, trial) for number, trial in found if not in_plain_words(trial)] == []
    assert {trial.outcome for _, trial in found} == {"taken", "refused"}
    assert max(trial.cpu_s for _, trial in found) < MOST_S
    assert max(trial.mb for _, trial in found) < MOST_MB
