"""Every word on the screens, in English. Plain, short, kind; no jargon. Another language is another such module."""

from capture.model import Missing
from capture.picture_coach import PictureHint
from capture.sound_guard import SoundTrouble
from capture.sound_verdict import SoundFault
from capture.state import Device
from diary_app.clip import Audience, Kind, Preset, Stage

APP = "Diary"

# -- everywhere -----------------------------------------------------------------------------------------------------

BACK = "Back"
HELP = "Help"
CLOSE_HELP = "Close help"
CANCEL = "Cancel"
OR = "or"
SAFE = "Your recording is safe."
SAFE_HERE = "Your recording is safe on this computer."
PRACTICE_LINE = "Practice mode: clips go to a practice portal on this computer. Nobody else sees them."
TEXT_SIZE = "Size of the words"
LARGER = "Larger"
SMALLER = "Smaller"
PREVIEW = "Camera picture"
SOUND_LEVEL = "Sound"
QUIET = "Quiet"
GOOD = "Good"
TOO_LOUD = "Too loud"
NO_SOUND = "No sound"
LEVEL_WORDS = (QUIET, GOOD, TOO_LOUD, NO_SOUND)
VIDEO_OR_SOUND = {Kind.VIDEO: "Video", Kind.SOUND: "Sound only"}
NO_DISPLAY = "There is no screen to open the window on. Type 'diary --help' to see what can be done without one."

# -- welcome --------------------------------------------------------------------------------------------------------

WELCOME = "Welcome"
WELCOME_LEAD = "Record a short video or sound clip, and hand it in. It takes about five minutes."
PRACTICE_MODE = "Practice mode"
PRACTISE = "Start in practice mode"
PRACTISE_WHY = (
    "Try everything. Your clips go to a practice portal on this computer, so that nothing can go wrong. "
    "Nobody else sees them."
)
PRACTISE_STARTING = "Starting the practice portal. This takes a few seconds."
PRACTISE_FAILED = "The practice portal did not start."
TRY_AGAIN = "Try again"
JOIN = "Join your organisation’s portal"
JOIN_WHY = "Your organisation gives you its address. A member of staff then allows this computer with a short code."
JOIN_ADDRESS = "Address of the portal"
JOIN_ADDRESS_HINT = "For example: https://diary.example.org"
JOIN_ASK = "Get a code"
JOIN_ASKING = "Asking the portal…"
JOIN_CODE = "Your code"
JOIN_HOW = "Ask a member of staff to open {address} and type this code. This screen goes on by itself."
JOIN_SPOKEN = "Your code is {code}"
JOIN_CANCEL = "Stop waiting"
JOIN_NO_ADDRESS = "Write the address of the portal first."

# -- home -----------------------------------------------------------------------------------------------------------

GREETINGS = ((5, "Good evening"), (12, "Good morning"), (18, "Good afternoon"), (24, "Good evening"))
"""Until this hour of the day, this greeting."""
TODAYS_QUESTION = "Today’s question"
QUESTIONS = (
    "What made you smile today?",
    "What did somebody teach you this week?",
    "Who helped you today, and how?",
    "What small thing made a big difference?",
    "What would you like others to know about your day?",
    "What did you try for the first time?",
    "What are you proud of this week?",
)
RECORD_VIDEO = "Record a video"
RECORD_SOUND = "Record sound only"
ADD_FILE = "Add a file you already have"
ADDING = "Copying {name}. You can carry on when it is done."
ADD_FAILED_DO = "Choose another file"
CHOOSE_FILE = "Choose a video or sound file"
FILE_KINDS = (
    "Video and sound (*.mp4 *.m4a *.mov *.mkv *.webm *.avi *.mp3 *.wav *.ogg *.flac *.m4v *.3gp);;All files (*)"
)
YOUR_CLIPS = "Your clips"
SEE_ALL = "See all"
NO_CLIPS = "Nothing here yet. Your clips appear here as soon as you have recorded one."
FOUND = "A recording was cut short"
FOUND_WHY = "The computer or the app stopped. What was recorded until then is safe: {length}, from {when}."
KEEP = "Keep it"
BIN_IT = "Bin it"
BIN_ASK = "Bin this recording?"
BIN_WHY = "It is deleted from this computer and cannot be brought back."
BIN_FOUND_WHY = "All of it ({length}) is deleted from this computer and cannot be brought back."
BIN_KEEP = "Keep it"
KEPT = "Kept. You find it under Your clips."
BINNED = "Binned. It is gone from this computer."

