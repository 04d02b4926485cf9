"""``python -m sandtime``: the same as the script ``sandtime``."""

import sys

from sandtime.command import main

if __name__ == "__main__":
    sys.exit(main())
