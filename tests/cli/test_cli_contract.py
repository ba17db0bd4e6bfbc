"""What others rely on: fields, exit statuses, one object a line, the same answer every time."""

from __future__ import annotations

import hashlib
import json
import re
from functools import partial
from pathlib import Path

import pytest
from command import TEXTS, Json, Run

from qa.settings import corpus_dir

QUESTION = "What was Shanghai's R&D intensity in 2024?"
UNANSWERABLE = "What is the melting point of tungsten?"
Kinds = dict[str, type | tuple[type, ...]]

ANSWER: Kinds = {
    "id": (str, int, type(None)),
    "question": str,
    "history": list,
    "text": (str, type(None)),
    "span": (str, type(None)),
    "confidence": float,
    "citations": list,
    "answers": list,
    "hits": list,
    "reason": (str, type(None)),
    "seconds": dict,
}
CITATION: Kinds = {
    "number": int,
    "document": dict,
    "quote": str,
    "start": int,
    "end": int,
    "span_start": int,
    "span_end": int,
    "page": (int, type(None)),
    "line": int,
    "link": str,
}
DOCUMENT: Kinds = {
    "id": str,
    "title": str,
    "publisher": (str, type(None)),
    "published": (str, type(None)),
    "url": (str, type(None)),
    "path": str,
    "sha256": str,
}
FOUND: Kinds = {"text": str, "span": str, "confidence": float, "citation": int}
HIT: Kinds = {"rank": int, "document_id": str, "start": int, "end": int, "text": str, "score": float, "scores": dict}


def check_fields(value: Json, kinds: Kinds) -> None:
    assert list(value) == list(kinds)
    for name, kind in kinds.items():
        assert isinstance(value[name], kind) and not isinstance(value[name], bool), name


def check(answer: Json) -> None:
    """The contract, field by field, against the files themselves."""
    check_fields(answer, ANSWER)
    assert 0 <= answer["confidence"] <= 1
    assert set(answer["seconds"]) == {"retrieve", "read", "total"}
    for citation in answer["citations"]:
        check_citation(citation)
    for number, (found, citation) in enumerate(zip(answer["answers"], answer["citations"], strict=True), start=1):
        check_fields(found, FOUND)
        assert found["citation"] == citation["number"] == number
        assert found["text"] == citation["quote"] and 0 <= found["confidence"] <= 1
        inside = slice(citation["span_start"] - citation["start"], citation["span_end"] - citation["start"])
        assert citation["quote"][inside] == found["span"] != ""
    for rank, hit in enumerate(answer["hits"], start=1):
        check_fields(hit, HIT)
        assert hit["rank"] == rank
        assert text_of(hit["document_id"])[hit["start"] : hit["end"]] == hit["text"]
        assert set(hit["scores"]) <= {"dense", "lexical", "reader"}
    if answer["answers"]:
        best = answer["answers"][0]
        assert (answer["text"], answer["span"], answer["confidence"]) == (
            best["text"],
            best["span"],
            best["confidence"],
        )
        assert answer["reason"] is None
    else:
        assert answer["text"] is answer["span"] is None
        assert answer["citations"] == []
        assert re.fullmatch(r"[^\n]+\.", answer["reason"])


