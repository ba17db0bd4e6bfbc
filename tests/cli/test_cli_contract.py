"""What others rely on: fields, exit statuses, one object a line, the same answer every time."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import Json, Ran, Run  # type: ignore[import-not-found]

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


def without_seconds(rows: list[Json]) -> list[Json]:
    for row in rows:
        assert row.pop("seconds")
    return rows


class TestAsk:
    @pytest.fixture
    def ask(self, run: Run, corpus_index: Path) -> Any:
        def ask(*arguments: object, stdin: bytes | str = b"") -> Ran:
            ran: Ran = run("ask", *arguments, "--json", "--index", corpus_index, stdin=stdin)
            return ran

        return ask

    def test_an_answer(self, ask: Any) -> None:
        ran = ask(QUESTION)
        assert (ran.status, ran.err) == (0, "")
        (answer,) = ran.rows
        check(answer)
        assert (answer["id"], answer["question"], answer["history"]) == (None, QUESTION, [])
        assert "4.35%" in answer["text"] and answer["answers"]

    def test_a_refusal_is_done(self, ask: Any) -> None:
        ran = ask(UNANSWERABLE)
        assert (ran.status, ran.err) == (0, "")
        (answer,) = ran.rows
        check(answer)
        assert answer["text"] is None and answer["hits"]

    @pytest.mark.parametrize("k", [1, 3, 30])
    def test_top_k(self, ask: Any, k: int) -> None:
        (few,), (many,) = ask(QUESTION, "--top-k", k).rows, ask(QUESTION, "--top-k", 30).rows
        assert len(few["hits"]) == k
        assert few["answers"][0]["text"] == many["answers"][0]["text"]
        check(few)

    def test_history(self, ask: Any) -> None:
        first = "What was Beijing's R&D intensity in 2024?"
        (answer,) = ask("And Shanghai's?", "--history", "Who wrote this?", "--history", first).rows
        check(answer)
        assert answer["history"] == ["Who wrote this?", first]
        assert answer["question"] == "And Shanghai's?"
        assert answer["span"] and "4.35%" in answer["text"]

    def test_standard_input_has_one_question_a_line(self, ask: Any) -> None:
        ran = ask(stdin=f"{QUESTION}\n\n   \r\n  {UNANSWERABLE}  \r\n{QUESTION}")
        assert (ran.status, [row["question"] for row in ran.rows]) == (0, [QUESTION, UNANSWERABLE, QUESTION])
        assert [row["history"] for row in ran.rows] == [[], [], []]
        one, other, again = without_seconds(ran.rows)
        assert one == again != other

    def test_a_file_is_answered_in_its_order_with_its_ids(self, ask: Any, tmp_path: Path) -> None:
        rows: list[Json] = [
            {"id": "b", "question": QUESTION},
            {"id": 7, "question": "And Beijing's?", "history": [QUESTION], "answers": ["ignored"]},
            {"question": UNANSWERABLE, "history": []},
            {"id": "a", "question": QUESTION},
        ]
        path = tmp_path / "questions.jsonl"
        path.write_text("\ufeff" + "\n\n".join(json.dumps(row) for row in rows), encoding="utf-8")
        ran = ask("--file", path)
        assert (ran.status, ran.err) == (0, "")
        assert [row["id"] for row in ran.rows] == ["b", 7, None, "a"]
        assert [row["history"] for row in ran.rows] == [[], [QUESTION], [], []]
        for row in ran.rows:
            check(row)

    def test_the_same_answer_whatever_was_asked_before(self, ask: Any, tmp_path: Path) -> None:
        """Byte for byte, the seconds aside: alone, after other questions, and in another order."""
        questions = [QUESTION, UNANSWERABLE, "When will the hub be complete?", "Who is the minister?", QUESTION]
        alone = {question: without_seconds(ask(question).rows)[0] for question in questions}
        path = tmp_path / "questions.jsonl"
        for order in (questions, questions[::-1]):
            path.write_text("\n".join(json.dumps({"question": question}) for question in order))
            for question, answer in zip(order, without_seconds(ask("--file", path).rows), strict=True):
                assert json.dumps(answer) == json.dumps(alone[question])

    def test_printable_text_is_not_escaped(self, ask: Any) -> None:
        question = "Was sagt “Zhōngguó” (中国) über 😀 R&D in 2024?"
        ran = ask(question)
        assert question in ran.out and "\\u" not in ran.out
        assert ran.out.endswith("}\n") and ran.out.count("\n") == 1

    def test_one_bad_question_of_many_costs_only_itself(self, ask: Any, tmp_path: Path) -> None:
        path = tmp_path / "questions.jsonl"
        path.write_text('{"id": 1, "question": "?!"}\n' + json.dumps({"id": 2, "question": QUESTION}))
        ran = ask("--file", path)
        assert ran.status == 1
        bad, good = ran.rows
        assert list(bad) == list(ANSWER)
        assert (bad["id"], bad["text"], bad["answers"], bad["hits"]) == (1, None, [], [])
        assert "no word in it" in bad["reason"] and "no word in it" in ran.err
        check(good)


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
def test_questions_that_cannot_be_asked(run: Run, corpus_index: Path, command: str, name: str) -> None:
    question, reason = BAD_QUESTIONS[name]
    ran = run(command, question, "--index", corpus_index, "--json")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("pincite: ") and ran.err.count("\n") == 1
    assert reason in ran.err


@pytest.mark.parametrize(
    "question",
    [
        "北京的研发强度是多少？",
        "Какова интенсивность НИОКР?",
        "what\x00was\x1b[31mShanghai's\x07 R&D intensity in 2024?",
        'copper" AND (body:x OR *) -y ~2 [a TO b]',
        "a",
        "<script>alert(1)</script>",
        "'; DROP TABLE documents; --",
        "<|endoftext|> what?",
        "e\u0301" * 400,
        "한국의 연구 개발은?",
    ],
)
def test_odd_questions_are_asked(run: Run, corpus_index: Path, question: str) -> None:
    ran = run("ask", "--json", "--index", corpus_index, "--", question)
    assert (ran.status, ran.err) == (0, "")
    (answer,) = ran.rows
    check(answer)
    assert answer["question"] == question


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
    def answers(self, run: Run, corpus_index: Path, tmp_path: Path) -> Path:
        ran = run("ask", "--json", "--index", corpus_index, stdin=f"{QUESTION}\n{UNANSWERABLE}\n")
        (tmp_path / "answers.jsonl").write_text(ran.out, encoding="utf-8")
        return tmp_path / "answers.jsonl"

    def test_honest_answers(self, run: Run, corpus_index: Path, answers: Path) -> None:
        for ran in (
            run("verify", answers, "--index", corpus_index),
            run("verify", "--index", corpus_index, stdin=answers.read_bytes()),
        ):
            assert (ran.status, ran.out) == (0, "")
            assert re.fullmatch(r"2 answers, \d+ citations checked, 0 faults\n", ran.err)

    def test_a_forged_quote(self, run: Run, corpus_index: Path, answers: Path) -> None:
        answers.write_text(answers.read_text(encoding="utf-8").replace("4.35%", "5.35%"), encoding="utf-8")
        ran = run("verify", answers, "--index", corpus_index)
        assert ran.status == 1
        assert re.match(
            r"line 1: citation 1: xinhua-regional-clusters.txt does not have this quote at \d+-\d+\n", ran.out
        )

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
        self, run: Run, corpus_index: Path, tmp_path: Path, content: str | bytes, message: str
    ) -> None:
        path = tmp_path / "answers.jsonl"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        ran = run("verify", path, "--index", corpus_index)
        assert ran.status == 1
        assert ran.err.startswith("pincite: ") and ran.err.count("\n") == 1 and message in ran.err

    @pytest.mark.parametrize("row", ["{}", '{"citations": 5}', '{"citations": [5], "answers": [[]], "text": 1}'])
    def test_objects_that_are_no_answers(self, run: Run, corpus_index: Path, row: str) -> None:
        ran = run("verify", "--index", corpus_index, stdin=row)
        assert ran.status == 1 and ran.out.startswith("line 1: ")
