"""``python -m qa`` is the command ``pincite``."""

from qa.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