# -- get ready ------------------------------------------------------------------------------------------------------

GET_READY = "Get ready"
CAMERA = "Camera"
MICROPHONE = "Microphone"
SOUND = "Sound"
LOOKING = "Looking for your camera and microphone…"
LOOKING_SOUND = "Looking for your microphone…"
OPENING = "Starting…"
SOUND_ONLY = "Sound only: there is no picture"
START = "Start recording"
STOP_COUNT = "Not yet"
SAY_SOMETHING = "Say something: the bar should move."
TRY_SOUND = "Try your sound"
TRY_SOUND_AGAIN = "Try again"
TRY_SAY = "Say your name…"
TRY_LEFT = "Say your name. {seconds} left."
TRY_PLAYING = "Playing…"
TRY_PLAY = "This is how you sound."
TRY_HEARD = "We heard you clearly."
TRY_DO_NOTHING = "You can start."
TRY_VERDICTS = {
    SoundFault.SILENT: ("We did not hear you.", "Move closer, or choose another microphone."),
    SoundFault.CLIPPED: ("You were too loud.", "Move back a little, or speak more softly."),
    SoundFault.QUIET: ("We could hardly hear you.", "Move closer, or choose another microphone."),
    SoundFault.NOISY: ("There is a lot of noise around you.", "Move closer, or find a quieter place."),
}
"""After a try: what was heard, and one thing to do."""
USED_INSTEAD = "“{gone}” was unplugged. “{instead}” is used instead."
BACK_AGAIN = "“{name}” is back, and is used again."
COUNTING = "Recording starts in {number}"
ROOM = "Room for {room} on this computer"
ROOM_LITTLE = "There is little room left on this computer: {room}. Delete something you no longer need."
NO_CAMERA = "No camera was found."
NO_CAMERA_DO = "Plug one in and it appears here. Or practise without one."
NO_MICROPHONE = "No microphone was found."
NO_MICROPHONE_DO = "Plug one in and it appears here. Or practise without one."
USE_PRACTICE_CAMERA = "Use the practice camera"
USE_PRACTICE_MICROPHONE = "Use the practice microphone"
LOOK_AGAIN = "Look again"
NOT_READY = "The camera and the microphone are still starting."
HINTS = {
    PictureHint.DARK: ("It’s dark.", "Turn towards the window, or switch on a light."),
    PictureHint.BRIGHT: ("It’s very bright.", "Turn a little away from the light."),
    PictureHint.BACKLIT: ("The light is behind you.", "Turn round, so that it falls on your face."),
    PictureHint.NO_FACE: ("We can’t see your face.", "Sit in front of the camera, and look at it."),
    PictureHint.CUT_OFF: ("Your face is cut off.", "Move to the middle of the picture."),
    PictureHint.TOO_FAR: ("You are far away.", "Move closer to the camera."),
    PictureHint.OUT_OF_FOCUS: ("The picture is blurred.", "Wipe the camera, or move back a little."),
}
"""What would make the picture better: what we see, and one thing to do."""
TROUBLES = {
    SoundTrouble.SILENT: ("No sound is coming in.", "Is the microphone switched off? Switch it on."),
    SoundTrouble.CLIPPING: ("You are too loud.", "Move back a little, or speak more softly."),
    SoundTrouble.UNHEARD: ("We can’t hear you.", "Is the microphone covered? Move closer."),
    SoundTrouble.QUIET: ("You are hard to hear.", "Move closer to the microphone."),
}
"""Why nobody can hear the speaker, and one thing to do."""

