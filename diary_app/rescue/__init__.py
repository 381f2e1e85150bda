"""Rescue to a memory stick: unsent clips as one encrypted folder, and back. docs/rescue.md describes the folder."""
