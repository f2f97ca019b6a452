"""python -m scaling_memory "prompt": the command line, also installed as scaling-memory."""

import sys

from .command import main

if __name__ == "__main__":
    sys.exit(main())
