"""Delivery to a tus server that is no portal: the official one for Node, a line that breaks, and a server that lies."""

import contextlib
import hashlib
import random
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import imageio_ffmpeg
import pytest

from diary_app.cli.main import main
from diary_app.delivery.plain_delivery import PlainDelivery
from diary_app.diary import Diary
from diary_app.folders import folders
from tests.support.chaos_faults import DOWN, cut_down, instead, stalled_up
from tests.support.chaos_proxy import ChaosProxy, Passage, honest
from tests.support.command_line import REPOSITORY, command, environment
from tests.support.honest_portal import TUS
from tests.support.scripted_server import Exchange, ScriptedPortal, answer, be_honest
from tests.support.sending import CLIP, make_parcel
from tests.support.tus_server import TusServer, need_tus_server
from tests.support.wait import until
from upload.attempt import Parcel
from upload.errors import NoConnection, Refusal, SignInNeeded, Unfaithful
from upload.plain import Kept, PlainLine, hand_over
from upload.secret import Secret
from upload.transport import Transport
from upload.tus import CHUNK_FOR_OTHERS as CHUNK

SIZE = 2 * CHUNK + 1_000_000
TOKEN = "canary-Q7r2"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TusServer]:
    """Never restarted; a test that looks at what it holds has one of its own."""
    need_tus_server()
    with TusServer(tmp_path_factory.mktemp("tus") / "files", token=TOKEN) as server:
        yield server


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[TusServer]:
    need_tus_server()
    with TusServer(tmp_path / "files", token=TOKEN) as server:
        yield server


@pytest.fixture
def line(request: pytest.FixtureRequest) -> Iterator[ChaosProxy]:
    """A line to the server of this test."""
    server = request.getfixturevalue("fresh" if "fresh" in request.fixturenames else "node")
    with ChaosProxy(server.url) as line:
        yield line


@pytest.fixture(scope="module")
def parcel(tmp_path_factory: pytest.TempPathFactory) -> Parcel:
    return make_parcel(tmp_path_factory.mktemp("parcel"), size=SIZE, rng=random.Random(SIZE))


@dataclass
class Desk:
    """What a caller keeps between two attempts, and all that it kept before."""

    notes: list[Kept | None] = field(default_factory=list)
    held: list[int] = field(default_factory=list)

    def send(self, url: str, parcel: Parcel, *, token: str | None = TOKEN) -> None:
        secret = None if token is None else Secret(token)
        with Transport(url) as transport:
            hand_over(
                PlainLine(transport, url, token=secret),
                parcel,
                kept=self.notes[-1] if self.notes else None,
                keep=self.notes.append,
                holds=self.held.append,
            )


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _files(line: ChaosProxy) -> str:
    return f"{line.url}/files"


def _seen(line: ChaosProxy) -> list[str]:
    """What went over the line, which writes it down only after the answer has left: so it is closed first."""
    line.close()
    return [one.what for one in line.seen]


# -- the official server ----------------------------------------------------------------------------------------------


def test_a_file_arrives_whole_in_chunks_of_6_mib(fresh: TusServer, parcel: Parcel) -> None:
    Desk().send(fresh.url, parcel)
    assert _sha256(fresh.held()) == parcel.sha256
    assert fresh.requests == ["OPTIONS -", "POST -", "HEAD -", "PATCH 0", f"PATCH {CHUNK}", f"PATCH {2 * CHUNK}"]
    assert fresh.metadata() == parcel.metadata


def test_a_lost_reply_to_a_chunk_costs_no_byte(fresh: TusServer, line: ChaosProxy, parcel: Parcel) -> None:
    line.next("PATCH", cut_down(DOWN["the whole reply"]))
    Desk().send(_files(line), parcel)
    assert _sha256(fresh.held()) == parcel.sha256
    assert fresh.offsets == [0, CHUNK, 2 * CHUNK]