def check_citation(citation: Json) -> None:
    check_fields(citation, CITATION)
    check_fields(citation["document"], DOCUMENT)
    document = citation["document"]
    path = Path(document["path"])
    with path.open(encoding="utf-8", newline="") as file:
        text = file.read()
    assert text[citation["start"] : citation["end"]] == citation["quote"] != ""
    assert citation["start"] <= citation["span_start"] < citation["span_end"] <= citation["end"]
    assert document["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert path == corpus_dir() / document["id"]
    assert citation["page"] is None
    assert citation["line"] == text.count("\n", 0, citation["start"]) + 1  # these files have no other line ends
    assert citation["link"].startswith(f"{document['url']}#:~:text=")
    assert document["title"] and document["publisher"] and document["url"].startswith("http")
    assert document["published"] is None or re.fullmatch(r"\d{4}-\d\d-\d\d", document["published"])


def text_of(id: str) -> str:
    with (corpus_dir() / id).open(encoding="utf-8", newline="") as file:
        return file.read()


SMALL = {**TEXTS, "bridge.html": "Copper was stolen from the bridge. It is closed until June.\n\n"}


def is_one_line(message: str) -> bool:
    """As every error of ours is."""
    return message.startswith("pincite: ") and message.endswith("\n") and message.count("\n") == 1


def without_seconds(rows: list[Json]) -> list[Json]:
    for row in rows:
        assert row.pop("seconds")
    return rows


class TestAsk:
    """With the real encoder and reader on the corpus that comes along."""

    @pytest.fixture
    def ask(self, run: Run, corpus_index: Path) -> Run:
        return partial(run, "ask", "--json", "--index", corpus_index)

    def test_an_answer(self, ask: Run) -> None:
        ran = ask(QUESTION)
        assert (ran.status, ran.err) == (0, "")
        (answer,) = ran.rows
        check(answer)
        assert (answer["id"], answer["question"], answer["history"]) == (None, QUESTION, [])
        assert "4.35%" in answer["text"] and len(answer["hits"]) == 10

    def test_a_refusal_is_done(self, ask: Run) -> None:
        ran = ask(UNANSWERABLE)
        assert (ran.status, ran.err) == (0, "")
        (answer,) = ran.rows
        check(answer)
        assert answer["text"] is None and len(answer["hits"]) == 10

    def test_history(self, ask: Run) -> None:
        first = "What was Beijing's R&D intensity in 2024?"
        (answer,) = ask("And Shanghai's?", "--history", "Who wrote this?", "--history", first).rows
        check(answer)
        assert answer["history"] == ["Who wrote this?", first]
        assert answer["question"] == "And Shanghai's?"
        assert "4.35%" in answer["text"]

    def test_the_same_answer_whatever_was_asked_before(self, ask: Run) -> None:
        """Byte for byte, the seconds aside: alone, and after other questions."""
        questions = [UNANSWERABLE, QUESTION]
        alone = [without_seconds(ask(question).rows)[0] for question in questions]
        together = without_seconds(ask(stdin="\n".join(reversed(questions))).rows)
        assert [json.dumps(answer) for answer in reversed(together)] == [json.dumps(answer) for answer in alone]


class TestAskInBulk:
    """With the fake encoder on a few sentences."""

    @pytest.fixture
    def ask(self, run: Run, small_index: Path) -> Run:
        return partial(run, "ask", "--json", "--index", small_index)

    def test_fields_hold_for_every_format(self, ask: Run, small_index: Path) -> None:
        ran = ask(stdin="Who built the tower?\nWhat did the council vote for?\nUntil when is the bridge closed?\n")
        assert ran.status == 0
        for answer, id in zip(ran.rows, ("tower.md", "hall.txt", "bridge.html"), strict=True):
            check_fields(answer, ANSWER)
            assert answer["hits"]
            for hit in answer["hits"]:
                assert SMALL[hit["document_id"]][hit["start"] : hit["end"]] == hit["text"]
            assert answer["citations"][0]["document"]["id"] == id
            for citation in answer["citations"]:
                text = SMALL[citation["document"]["id"]]
                assert text[citation["start"] : citation["end"]] == citation["quote"] != ""
                assert citation["line"] == text.count("\n", 0, citation["start"]) + 1

    @pytest.mark.parametrize("k", [1, 2, 1000])
    def test_top_k(self, ask: Run, k: int) -> None:
        (answer,) = ask("Who built the tower?", "--top-k", k).rows
        (all_of_them,) = ask("Who built the tower?").rows
        assert answer["hits"] == all_of_them["hits"][:k]
        assert answer["answers"] == all_of_them["answers"]

    def test_standard_input_has_one_question_a_line(self, ask: Run) -> None:
        ran = ask(stdin="Who built the tower?\n\n   \r\n  What leans?  \r\nWho built the tower?")
        assert ran.status == 0
        assert [row["question"] for row in ran.rows] == ["Who built the tower?", "What leans?", "Who built the tower?"]
        one, other, again = without_seconds(ran.rows)
        assert one == again != other
        assert one["history"] == []

    def test_no_question_at_all(self, ask: Run) -> None:
        for nothing in ("", "\n \n"):
            ran = ask(stdin=nothing)
            assert (ran.status, ran.out, ran.err) == (0, "", "")

    def test_a_file_is_answered_in_its_order_with_its_ids(self, ask: Run, tmp_path: Path) -> None:
        rows: list[Json] = [
            {"id": "b", "question": "Who built the tower?"},
            {"id": 7, "question": "And the hall?", "history": ["Who built the tower?"], "answers": ["ignored"]},
            {"question": "What leans?", "history": []},
            {"id": "a", "question": "Who built the tower?"},
        ]
        path = tmp_path / "questions.jsonl"
        path.write_text("\ufeff" + "\n\n".join(json.dumps(row) for row in rows), encoding="utf-8")
        ran = ask("--file", path)
        assert (ran.status, ran.err) == (0, "")
        assert [row["id"] for row in ran.rows] == ["b", 7, None, "a"]
        assert [row["question"] for row in ran.rows] == [row["question"] for row in rows]
        assert [row["history"] for row in ran.rows] == [[], ["Who built the tower?"], [], []]

    def test_printable_text_is_not_escaped(self, ask: Run) -> None:
        question = "Was sagt “Zhōngguó” (中国) über 😀 and the tower?"
        ran = ask(question)
        assert question in ran.out and "\\u" not in ran.out
        assert ran.out.endswith("}\n") and ran.out.count("\n") == 1

    def test_one_bad_question_of_many_costs_only_itself(self, ask: Run, tmp_path: Path) -> None:
        path = tmp_path / "questions.jsonl"
        path.write_text('{"id": 1, "question": "?!"}\n{"id": 2, "question": "Who built the tower?"}')
        ran = ask("--file", path)
        assert ran.status == 1
        bad, good = ran.rows
        assert list(bad) == list(good) == list(ANSWER)
        assert (bad["id"], bad["text"], bad["answers"], bad["hits"]) == (1, None, [], [])
        assert "no word in it" in bad["reason"] and "no word in it" in ran.err
        assert good["id"] == 2 and good["hits"]

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            ('{"question": 5}', 'line 1: "question" must be text'),
            ('{"id": 1}', 'line 1: "question" must be text'),
            ('{"question": "x", "history": "y"}', '"history" a list of texts'),
            ('{"question": "x", "history": [1]}', '"history" a list of texts'),
            ("question", "line 1 is not JSON"),
            ("Who built the tower?", "pincite ask < FILE"),
            ('{"question": "Who built the tower?"}\n{"question": 5}', 'line 2: "question" must be text'),
            ("[]", "line 1 is no JSON object"),
            (b"\xff", "cannot be read"),
        ],
    )
    def test_files_that_are_no_questions(self, ask: Run, tmp_path: Path, content: str | bytes, message: str) -> None:
        path = tmp_path / "questions.jsonl"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        ran = ask("--file", path)
        assert ran.status == 1 and is_one_line(ran.err) and message in ran.err
        assert ran.out == ""  # all of it is read before anything is asked

    def test_a_cited_file_that_has_changed_is_told_once(self, run: Run, tmp_path: Path) -> None:
        folder, index = tmp_path / "docs", tmp_path / "index"
        folder.mkdir()
        (folder / "to\x1bwer.txt").write_text(SMALL["tower.md"])
        assert run("index", folder, "--index", index).status == 0
        (folder / "to\x1bwer.txt").write_text(SMALL["tower.md"] + "\nIt is closed.")
        ran = run("ask", "--index", index, stdin="Who built the tower?\nWho built the tower?\n")
        assert ran.status == 0
        assert ran.err == f"pincite: to·wer.txt has changed since it was indexed: run `pincite index --index {index}`\n"

    def test_a_file_that_is_not_there(self, ask: Run, tmp_path: Path) -> None:
        for path in (tmp_path / "nowhere.jsonl", tmp_path):
            ran = ask("--file", path)
            assert ran.status == 1 and is_one_line(ran.err) and str(path) in ran.err

    def test_standard_input_that_is_not_utf8(self, ask: Run) -> None:
        ran = ask(stdin="café?".encode("latin-1"))
        assert ran.status == 1 and is_one_line(ran.err) and "standard input is not UTF-8" in ran.err

    def test_odd_questions_are_asked(self, ask: Run, tmp_path: Path) -> None:
        path = tmp_path / "questions.jsonl"
        path.write_text("\n".join(json.dumps({"question": question}) for question in ODD_QUESTIONS))
        ran = ask("--file", path)
        assert (ran.status, ran.err) == (0, "")
        assert [row["question"] for row in ran.rows] == ODD_QUESTIONS

    def test_a_question_that_is_no_utf8_is_no_crash(self, ask: Run) -> None:
        """As the shell gives it to us, with a lone surrogate for each byte."""
        ran = ask("Who built the t\udcffower?")
        assert ran.status == 0
        assert ran.rows[0]["hits"][0]["document_id"] == "tower.md"


