"""Captions: from the sound of a take to lines that a person has checked, and to the files that carry them.

Words are heard in a child process (hearing, whisper), laid out in lines (layout), shown with names hidden (line), kept
in the catalogue (maker, desk), and written as WebVTT, SRT or text in the time of the rendition (cues, formats).
"""
