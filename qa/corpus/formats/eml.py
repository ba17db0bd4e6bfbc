"""E-mail (``.eml``): subject, sender, receivers and date, then the message; attachments are named, not read."""

from __future__ import annotations

from email import policy
from email.message import EmailMessage, Message
from email.parser import BytesParser
from typing import Any

from qa.corpus.formats.encoding import Decoded, decode
from qa.corpus.formats.html import parse_html
from qa.corpus.formats.parsed import Draft, Parsed, Unreadable, folded
from qa.corpus.layout import blocks_of

_SHOWN = ("From", "To", "Cc", "Date")


def parse_eml(data: bytes) -> Parsed:
    """The plain text of the message where it has one, else its HTML. Raises ``Unreadable`` for what is no e-mail."""
    message: Any = BytesParser(policy=policy.default).parsebytes(data)
    if not any(_header(message, name) for name in ("From", "Subject", "Date", "Message-ID")):
        raise Unreadable("it has no header of an e-mail")
    subject = _header(message, "Subject")
    draft = Draft()
    draft.add(subject, "heading", 1)
    for name in _SHOWN:
        if value := _header(message, name):
            draft.add(f"{name}: {value}", end="\n")
    draft.write("\n")
    warnings = list(_write_body(message, draft))
    if names := [folded(part.get_filename() or part.get_content_type()) for part in message.iter_attachments()]:
        warnings.append(f"attachments are not read: {', '.join(names[:20])}")
    return Parsed(
        draft.text,
        tuple(draft.blocks),
        title=subject or None,
        publisher=_sender(message),
        published=_date(message),
        warnings=tuple(warnings),
    )


def _write_body(message: EmailMessage, draft: Draft) -> tuple[str, ...]:
    """Write the message itself; what was found out about its encoding is returned."""
    for kind in ("plain", "html"):
        part = message.get_body((kind,))
        payload = part.get_payload(decode=True) if part is not None else None
        if part is not None and isinstance(payload, bytes) and payload.strip():  # a plain part may be there, and empty
            return _write_part(part, payload, draft)
    return ("no text of the message was found",)


def _write_part(part: Message, data: bytes, draft: Draft) -> tuple[str, ...]:
    if part.get_content_type() == "text/html" and not part.get_content_charset():
        parsed = parse_html(data)
        draft.append(parsed)
        return parsed.warnings
    decoded = _decoded(data, part.get_content_charset())
    text = decoded.text.replace("\r\n", "\n").removeprefix("\ufeff")
    if part.get_content_type() == "text/html":
        draft.append(parse_html(b"\xef\xbb\xbf" + text.encode("utf-8", "replace")))
    else:
        draft.append(Parsed(text, tuple(blocks_of(text))))
    return decoded.warnings


def _decoded(data: bytes, charset: str | None) -> Decoded:
    try:
        return decode(data, charset if charset not in (None, "us-ascii", "ascii") else None)
    except Unreadable:
        return decode(data)  # what is declared is wrong: what does it look like?


def _header(message: EmailMessage, name: str) -> str:
    try:
        return folded(str(message.get(name, "")))
    except (ValueError, IndexError, AttributeError, TypeError):  # a header that the parser cannot take apart
        return ""


def _sender(message: Any) -> str | None:
    try:
        first = message["From"].addresses[0]
        return folded(first.display_name or first.addr_spec) or None
    except (AttributeError, IndexError, ValueError, TypeError):
        return None


def _date(message: Any) -> str | None:
    try:
        return str(message["Date"].datetime.date().isoformat())
    except (AttributeError, ValueError, TypeError):
        return None
