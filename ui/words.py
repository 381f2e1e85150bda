"""Every word on the screens that has no module of its own. Plain, short, kind; no jargon."""

from capture.model import Missing
from capture.picture_coach import PictureHint
from capture.sound_guard import SoundTrouble
from capture.sound_verdict import SoundFault
from capture.state import Device
from diary_app.clip import Audience, Kind, Preset, Stage
from diary_app.language import Plural, _

APP = "Diary"

# -- everywhere -----------------------------------------------------------------------------------------------------

BACK = _("Back")
HELP = _("Help")
CLOSE_HELP = _("Close help")
CANCEL = _("Cancel")
TRY_AGAIN = _("Try again")
OR = _("or")
SAFE = _("Your recording is safe.")
SAFE_HERE = _("Your recording is safe on this computer.")
PRACTICE_LINE = _("Practice mode: clips go to a practice portal on this computer. Nobody else sees them.")
TEXT_SIZE = _("Size of the words")
LARGER = _("Larger")
SMALLER = _("Smaller")
PREVIEW = _("Camera picture")
SOUND_LEVEL = _("Sound")
QUIET = _("Quiet")
GOOD = _("Good")
TOO_LOUD = _("Too loud")
NO_SOUND = _("No sound")
LEVEL_WORDS = (QUIET, GOOD, TOO_LOUD, NO_SOUND)
VIDEO_OR_SOUND = {Kind.VIDEO: _("Video"), Kind.SOUND: _("Sound only")}
NO_DISPLAY = _("There is no screen to open the window on. Type 'diary --help' to see what can be done without one.")

# -- home -----------------------------------------------------------------------------------------------------------

GREETINGS = ((5, _("Good evening")), (12, _("Good morning")), (18, _("Good afternoon")), (24, _("Good evening")))
"""Until this hour of the day, this greeting."""
TODAYS_QUESTION = _("Today’s question")
QUESTIONS = (
    _("What made you smile today?"),
    _("What did somebody teach you this week?"),
    _("Who helped you today, and how?"),
    _("What small thing made a big difference?"),
    _("What would you like others to know about your day?"),
    _("What did you try for the first time?"),
    _("What are you proud of this week?"),
)
RECORD_VIDEO = _("Record a video")
RECORD_SOUND = _("Record sound only")
ADD_FILE = _("Add a file you already have")
ADDING = _("Copying {name}. You can carry on when it is done.")
ADD_FAILED_DO = _("Choose another file")
CHOOSE_FILE = _("Choose a video or sound file")
FILE_KINDS = _(
    "Video and sound (*.mp4 *.m4a *.mov *.mkv *.webm *.avi *.mp3 *.wav *.ogg *.flac *.m4v *.3gp);;All files (*)"
)
YOUR_CLIPS = _("Your clips")
SEE_ALL = _("See all")
NO_CLIPS = _("Nothing here yet. Your clips appear here as soon as you have recorded one.")
FOUND = _("A recording was cut short")
FOUND_WHY = _("The computer or the app stopped. What was recorded until then is safe: {length}, from {when}.")
KEEP = _("Keep it")
BIN_IT = _("Bin it")
BIN_ASK = _("Bin this recording?")
BIN_WHY = _("It is deleted from this computer and cannot be brought back.")
BIN_FOUND_WHY = _("All of it ({length}) is deleted from this computer and cannot be brought back.")
BIN_KEEP = _("Keep it")
KEPT = _("Kept. You find it under Your clips.")
BINNED = _("Binned. It is gone from this computer.")

# -- get ready ------------------------------------------------------------------------------------------------------

