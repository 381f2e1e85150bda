"""Mutations by name: each removes one sync or check of the recorder, and names the narrowest test that must fail."""

from dataclasses import dataclass

SIMULATION = "-m tests.simulation --sessions 1500 --seed mutants --until-broken"
FOUND = "-m pytest tests/simulation/test_found.py"
DISK = "-m pytest tests/capture/test_real_disk.py"
CONTRACT = "-m pytest tests/contract/test_disk_contract.py"
RECOVERY = "-m pytest tests/capture/test_recovery.py"
GATE = "-m pytest tests/capture/test_gate.py"
SYNCING = "-m pytest tests/capture/test_syncing.py"


@dataclass(frozen=True, slots=True)
class Mutation:
    """One line less."""

    name: str
    file: str
    old: str
    """Stands there exactly once."""
    new: str
    killer: str
    """What Python is to run; it must fail."""


_FILE_SYNC = '            getattr(os, "fdatasync", os.fsync)(descriptor)\n'
_CUT_SYNC = "            file.flush()\n            os.fsync(file.fileno())\n            file.truncate(at)\n"
_CUT_LAST = "            file.truncate(at)\n            os.fsync(file.fileno())\n"
_WIPE = "                left -= file.write(bytes(min(left, _WIPE_BYTES)))\n"
_EXCLUSIVE = "os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY"
_TAKEN = "        if final.exists():\n"
_REFUSE_TAKEN = "    if disk.exists(take):\n        raise TakeExists"
_PAUSE = "            if any(begun_s <= at_s < over_s for begun_s, over_s in self._pauses):\n"
_ENDED = "take_s is None or (self._ended_s is not None and at_s >= self._ended_s)"
_WHOLE_BOX = "box is None or box.end > size or not box.kind.isalnum()"
_SECOND_HEAD = "        if box.at and self._tracks:\n"
_SAFE = "self.safe_s = end_s\n"
_KILL_STUCK = (
    '            log.error("the encoder has taken nothing for %s s", patience_s)\n            self._child.kill()\n'
)
_SUSPECT = "            elif self._syncer.failed:\n"
_TOO_LATE = "        if frame.at_s < self._cut_s:\n"
_HELD = "(held_s is not None and span.start_s >= held_s) or span.end_s <= self.heard_s"
_ORDER = "if at_s is None or at_s < self._picture_until_s:"
_SILENCE = "            self._track.fill(until_s - SILENT_S / 2)\n"
_BLACK = "        if at_s is not None and not dark and at_s - self._seen_until_s > DARK_S:\n"

