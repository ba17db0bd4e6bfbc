"""What belongs to a generation, and the file that names the one in use."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from qa.errors import IndexDamaged, IndexFolderError, IndexMissing, IndexOutdated

FORMAT = 4
FILE_NAME = "manifest.json"
CURRENT = "CURRENT"
ORIGIN = "made-from.json"
HASHED_BYTES = 128 * 1024 * 1024
"""So much of an index is read and checked when it is opened."""
_GENERATION = re.compile(r"gen-\d{6}")


class Fingerprint(NamedTuple):
    """Of a file: bytes, and SHA-256."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """Written last, so that a folder with a manifest is whole."""

    format: int
    encoder: str
    fingerprint: str
    dimensions: int
    max_tokens: int
    """The most word pieces of a text that the encoder reads."""
    chunk_tokens: int
    code: str
    """Changes whenever the same file may be read or cut in another way; empty where that is not known."""
    documents: int
    passages: int
    content: str
    """SHA-256 of all documents and passages, but not of where the files lie."""
    roots: tuple[str, ...]
    """The folders and files the documents were read from; empty where they came from elsewhere."""
    removed: tuple[str, ...]
    """Absolute paths of files that were taken out and are not to come back by themselves."""
    files: dict[str, Fingerprint]
    """By path below the generation."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What an index was made with and from: the fields of its manifest by which it can be made again."""

    encoder: str
    roots: tuple[str, ...]
    removed: tuple[str, ...]


def fingerprints(folder: Path) -> dict[str, Fingerprint]:
    """Of every file below ``folder``, by path, without locks: they hold nothing, and who reads may make them again."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {path.relative_to(folder).as_posix(): Fingerprint(path.stat().st_size, file_sha256(path)) for path in paths}


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_manifest(folder: Path, manifest: Manifest) -> str:
    """Write it into a generation's folder, flush everything there to disk, and return its SHA-256."""
    path = folder / FILE_NAME
    path.write_text(json.dumps(asdict(manifest), indent=1), encoding="ascii")
    for file in (*folder.rglob("*"), folder):
        _flush(file)
    return file_sha256(path)


def write_current(index_dir: Path, generation: str, manifest_sha256: str) -> None:
    """Make ``generation`` the one in use, atomically."""
    _replace(index_dir / CURRENT, f"{generation} {manifest_sha256}\n")


def write_origin(index_dir: Path, manifest: Manifest) -> None:
    """Note beside the generations what this one is made from, so that damage to its manifest does not lose that."""
    origin = Origin(manifest.encoder, manifest.roots, manifest.removed)
    _replace(index_dir / ORIGIN, json.dumps(asdict(origin), indent=1))


def read_origin(index_dir: Path) -> Origin | None:
    """What the index that is there was made from, even if it is damaged or of another format; None if unknown."""
    try:
        manifest = read_manifest(index_dir)[1]
        return Origin(manifest.encoder, manifest.roots, manifest.removed)
    except IndexFolderError:
        pass
    try:
        fields = json.loads((index_dir / ORIGIN).read_bytes())
        return Origin(str(fields["encoder"]), tuple(map(str, fields["roots"])), tuple(map(str, fields["removed"])))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_index(folder: Path) -> bool:
    """Whether an index lies in ``folder``, be it damaged or of another format."""
    return (folder / ORIGIN).is_file() and (folder / CURRENT).exists() and read_origin(folder) is not None


def generations(index_dir: Path) -> list[Path]:
    """The folders of all generations, the oldest first."""
    return sorted(path for path in index_dir.iterdir() if _GENERATION.fullmatch(path.name))


def _replace(path: Path, content: str) -> None:
    draft = path.with_name(f"{path.name}.new")
    draft.write_text(content, encoding="ascii")
    _flush(draft)
    if path.is_dir():  # not ours; what stands in the way of the index would be in the way for ever
        path.rmdir()
    draft.replace(path)
    _flush(path.parent)


def current_generation(index_dir: Path) -> tuple[Path, str]:
    """The folder of the generation in use and its manifest's SHA-256; raises ``IndexMissing`` or ``IndexDamaged``."""
    try:
        words = (index_dir / CURRENT).read_bytes().decode("ascii", "replace").split()
    except FileNotFoundError as error:
        raise IndexMissing(f"there is no index in {index_dir}: run `pincite index --index {index_dir}`") from error
    except OSError as error:
        raise damaged(index_dir, f"{CURRENT} cannot be read: {error.strerror}") from error
    if len(words) != 2 or not _GENERATION.fullmatch(words[0]):
        raise damaged(index_dir, f"{CURRENT} is not as it was written")
    return index_dir / words[0], words[1]


def read_manifest(index_dir: Path) -> tuple[Path, Manifest]:
    """The generation in use and its manifest, its files' hashes not yet checked; raises ``IndexFolderError``."""
    folder, expected = current_generation(index_dir)
    _check_hash(index_dir, folder, FILE_NAME, expected)
    fields = json.loads((folder / FILE_NAME).read_bytes())
    if fields["format"] != FORMAT:
        raise IndexOutdated(
            f"the index in {index_dir} has format {fields['format']}, this version reads {FORMAT}: "
            f"run `pincite index --index {index_dir}`"
        )
    fields["roots"], fields["removed"] = tuple(fields["roots"]), tuple(fields["removed"])
    fields["files"] = {name: Fingerprint(*values) for name, values in fields["files"].items()}
    return folder, Manifest(**fields)


def check_files(
    index_dir: Path, folder: Path, files: Mapping[str, Fingerprint], hashed_bytes: int | None = HASHED_BYTES
) -> None:
    """Raises ``IndexDamaged`` unless every one of these files is there, as long as it was written and, of the smallest
    ones that have ``hashed_bytes`` together, byte for byte; None = of all."""
    sizes = sorted(files.items(), key=lambda item: item[1].size)
    for name, fingerprint in sizes:
        try:
            size = (folder / name).stat().st_size
        except FileNotFoundError as error:
            raise damaged(index_dir, f"{folder.name}/{name} is missing") from error
        if size != fingerprint.size:
            raise damaged(index_dir, f"{folder.name}/{name} is not as it was written")
    read = 0
    for name, fingerprint in sizes:
        read += fingerprint.size
        if hashed_bytes is None or read <= hashed_bytes:
            _check_hash(index_dir, folder, name, fingerprint.sha256)


def _check_hash(index_dir: Path, folder: Path, name: str, expected: str) -> None:
    try:
        found = file_sha256(folder / name)
    except FileNotFoundError as error:
        raise damaged(index_dir, f"{folder.name}/{name} is missing") from error
    except OSError as error:
        raise damaged(index_dir, f"{folder.name}/{name} cannot be read: {error.strerror}") from error
    if found != expected:
        raise damaged(index_dir, f"{folder.name}/{name} is not as it was written")


def damaged(index_dir: Path, what: str) -> IndexDamaged:
    return IndexDamaged(f"the index in {index_dir} is damaged ({what}): run `pincite index --index {index_dir}`")


def _flush(path: Path) -> None:
    """Have the operating system write a file or a folder's entries to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:
        if path.is_file():  # some systems cannot flush folders; files they must
            raise
    finally:
        os.close(handle)
