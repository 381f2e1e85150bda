"""`python -m ui ...` is `diary ...`."""

import sys

from ui.launch import main

if __name__ == "__main__":
    sys.exit(main())
