"""Keep an index up with the folders it was made from."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event

from qa.errors import CorpusError, IndexFolderError, PinciteError
from qa.index.manifest import read_manifest
from qa.library import IndexReport, Progress, index_paths
from qa.settings import Settings

_QUIET_MS = 500
_LONGEST_MS = 10_000
"""Changes are taken together until none comes for ``_QUIET_MS``, but not longer than this."""
_LOOK_MS = 1_000
"""How often to look whether the index has other folders by now."""
_RETRY_S = 2.0


def watch(
    index_dir: Path,
    settings: Settings = Settings(),
    *,
    on_report: Callable[[IndexReport], None],
    on_error: Callable[[str], None],
    stop: Event | None = None,
    progress: Progress = lambda *_: None,
) -> None:
    """Update the index at once, and whenever files below its folders change, until ``stop`` is set.

    ``on_report`` is told of every update that changed the index. What goes wrong is told to ``on_error``, once, and
    tried again: meanwhile the index is as it was. Folders added by another process are watched, too. Raises
    ``IndexFolderError`` if there is no index.
    """
    read_manifest(index_dir)
    stop = stop or Event()
    told = ""
    while not stop.is_set():
        try:
            for report in _reports(index_dir, settings, stop, progress):
                told = ""
                if report.changed:
                    on_report(report)
        except (PinciteError, OSError) as error:
            if str(error) != told:
                told = str(error)
                on_error(told)
            stop.wait(_RETRY_S)


def _reports(index_dir: Path, settings: Settings, stop: Event, progress: Progress) -> Iterator[IndexReport]:
    """What each update did, until there are other folders to watch; raises what goes wrong."""
    roots = _roots(index_dir)
    behind = True  # what changed before the watch began has not been seen
    for is_changed in _changes(roots, index_dir, stop):
        if is_changed or behind:
            behind = False
            yield index_paths([], index_dir, settings, progress=progress)
            if is_changed and any(root.is_file() for root in roots):
                return  # an editor may have put another file in the place of the one that is watched
        if _roots(index_dir) != roots:
            return


def _roots(index_dir: Path) -> list[Path]:
    return [Path(root) for root in read_manifest(index_dir)[1].roots]


def _changes(roots: Sequence[Path], index_dir: Path, stop: Event) -> Iterator[bool]:
    """True when files below ``roots`` changed, False when none did for a while; raises what goes wrong."""
    from watchfiles import Change
    from watchfiles import watch as watch_files

    if not roots:
        raise IndexFolderError(f"the index in {index_dir} was not made from files: there is nothing to watch")
    own = os.path.realpath(index_dir)

    def is_document(change: Change, path: str) -> bool:
        inside = [Path(path).relative_to(root) for root in roots if Path(path).is_relative_to(root)]
        hidden = any(part.startswith(".") for part in (inside[0].parts if inside else ()))
        return not hidden and not Path(os.path.realpath(path)).is_relative_to(own)

    try:
        for changes in watch_files(
            *roots,
            watch_filter=is_document,
            step=_QUIET_MS,
            debounce=_LONGEST_MS,
            rust_timeout=_LOOK_MS,
            yield_on_timeout=True,
            stop_event=stop,
        ):
            yield bool(changes)
    except FileNotFoundError as error:
        gone = next((root for root in roots if not root.exists()), roots[0])
        raise CorpusError(f"{gone} is not there: put it back, or run `pincite index` with other folders") from error
