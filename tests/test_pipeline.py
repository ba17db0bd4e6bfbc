"""From question to answer: what is asked of retriever and reader, what is shown, and in which order."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest
from fakes import FakeEncoder, FakeReader
from making import document, four_threads

from qa import pipeline
from qa.errors import EncoderError, IndexMissing, IndexOutdated, QuestionError
from qa.index import Request, build, open_index
from qa.pipeline import Pincite
from qa.reading import BESIDE
from qa.settings import MAX_QUESTION, Settings
from qa.types import Answer, Extract, Hit

TEXTS = {
    "bridge.txt": "The old bridge was built of copper. The old bridge was painted. The old bridge is closed.",
    "hall.txt": "The old hall was built of stone.\n\nMost of it was painted. It is closed until June.",
    "tower.txt": "The tower was built of brick in 1904.\r\nIt leans a little to the east.",
    "twin.txt": "The old bridge was built of copper.",
}
Make = Callable[..., Pincite]


@pytest.fixture
def make(tmp_path: Path, fake: FakeEncoder) -> Iterator[Make]:
    """An opened index of ``TEXTS`` with the fake encoder and the fake reader."""
    made = [document(text, id=name, title=name.removesuffix(".txt").title()) for name, text in TEXTS.items()]
    build(Request(made, fake, 16), tmp_path / "index")
    opened: list[Pincite] = []

    def make(reader: FakeReader | None = None, **settings: float) -> Pincite:
        chosen = Settings(**{"min_confidence": 0.5, **settings})  # type: ignore[arg-type]
        opened.append(Pincite(open_index(tmp_path / "index"), fake, reader or FakeReader(), chosen))
        return opened[-1]

    yield make
    for pincite in opened:
        pincite.close()


def places(answer: Answer) -> list[tuple[str, str]]:
    return [(citation.source.id, citation.quote) for citation in answer.citations]


class TestAnswers:
    def test_other_documents_come_first_then_other_places(self, make: Make) -> None:
        answer = make().ask("Old bridge was built painted of copper?")
        assert places(answer) == [
            ("bridge.txt", "The old bridge was built of copper."),
            ("twin.txt", "The old bridge was built of copper."),
            ("hall.txt", "The old hall was built of stone."),
            ("bridge.txt", "The old bridge was painted."),
        ]
        assert answer.answers[0].confidence == answer.confidence == pytest.approx(6 / 7)
        assert [found.citation for found in answer.answers] == [citation.number for citation in answer.citations]
        assert (answer.text, answer.reason) == ("The old bridge was built of copper.", None)

    @pytest.mark.parametrize("most", [1, 2])
    def test_no_more_than_wanted(self, make: Make, most: int) -> None:
        assert len(make(max_answers=most).ask("Old bridge was built painted of copper?").answers) == most

    def test_nothing_below_the_least_confidence(self, make: Make) -> None:
        question = "Old bridge was built painted of copper?"
        for least in (0.5, 0.6, 0.8):
            answer = make(min_confidence=least).ask(question)
            assert answer.answers and min(found.confidence for found in answer.answers) >= least
        assert make(min_confidence=0.9).ask(question).answers == ()

    def test_every_citation_is_cut_from_its_document(self, make: Make) -> None:
        pincite = make(min_confidence=0.1)
        for question in ("What leans to the east?", "Is it closed until June?", "Was the tower built in 1904?"):
            answer = pincite.ask(question)
            assert answer.citations
            for citation, found in zip(answer.citations, answer.answers, strict=True):
                text = TEXTS[citation.source.id]
                assert text[citation.start : citation.end] == citation.quote == found.text
                assert text[citation.span_start : citation.span_end] == found.span
                assert citation.line == 1 + len(re.findall(r"\r\n|\n", text[: citation.start]))

    def test_headings_answer_only_where_nothing_answers_better(self, tmp_path: Path, fake: FakeEncoder) -> None:
        texts = {
            "a.md": "# The old bridge of copper\n\nThe old bridge was built of copper in 1904.\n",
            "b.md": "# Old bridge was built of copper\n\nIt was built of copper.\n\nThe bridge was built in 1904.\n",
        }
        made = [document(text, "md", name, title="T") for name, text in texts.items()]
        build(Request(made, fake, 64), tmp_path / "headed")
        pincite = Pincite(open_index(tmp_path / "headed"), fake, FakeReader(), Settings(min_confidence=0.3))
        best, *further = places(pincite.ask("Was the old bridge built of copper in 1904?"))
        assert best == ("a.md", "The old bridge was built of copper in 1904.")
        assert ("b.md", "The bridge was built in 1904.") in further
        assert not [quote for _, quote in further if quote.startswith("#") or not quote.endswith(".")]
        (best, *_) = places(pincite.ask("# Old bridge was built of copper", only=["b.md"]))
        assert best[1].endswith("Old bridge was built of copper")
        pincite.close()

    def test_how_many_passages_are_shown_does_not_change_the_answer(self, make: Make) -> None:
        pincite = make(pool=2, read_passages=3)
        for question in ("Old bridge was built painted of copper?", "What leans to the east?"):
            every = pincite.ask(question, top_k=1000)
            for top_k in (1, 2, 3, 5):
                answer = pincite.ask(question, top_k=top_k)
                assert answer.hits == every.hits[:top_k]
                assert (answer.answers, answer.confidence) == (every.answers, every.confidence)

    def test_a_long_conversation_keeps_its_topic(self, make: Make) -> None:
        reader = FakeReader()
        history = ["What was the old bridge of Wetzlar built of?", *["How was it done there?"] * 30]
        make(reader).ask("Why was it?", history)
        assert all("Wetzlar" in question for question, _ in reader.asked[:1])
        assert all(len(question) < 300 for question, _ in reader.asked)


class TestUpdates:
    def test_a_new_generation_is_seen_and_opened(self, make: Make, tmp_path: Path, fake: FakeEncoder) -> None:
        old = make()
        assert not old.outdated
        build(Request([document("The gate is made of iron.", id="gate.txt")], fake, 16), tmp_path / "index")
        assert old.outdated
        new = old.reopened()
        assert not new.outdated and new.encoder is fake and new.settings == old.settings
        assert [hit.passage.document_id for hit in new.search("gate of iron")] == ["gate.txt"]
        assert old.search("gate of iron")[0].passage.document_id != "gate.txt"
        new.close()

    def test_another_encoder_is_loaded_where_the_new_generation_needs_it(
        self, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        old = make()
        other = FakeEncoder(fingerprint="fake-2", dimensions=64)
        monkeypatch.setattr(pipeline, "load_encoder", lambda name: other)
        build(Request([document("The gate is made of iron.", id="gate.txt")], other, 16), tmp_path / "index")
        new = old.reopened()
        assert new.encoder is other
        assert [hit.passage.document_id for hit in new.search("gate of iron")] == ["gate.txt"]
        new.close()


class TestRefusals:
    def test_nothing_is_sure(self, make: Make) -> None:
        answer = make().ask("What is the melting point of tungsten?")
        assert (answer.text, answer.span, answer.answers, answer.citations) == (None, None, (), ())
        assert answer.reason == "No sentence in the sources is surely an answer."
        assert len(answer.hits) > 3 and 0 < answer.confidence < 0.5

    def test_the_reader_knows_why(self, make: Make) -> None:
        answer = make(FakeReader(why_not="The closest passage does not mention tungsten.")).ask("Tungsten?")
        assert answer.reason == "The closest passage does not mention tungsten."

    @pytest.mark.parametrize(
        "question", ["When?", "Why those?", "and how many are there", "a", "WHO IS IT?", "When were they?"]
    )
    def test_a_question_about_nothing(self, make: Make, question: str) -> None:
        said = "The question does not say what it is about: ask it in full."
        anything_goes = make(min_confidence=0.0)
        answer = anything_goes.ask(question)
        assert (answer.reason, answer.answers, answer.confidence) == (said, (), 0.0)
        assert len(answer.hits) > 3  # the closest passages, as of every refusal
        assert anything_goes.ask(question, ["Was the old bridge built of copper?"]).answers

    def test_there_is_no_source(self, make: Make) -> None:
        answer = make().ask("The old bridge was built of copper", only=[])
        assert (answer.reason, answer.hits, answer.confidence) == ("There is no source to look in.", (), 0.0)

    def test_only_these_sources(self, make: Make) -> None:
        pincite = make()
        answer = pincite.ask("The old bridge was built of copper", only=["twin.txt", "tower.txt"])
        assert {hit.passage.document_id for hit in answer.hits} == {"twin.txt", "tower.txt"}
        assert places(answer)[0] == ("twin.txt", "The old bridge was built of copper.")
        assert pincite.search("bridge", only=["nowhere.txt"]) == ()


class TestTrace:
    def test_it_tells_how_the_answer_came_about_and_is_no_part_of_it(self, make: Make) -> None:
        pincite = make(read_passages=3)
        question = "Old bridge was built painted of copper?"
        answer = pincite.ask(question, top_k=5)
        trace = answer.trace
        assert trace is not None
        assert "trace" not in answer.to_json()
        assert (trace.forms, trace.question) == (((question, answer.confidence),), question)
        assert trace.retrieved == pincite.search(question, top_k=5)
        assert (trace.read, trace.threshold) == (3, 0.5)
        assert trace.extracts[0].confidence == answer.confidence
        assert {extract.passage for extract in trace.extracts} == {hit.passage for hit in trace.retrieved[:3]}

    def test_every_form_of_a_follow_up_is_in_it(self, make: Make) -> None:
        trace = make().ask("And in 1905?", ["Was the tower built of brick in 1904?"]).trace
        assert trace is not None
        assert trace.question in {form for form, _ in trace.forms}
        assert "Was the tower built of brick in 1905?" in {form for form, _ in trace.forms}
        assert max(confidence for _, confidence in trace.forms) == trace.extracts[0].confidence

    def test_a_refusal_has_one_too(self, make: Make) -> None:
        trace = make().ask("What is the melting point of tungsten?").trace
        assert trace is not None
        assert all(extract.confidence < trace.threshold for extract in trace.extracts)
        nothing = make().ask("The old bridge", only=[]).trace
        assert nothing is not None
        assert (nothing.retrieved, nothing.read, nothing.extracts) == ((), 0, ())


class TestHits:
    @pytest.mark.parametrize("k", [1, 3, 100])
    def test_as_many_as_wanted_in_the_order_of_their_scores(self, make: Make, k: int) -> None:
        pincite = make()
        answer = pincite.ask("Old bridge was built of copper?", top_k=k)
        everything = pincite.ask("Old bridge was built of copper?", top_k=100)
        assert answer.hits == everything.hits[:k]
        assert answer.answers == everything.answers
        assert [hit.rank for hit in answer.hits] == list(range(1, len(answer.hits) + 1))
        scores = [hit.score for hit in everything.hits]
        assert scores == sorted(scores, reverse=True)

    def test_what_was_read_has_the_readers_score(self, make: Make) -> None:
        answer = make(read_passages=2).ask("Old bridge was built of copper?", top_k=5)
        assert ["reader" in hit.scores for hit in answer.hits] == [True, True, False, False, False]

    def test_the_reader_reads_no_more_than_it_should(self, make: Make) -> None:
        reader = FakeReader()
        make(reader, read_passages=3).ask("Old bridge was built of copper?", top_k=100)
        assert [len(hits) for _, hits in reader.asked] == [2, 3]

    def test_more_is_read_as_long_as_a_better_place_may_be_there(self, make: Make) -> None:
        reader = FakeReader()
        answer = make(reader, read_passages=5, read_first=1).ask("Old bridge was built of copper?", top_k=100)
        assert [len(hits) for _, hits in reader.asked] == [1, 2, 4, 5]
        assert answer.trace is not None and answer.trace.read == 5 < len(answer.hits)
        assert ["reader" in hit.scores for hit in answer.hits] == [number < 5 for number in range(len(answer.hits))]

    def test_what_cannot_win_any_more_is_not_read(self, make: Make) -> None:
        """The best extract scores 6/7: with a reach of -0.2 a passage may come near it, to 0.5, from 0.557 on."""
        question = "Old bridge was built painted of copper?"
        hits = make().search(question, top_k=5)
        reader = FakeReader(reach=-0.2)
        answer = make(reader, read_passages=5, read_first=1).ask(question)
        assert answer.confidence == pytest.approx(6 / 7)
        may = [hit.passage for hit in hits[1:] if hit.score >= 6 / 7 - BESIDE + 0.2]
        assert 0 < len(may) < 4
        assert [hit.passage for hit in reader.asked[-1][1]] == [hits[0].passage, *may]
        everything = make(read_passages=5).ask(question)
        assert answer.text == everything.text and answer.confidence == everything.confidence

    @pytest.mark.parametrize(
        ("question", "settings", "read"),
        [
            ("How many old bridges were built of copper?", {}, ["twin.txt", "hall.txt", "bridge.txt"]),
            ("Which old bridge was built of copper?", {}, ["twin.txt"]),  # no figure
            ("How many old bridges in Ulm were built of copper?", {}, ["twin.txt"]),  # which no other names
            ("How many old bridges were built of copper?", {"min_confidence": 0.9}, ["twin.txt"]),  # not shown
            ("How many old bridges were built of copper?", {"read_passages": 2}, ["twin.txt", "hall.txt"]),
        ],
    )
    def test_for_another_figure_each_document_is_read_that_may_give_it(
        self, make: Make, question: str, settings: dict[str, float], read: list[str]
    ) -> None:
        reader = FakeReader(reach=-1.0)  # no passage can be better, all lie near enough
        make(reader, read_first=1, **{"min_confidence": 0.1, "read_passages": 4, **settings}).ask(question)
        assert [hit.passage.document_id for hit in reader.asked[-1][1]] == read

    def test_the_likeliest_of_all_is_sought_for_a_calibration(self, make: Make) -> None:
        reader = FakeReader(reach=-math.inf)
        make(reader, read_first=2).best("Old bridge was built painted of copper?")
        assert len(reader.asked[-1][1]) > 2


class TestQuestions:
    @pytest.mark.parametrize(
        ("question", "message"),
        [
            ("", "is empty"),
            (" \n\t\u3000 ", "is empty"),
            ("\x00\x1b\u200b\u202e\ufeff\udcff", "is empty"),
            ("?", "no word in it"),
            ("…—!😀", "no word in it"),
            ("x" * (MAX_QUESTION + 1), "2,001 characters; at most 2,000"),
            ("x " * 10_000, "20,000 characters"),
            ("why " * 60, "more than the 48 word pieces that fake reads"),
        ],
    )
    def test_what_cannot_be_asked(self, make: Make, question: str, message: str) -> None:
        pincite = make()
        for ask in (pincite.ask, pincite.search):
            with pytest.raises(QuestionError, match=message) as caught:
                ask(question)
            assert "\n" not in str(caught.value)

    def test_what_steers_a_terminal_is_left_out_for_the_reader_and_kept_in_the_answer(self, make: Make) -> None:
        reader = FakeReader()
        answer = make(reader).ask("  Was\x00the\x1btower\u202ebuilt\udcff?\n")
        assert reader.asked[0][0] == "Was the tower built ?"
        assert answer.question == "  Was\x00the\x1btower\u202ebuilt\udcff?\n"

    @pytest.mark.parametrize(
        "question", ["How many states are there?", "What does WHO say?", "What is IT?", "What is sourcing?", "2030?"]
    )
    def test_a_question_about_something_is_read(self, make: Make, question: str) -> None:
        reader = FakeReader()
        make(reader).ask(question)
        assert reader.asked

    @pytest.mark.parametrize(
        "question",
        [
            "桥是什么时候建的？",
            "中国计划在哪一年建成成熟的国家技术转移体系并由谁负责",
            "Когда?",
            "1904",
            "a",
            "<|endoftext|> bridge",
            "É",
        ],
    )
    def test_what_can_be_asked(self, make: Make, question: str) -> None:
        assert len(make().ask(question).hits) > 3

    def test_history(self, make: Make) -> None:
        reader = FakeReader()
        answer = make(reader).ask("And the tower?", ["Was the old bridge built of copper?", "\x00", ""])
        assert answer.history == ("Was the old bridge built of copper?", "\x00", "")
        assert answer.question == "And the tower?"
        assert any("tower" in form and "copper" in form for form, _ in reader.asked)

    def test_of_a_history_that_is_too_long_what_fits_is_asked(self, make: Make, fake: FakeEncoder) -> None:
        reader = FakeReader(reach=-math.inf)
        answer = make(reader).ask("And the tower?", ["Was the old bridge built of copper? " * 500])
        [(form, _)] = reader.asked
        assert form.startswith("the tower? (") and form.endswith("built of copper)")
        assert fake.count_tokens([form])[0] <= fake.max_tokens
        assert answer.question == "And the tower?" and answer.hits


def test_what_is_said_of_another_month_is_no_second_answer(tmp_path: Path, fake: FakeEncoder) -> None:
    texts = {
        "a.txt": "The harbour handled 312 ships in May 1904. The harbour handled 287 ships in June 1904.",
        "b.txt": "The harbour handled 300 ships in May 1904.",
        "c.txt": "The harbour handled 310 ships in May 1905.",
    }
    build(Request([document(text, id=id) for id, text in texts.items()], fake, 64), tmp_path / "index")
    with closing(Pincite(open_index(tmp_path / "index"), fake, FakeReader(), Settings(min_confidence=0.5))) as pincite:
        quotes = {quote for _, quote in places(pincite.ask("Which ships has the harbour handled in May 1904?"))}
        assert quotes == {"The harbour handled 312 ships in May 1904.", "The harbour handled 300 ships in May 1904."}
        assert len(places(pincite.ask("Which ships has the harbour handled?"))) == 4


class TestSameAnswer:
    QUESTIONS = ("Old bridge was built of copper?", "What leans?", "Is it closed until June?", "Tungsten?")

    def test_whatever_was_asked_before(self, make: Make) -> None:
        alone = {question: make().ask(question) for question in self.QUESTIONS}
        pincite = make()
        for question in (*self.QUESTIONS, *reversed(self.QUESTIONS)):
            assert pincite.ask(question) == alone[question]  # seconds are not compared
        assert len({answer.hits[0].passage.text for answer in alone.values()}) > 1  # they do differ

    def test_from_several_threads(self, make: Make) -> None:
        pincite = make()
        alone = {question: pincite.ask(question) for question in self.QUESTIONS}

        def wrong(_: int) -> list[str]:
            pincite.document("hall.txt")
            return [question for question in self.QUESTIONS * 5 if pincite.ask(question) != alone[question]]

        assert four_threads(wrong) == [[]] * 4


class TestManyQuestions:
    def test_each_as_if_it_were_asked_alone(self, make: Make) -> None:
        asked = [(question, ["Who built the tower?"]) for question in TestSameAnswer.QUESTIONS] * 3
        pincite = make()
        alone = [pincite.ask(*each, top_k=2, only=["hall.txt", "tower.txt"]) for each in asked]
        assert list(pincite.ask_many(asked, top_k=2, only=["hall.txt", "tower.txt"])) == alone
        assert list(pincite.ask_many([])) == []

    def test_they_are_under_way_together_and_come_in_order(self, make: Make) -> None:
        class Waits(FakeReader):
            second = Event()

            def read(self, question: str, hits: Sequence[Hit]) -> list[Extract]:
                if question == "What leans?":
                    self.second.set()
                assert self.second.wait(60)
                return super().read(question, hits)

        asked = ["Was the old bridge built?", "What leans?", "Was the old hall built?"]
        came = make(Waits()).ask_many([(question, ()) for question in asked])
        assert [answer.question for answer in came if isinstance(answer, Answer)] == asked

    def test_one_that_cannot_be_asked_costs_only_itself(self, make: Make) -> None:
        first, bad, last = make().ask_many([("What leans?", ()), ("?!", ()), ("What leans?", ())])
        assert isinstance(bad, QuestionError) and "no word in it" in str(bad)
        assert first == last and isinstance(first, Answer)

    def test_what_nobody_waits_for_is_not_asked(self, make: Make) -> None:
        reader = FakeReader()
        came = make(reader).ask_many([(f"What leans {n}?", ()) for n in range(1_000)])
        next(came)
        came.close()  # type: ignore[attr-defined]
        assert 1 <= len(reader.asked) < 1_000


class TestOpen:
    @pytest.fixture(autouse=True)
    def load(self, monkeypatch: pytest.MonkeyPatch, fake: FakeEncoder) -> None:
        monkeypatch.setattr(pipeline, "load_encoder", lambda name: fake)

    @pytest.fixture
    def index_dir(self, tmp_path: Path) -> Path:
        build(Request([document(TEXTS["hall.txt"], id="hall.txt")], FakeEncoder(), 16), tmp_path / "index")
        return tmp_path / "index"

    def test_sources_and_documents(self, index_dir: Path) -> None:
        pincite = Pincite.open(index_dir)
        assert [entry.source.id for entry in pincite.sources()] == ["hall.txt"]
        assert pincite.document("hall.txt").text == TEXTS["hall.txt"]
        assert pincite.failures() == ()
        with pytest.raises(KeyError):
            pincite.document("nowhere.txt")
        pincite.close()

    def test_no_index(self, tmp_path: Path) -> None:
        with pytest.raises(IndexMissing, match="run `pincite index --index"):
            Pincite.open(tmp_path / "nowhere")

    def test_another_encoder_than_the_one_it_was_made_with(self, index_dir: Path, fake: FakeEncoder) -> None:
        fake.fingerprint = "fake-2"
        with pytest.raises(IndexOutdated, match=f"another fake: run `pincite index --index {index_dir}`"):
            Pincite.open(index_dir)

    def test_an_encoder_that_is_gone(self, index_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def gone(name: str) -> None:
            raise EncoderError(f"no model {name!r}")

        monkeypatch.setattr(pipeline, "load_encoder", gone)
        with pytest.raises(EncoderError, match="no model 'fake'"):
            Pincite.open(index_dir)