# -- recording ------------------------------------------------------------------------------------------------------

RECORDING = "RECORDING"
PAUSED = "PAUSED"
FINISHING = "FINISHING"
STOP = "Stop"
PAUSE = "Pause"
RESUME = "Carry on"
SAFE_NOW = "Saved on this computer up to this second"
SAFE_UNTIL = "Saved on this computer up to {time}"
PAUSED_LINE = "Paused: nothing is being recorded"
FINISHING_LINE = "Finishing your recording. It is safe."
GOES_ON = "Your recording goes on."
ALL_RIGHT = "All right"
DEVICE_BACK = {Device.CAMERA: "The camera is back.", Device.MICROPHONE: "The microphone is back."}
DEVICE_BACK_LINE = "Your recording is safe, and goes on with it."
SCRAP = "Scrap last 30 s"
SCRAP_SPOKEN = "Scrap the last 30 seconds"
SCRAP_ASK = "Delete the last 30 seconds?"
SCRAP_ASK_ALL = "Delete all of it so far?"
SCRAP_WHY = "Everything after {time} is deleted from this computer and cannot be brought back."
SCRAP_WHY_ALL = "Everything you said until now is deleted from this computer and cannot be brought back."
SCRAP_YES = "Delete it"
SCRAP_NO = "Keep it"
SCRAPPING = "Deleting…"
SCRAPPED = "The last {length} are gone."
SCRAPPED_ALL = "All of it so far is gone."
SCRAPPED_GOES_ON = "Recording goes on."
SCRAPPED_PAUSED = "Still paused: nothing is being recorded."
ROOM_HERE = "Room for {room}"
NOTHING_RECORDED = "Nothing was kept of that recording. You can start again."
RECORDING_TIME = "Recorded: {time}"
STARTING_LINE = "Starting…"

# -- watch it back --------------------------------------------------------------------------------------------------

WATCH = "Watch it back"
LISTEN = "Listen to it"
PLAY = "Play"
PAUSE_PLAY = "Pause"
START_HERE = "Start here"
END_HERE = "End here"
CUT_BIT = "Cut this bit out"
CUT_NOW = "Cut it out"
CUT_NEVER = "Leave it in"
CUT_HOW = "Move the two striped handles round the bit, then press Cut it out."
UNDO = "Undo"
REDO = "Redo"
RECORD_AGAIN = "Record again"
USE_THIS = "Use this"
STRIP = "Your recording from start to end"
HANDLE_START = "Start of the clip"
HANDLE_END = "End of the clip"
HANDLE_PLACE = "Where you are"
HANDLE_BIT_START = "Start of the bit to cut"
HANDLE_BIT_END = "End of the bit to cut"
HANDLE_HOW = "Left and right arrow keys move it by a picture, with Shift by a second."
KEPT_LENGTH = "{length} kept of {whole}"
ALL_KEPT = "All of it is kept: {length}"
AGAIN_ASK = "Record again?"
AGAIN_WHY = "What becomes of this recording?"
AGAIN_KEEP = "Keep it too"
AGAIN_BIN = "Bin it"
NOT_PLAYABLE = "This recording cannot be shown here."
SUGGEST = "You begin to speak after {before}, and stop {after} before the end. Shall we cut the quiet parts off?"
SUGGEST_START = "You begin to speak after {before}. Shall we cut the quiet part off?"
SUGGEST_END = "You stop speaking {after} before the end. Shall we cut the quiet part off?"
SUGGEST_YES = "Cut them off"
SUGGEST_YES_ONE = "Cut it off"
SUGGEST_NO = "No, thank you"
SUGGEST_TAKEN = "Cut off. Undo brings everything back."
FAULTS = {
    SoundFault.SILENT: ("We could not hear anybody in this recording.", "Listen to it. If it is silent, record again."),
    SoundFault.CLIPPED: ("The sound of this recording is too loud and rough.", "If it hurts to listen, record again."),
    SoundFault.QUIET: ("Your voice is very soft in this recording.", "If it is hard to follow, record again."),
    SoundFault.NOISY: ("There is a lot of noise in this recording.", "If it is hard to follow, record again."),
}
"""The sound of the whole recording: what is wrong, and one thing to do."""
GAP_WORDS = {
    Missing.CAMERA: "No picture",
    Missing.MICROPHONE: "No sound",
    Missing.ENCODER: "Missing",
    Missing.ASLEEP: "Asleep",
}
"""The word on the film strip."""
GAP_SENTENCES = {
    Missing.CAMERA: "The camera was away from {start} to {end}.",
    Missing.MICROPHONE: "The microphone was away from {start} to {end}.",
    Missing.ENCODER: "From {start} to {end} nothing could be kept.",
}
GAP_ASLEEP = "At {start} the computer slept for {length}. Nothing was recorded meanwhile."
GAPS_MORE = "{count} more are marked below."
LOST_PICTURES_BUSY = "The computer was busy: {length} of the picture is missing, in small pieces."
LOST_PICTURES_CAMERA = "The camera left out {length} of the picture, in small pieces."
ABOUT_LENGTH = "about {length}"
LESS_THAN_A_SECOND = "less than a second"
LOST_SOUND = "In small pieces, {length} of the sound is missing."
OPENING_CLIP = "Opening your recording…"