GET_READY = _("Get ready")
CAMERA = _("Camera")
MICROPHONE = _("Microphone")
SOUND = _("Sound")
PRACTICE_DEVICES = (_("Practice camera"), _("Practice microphone"))
"""As capture.devices names them: shown() finds them here."""
LOOKING = _("Looking for your camera and microphone…")
LOOKING_SOUND = _("Looking for your microphone…")
OPENING = _("Starting…")
SOUND_ONLY = _("Sound only: there is no picture")
START = _("Start recording")
STOP_COUNT = _("Not yet")
SAY_SOMETHING = _("Say something: the bar should move.")
TRY_SOUND = _("Try your sound")
TRY_SOUND_AGAIN = _("Try again")
TRY_SAY = _("Say your name…")
TRY_LEFT = _("Say your name. {seconds} left.")
TRY_PLAYING = _("Playing…")
TRY_PLAY = _("This is how you sound.")
TRY_HEARD = _("We heard you clearly.")
TRY_DO_NOTHING = _("You can start.")
TRY_VERDICTS = {
    SoundFault.SILENT: (_("We did not hear you."), _("Move closer, or choose another microphone.")),
    SoundFault.CLIPPED: (_("You were too loud."), _("Move back a little, or speak more softly.")),
    SoundFault.QUIET: (_("We could hardly hear you."), _("Move closer, or choose another microphone.")),
    SoundFault.NOISY: (_("There is a lot of noise around you."), _("Move closer, or find a quieter place.")),
}
"""After a try: what was heard, and one thing to do."""
USED_INSTEAD = _("“{gone}” was unplugged. “{instead}” is used instead.")
BACK_AGAIN = _("“{name}” is back, and is used again.")
COUNTING = _("Recording starts in {number}")
ROOM = _("Room for {room} on this computer")
ROOM_LITTLE = _("There is little room left on this computer: {room}. Delete something you no longer need.")
NO_CAMERA = _("No camera was found.")
NO_CAMERA_DO = _("Plug one in and it appears here. Or practise without one.")
NO_MICROPHONE = _("No microphone was found.")
NO_MICROPHONE_DO = _("Plug one in and it appears here. Or practise without one.")
USE_PRACTICE_CAMERA = _("Use the practice camera")
USE_PRACTICE_MICROPHONE = _("Use the practice microphone")
LOOK_AGAIN = _("Look again")
NOT_READY = _("The camera and the microphone are still starting.")
HINTS = {
    PictureHint.DARK: (_("It’s dark."), _("Turn towards the window, or switch on a light.")),
    PictureHint.BRIGHT: (_("It’s very bright."), _("Turn a little away from the light.")),
    PictureHint.BACKLIT: (_("The light is behind you."), _("Turn round, so that it falls on your face.")),
    PictureHint.NO_FACE: (_("We can’t see your face."), _("Sit in front of the camera, and look at it.")),
    PictureHint.CUT_OFF: (_("Your face is cut off."), _("Move to the middle of the picture.")),
    PictureHint.TOO_FAR: (_("You are far away."), _("Move closer to the camera.")),
    PictureHint.OUT_OF_FOCUS: (_("The picture is blurred."), _("Wipe the camera, or move back a little.")),
}
"""What would make the picture better: what we see, and one thing to do."""
TROUBLES = {
    SoundTrouble.SILENT: (_("No sound is coming in."), _("Is the microphone switched off? Switch it on.")),
    SoundTrouble.CLIPPING: (_("You are too loud."), _("Move back a little, or speak more softly.")),
    SoundTrouble.UNHEARD: (_("We can’t hear you."), _("Is the microphone covered? Move closer.")),
    SoundTrouble.QUIET: (_("You are hard to hear."), _("Move closer to the microphone.")),
}
"""Why nobody can hear the speaker, and one thing to do."""

# -- recording ------------------------------------------------------------------------------------------------------