ODD_QUESTIONS = [
    "北京的研发强度是多少？",
    "Какова интенсивность НИОКР?",
    "who\x00built\x1b[31mthe\x07 tower\u202e?",
    'copper" AND (body:x OR *) -y ~2 [a TO b]',
    "a",
    "<script>alert(1)</script>",
    "'; DROP TABLE documents; --",
    "<|endoftext|> what?",
    "e\u0301" * 50,
    "한국의 연구 개발은?",
]
BAD_QUESTIONS = {
    "empty": ("", "the question is empty"),
    "blanks": (" \t\n ", "the question is empty"),
    "control characters": ("\x00\x1b\x07\u200b\ufeff", "the question is empty"),
    "punctuation": ("?!… — ()", "has no word in it"),
    "emoji": ("😀😀", "has no word in it"),
    "10,000 characters": ("why " * 2_500, "has 10,000 characters; at most 2,000"),
    "too many word pieces": ("1" * 120 + " x y z" * 300, "shorten it"),
}


@pytest.mark.parametrize("name", BAD_QUESTIONS)
@pytest.mark.parametrize("command", ["ask", "search"])
def test_questions_that_cannot_be_asked(run: Run, small_index: Path, command: str, name: str) -> None:
    question, reason = BAD_QUESTIONS[name]
    ran = run(command, question, "--index", small_index, "--json")
    assert (ran.status, ran.out) == (1, "")
    assert is_one_line(ran.err) and reason in ran.err


