"""Opens the screen in a browser: the same as ``pincite serve --open``, and takes the same options."""

import sys

from qa.cli import main

if __name__ == "__main__":
    sys.exit(main(["serve", "--open", *sys.argv[1:]]))
