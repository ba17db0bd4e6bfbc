"""Every error a user can meet, as a tree.

::

    PinciteError            anything of ours; the command line prints it in one line and exits with 1
    ├── QuestionError       the question cannot be asked: empty, too long, no letters or digits in it
    ├── SourceUnknown       a document that is named is not in the index
    ├── CorpusError         no document could be read from what was named
    ├── EncoderError        an embedding model is missing, altered or cannot be loaded
    ├── ReaderError         the reader's model is missing, altered or cannot be loaded
    ├── QuestionSetError    a set of known questions is malformed; names file and line
    ├── RunStopped          somebody stopped an evaluation; the same one goes on where it stopped
    └── IndexFolderError         something is wrong with an index folder
        ├── IndexMissing    there is none
        ├── IndexDamaged    a file is missing or its hash is not the one written
        ├── IndexOutdated   made by another format version or another embedder
        └── IndexBusy       another process is writing it

A message names the thing, the cause and the next command.
"""

from __future__ import annotations


class PinciteError(Exception):
    """Base of all errors of ours: ``str(error)`` is one line, meant for a person."""


class QuestionError(PinciteError):
    """The question cannot be asked."""


class SourceUnknown(PinciteError):
    """A document that is named is not in the index."""


class CorpusError(PinciteError):
    """No document could be read from what was named."""


class EncoderError(PinciteError):
    """An embedding model is missing, altered or cannot be loaded."""


class ReaderError(PinciteError):
    """The reader's model is missing, altered or cannot be loaded."""


class QuestionSetError(PinciteError):
    """A set of known questions is malformed."""


class RunStopped(PinciteError):
    """Somebody stopped an evaluation; what was asked is kept."""


class IndexFolderError(PinciteError):
    """Something is wrong with an index folder."""


class IndexMissing(IndexFolderError):
    """There is no index at that place."""


class IndexDamaged(IndexFolderError):
    """A file of the index is missing or altered."""


class IndexOutdated(IndexFolderError):
    """The index was made by another format version or another embedder."""


class IndexBusy(IndexFolderError):
    """Another process is writing the index."""
