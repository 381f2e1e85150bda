"""Editing: probe a take, trim it to the frame, compress it, draw its film strip and sound wave. No Qt, no database.

The ways in: `probe.probe`, `ranges`, `render.trim`, `render.render`, `promise.promises`, `filmstrip.film_strip`,
`filmstrip.sound_wave`. What can go wrong is in `errors`; every message is a sentence for the user.
"""
