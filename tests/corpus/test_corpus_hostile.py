"""Files made to do harm, read as a folder is: each is listed with a reason, none stops the rest or waits for ever."""

from __future__ import annotations

import io
import os
import socket
import zipfile
from pathlib import Path

import pytest
from making import write
from test_corpus_pdf import bomb, pdf_of

from qa.corpus import load_file, read
from qa.corpus.discover import discover
from qa.types import Document, Failure

GOOD = "The council met in Vienna."


def outcome(folder: Path) -> tuple[dict[str, Document], dict[str, str]]:
    """Documents by id, and reasons by path below ``folder``."""
    documents, reasons = {}, {}
    for item in read([folder]):
        if isinstance(item, Document):
            documents[item.id] = item
        else:
            reasons[Path(item.path).relative_to(folder).as_posix()] = item.reason
    return documents, reasons


def zipped(files: list[tuple[str, bytes]]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return file.getvalue()


class TestZip:
    def test_names_that_lead_out_or_cannot_be_shown(self, tmp_path: Path) -> None:
        names = [
            "../up.txt",
            "a/../../up.txt",
            "/etc/root.txt",
            "..\\up.txt",
            "new\nline.txt",
            "\x1b[31mred.txt",
            "in/good.txt",
        ]
        write(tmp_path / "docs", {"a.zip": zipped([(name, GOOD.encode()) for name in names]), "z.txt": GOOD})
        before = sorted(tmp_path.rglob("*"))
        documents, reasons = outcome(tmp_path / "docs")
        assert set(documents) == {"a.zip/in/good.txt", "z.txt"}
        assert len(reasons) == 6 and {*reasons.values()} == {"its name leads out of the archive, or cannot be printed"}
        assert sorted(tmp_path.rglob("*")) == before

    def test_the_path_of_a_file_in_an_archive_leads_back_to_it(self, tmp_path: Path) -> None:
        write(tmp_path, {"a.zip": zipped([("in/good.txt", GOOD.encode()), ("in/other.txt", b"Other.")])})
        documents, _ = outcome(tmp_path)
        made = documents["a.zip/in/good.txt"]
        assert made.source.path == str(tmp_path / "a.zip" / "in" / "good.txt") and made.text == GOOD
        assert load_file(made.id, Path(made.source.path)) == made
        gone = load_file("a.zip/in/gone.txt", tmp_path / "a.zip" / "in" / "gone.txt")
        assert isinstance(gone, Failure) and gone.reason == "it is not in the archive any more"

    def test_bombs(self, tmp_path: Path) -> None:
        """One file of 20 MB in 20 kB, and one that is said to be small: what is stated is all that is unpacked."""
        dense = zipped([("bomb.txt", bytes(20 * 1024 * 1024)), ("good.txt", GOOD.encode())])
        liar = bytearray(zipped([("liar.txt", b"a" * 1_000_000)]))
        at = liar.rindex(b"PK\x01\x02")
        liar[at + 24 : at + 28] = (100).to_bytes(4, "little")
        write(tmp_path, {"a.zip": dense, "b.zip": bytes(liar), "c.txt": GOOD})
        documents, reasons = outcome(tmp_path)
        assert set(documents) == {"a.zip/good.txt", "c.txt"}
        assert reasons["a.zip/bomb.txt"].endswith("unpack to 20,971,520: that is no document")
        assert "b.zip/liar.txt" in reasons

    def test_too_much_in_all_too_many_files_and_archives_in_archives(self, tmp_path: Path) -> None:
        inner = zipped([("x.txt", GOOD.encode())])
        many = io.BytesIO()
        with zipfile.ZipFile(many, "w") as archive:
            for number in range(20_001):
                archive.writestr(f"{number}.txt", "")
        total = bytearray(zipped([(f"{n}.txt", GOOD.encode()) for n in range(3)]))
        for at in [n for n in range(len(total)) if total[n : n + 4] == b"PK\x01\x02"]:
            total[at + 24 : at + 28] = (2**31 - 1).to_bytes(4, "little")
        write(
            tmp_path,
            {"a.zip": zipped([("in.zip", inner), ("b.txt", b"B.")]), "m.zip": many.getvalue(), "t.zip": bytes(total)},
        )
        documents, reasons = outcome(tmp_path)
        assert set(documents) == {"a.zip/b.txt"}
        assert reasons["a.zip/in.zip"] == "an archive in an archive is not read: unpack it"
        assert "20,001 files" in reasons["m.zip"] and "which is too much" in reasons["t.zip"]

    def test_two_files_of_one_name_and_an_encrypted_one(self, tmp_path: Path) -> None:
        with pytest.warns(UserWarning, match="Duplicate name"):
            twice = zipped([("a.txt", b"First."), ("a.txt", b"Second.")])
        locked = bytearray(zipped([("a.txt", GOOD.encode())]))
        for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            locked[locked.index(mark) + at] |= 1
        write(tmp_path, {"twice.zip": twice, "locked.zip": bytes(locked)})
        documents, reasons = outcome(tmp_path)
        assert set(documents) == {"twice.zip/a.txt"}
        assert reasons["locked.zip/a.txt"] == "it is encrypted: save it without a password"


def test_elements_nested_a_million_deep(tmp_path: Path) -> None:
    write(
        tmp_path, {"deep.html": "<div>" * 1_000_000 + "text", "good.html": f"<p>{GOOD}", "deep.json": "[" * 1_000_000}
    )
    documents, reasons = outcome(tmp_path)
    assert set(documents) == {"good.html"}
    assert "nested more than 150,000 deep" in reasons["deep.html"] and set(reasons) == {"deep.html", "deep.json"}


def test_a_pdf_of_very_many_objects(tmp_path: Path) -> None:
    """A page of 50,000 drawings in 6 kB, and 100,000 objects each of which names the next."""
    chain = [b"<< /Next %d 0 R >>" % (number + 4) for number in range(100_000)]
    head = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 /Next 3 0 R >>"]
    write(tmp_path, {"drawn.pdf": bomb(50_000), "chain.pdf": pdf_of(head + chain), "good.txt": GOOD})
    documents, reasons = outcome(tmp_path)
    assert "good.txt" in documents and {*documents, *reasons} == {"drawn.pdf", "chain.pdf", "good.txt"}


def test_names_in_a_folder_may_hold_anything(tmp_path: Path) -> None:
    names = ["a\nb.html", "\x1b[2J.html", "a\\..\\b.html", "%2e%2e.html"]
    write(tmp_path, {name: f"<p>{GOOD}" for name in names})
    documents, reasons = outcome(tmp_path)
    assert set(documents) == set(names) and reasons == {}


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no such sockets here")
def test_sockets_and_devices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"good.txt": GOOD})
    monkeypatch.chdir(tmp_path)  # the names of sockets may not be long
    with socket.socket(socket.AF_UNIX) as here:
        here.bind("socket.txt")
        made = {"socket.txt"}
        try:
            os.mknod("null.txt", 0o600 | 0o020000, os.makedev(1, 3))
            made.add("null.txt")
        except (OSError, AttributeError):  # only root may
            pass
        documents, reasons = outcome(tmp_path)
    assert set(documents) == {"good.txt"}
    assert reasons == dict.fromkeys(made, "it is a device, a pipe or a socket, not a file")


def test_thousands_of_empty_files(tmp_path: Path) -> None:
    for number in range(2_000):
        (tmp_path / f"{number}.{('txt', 'pdf', 'html', 'zip')[number % 4]}").touch()
    write(tmp_path, {"good.txt": GOOD})
    assert len(discover([tmp_path])) == 2_001
    documents, reasons = outcome(tmp_path)
    assert set(documents) == {"good.txt"} and len(reasons) == 2_000 and {*reasons.values()} == {"it is empty"}