# -- about it -------------------------------------------------------------------------------------------------------

ABOUT = "About it"
TITLE = "Title"
TITLE_HINT = "For example: Tuesday’s walk"
WHO = "Who is in it?"
WHO_WHY = "Everybody who can be seen, heard or recognised says yes first."
ME = "Me"
AGREE_ME = "I agree that this is handed in and shown to the people chosen below"
SOMEONE_ELSE = "Someone else"
PERSON_NAME = "Their name"
AGREE_OTHER = "They said yes: it may be handed in and shown to the people chosen below"
REMOVE = "Remove"
AUDIENCE = "Who may see it?"
AUDIENCES = {Audience.TEAM: "My team", Audience.STAFF: "All staff"}
PRESET = "How good should it be?"
PRESETS = {
    Preset.SMALLER: "Smaller: the quickest to send",
    Preset.NORMAL: "Normal: right for most clips",
    Preset.BEST: "Best: as clear as it can be",
}
CLEAN_SOUND = "Make hum and hiss quieter"
PRESET_SIZE = "{preset}. {size}"
PRESET_PROMISE = "{preset}. {size}, {time} on this connection"
SEND = "Send"
SEND_SIZE = "Send: {size}"
SEND_PROMISE = "Send: {size}, {time}"
MISSING = "One thing is missing"
MISSING_MANY = "{count} things are missing"
MISSING_TITLE = "Give it a title"
MISSING_ME = "Say that you agree"
MISSING_OTHER = "Say that {name} agrees, or remove this card"
MISSING_NAME = "Write the name of the other person, or remove the card"
THE_OTHER = "the other person"
SEND_AFTER = "Somebody looks at it before it is published."

# -- sending, your clips --------------------------------------------------------------------------------------------