MUTATIONS = (
    # -- syncs --------------------------------------------------------------------------------------------------------
    Mutation(
        "sync of the growing file",
        "capture/syncing.py",
        "self._disk.sync(self._file.path)\n",
        "pass\n",
        SIMULATION,
    ),
    Mutation("sync of a file's data", "capture/disk.py", _FILE_SYNC, "            pass\n", DISK),
    Mutation("sync of the folder", "capture/disk.py", "        os.fsync(descriptor)\n", "        pass\n", DISK),
    Mutation(
        "sync of the folder on create",
        "capture/disk.py",
        "_BINARY, 0o600))\n        _sync_folder(path.parent)\n",
        "_BINARY, 0o600))\n",
        DISK,
    ),
    Mutation("sync before the name", "capture/disk.py", "        self.sync(part)\n", "", DISK),
    Mutation("sync of the folder on publish", "capture/disk.py", "        _sync_folder(final.parent)\n", "", DISK),
    Mutation("sync of the zeros in a cut", "capture/disk.py", _CUT_SYNC, "            file.truncate(at)\n", DISK),
    Mutation("sync after a cut", "capture/disk.py", _CUT_LAST, "            file.truncate(at)\n", DISK),
    Mutation("zeros in a cut", "capture/disk.py", _WIPE, "                left = 0\n", DISK),
    Mutation(
        "no trust after a failed sync",
        "capture/syncing.py",
        "                self.failed = True\n                self._watch",
        "                self._watch",
        SIMULATION,
    ),
    Mutation("suspect files keep their name", "capture/take.py", _SUSPECT, "            elif False:\n", SIMULATION),
    Mutation("the last sync waits", "capture/syncing.py", "        self._thread.join()\n", "", SIMULATION),
    Mutation(
        "a fragment is noticed at once",
        "capture/syncing.py",
        "LOOK_EVERY_S = 0.02\n",
        "LOOK_EVERY_S = 2.0\n",
        SIMULATION,
    ),
    # -- names --------------------------------------------------------------------------------------------------------
    Mutation("exists-check of publish", "capture/disk.py", _TAKEN, "        if False:\n", DISK),
    Mutation("claim of a new file", "capture/disk.py", _EXCLUSIVE, "os.O_WRONLY | os.O_CREAT | _BINARY", CONTRACT),
    Mutation(
        "refusal of a name that is taken",
        "capture/take_file.py",
        _REFUSE_TAKEN,
        "    if False:\n        raise TakeExists",
        FOUND,
    ),
    Mutation(
        "a take of nothing gets no name",
        "capture/take.py",
        "            if cut.empty:\n",
        "            if False:\n",
        SIMULATION,
    ),
    # -- room ---------------------------------------------------------------------------------------------------------
    Mutation(
        "room to begin",
        "capture/disk.py",
        "    if disk.free_bytes(folder) < LEAST_FREE_BYTES:\n",
        "    if False:\n",
        CONTRACT,
    ),
    Mutation(
        "stop before the disk is full",
        "capture/syncing.py",
        "        if free < LEAST_FREE_BYTES:\n",
        "        if False:\n",
        SYNCING,
    ),
    Mutation("sleep is told", "capture/syncing.py", "            self._watch.told(SLEPT)\n", "", SYNCING),
    Mutation(
        "a failing disk is told",
        "capture/syncing.py",
        "                self._watch.failed(DISK_ERROR)\n",
        "",
        SYNCING,
    ),
    # -- what is safe -------------------------------------------------------------------------------------------------
    Mutation(
        "safe is what the file says", "capture/syncing.py", _SAFE, _SAFE.replace("end_s\n", "end_s + 0.3\n"), SIMULATION
    ),
    Mutation(
        "safe ends with a cut", "capture/syncing.py", "            self.safe_s = min(self.safe_s, at_s)\n", "", FOUND
    ),
    Mutation(
        "safe after a cut is the file's end",
        "capture/take.py",
        "cut_back(self._file.end_s)",
        "cut_back(cut.at_s)",
        FOUND,
    ),
    # -- whole fragments ----------------------------------------------------------------------------------------------
    Mutation("only whole boxes", "capture/take_file.py", _WHOLE_BOX, "box is None", SIMULATION),
    Mutation("one head", "capture/take_file.py", _SECOND_HEAD, "        if False:\n", SIMULATION),
    Mutation("cut after the last whole fragment", "capture/recovery.py", "    file.cut_back()\n", "", SIMULATION),
    Mutation("no fragment with a hole", "capture/recovery.py", "    file.doubt_end()\n", "", RECOVERY),
    Mutation(
        "wait for the child of a dead app",
        "capture/recovery.py",
        "    _wait_until_still(part, disk, clock)\n",
        "",
        RECOVERY,
    ),
    Mutation(
        "the end of a dead child is cut off",
        "capture/take.py",
        "            return self._file.cut_back()\n",
        "            self._file.look()\n",
        FOUND,
    ),
    Mutation(
        "a take is as long as its file",
        "capture/take.py",
        "self._seconds = self._file.length_s",
        "self._seconds = self._stream.written_s if whole else self._file.length_s",
        FOUND,
    ),
    # -- pauses and scraps --------------------------------------------------------------------------------------------
    Mutation(
        "a pause shuts the gate",
        "capture/gate.py",
        "                self._time = self._time.hold(at_s)\n",
        "                pass\n",
        SIMULATION,
    ),
    Mutation("a late frame of a pause", "capture/gate.py", _PAUSE, "            if False:\n", FOUND),
    Mutation("frames after the end", "capture/gate.py", _ENDED, "take_s is None", GATE),
    Mutation("sound of a pause", "capture/sound_track.py", _HELD, "span.end_s <= self.heard_s", SIMULATION),
    Mutation(
        "a pause moves the sound's time",
        "capture/sound_track.py",
        "        self._grid.shift(self._time.zero_s - before.zero_s)\n",
        "",
        SIMULATION,
    ),
    Mutation(
        "a short pause within a block",
        "capture/sound_track.py",
        "*sorted({cut for cut in cuts if 0 < cut < len(samples)}), ",
        "",
        FOUND,
    ),
    Mutation("late frames of what was scrapped", "capture/stream.py", _TOO_LATE, "        if False:\n", SIMULATION),
    Mutation(
        "scrap takes the first picture too",
        "capture/take.py",
        "cut_back(self.written_s - scrap.seconds)",
        "cut_back(max(0.0, self.written_s - scrap.seconds))",
        FOUND,
    ),
    # -- the account and the time -------------------------------------------------------------------------------------
    Mutation("the account is settled", "capture/gate.py", "            self._written = kept\n", "", SIMULATION),
    Mutation(
        "what a dead child took along is lost",
        "capture/gate.py",
        "            self._encoder += max(0, self._written - kept - scrapped)\n",
        "",
        SIMULATION,
    ),
    Mutation(
        "a queue has an end",
        "capture/gate.py",
        "            if self._waiting >= self._room:\n",
        "            if False:\n",
        GATE,
    ),
    Mutation("pictures in order", "capture/stream.py", _ORDER, "if at_s is None:", FOUND),
    Mutation("silence where no sound comes", "capture/stream.py", _SILENCE, "            pass\n", FOUND),
    Mutation(
        "black pictures are no frames",
        "capture/stream.py",
        "[black_s for black_s in self._black_at_s if black_s <= left_until_s]",
        "list(self._black_at_s)",
        FOUND,
    ),
    Mutation(
        "priming of a later piece",
        "capture/stream.py",
        "self._priming = 0 if cut.empty else PRIMING",
        "self._priming = 0",
        SIMULATION,
    ),
    Mutation(
        "every start ends in one report",
        "capture/recorder.py",
        "                self._on_news(TakeDone(event.take, TakeReport()))\n",
        "                pass\n",
        SIMULATION,
    ),
    Mutation(
        "guessed times are put right",
        "capture/take_file.py",
        "        self._disk.write(self.path, moof.at, true)\n",
        "        pass\n",
        SIMULATION,
    ),
    # -- children and devices -----------------------------------------------------------------------------------------
    Mutation("a child that hangs is ended", "capture/pieces.py", _KILL_STUCK, "            pass\n", SIMULATION),
    Mutation(
        "another child takes over",
        "capture/take.py",
        "        if error.disk_full or too_often or self._syncer.failed:\n",
        "        if True:\n",
        FOUND,
    ),
    Mutation(
        "the number of children has an end",
        "capture/take.py",
        "        if error.disk_full or too_often or self._syncer.failed:\n",
        "        if False:\n",
        FOUND,
    ),
    Mutation(
        "a lost camera is told",
        "capture/cameras.py",
        "            self._on_lost(lost)\n",
        "            pass\n",
        FOUND,
    ),
    Mutation(
        "a lost microphone is told",
        "capture/listening.py",
        "                    self._on_lost(lost)\n",
        "                    pass\n",
        FOUND,
    ),
)
