"""What is wrong or doubtful with the documents of an index, for `pincite sources --health` and the screen.

``examined`` finds it, ``told`` puts it in words.
"""

from qa.health.examined import Health, examine
from qa.health.told import languages, troubles

__all__ = ["Health", "examine", "languages", "troubles"]