STEP_SAVED = "Saved on this computer"
STEP_PREPARE = "Prepare it for sending"
STEP_PREPARING = "Preparing"
STEP_READY = "Ready to send, {size}"
STEP_SEND = "Send it"
STEP_WAITING = "Waiting for internet"
STEP_HELD = "Not sent yet"
STEP_SENDING = "Sending"
STEP_SENT = "Sent"
STEP_RECEIVED = "Received and checked"
STEP_LOOKED_AT = "Being looked at"
STEP_PUBLISHED = "Published"
STEP_SENT_BACK = "Sent back to you"
STEP_WITHDRAWN = "Withdrawn"
DONE = "done"
NOW = "now"
NEXT = "not yet"
STUCK = "needs you"
LEFT = "{time} left"
CLOSE_ANYTIME = "You can close this. Sending carries on in the background, or the next time you open it."
ALL_THERE = "The portal has all of it, checked to the last byte. You can close this."
WAIT_WHY = "Sending starts again by itself as soon as the portal can be reached."
TRY_NOW = "Try now"
OPEN_PAGE = "Open its page"
BACK_HOME = "Back to Home"
TO_CLIPS = "Your clips"
WATCH_AGAIN = "Watch it back"
BIN_REFUSED_DO = "All right"
NOT_SENT = "Not sent"
PROGRESS = "{percent} per cent"

STAGES = {
    Stage.RECORDING: "Cut short",
    Stage.SAVED: STEP_SAVED,
    Stage.PREPARING: STEP_PREPARING,
    Stage.READY: "Ready to send",
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

CLOSE_ASK = "You are recording"
CLOSE_WHY = "If you close the app now, the recording ends here. What you said so far is kept."
CLOSE_STOP = "Stop and close"
CLOSE_STAY = "Carry on recording"

# -- help -----------------------------------------------------------------------------------------------------------

HELP_WELCOME = (
    "Practice mode is the safe place to begin: record, listen, trim and send, as often as you like.",
    "In practice mode nothing leaves this computer.",
    "Later, or at once if you were given an address, join your organisation’s portal with a short code.",
)
HELP_HOME = (
    "Record a video: you see yourself first, and nothing is recorded until you press Start recording.",
    "Record sound only: just your voice, no picture.",
    "Add a file: use a video or sound recording that you already have. Yours stays where it is; we work on a copy.",
    "Your clips: what you made, and where it is on its way.",
)
HELP_GET_READY = (
    "Nothing is recorded yet. Take your time.",
    "Look at the camera, with the window in front of you and not behind you.",
    "Try your sound: say your name, and hear how you sound. If nobody hears you, choose another microphone.",
    "A camera or microphone that you plug in appears in its list by itself.",
    "Press Start recording. It counts from three, then you are on.",
)
HELP_RECORDING = (
    "Just talk. You can cut out mistakes afterwards.",
    "Pause stops everything: while it is paused, nothing is recorded.",
    "Said something that you should not have? Scrap the last 30 seconds: they are deleted at once, for good.",
    "Your recording is saved all the time. Even if the power fails, you keep it.",
)
HELP_WATCH = (
    "Press Play, and stop where the clip should begin. Press Start here. Do the same for the end.",
    "To take something out of the middle, press Cut this bit out.",
    "Where nobody speaks at the start or the end, we offer to cut it off. Nothing is cut unless you say so.",
    "Nothing is lost: Undo brings it back, and the original stays on this computer.",
    "A striped piece with words on it marks where the camera or the microphone was away.",
    "With the keyboard: Tab goes to a handle, the arrow keys move it by one picture, Shift and arrow by one second.",
)
HELP_ABOUT = (
    "A title helps others to find your clip.",
    "Ask everybody in it first. If somebody says no, go back and cut that part out, or do not send it.",
    "After you press Send you can close the app. Nothing is lost.",
)
HELP_SENDING = (
    "Received and checked means: the portal has every bit of your clip. It is safe there.",
    "Waiting for internet means: it stays safe here, and is sent by itself later.",
    "Then somebody looks at it and publishes it, or sends it back to you with a note.",
)
HELP_CLIPS = (
    "Every clip on this computer, the newest first. Press one to open it.",
    "The words beside it say where it is on its way.",
)


def no_folder(folder: object) -> str:
    """The app's own folder cannot be used."""
    return f"The app cannot write to its folder ({folder}). Ask whoever looks after this computer."
