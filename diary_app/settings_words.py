"""English words for settings files: what is wrong in one, and why a setting cannot be changed.

Plain English, as settings are read before the language is known; `diary_app.language.shown` translates them.
What is no sentence of its own is marked, so that it is found.
"""

from diary_app.language import _

THEIRS = _("your organisation's settings file")
OURS = _("your settings file")
"""The two files, as the sentences below call them in {file}."""

UNREADABLE = "Diary could not read {file}, so it goes on without it."
NOT_TOML = "There is a mistake in line {line} of {file}, so Diary goes on without that file."
NO_TEXT = "Diary could not make sense of {file}, so it goes on without it."
TOO_LONG = "It seems that {file} is not a settings file: it is too large. Diary goes on without it."
UNKNOWN = "Diary knows no setting “{name}”, which is in {file}. It goes on without it."
UNKNOWN_MANY = "Diary does not know {number} more settings in {file}. It goes on without them."
ELSEWHERE = "The setting “{name}” in {file} counts only in your organisation's file. You can choose it in the app."
WRONG = "The setting “{name}” in {file} must be {wanted}. Diary goes on without it."
WRONG_HERE = "This must be {wanted}."
"""wanted: one of the following."""
WANTED_TEXT = _("words in quotation marks, of at most {most} letters")
WANTED_ADDRESS = _("a web address that begins with https:// or http://")
WANTED_CHOICE = _("one of these: {choices}")
WANTED_NUMBER = _("a whole number from {lowest} to {highest}")
WANTED_YES_NO = _("true or false")
WANTED_PIN = _("a PIN as the app itself writes it")

LOCKED = "Your organisation decides this, so it cannot be changed here."
NOT_KEPT = "This could not be kept. Is the disk full?"