class TestSearch:
    @pytest.mark.parametrize("mode", ["hybrid", "dense", "lexical"])
    def test_fields(self, run: Run, corpus_index: Path, mode: str) -> None:
        ran = run("search", QUESTION, "--mode", mode, "--top-k", 4, "--json", "--index", corpus_index)
        assert (ran.status, ran.err) == (0, "")
        assert [hit["rank"] for hit in ran.rows] == [1, 2, 3, 4]
        for hit in ran.rows:
            check_fields(hit, HIT)
            assert text_of(hit["document_id"])[hit["start"] : hit["end"]] == hit["text"]
        scores = [hit["score"] for hit in ran.rows]
        assert scores == sorted(scores, reverse=True)

    def test_a_lexical_search_may_find_nothing(self, run: Run, corpus_index: Path) -> None:
        ran = run("search", "zzzz", "--mode", "lexical", "--json", "--index", corpus_index)
        assert (ran.status, ran.out, ran.err) == (0, "", "")


class TestSources:
    def test_list(self, run: Run, corpus_index: Path) -> None:
        for arguments in (["sources", "--json"], ["sources", "list", "--json"]):
            ran = run(*arguments, "--index", corpus_index)
            assert ran.status == 0
            assert [row["id"] for row in ran.rows] == sorted(path.name for path in corpus_dir().glob("*.txt"))
            for row in ran.rows:
                assert set(DOCUMENT) <= set(row)
                assert row["sha256"] == hashlib.sha256((corpus_dir() / row["id"]).read_bytes()).hexdigest()
                assert row["size"] == (corpus_dir() / row["id"]).stat().st_size
                assert row["characters"] == len(text_of(row["id"])) and row["passages"] > 0

    def test_text_is_the_file_byte_for_byte(
        self, run: Run, corpus_index: Path, capfdbinary: pytest.CaptureFixture[bytes]
    ) -> None:
        for path in corpus_dir().glob("*.txt"):
            ran = run("sources", "show", path.name, "--text", "--index", corpus_index)
            assert (ran.status, ran.out.encode()) == (0, path.read_bytes())

    def test_show(self, run: Run, corpus_index: Path) -> None:
        id = "xinhua-regional-clusters.txt"
        (shown,) = run("sources", "show", id, "--json", "--index", corpus_index).rows
        (listed,) = [row for row in run("sources", "--json", "--index", corpus_index).rows if row["id"] == id]
        assert shown == listed

    @pytest.mark.parametrize("extra", [[], ["--text"], ["--json"]])
    def test_show_what_is_not_there(self, run: Run, corpus_index: Path, extra: list[str]) -> None:
        ran = run("sources", "show", "nowhere.txt", *extra, "--index", corpus_index)
        assert (ran.status, ran.out) == (1, "")
        assert ran.err == "pincite: there is no source 'nowhere.txt' in the index: `pincite sources` lists them\n"


