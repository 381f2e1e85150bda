"""Every sentence that the portal says in answer to the app or to a form. English; one line each."""

NOT_SIGNED_IN = "Please sign in: this computer has not been allowed to send clips, or is no longer allowed."
NOT_HTTPS = "This portal takes clips over https only."
NO_SUCH_CLIP = "There is no such clip here."
TOO_MANY_CLIPS = "That is about more clips than can be asked for at once."
NO_SUCH_UPLOAD = "This portal does not know that delivery any more. Please start it again."
NOT_WHOLE_YET = "This portal does not hold the whole clip yet."
WRONG_PROTOCOL = "This portal speaks tus 1.0.0. Please update the app."
WRONG_METHOD = "That cannot be done here."
WRONG_BODY_TYPE = "The bytes of a clip were expected."
BAD_LENGTH = "The app did not say how long the file is."
BAD_OFFSET_HEADER = "The app did not say where its bytes belong."
TOO_LONG = "This clip is larger than this portal takes."
TOO_MUCH = "More bytes came than the clip has."
ELSEWHERE = "The bytes belong to another place in the file."
OVERTAKEN = "A newer request carries on with this delivery."
TOO_SLOW = "Nothing came for a while. What arrived is kept."
DAMAGED = "The clip was damaged on its way. Please send it again."
NO_ROOM = "This portal’s disk is full. The clip is safe on your computer; try again later."
DISK_FAILED = "This portal could not write to its disk. The clip is safe on your computer; try again later."
FILES_OUT_OF_REACH = "The portal cannot reach its films just now. Please try again in a minute."
OTHERS_CLIP = "Somebody else has sent this clip. Ask them to send it from their own sign-in, or tell your IT team."
OTHER_CLIP_RECEIVED = "Another version of this clip was received before. Look at that one in the portal."
OUT_OF_REACH = "This portal cannot answer just now. The clip is safe on your computer; try again later."

BAD_METADATA = {
    "clipid": "The clip's number is missing or wrong.",
    "sha256": "The clip's fingerprint is missing or wrong.",
    "filetype": "This portal takes MP4 video and MP4 sound only.",
    "title": "The clip needs a title of at most 200 characters.",
    "audience": "The clip does not say who may see it.",
    "seconds": "The clip does not say how long it is.",
    "recorded": "The clip does not say when it was recorded.",
    "people": "The clip does not say who is in it and whether they agree.",
    "names_said": "The clip does not say properly when a name is said in it.",
    "show_as": "The clip does not say properly how its speaker is shown.",
    "sending": "The clip does not say properly how often it was sent before.",
    "": "The facts about the clip cannot be read.",
}

UNKNOWN_CODE = "We do not know this code. Please look at the letters again."
EXPIRED_CODE = "This code is too old. Please ask for a new one on the computer that shows it."
USED_CODE = "This code has been used already."
TOO_MANY_CODES = "Too many wrong codes. Please wait a minute, then try again."
DO_NOT_BELONG = "This name and this password do not belong together. Please try again."
CLOSED_ACCOUNT = "This account is closed."
TOO_MANY_PASSWORDS = "Too many wrong passwords. Please wait a minute, then try again."

NOT_AGREED = "Not everybody in this clip agreed to it, so it cannot be published."
NOT_PLAYABLE = "This file cannot be played, so it cannot be published."
NOT_WHOLE = "Only a small copy of this clip is here. It can be published when the full one has come."
NOT_CHECKED = "This clip is still being checked. Please try again in a moment."
NOTE_NEEDED = "Please write a few words, so that the speaker knows what to change."
WITHDRAWN = "This clip was withdrawn by its speaker."
ALREADY_PUBLISHED = "This clip is published already."
SOMEBODY_ELSE = "Somebody else has just dealt with this clip. Please look again."
ALREADY_SENT_BACK = "This clip was sent back already."
HELD = "Nothing was changed: {name} is looking at this clip now."
TAKEN = "{name} is looking at this clip now. If you wrote a note, copy it before you leave this page."
NOT_OPEN = "This clip has been dealt with already."
EMPTY_NOTE = "Please write the note first."
NOT_YOURS = "Only the person who sent this clip can withdraw it."

CANNOT_PLAY = "The portal could not play this file. Please record it again, or choose another file."
NO_PICTURE = "This was sent as a video, but there is no picture in it. Please send it as sound, or record it again."
NO_SOUND = "This was sent as sound, but there is no sound in it. Please record it again."
WRONG_CODEC = "This file does not play in a web browser. Please send it with the app, which makes one that does."
TOO_LARGE_PICTURE = "The picture is larger than this portal can show. Please send a smaller one."

STALE_FORM = "This page was open for a long time. What you wrote is below: please send it again."
USED_FORM = "This comment was handed in already."
TOO_SOON = "That was very quick. What you wrote is below: please press the button again in {seconds} seconds."
TOO_MANY_COMMENTS = "Many comments came for this clip just now. Yours is below: please try again in a minute."
EMPTY_COMMENT = "Please write your comment first."
LONG_COMMENT = "Your comment is too long: please use at most {most} letters."
LONG_NAME = "This name is too long: please use at most {most} letters."
NOT_PUBLISHED = "This clip is not published any more, so nobody can comment on it."
COMMENT_GONE = "This comment is gone: its writer took it back, or its clip was withdrawn."
COMMENT_DONE = "Somebody else has just dealt with this comment. Please look again."
COMMENT_HELD = "Nothing was changed: {name} is reading this comment now."
COMMENT_REASON = "Please write a few words, so that the writer knows why."
COMMENT_NO_UNDO = "This can be undone until the end of the next day only."
COMMENT_NOT_WAITING = "This comment has been dealt with already."
UNKNOWN_COMMENT = "We do not know this code. Please look at the letters again. Comments that were taken back are gone."
UNKNOWN_SLIP = "We do not know this code. Please look at the letters on your slip again."
TOO_MANY_WRONG = "Too many wrong codes were typed here just now. Please wait a minute, then try again."
NOT_WITHDRAWN = "This clip is not withdrawn, so nothing was removed."
