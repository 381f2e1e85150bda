"""A shared computer: who may open what, what wrong PINs cost, and what staff can mend with six words."""

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import keyring.backend
import keyring.errors
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diary_app.catalogue import Catalogue
from diary_app.clip import ClipId, Kind, Stage
from diary_app.errors import Refused
from diary_app.folders import Folders
from diary_app.rescue.errors import WrongWords
from diary_app.shared.at_rest import open_files, sealed_files
from diary_app.shared.errors import MustWait, NoKey, WrongPin
from diary_app.shared.house import House
from diary_app.shared.owner import OwnerId, initials
from diary_app.shared.porter import is_being_finished
from diary_app.shared.sealed import public_of
from diary_app.shared.tries import FREE, LONGEST_WAIT_S, Tries
from tests.support.wait import until
from upload.tokens import open_vault

WORDS = ("amber", "basket", "candle", "dolphin", "engine", "forest")
PIN, OTHER = "2580", "9173"
QUICK = 10
"""scrypt's cost in these tests."""


@dataclass
class Clock:
    """The wall clock, as somebody sets it."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Ring(keyring.backend.KeyringBackend):
    """A keyring that can be locked."""

    priority = 1

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def _check(self) -> None:
        if self.locked:
            raise keyring.errors.KeyringLocked("locked")

    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._check()
        if self.kept.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError("none")


@dataclass
class Computer:
    """One shared computer, whose app can be started again."""

    data: Path
    clock: Clock = field(default_factory=Clock)
    ring: Ring = field(default_factory=Ring)

    def house(self) -> House:
        vault = open_vault(self.data / "people" / "secret.json", ring=self.ring)
        return House(Folders(self.data), vault=vault, work=QUICK, now=self.clock)


@pytest.fixture
def computer(own_data_folder: Path) -> Computer:
    """Set up, with nobody on it yet."""
    made = Computer(own_data_folder)
    made.house().set_up(WORDS)
    return made


def is_opened(house: House, owner_id: OwnerId, pin: str) -> bool:
    """Does this PIN bring the very key that their files are sealed to?"""
    return public_of(house.open_key(owner_id, pin)) == house.owner(owner_id).public


# -- PINs -----------------------------------------------------------------------------------------------------------


def test_a_pin_opens_its_own_diary_and_no_other(computer: Computer) -> None:
    house = computer.house()
    sam, alex = house.add(" Sam   Lee ", PIN), house.add("Alex", OTHER)
    assert [one.name for one in computer.house().owners()] == ["Alex", "Sam Lee"]
    assert is_opened(computer.house(), sam.owner_id, PIN)
    with pytest.raises(WrongPin):
        house.open_key(alex.owner_id, PIN)
    assert sam.mark != alex.mark
    assert house.folders_of(sam.owner_id).data != house.folders_of(alex.owner_id).data
    assert house.folders_of(sam.owner_id).common.data == computer.data


def test_after_five_wrong_pins_even_the_right_one_must_wait_and_a_restart_helps_nobody(computer: Computer) -> None:
    owner_id = computer.house().add("Sam", PIN).owner_id
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(WrongPin) as told:
            computer.house().open_key(owner_id, OTHER)
        assert told.value.left == left
    with pytest.raises(MustWait) as must:
        computer.house().open_key(owner_id, PIN)
    computer.clock.now += must.value.wait_s - 1
    with pytest.raises(MustWait):
        computer.house().open_key(owner_id, PIN)
    computer.clock.now += 2
    assert is_opened(computer.house(), owner_id, PIN)
    with pytest.raises(WrongPin) as told:
        computer.house().open_key(owner_id, OTHER)
    assert told.value.left == 4  # whoever knew it begins anew


@given(st.integers(0, 10_000), st.floats(0, 4e9), st.floats(0, 4e9))
def test_nobody_waits_for_ever_whatever_the_clock_says(wrong: int, at: float, now: float) -> None:
    tries = Tries(wrong, at)
    left_s = tries.left_s(now)
    assert 0 <= left_s <= LONGEST_WAIT_S
    assert (wrong >= FREE) == (tries.left_s(at) > 0)
    assert tries.one_more(at).wait_s >= tries.wait_s
    assert tries.left_s(at + LONGEST_WAIT_S) == 0


@pytest.mark.parametrize("pin", ["", "123", "1234", "9876", "0000", "7890", "123456789", "12a4", "٤٥٦٩"])
def test_a_pin_that_is_none_or_that_everybody_tries_first_is_refused(computer: Computer, pin: str) -> None:
    with pytest.raises(Refused, match="PIN"):
        computer.house().add("Sam", pin)
    assert computer.house().owners() == []


@pytest.mark.parametrize(
    ("name", "letters"), [("Sam", "S"), ("sam lee", "SL"), ("Ana-Maria da Costa", "AC"), ("Élodie", "É"), ("", "?")]
)
def test_the_tile_has_one_or_two_letters(name: str, letters: str) -> None:
    assert initials(name) == letters


@pytest.mark.parametrize("name", ["", "  ", "\n", "x" * 41, "SAM"])
def test_a_name_is_needed_and_nobody_has_another_ones(computer: Computer, name: str) -> None:
    computer.house().add("Sam", PIN)
    with pytest.raises(Refused, match="name"):
        computer.house().add(name, OTHER)


# -- what staff can mend --------------------------------------------------------------------------------------------


def test_with_six_words_staff_give_a_new_pin_and_the_person_is_told_once(computer: Computer) -> None:
    house = computer.house()
    owner_id = house.add("Sam", PIN).owner_id
    with pytest.raises(WrongWords):
        house.new_pin(owner_id, WORDS[::-1], OTHER)
    assert is_opened(house, owner_id, PIN)
    house.new_pin(owner_id, WORDS, OTHER)
    assert is_opened(computer.house(), owner_id, OTHER)
    with pytest.raises(WrongPin):
        house.open_key(owner_id, PIN)
    assert house.told(owner_id) == datetime.fromtimestamp(computer.clock.now, UTC).isoformat()
    assert house.told(owner_id) == ""
    assert len(computer.ring.kept) == 1  # the old secret is gone


def test_without_the_keyring_no_pin_is_wrong_and_the_six_words_still_help(computer: Computer) -> None:
    owner_id = computer.house().add("Sam", PIN).owner_id
    for _ in range(FREE + 1):
        computer.ring.locked = True
        with pytest.raises(NoKey):
            computer.house().open_key(owner_id, PIN)
    computer.ring.locked = False
    assert is_opened(computer.house(), owner_id, PIN)
    computer.ring.kept.clear()
    with pytest.raises(NoKey):
        computer.house().open_key(owner_id, PIN)
    computer.house().new_pin(owner_id, WORDS, OTHER)
    assert is_opened(computer.house(), owner_id, OTHER)


def test_a_tile_that_is_taken_away_comes_back_with_everything(computer: Computer) -> None:
    house = computer.house()
    owner_id = house.add("Sam", PIN).owner_id
    house.remove(owner_id)
    assert house.owners() == []
    assert [one.owner_id for one in house.removed()] == [owner_id]
    house.restore(owner_id)
    assert is_opened(computer.house(), owner_id, PIN)


def test_what_is_damaged_hides_nobody_else(computer: Computer) -> None:
    house = computer.house()
    sam, alex = house.add("Sam", PIN), house.add("Alex", OTHER)
    (computer.data / "people" / sam.owner_id / "owner.json").write_text("{}")
    (computer.data / "people" / alex.owner_id / "tries.json").write_text("{}")
    assert [one.name for one in house.owners()] == ["Alex"]
    assert is_opened(house, alex.owner_id, OTHER)


# -- coming and going -----------------------------------------------------------------------------------------------


def note_clip(folders: Folders, title: str) -> None:
    """A clip in somebody's diary, with a take."""
    catalogue = Catalogue(folders.catalogue)
    take = folders.takes / "one.mp4"
    take.write_bytes(title.encode() * 1000)
    catalogue.add(ClipId("one"), kind=Kind.VIDEO, take=take, stage=Stage.SAVED)
    catalogue.close()


