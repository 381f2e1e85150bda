"""Words of the list of clips."""

from diary_app.language import Plural

COUNT = Plural("{number} clip", "{number} clips")
