"""One computer, several people: each has a diary of their own behind a PIN, sealed while they are away (decision 37).

`house.House` is the door: who shares this computer, their keys, and who is here just now.
"""