def test_a_diary_is_open_while_its_owner_is_here_and_sealed_as_soon_as_they_leave(computer: Computer) -> None:
    house = computer.house()
    owner_id = house.add("Sam", PIN).owner_id
    house.start()
    folders = house.come(owner_id, PIN)
    note_clip(folders, "a walk")
    house.leave(owner_id)
    until(lambda: not open_files(folders), what="everything is sealed")
    assert folders.takes.joinpath("one.mp4.age").exists()
    with pytest.raises(WrongPin):
        house.come(owner_id, OTHER)
    assert open_files(folders) == []
    house.come(owner_id, PIN)
    assert sealed_files(folders) == []
    assert folders.takes.joinpath("one.mp4").read_bytes() == b"a walk" * 1000
    house.close()


def test_what_a_killed_app_left_open_is_sealed_at_the_next_start_without_a_pin(computer: Computer) -> None:
    house = computer.house()
    sam, alex = (house.add(name, PIN) for name in ("Sam", "Alex"))
    for owner in (sam, alex):
        note_clip(house.folders_of(owner.owner_id).make(), owner.name)
    house.remove(alex.owner_id)
    again = computer.house()
    again.start()
    until(lambda: not again.porter.busy, what="nothing is left to do")
    assert [open_files(again.folders_of(owner.owner_id)) for owner in (sam, alex)] == [[], []]
    again.close()


def test_a_take_that_an_encoder_still_writes_is_left_alone_for_a_moment(computer: Computer) -> None:
    folders = computer.house().folders_of(computer.house().add("Sam", PIN).owner_id)
    take = folders.takes / "one.recording.mp4"
    take.write_bytes(b"its last second")
    assert is_being_finished(take)
    os.utime(take, (1, 1))
    assert not is_being_finished(take)
    house = computer.house()
    house.start()
    until(lambda: not open_files(folders), what="then it is sealed")
    house.close()


def test_a_second_process_never_seals_what_is_in_use(computer: Computer) -> None:
    house = computer.house()
    house.start()
    second = computer.house()
    with pytest.raises(Refused, match="already"):
        second.start()
    second.close()
    house.close()
    second.start()  # as soon as the first one has ended
    second.close()


def test_nothing_is_sealed_while_somebody_records(computer: Computer) -> None:
    house = computer.house()
    sam, alex = (house.add(name, PIN) for name in ("Sam", "Alex"))
    left = house.folders_of(sam.owner_id).make()
    house.porter.rest(True)
    note_clip(left, "left open")
    house.start()
    house.come(alex.owner_id, PIN)  # whoever comes waits for nobody
    assert open_files(left)
    house.porter.rest(False)
    until(lambda: not open_files(left), what="it goes on afterwards")
    house.close()
