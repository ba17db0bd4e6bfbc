"""Opens the screen: the same as ``pincite serve``."""

import sys

from qa.errors import PinciteError
from qa.ui import serve

if __name__ == "__main__":
    try:
        serve(open_browser=True)
    except PinciteError as error:
        sys.exit(str(error))