RECORDING = _("RECORDING")
PAUSED = _("PAUSED")
FINISHING = _("FINISHING")
STOP = _("Stop")
PAUSE = _("Pause")
RESUME = _("Carry on")
SAFE_NOW = _("Saved on this computer up to this second")
SAFE_UNTIL = _("Saved on this computer up to {time}")
PAUSED_LINE = _("Paused: nothing is being recorded")
FINISHING_LINE = _("Finishing your recording. It is safe.")
GOES_ON = _("Your recording goes on.")
ALL_RIGHT = _("All right")
DEVICE_BACK = {Device.CAMERA: _("The camera is back."), Device.MICROPHONE: _("The microphone is back.")}
DEVICE_BACK_LINE = _("Your recording is safe, and goes on with it.")
SCRAP = _("Scrap last 30 s")
SCRAP_SPOKEN = _("Scrap the last 30 seconds")
SCRAP_ASK = _("Delete the last 30 seconds?")
SCRAP_ASK_ALL = _("Delete all of it so far?")
SCRAP_WHY = _("Everything after {time} is deleted from this computer and cannot be brought back.")
SCRAP_WHY_ALL = _("Everything you said until now is deleted from this computer and cannot be brought back.")
SCRAP_YES = _("Delete it")
SCRAP_NO = _("Keep it")
SCRAPPING = _("Deleting…")
SCRAPPED = _("The last {length} are gone.")
SCRAPPED_ALL = _("All of it so far is gone.")
SCRAPPED_GOES_ON = _("Recording goes on.")
SCRAPPED_PAUSED = _("Still paused: nothing is being recorded.")
ROOM_HERE = _("Room for {room}")
NOTHING_RECORDED = _("Nothing was kept of that recording. You can start again.")
RECORDING_TIME = _("Recorded: {time}")
STARTING_LINE = _("Starting…")

# -- watch it back --------------------------------------------------------------------------------------------------

WATCH = _("Watch it back")
LISTEN = _("Listen to it")
PLAY = _("Play")
PAUSE_PLAY = _("Pause")
START_HERE = _("Start here")
END_HERE = _("End here")
CUT_BIT = _("Cut this bit out")
CUT_NOW = _("Cut it out")
CUT_NEVER = _("Leave it in")
CUT_HOW = _("Move the two striped handles round the bit, then press Cut it out.")
UNDO = _("Undo")
REDO = _("Redo")
RECORD_AGAIN = _("Record again")
USE_THIS = _("Use this")
STRIP = _("Your recording from start to end")
HANDLE_START = _("Start of the clip")
HANDLE_END = _("End of the clip")
HANDLE_PLACE = _("Where you are")
HANDLE_BIT_START = _("Start of the bit to cut")
HANDLE_BIT_END = _("End of the bit to cut")
HANDLE_HOW = _("Left and right arrow keys move it by a picture, with Shift by a second.")
KEPT_LENGTH = _("{length} kept of {whole}")
ALL_KEPT = _("All of it is kept: {length}")
AGAIN_ASK = _("Record again?")
AGAIN_WHY = _("What becomes of this recording?")
AGAIN_KEEP = _("Keep it too")
AGAIN_BIN = _("Bin it")
NOT_PLAYABLE = _("This recording cannot be shown here.")
SUGGEST = _("You begin to speak after {before}, and stop {after} before the end. Shall we cut the quiet parts off?")
SUGGEST_START = _("You begin to speak after {before}. Shall we cut the quiet part off?")
SUGGEST_END = _("You stop speaking {after} before the end. Shall we cut the quiet part off?")
SUGGEST_YES = _("Cut them off")
SUGGEST_YES_ONE = _("Cut it off")
SUGGEST_NO = _("No, thank you")
SUGGEST_TAKEN = _("Cut off. Undo brings everything back.")
FAULTS = {
    SoundFault.SILENT: (
        _("We could not hear anybody in this recording."),
        _("Listen to it. If it is silent, record again."),
    ),
    SoundFault.CLIPPED: (
        _("The sound of this recording is too loud and rough."),
        _("If it hurts to listen, record again."),
    ),
    SoundFault.QUIET: (_("Your voice is very soft in this recording."), _("If it is hard to follow, record again.")),
    SoundFault.NOISY: (_("There is a lot of noise in this recording."), _("If it is hard to follow, record again.")),
}
"""The sound of the whole recording: what is wrong, and one thing to do."""
GAP_WORDS = {
    Missing.CAMERA: _("No picture"),
    Missing.MICROPHONE: _("No sound"),
    Missing.ENCODER: _("Missing"),
    Missing.ASLEEP: _("Asleep"),
}
"""The word on the film strip."""
GAP_SENTENCES = {
    Missing.CAMERA: _("The camera was away from {start} to {end}."),
    Missing.MICROPHONE: _("The microphone was away from {start} to {end}."),
    Missing.ENCODER: _("From {start} to {end} nothing could be kept."),
}
GAP_ASLEEP = _("At {start} the computer slept for {length}. Nothing was recorded meanwhile.")
GAPS_MORE = _("{count} more are marked below.")
LOST_PICTURES_BUSY = _("The computer was busy: {length} of the picture is missing, in small pieces.")
LOST_PICTURES_CAMERA = _("The camera left out {length} of the picture, in small pieces.")
ABOUT_LENGTH = _("about {length}")
LESS_THAN_A_SECOND = _("less than a second")
LOST_SOUND = _("In small pieces, {length} of the sound is missing.")
OPENING_CLIP = _("Opening your recording…")

