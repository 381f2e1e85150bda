"""How this app starts a module of its own as a child process. Any thread."""

import sys


def own_python(module: str, *arguments: str) -> list[str]:
    """The command line that runs one of the app's modules.

    -P: without it, `python -m` would take modules from the folder that the user is in, and a folder of downloads may
    hold somebody's json.py. The app is installed, so its own modules are found without.
    """
    return [sys.executable, "-P", "-m", module, *arguments]
