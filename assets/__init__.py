"""Icons, style sheets, sounds and words: data that the screens read, no code."""