# -- about it -------------------------------------------------------------------------------------------------------

ABOUT = _("About it")
TITLE = _("Title")
TITLE_HINT = _("For example: Tuesday’s walk")
WHO = _("Who is in it?")
WHO_WHY = _("Everybody who can be seen, heard or recognised says yes first.")
ME = _("Me")
AGREE_ME = _("I agree that this is handed in and shown to the people chosen below")
SOMEONE_ELSE = _("Someone else")
PERSON_NAME = _("Their name")
AGREE_OTHER = _("They said yes: it may be handed in and shown to the people chosen below")
REMOVE = _("Remove")
AUDIENCE = _("Who may see it?")
AUDIENCES = {Audience.TEAM: _("My team"), Audience.STAFF: _("All staff")}
PRESET = _("How good should it be?")
PRESETS = {
    Preset.SMALLER: _("Smaller: the quickest to send"),
    Preset.NORMAL: _("Normal: right for most clips"),
    Preset.BEST: _("Best: as clear as it can be"),
}
CLEAN_SOUND = _("Make hum and hiss quieter")
PRESET_SIZE = "{preset}. {size}"
PRESET_PROMISE = _("{preset}. {size}, {time} on this connection")
SEND = _("Send")
SEND_SIZE = _("Send: {size}")
SEND_PROMISE = _("Send: {size}, {time}")
MISSING = Plural("One thing is missing", "{number} things are missing")
MISSING_TITLE = _("Give it a title")
MISSING_ME = _("Say that you agree")
MISSING_OTHER = _("Say that {name} agrees, or remove this card")
MISSING_NAME = _("Write the name of the other person, or remove the card")
THE_OTHER = _("the other person")
SEND_AFTER = _("Somebody looks at it before it is published.")

# -- sending, your clips --------------------------------------------------------------------------------------------

STEP_SAVED = _("Saved on this computer")
STEP_PREPARE = _("Prepare it for sending")
STEP_PREPARING = _("Preparing")
STEP_READY = _("Ready to send, {size}")
STEP_SEND = _("Send it")
STEP_WAITING = _("Waiting for internet")
STEP_HELD = _("Not sent yet")
STEP_SENDING = _("Sending")
STEP_SENT = _("Sent")
STEP_RECEIVED = _("Received and checked")
STEP_LOOKED_AT = _("Being looked at")
STEP_PUBLISHED = _("Published")
STEP_SENT_BACK = _("Sent back to you")
STEP_WITHDRAWN = _("Withdrawn")
DONE = _("done")
NOW = _("now")
NEXT = _("not yet")
STUCK = _("needs you")
LEFT = _("{time} left")
CLOSE_ANYTIME = _("You can close this. Sending carries on in the background, or the next time you open it.")
ALL_THERE = _("The portal has all of it, and has checked every bit. You can close this.")
WAIT_WHY = _("Sending starts again by itself as soon as the portal can be reached.")
TRY_NOW = _("Try now")
OPEN_PAGE = _("Open its page")
BACK_HOME = _("Back to Home")
TO_CLIPS = _("Your clips")
WATCH_AGAIN = _("Watch it back")
BIN_REFUSED_DO = _("All right")
NOT_SENT = _("Not sent")
PROGRESS = _("{percent} per cent")

