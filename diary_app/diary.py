"""The diary: everything that the screens and the command line can ask for, behind one door.

One Diary per process; any thread may call it, and no call waits for a device, the disk's end or the network unless its
docstring says so. News is given to subscribers on the thread that has it.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from capture.clock import MonotonicClock
from capture.devices import DEMO_CAMERA, DEMO_MICROPHONE, Opener, list_cameras, list_microphones
from capture.disk import RealDisk
from capture.hotplug import DeviceWatch, real_devices
from capture.model import Camera, Frame, Level, Microphone, PictureFormat, Samples, TakeReport
from capture.picture_coach import PictureHint
from capture.recorder import Recorder, RecorderNews, StateChanged, TakeDone, Told
from capture.sound_guard import SoundTrouble
from capture.sound_verdict import judge_try
from capture.state import Finishing, Pause, Prepare, Recording, Release, Resume, Scrap, Start, State, Stop, Wish
from diary_app.binning import Bin
from diary_app.captions.desk import CaptionDesk
from diary_app.catalogue import Catalogue
from diary_app.catalogue.reading import Reading
from diary_app.clip import About, Clip, ClipId, KeptRange, Kind, Preset, Receipt
from diary_app.delivery.post_room import PortalFacts, PostRoom
from diary_app.editable import Editable
from diary_app.editing.errors import EditError
from diary_app.editing.ranges import normalise
from diary_app.editing.speech_span import suggest
from diary_app.errors import Refused
from diary_app.fitting import Fitting
from diary_app.folders import Folders
from diary_app.importing import Importer
from diary_app.mending import Mending
from diary_app.names import NameDesk
from diary_app.news import ClipChanged, Devices, DevicesChanged, News, RecorderChanged, RecorderTrouble, TakeFinished
from diary_app.preparing import Preparer
from diary_app.promises import Promise, Promises
from diary_app.recording import TakeDesk
from diary_app.rescue.desk import RescueDesk
from diary_app.room import room_s
from diary_app.settings import SettingsDesk
from diary_app.sound_try import NOTHING_CAME, TRY_S, SoundTry, play

log = logging.getLogger(__name__)

__all__ = ["Devices", "Diary", "PortalFacts", "Promise", "Refused"]


class Diary:
    """The open diary. Raises CatalogueError or OSError where the data folder cannot be used.

    portal: deliver to this address alone (the command line's --portal); None: the portal that the app is joined to.
    """

    def __init__(self, folders: Folders, *, portal: str | None = None) -> None:
        self._folders = folders.make()
        self.settings = SettingsDesk(folders)
        self._catalogue = Catalogue(folders.catalogue)
        self._listeners: list[Callable[[News], None]] = []
        self._guard = threading.Lock()
        self._desk = TakeDesk(folders, self._catalogue, self.settings)
        self._importer = Importer(folders, self._catalogue, self.settings)
        self._open_take: Clip | None = None
        clock = MonotonicClock()
        opener = Opener(clock)
        self._disk = RealDisk()
        self._recorder = Recorder(
            clock=clock,
            disk=self._disk,
            open_camera=opener.camera,
            open_microphone=opener.microphone,
            on_news=self._on_recorder,
        )
        self._fitting = Fitting(folders, clock, self._recorder)
        self._device_watch: DeviceWatch | None = None
        self._post_room = room = PostRoom(folders, self._catalogue, on_news=self._tell, portal=portal)
        self.sending = self._post_room.when
        self._promises = Promises(self._post_room.seconds_for)
        self._preparer = Preparer(
            folders, self._catalogue, on_news=self._tell, on_ready=room.wake, seconds_for=room.seconds_for
        )
        self._editable = Editable(self._catalogue)
        self.names = NameDesk(self._catalogue, self._preparer, editable=self._editable, tell=self._tell)
        self.captions = CaptionDesk(folders, self._catalogue, tell=self._tell)
        self._bin = Bin(folders, self._catalogue, drop=self._preparer.drop, tell=self._tell)
        self.mending = Mending(folders, self._catalogue, tell=self._tell)
        self.keeping = self._post_room.keeping
        self.library: Reading = self._catalogue
        """The clips that a list shows, without waiting for the others."""
        self.rescue = RescueDesk(folders, self._catalogue, on_news=self._tell, wake=self._preparer.wake)

    def start_background(self, *, devices: bool = True) -> None:
        """Begin to prepare and to send what is wanted, and watch the devices; an earlier run's work goes on.

        The app calls it once. devices: False leaves those to start_devices(), as nobody records without a window.
        """
        if devices:
            self.start_devices()
        self._preparer.start()
        self.captions.maker.start()
        self._post_room.start()

    def start_devices(self) -> None:
        """Watch the devices, and fit the recorder to this computer, which takes a few seconds the first time; once."""
        if self._device_watch is None:
            self._fitting.start()
            self._device_watch = DeviceWatch(real_devices, self._on_devices)

    def close(self) -> None:
        """Close the take if one is open, stop every thread, end the practice portal. Waits."""
        if self._device_watch is not None:
            self._device_watch.close()
        self._fitting.close()
        self._recorder.close()
        self._preparer.close()
        self.captions.maker.close()
        self._post_room.close()
        self._catalogue.close()

    # -- news -------------------------------------------------------------------------------------------------------

    def subscribe(self, listener: Callable[[News], None]) -> Callable[[], None]:
        """Call listener with every piece of news, on any thread; returns the function that ends it."""
        with self._guard:
            self._listeners.append(listener)

        def unsubscribe() -> None:
            with self._guard:
                self._listeners.remove(listener)

        return unsubscribe

    def _tell(self, news: News) -> None:
        with self._guard:
            listeners = list(self._listeners)
        for listener in listeners:
            listener(news)

    def _on_recorder(self, news: RecorderNews) -> None:
        """On the recorder thread."""
        match news:
            case StateChanged(state):
                self._preparer.rest(isinstance(state, Recording | Finishing))
                self.captions.maker.rest(isinstance(state, Recording | Finishing))
                self._tell(RecorderChanged(state))
            case Told(sentence):
                log.warning("told the user: %s", sentence)
                self._tell(RecorderTrouble(sentence))
            case TakeDone():
                self._on_take_done(news)

    def _on_take_done(self, news: TakeDone) -> None:
        clip = self._open_take
        if clip is None or clip.take != news.take:
            return
        self._open_take = None
        self._desk.finish(clip, news.report)
        log.info("take of %s: %s", clip.clip_id, news.report)
        self._tell(TakeFinished(clip.clip_id, news.report))

    # -- devices and recording ----------------------------------------------------------------------------------------

    def devices(self) -> Devices:
        """List the devices; takes up to a second, so never on the GUI thread."""
        return Devices((*list_cameras(), DEMO_CAMERA), (*list_microphones(), DEMO_MICROPHONE))

    def _on_devices(self, cameras: tuple[Camera, ...], microphones: tuple[Microphone, ...]) -> None:
        """On the thread that watches the devices."""
        self._tell(DevicesChanged(Devices((*cameras, DEMO_CAMERA), (*microphones, DEMO_MICROPHONE))))

    def look_for_devices(self) -> None:
        """List the devices again now: the window's toolkit has heard of a change (a Mac has no other sign)."""
        if self._device_watch is not None:
            self._device_watch.look_again()

    def best_picture(self) -> PictureFormat:
        """The size and rate that this computer keeps up with; 1280x720 at 30 until it has been measured."""
        return self._fitting.picture

    @property
    def recorder_state(self) -> State:
        """The recorder's state just now (capture.state)."""
        return self._recorder.state

    def prepare(self, wish: Wish) -> None:
        """Open these devices for Get ready; RecorderChanged tells when they deliver."""
        self._recorder.post(Prepare(wish))

    def release(self) -> None:
        """Close the devices; an open take is closed first."""
        self._recorder.post(Release())

    def start(self, kind: Kind, out: Path | None = None) -> ClipId:
        """Begin a take: the clip's row is written first. Raises Refused with a sentence.

        out: where the take is to lie instead of the library's own folder (the command line's `record OUT`).
        """
        if self._open_take is not None:
            raise Refused("A recording is running. Stop it first.")
        clip = self._desk.begin(self._recorder.state, kind, out)
        self._open_take = clip  # before Start: a take that cannot begin is done at once, on another thread
        self._recorder.post(Start(clip.take))
        return clip.clip_id

    def pause(self) -> None:
        """Capture nothing until resume()."""
        self._recorder.post(Pause())

    def resume(self) -> None:
        """Go on with the same take."""
        self._recorder.post(Resume())

    def scrap(self, seconds: float = 30.0) -> None:
        """Remove the last seconds of the open take from the disk; it goes on, joined to what is left."""
        self._recorder.post(Scrap(seconds))

    def stop(self) -> None:
        """Close the take; TakeFinished(clip_id, report) follows when it is whole."""
        self._recorder.post(Stop())

    def latest_frame(self) -> Frame | None:
        """The newest picture, for the preview; pulled by the screen's timer."""
        return self._recorder.latest_frame()

    def level(self) -> Level:
        """How loud it is just now; pulled by the screen's timer."""
        return self._recorder.level()

    def sound_trouble(self) -> SoundTrouble | None:
        """Why nobody can hear the speaker just now, if that is so; pulled by the screen's timer."""
        return self._recorder.sound_trouble()

    def picture_hint(self) -> PictureHint | None:
        """What would make the picture better just now, if anything; pulled by the screen's timer."""
        return self._recorder.picture_hint()

    def try_sound(self) -> SoundTry:
        """Listen to the open microphone for a few seconds, and judge; waits. Raises Refused when nothing came."""
        samples = self._recorder.gather_sound(TRY_S)
        if not len(samples):
            raise Refused(NOTHING_CAME)
        aids = self._recorder.aids
        return SoundTry(samples, judge_try(samples, aids.speech if aids else None))

    def play(self, samples: Samples, stop: threading.Event | None = None) -> None:
        """Play what try_sound() brought; waits, until `stop` is set. Raises Refused where there is no loudspeaker."""
        play(samples, stop)

    def recorded_s(self) -> float:
        """Length of the open take in seconds, pauses left out."""
        return self._recorder.recorded_s()

    def safe_s(self) -> float:
        """Length of the open take that is certainly on disk, in seconds."""
        return self._recorder.safe_s()

    def room_left_s(self, kind: Kind) -> float:
        """How much longer can be recorded on this disk, in seconds; in a take, at its own pace."""
        measured_s = self._recorder.room_left_s()
        if measured_s is not None:
            return measured_s
        return room_s(self._disk.free_bytes(self._folders.takes), kind)

    def take_report(self, clip_id: ClipId) -> TakeReport | None:
        """What became of every frame of a clip's take; None for a file that was added, or a take that was cut short."""
        return self._desk.report(clip_id)

    # -- clips --------------------------------------------------------------------------------------------------------

    def clips(self) -> list[Clip]:
        """Every clip, newest first."""
        return self._catalogue.clips()

    def clip(self, clip_id: ClipId) -> Clip:
        """One clip; raises UnknownClip."""
        return self._catalogue.clip(clip_id)

    def add_file(self, path: Path) -> ClipId:
        """Copy a file that the user already has into the library; waits. Raises Refused with a sentence.

        The same file again is the same clip: nothing is sent twice.
        """
        clip_id = self._importer.add(path)
        self._tell(ClipChanged(clip_id))
        return clip_id

    def set_keep(self, clip_id: ClipId, keep: Sequence[KeptRange]) -> None:
        """Keep these stretches of the take; an empty list keeps all of it. Raises Refused."""
        clip = self._editable(clip_id)
        try:
            kept = normalise(keep, clip.seconds or 0.0) if keep else ()
        except EditError as error:
            raise Refused(str(error)) from error
        with self._preparer.edit(clip_id):
            self._catalogue.set_keep(clip_id, kept)
        self._tell(ClipChanged(clip_id))

    def suggest_trim(self, clip_id: ClipId, stop: threading.Event) -> KeptRange | None:
        """What lies between the first and the last words; None: nothing to suggest. Waits. Raises EditError."""
        aids = self._recorder.aids
        if aids is None or aids.speech is None:
            log.info("no cut is suggested: nothing on this computer can tell speech from other sounds")
            return None
        return suggest(self.clip(clip_id).take, aids.speech, stop=stop)

    def set_about(self, clip_id: ClipId, about: About) -> None:
        """Keep what the speaker says about the clip. Raises Refused."""
        if about == self.clip(clip_id).about:
            return
        self._editable(clip_id)
        with self._preparer.edit(clip_id):
            self._catalogue.set_about(clip_id, about)
        self._tell(ClipChanged(clip_id))

    def promises(self, clip_id: ClipId, stop: threading.Event) -> Iterator[tuple[Preset, Promise]]:
        """How large the rendition of each preset will be, and how long it takes to make and send; the clip's own first.

        Waits a second or two, or not at all for what was asked before. Raises EditError, EditStopped once stop is set.
        """
        self._preparer.make_way(clip_id)
        return self._promises.of(self.clip(clip_id), stop=stop)

    def prepare_ahead(self, clip_id: ClipId | None) -> None:
        """Send is likely to be pressed for this clip soon: begin its rendition in the background; None: for no clip.

        Call it once the promises are known, which come first. Nothing leaves this computer before send(); what was
        begun for another clip goes on as long as it fits. Raises UnknownClip.
        """
        self._preparer.expect(clip_id)

    def send(self, clip_id: ClipId) -> None:
        """The user pressed Send: prepare and deliver in the background; raises Refused (no title, no agreement)."""
        about = self._editable(clip_id).about
        if not about.title.strip():
            raise Refused("Give your clip a title first.")
        if not about.people or not all(person.agrees for person in about.people):
            raise Refused("Everyone in the clip must agree before it is sent.")
        self._catalogue.try_again(clip_id)  # first: what is wanted may be tried, and fail, at once
        self._catalogue.want(clip_id)
        self._preparer.wake()
        self._tell(ClipChanged(clip_id))

    def deliver(self, clip_id: ClipId, *, patience_s: float) -> Receipt:
        """Prepare and deliver one clip on this thread, as the command line does; send() came before.

        patience_s: how long to go on while the portal cannot be reached; 0 makes one attempt. Raises Refused,
        DeliveryError (the clip stays in the queue).
        """
        if self.clip(clip_id).receipt is None and self._preparer.prepare(clip_id) is None:
            problem = self.clip(clip_id).delivery.problem
            raise Refused(problem or "The clip could not be prepared. Your recording is safe. Please try again.")
        return self._post_room.deliver(clip_id, patience_s=patience_s)

    def try_now(self, clip_id: ClipId) -> None:
        """Try a waiting or held delivery again at once."""
        self._post_room.try_now(clip_id)
        self._preparer.wake()

    def bin(self, clip_id: ClipId) -> None:
        """Delete the clip and its files from this computer; raises Refused while it is on its way.

        Waits, for a second at most, where it was being prepared ahead.
        """
        self._bin.throw(clip_id)

    # -- takes that were cut short ------------------------------------------------------------------------------------

    def unfinished(self) -> list[Clip]:
        """Takes that a crash or a power cut interrupted; their seconds are known. Waits while they are made whole."""
        return self._desk.find_cut_short()

    def keep_unfinished(self, clip_id: ClipId) -> None:
        """Keep such a take: it becomes a saved clip."""
        self._desk.keep_cut_short(clip_id)
        self._tell(ClipChanged(clip_id))

    # -- the portal -----------------------------------------------------------------------------------------------

    @property
    def post_room(self) -> PostRoom:
        """Pairing with a portal by code or token, and blocking delivery for the command line."""
        return self._post_room

    def portal(self) -> PortalFacts | None:
        """The portal that this app sends to; None before pairing."""
        return self._post_room.portal()

    def use_practice_portal(self) -> None:
        """Start the practice portal on this computer in the background and pair with it; PortalChanged follows."""
        self._post_room.use_practice_portal()
