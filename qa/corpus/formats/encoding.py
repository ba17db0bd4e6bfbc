"""Bytes to text: a byte order mark, UTF-8, what the file declares, and only then what its bytes look like.

An encoding that had to be found out comes with a warning: it is a guess, if a good one.
"""

from __future__ import annotations

from dataclasses import dataclass

from qa.corpus.formats.parsed import Unreadable

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),  # the mark stays a character, so that offsets are those of the file
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_SAMPLE = 256 * 1024
_LEAST = 24
"""Bytes of the lines that are not ASCII; in fewer every encoding looks as good as any other."""
_LIKELY = (
    "cp1252 cp1250 cp1251 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp874 koi8_r iso8859_2 iso8859_15 "
    "gb18030 big5 cp932 euc_jp cp949 mac_roman cp437"
).split()
"""Encodings that files of text are found in; others, such as those of mainframes, only make for worse guesses."""


@dataclass(frozen=True, slots=True)
class Decoded:
    text: str
    warnings: tuple[str, ...] = ()


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """The text of ``data``, unchanged; raises ``Unreadable`` for binary data and encodings that are not to be found."""
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), None)
    if encoding in ("utf-16", "utf-32"):
        return _as(data, encoding, f"it is {encoding.upper()}, as its byte order mark says")
    if b"\0" in data:
        raise Unreadable("it holds binary data, not text")
    if declared and encoding is None:
        return _as(data, declared)
    try:
        return Decoded(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        found = _found(data)
        if found is None:
            raise Unreadable(
                f"it is not UTF-8 (byte {error.start}) nor like any other encoding: save it as UTF-8"
            ) from error
        return _as(data, found, f"it is not UTF-8 (byte {error.start}); it looks like {found} and was read as that")


def _as(data: bytes, encoding: str, warning: str = "") -> Decoded:
    try:
        return Decoded(data.decode(encoding), (warning,) if warning else ())
    except (UnicodeError, LookupError) as error:
        raise Unreadable(f"it is not {encoding} as it should be: save it as UTF-8 ({error})") from error


def _found(data: bytes) -> str | None:
    from charset_normalizer import from_bytes

    sample = _telling(data)
    best = from_bytes(sample, cp_isolation=_LIKELY).best() if len(sample) >= _LEAST else None
    if best is None:
        return None
    return next((name for name in _LIKELY if name in best.could_be_from_charset), best.encoding)


def _telling(data: bytes) -> bytes:
    """The lines that tell encodings apart, up to a limit."""
    lines: list[bytes] = []
    room = _SAMPLE
    for line in data.splitlines():
        if room > 0 and not line.isascii():
            first = next(index for index, byte in enumerate(line) if byte >= 128)
            lines.append(line[max(0, first - room // 2) :][:room])
            room -= len(lines[-1])
    return b"\n".join(lines)