STAGES = {
    Stage.RECORDING: _("Cut short"),
    Stage.SAVED: STEP_SAVED,
    Stage.PREPARING: STEP_PREPARING,
    Stage.READY: _("Ready to send"),
    Stage.WAITING: STEP_WAITING,
    Stage.SENDING: STEP_SENDING,
    Stage.RECEIVED: STEP_RECEIVED,
    Stage.IN_REVIEW: STEP_LOOKED_AT,
    Stage.PUBLISHED: STEP_PUBLISHED,
    Stage.SENT_BACK: STEP_SENT_BACK,
    Stage.WITHDRAWN: STEP_WITHDRAWN,
}
"""The one vocabulary of stages, as people read it in lists."""

# -- closing --------------------------------------------------------------------------------------------------------

CLOSE_ASK = _("You are recording")
CLOSE_WHY = _("If you close the app now, the recording ends here. What you said so far is kept.")
CLOSE_STOP = _("Stop and close")
CLOSE_STAY = _("Carry on recording")

# -- help -----------------------------------------------------------------------------------------------------------

HELP_WELCOME = (
    _("Practice mode is the safe place to begin: record, listen, trim and send, as often as you like."),
    _("In practice mode nothing leaves this computer."),
    _("Later, or at once if you were given an address, join your organisation’s portal with a short code."),
)
HELP_HOME = (
    _("Record a video: you see yourself first, and nothing is recorded until you press Start recording."),
    _("Record sound only: just your voice, no picture."),
    _("Add a file: use a video or sound recording that you already have. Yours stays where it is; we work on a copy."),
    _("Your clips: what you made, and where it is on its way."),
)
HELP_GET_READY = (
    _("Nothing is recorded yet. Take your time."),
    _("Look at the camera, with the window in front of you and not behind you."),
    _("Try your sound: say your name, and hear how you sound. If nobody hears you, choose another microphone."),
    _("A camera or microphone that you plug in appears in its list by itself."),
    _("Press Start recording. It counts from three, then you are on."),
)
HELP_RECORDING = (
    _("Just talk. You can cut out mistakes afterwards."),
    _("Pause stops everything: while it is paused, nothing is recorded."),
    _("Said something that you should not have? Scrap the last 30 seconds: they are deleted at once, for good."),
    _("Your recording is saved all the time. Even if the power fails, you keep it."),
)
HELP_WATCH = (
    _("Press Play, and stop where the clip should begin. Press Start here. Do the same for the end."),
    _("To take something out of the middle, press Cut this bit out."),
    _("Where nobody speaks at the start or the end, we offer to cut it off. Nothing is cut unless you say so."),
    _("Nothing is lost: Undo brings it back, and the original stays on this computer."),
    _("A striped piece with words on it marks where the camera or the microphone was away."),
    _("With the keyboard: Tab goes to a handle, the arrow keys move it by one picture, Shift and arrow by one second."),
)
HELP_ABOUT = (
    _("A title helps others to find your clip."),
    _("Ask everybody in it first. If somebody says no, go back and cut that part out, or do not send it."),
    _("After you press Send you can close the app. Nothing is lost."),
)
HELP_SENDING = (
    _("Received and checked means: the portal has every bit of your clip. It is safe there."),
    _("Waiting for internet means: it stays safe here, and is sent by itself later."),
    _("Then somebody looks at it and publishes it, or sends it back to you with a note."),
)
HELP_CLIPS = (
    _("Every clip on this computer, the newest first. Press one to open it."),
    _("The words beside it say where it is on its way."),
)

NO_FOLDER = _("The app cannot write to its folder ({folder}). Ask whoever looks after this computer.")
"""The app's own folder cannot be used."""
