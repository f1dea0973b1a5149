"""The command line, for ``python -m simulator``."""

from .cli import main

if __name__ == "__main__":
    main()