class TestVerify:
    @pytest.fixture
    def answers(self, run: Run, small_index: Path, tmp_path: Path) -> Path:
        ran = run("ask", "--json", "--index", small_index, stdin="When was the tower built?\nzzz\n")
        (tmp_path / "answers.jsonl").write_text(ran.out, encoding="utf-8")
        return tmp_path / "answers.jsonl"

    def test_honest_answers(self, run: Run, small_index: Path, answers: Path) -> None:
        for ran in (
            run("verify", answers, "--index", small_index),
            run("verify", "--index", small_index, stdin=answers.read_bytes()),
        ):
            assert (ran.status, ran.out) == (0, "")
            assert re.fullmatch(r"2 answers, \d+ citations checked, 0 faults\n", ran.err)

    def test_a_forged_quote(self, run: Run, small_index: Path, answers: Path) -> None:
        answers.write_text(answers.read_text(encoding="utf-8").replace("1904", "1905"), encoding="utf-8")
        ran = run("verify", answers, "--index", small_index)
        assert ran.status == 1
        assert re.match(r"line 1: citation 1: tower.md does not have this quote at \d+-\d+\n", ran.out)

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            ("not JSON", "line 1 is not JSON"),
            ("{}\n[1]\n", "line 2 is no JSON object"),
            ("[" * 100_000, "line 1 is not JSON"),
            ('{"a": ' + "1" * 5_000 + "}", "line 1 is not JSON"),
            (b"\xff\xfe", "cannot be read"),
        ],
        ids=["words", "list", "deep", "long number", "bytes"],
    )
    def test_what_is_no_file_of_answers(
        self, run: Run, small_index: Path, tmp_path: Path, content: str | bytes, message: str
    ) -> None:
        path = tmp_path / "answers.jsonl"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        ran = run("verify", path, "--index", small_index)
        assert ran.status == 1
        assert is_one_line(ran.err) and message in ran.err

    def test_that_nothing_was_verified_is_an_error(self, run: Run, small_index: Path) -> None:
        ran = run("verify", "--index", small_index, stdin="")
        assert ran.status == 1 and is_one_line(ran.err) and "no answer to verify" in ran.err

    @pytest.mark.parametrize("row", ["{}", '{"citations": 5}', '{"citations": [5], "answers": [[]], "text": 1}'])
    def test_objects_that_are_no_answers(self, run: Run, small_index: Path, row: str) -> None:
        ran = run("verify", "--index", small_index, stdin=row)
        assert ran.status == 1 and ran.out.startswith("line 1: ")