def test_a_server_that_restarts_in_the_middle(fresh: TusServer, line: ChaosProxy, parcel: Parcel) -> None:
    def crash(passage: Passage) -> None:
        passage.up(CHUNK // 2)
        fresh.kill()
        passage.end()

    line.next("PATCH", honest)
    line.next("PATCH", crash)
    line.next("HEAD", honest)
    line.next("HEAD", Passage.end)
    desk = Desk()
    with pytest.raises(NoConnection):
        desk.send(_files(line), parcel)
    fresh.start()
    line.target = fresh.place
    stood = fresh.bytes_held
    # a server killed that soon may not have written down what it was just asked
    before = len(fresh.offsets)
    desk.send(_files(line), parcel)
    assert _sha256(fresh.held()) == parcel.sha256
    assert CHUNK <= stood == fresh.offsets[before]
    assert fresh.requests.count("POST -") == 1


@pytest.mark.parametrize(("token", "says"), [("wrong", "did not accept the token"), (None, "asks for a token")])
def test_a_refused_token_is_one_sentence(node: TusServer, parcel: Parcel, token: str | None, says: str) -> None:
    with pytest.raises(SignInNeeded, match=says):
        Desk().send(node.url, parcel, token=token)


def _says(**headers: str) -> dict[str, str]:
    return {"Tus-Version": "1.0.0", "Tus-Extension": "creation"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        (_says(Tus_Extension="termination,creation-with-upload"), "begin a new upload"),
        (_says(Tus_Version="2.0.0,0.2.2"), "another version"),
        (_says(Tus_Max_Size=str(SIZE - 1)), "takes 13582911 bytes at most"),
    ],
)
def test_what_a_server_cannot_do_is_said_before_it_is_asked_to(
    node: TusServer, line: ChaosProxy, parcel: Parcel, headers: dict[str, str], says: str
) -> None:
    line.next("OPTIONS", instead(204, headers))
    with pytest.raises(Refusal, match=says):
        Desk().send(_files(line), parcel)
    assert _seen(line) == ["OPTIONS"]


@pytest.mark.parametrize(
    ("refused", "says"),
    [
        (("PATCH", 413), "pieces of 6 MB"),
        (("POST", 413), "too large"),
        (("POST", 404), "cannot be sent to this address"),
    ],
)
def test_refusals_without_a_sentence_get_one(
    node: TusServer, line: ChaosProxy, parcel: Parcel, refused: tuple[str, int], says: str
) -> None:
    what, status = refused
    line.always(what, instead(status))
    with pytest.raises(Refusal, match=says):
        Desk().send(_files(line), parcel)
    assert _seen(line).count(what) == 1


# -- a server that lies, and our own intake ---------------------------------------------------------------------------


@pytest.fixture
def scripted() -> Iterator[ScriptedPortal]:
    with ScriptedPortal() as portal:
        yield portal


def test_our_own_intake_takes_the_same_client(scripted: ScriptedPortal, parcel: Parcel) -> None:
    Desk().send(f"{scripted.url}/intake/", parcel, token=scripted.honest.token)
    assert scripted.honest.received[CLIP].sha256 == parcel.sha256
    assert scripted.asked("PATCH") == 3


def test_a_server_that_tells_its_offset_without_a_body(scripted: ScriptedPortal, parcel: Parcel) -> None:
    def no_content(exchange: Exchange) -> None:
        exchange.reply(204, scripted.honest.answer(exchange.request, exchange.blocks()).headers)

    scripted.always("HEAD", no_content)
    Desk().send(f"{scripted.url}/intake/", parcel, token=scripted.honest.token)
    assert scripted.honest.received[CLIP].sha256 == parcel.sha256


@pytest.mark.parametrize("claim", [SIZE, 5])
def test_a_server_that_claims_what_never_went_out(scripted: ScriptedPortal, parcel: Parcel, claim: int) -> None:
    scripted.always("HEAD", answer(200, {**TUS, "Upload-Offset": str(claim), "Upload-Length": str(SIZE)}))
    desk = Desk()
    with pytest.raises(Unfaithful):
        desk.send(f"{scripted.url}/intake/", parcel, token=scripted.honest.token)
    assert desk.notes[-1] is None, "a liar's upload is not gone on with"
    assert scripted.asked("PATCH") == 0


def test_a_server_that_claims_more_than_a_restart_knows_of(scripted: ScriptedPortal, parcel: Parcel) -> None:
    lie = answer(200, {**TUS, "Upload-Offset": str(CHUNK + 1), "Upload-Length": str(SIZE)})
    desk = Desk()
    scripted.next("PATCH", be_honest)
    scripted.next("PATCH", Exchange.cut)
    scripted.next("HEAD", be_honest)
    scripted.next("HEAD", Exchange.cut)
    with pytest.raises(NoConnection):
        desk.send(f"{scripted.url}/intake/", parcel, token=scripted.honest.token)
    kept = desk.notes[-1]
    assert kept is not None
    assert kept.most == 2 * CHUNK
    desk.notes.append(replace(kept, most=CHUNK))
    scripted.next("HEAD", lie)
    with pytest.raises(Unfaithful):
        desk.send(f"{scripted.url}/intake/", parcel, token=scripted.honest.token)


# -- diary send --tus -------------------------------------------------------------------------------------------------


