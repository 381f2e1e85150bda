"""What the portal says in answer to captions. English; one line each."""

NOT_WEBVTT = "The captions are not as WebVTT wants them: {what}"
NO_VTT = "Captions come as text/vtt."
TOO_LARGE = "The captions are larger than this portal takes."
OTHER_FILE = "These captions belong to another version of this clip."
WITHDRAWN = "This clip was withdrawn, so it has no captions any more."