def _film(out: Path) -> None:
    """Some 16 MB that the preset `best` takes as they are: a second of noise, again and again."""
    ffmpeg, short = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error"], out.with_name("short.mp4")
    noise = "testsrc2=size=1280x720:rate=30:duration=1,noise=alls=60:allf=t:all_seed=7"
    encoder = [
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-threads",
        "1",
        "-b:v",
        "2500k",
        "-maxrate",
        "2500k",
        "-bufsize",
        "500k",
    ]
    subprocess.run([*ffmpeg, "-f", "lavfi", "-i", noise, *encoder, "-pix_fmt", "yuv420p", str(short)], check=True)
    subprocess.run([*ffmpeg, "-stream_loop", "54", "-i", str(short), "-c", "copy", str(out)], check=True)


def _token_file(folder: Path, *, mode: int = 0o600, token: str = TOKEN) -> Path:
    path = folder / "token"
    path.write_text(f"{token}\n", encoding="ascii")
    path.chmod(mode)
    return path


def test_a_killed_sender_goes_on_where_it_stood(
    fresh: TusServer, line: ChaosProxy, tmp_path: Path, own_data_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film = tmp_path / "A walk.mp4"
    _film(film)
    words = ["send", str(film), "--tus", _files(line), "--token-file", str(_token_file(tmp_path)), "--preset", "best"]
    line.next("PATCH", honest)
    line.next("PATCH", stalled_up(lambda head, body: head + body // 2))
    with subprocess.Popen(command(*words), cwd=REPOSITORY, env=environment()) as sender:
        until(lambda: fresh.bytes_held > CHUNK or sender.poll() is not None, what="the second chunk", limit_s=120)
        stood = fresh.bytes_held
        sender.send_signal(signal.SIGKILL)
    assert CHUNK < stood < 2 * CHUNK
    assert main(words) == 0
    assert fresh.bytes_held > 2 * CHUNK
    assert fresh.metadata()["sha256"] == _sha256(fresh.held())
    assert fresh.metadata()["filename"] == "A walk.mp4"
    assert fresh.offsets[2] >= stood
    assert fresh.requests.count("POST -") == 1
    assert f"handed over to {line.url}, which gives no receipt" in capsys.readouterr().out
    assert not list((own_data_folder / "renditions").iterdir())
    assert not [path for path in own_data_folder.rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    film = tmp_path / "film.mp4"
    source = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30:duration=1"]
    encoder = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *source, *encoder, str(film)], check=True)
    return film


def test_refused_then_busy_then_whole(
    fresh: TusServer, line: ChaosProxy, small: Path, own_data_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    renditions, pauses, left = own_data_folder / "renditions", list[float](), set[str]()

    def fails(token: Path) -> str:
        assert main(["send", str(small), "--tus", _files(line), "--token-file", str(token)]) == 1
        said = capsys.readouterr()
        assert said.out == ""
        return said.err.strip()

    assert fails(_token_file(small.parent, mode=0o640)).startswith("Others may read the token file")
    assert not fresh.requests
    assert fails(_token_file(small.parent, token="wrong")).startswith(f"{line.url} did not accept the token.")
    (copy,) = renditions.glob("*.mp4")
    made = copy.stat().st_ino

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        left.update(path.name for path in renditions.iterdir())
        assert copy.stat().st_ino == made, "what was prepared is not prepared again"

    line.next("POST", instead(429, {"Retry-After": "7"}))
    line.next("PATCH", instead(503))
    with contextlib.closing(Diary(folders())) as diary:
        clip = diary.clip(diary.add_file(small))
        delivery = PlainDelivery(
            folders(),
            clip,
            _files(line),
            token_file=_token_file(small.parent),
            clock=lambda: 0.0,
            sleep=sleep,
            random=lambda: 0.5,
        )
        assert delivery.run(patience_s=60) == fresh.bytes_held
        assert fresh.metadata()["sha256"] == _sha256(fresh.held())
        assert pauses == [7.875, 3.0]
        assert diary.clip(clip.clip_id) == clip, "the library's clip stays as it was"

        assert not list(renditions.iterdir())
        assert len(left) == 3
        for name in left:
            (renditions / name).touch()
        diary.bin(clip.clip_id)
    assert not list(renditions.iterdir()), "what a restart needs goes with the clip"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["send", "a.mp4"], "required: --title"),
        (["send", "a.mp4", "--title", "A", "--token-file", "t"], "only with --tus"),
        (["send", "a.mp4", "--tus", "https://a.example", "--portal", "https://b.example"], "not allowed with"),
    ],
)
def test_words_that_make_no_sense(words: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize("url", ["http://tus.example/files", "ftp://tus.example/", "https://me:secret@tus.example/"])
def test_an_address_that_is_not_safe(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["send", "not even looked for.mp4", "--tus", url]) == 1
    assert capsys.readouterr().err.startswith("This address is not safe, so nothing was sent.")
