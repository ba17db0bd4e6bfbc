"""From a question and hits to extracts: what is asked for, which words answer, in which order, how surely."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import replace

import pytest
from fakes import FakeEncoder

from qa.errors import ReaderError
from qa.reader.answer_types import best_span
from qa.reader.evidence import measure, tells
from qa.reader.mentions import of_another_time
from qa.reader.neural import SpanModel
from qa.reader.question import analyse
from qa.reader.scoring import Candidate, Linear, Scorer, sigmoid, why_not
from qa.reader.sentence import SentenceReader
from qa.reader.similarity import Similarity
from qa.reader.trained import TrainedReader
from qa.types import Extract, Hit, Passage, Span

START = 1000
"""Where every passage begins in its document, so that offsets into passages and documents cannot be mixed up."""


def passage(*sentences: str, id: str = "d.txt", context: str = "") -> Passage:
    """A passage of these sentences, a space between them."""
    spans: list[Span] = []
    at = START
    for sentence in sentences:
        spans.append(Span(at, at + len(sentence)))
        at += len(sentence) + 1
    text = " ".join(sentences)
    return Passage(id, START, START + len(text), text, context, tuple(spans))


def hit(rank: int, *sentences: str, context: str = "", score: float = 0.5) -> Hit:
    return Hit(rank, passage(*sentences, id=f"{rank}.txt", context=context), score, {"dense": score})


def words(extract: Extract, place: Span) -> str:
    return extract.passage.text[place.start - START : place.end - START]


@pytest.mark.parametrize(
    ("ranks", "agreement"), [({"dense": 1, "lexical": 4}, 0.25), ({"dense": 1, "lexical": 1}, 1.0), ({"dense": 1}, 0.0)]
)
def test_agreement_is_that_of_both_searches(ranks: dict[str, int], agreement: float) -> None:
    one = Hit(1, passage("The hub opened in 2014."), 0.5, {"dense": 0.5}, ranks)
    assert measure(analyse("When?"), one, one.passage.sentences[0], lambda term: 1.0).agreement == agreement


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("What hub did Lyon open in 2014?", 1),
        ("What hub did Lyon open?", 1),
        ("What did they open in 2014?", 1),  # the year need not stand in the sentence itself
        ("What hub did Lyon and Osaka open?", 0.5),
        ("What hub did Osaka open in 2014?", 0.5),
        ("Is the hub among those in France?", 0.5),
        ("What hub did Kobe open in 2014?", 0),
        ("What hub did Lyon open in 2015?", 0),
        ("What was built?", 1),
    ],
)
def test_a_sentence_names_what_is_asked_about_or_not(question: str, named: float) -> None:
    one = hit(1, "It was in 2014.", "Then Lyon opened the hub.", "Osaka did not.", context="In France")
    assert measure(analyse(question), one, one.passage.sentences[1], lambda term: 1.0).named == named


@pytest.mark.parametrize(
    ("question", "type", "names", "numbers"),
    [
        ("When will the hub be complete?", "date", (), ()),
        ("By when must cities report?", "date", (), ()),
        ("In what year was Kuka founded?", "date", ("kuka",), ()),
        ("By how much did income rise?", "percent", (), ()),
        ("What share of robots is imported?", "percent", (), ()),
        ("What was Beijing's R&D intensity in 2024?", "percent", ("beijing", "r&d"), ("2024",)),
        ("How much money did Tencent earn?", "money", ("tencent",), ()),
        ("How much did the bridge cost?", "money", (), ()),
        ("How many robots are 1,200 and 3.5 and 1,200?", "number", (), ("1200", "3.5")),
        ("How long is the bridge?", "number", (), ()),
        ("Who chairs JoyGovAI?", "person", ("joygovai",), ()),
        ("Whose plan is it?", "person", (), ()),
        ("Which minister signed it?", "person", (), ()),
        ("Where is the hub?", "place", (), ()),
        ("Which city holds the fair?", "place", (), ()),
        ("Which company made the chip?", "organisation", (), ()),
        ("Why was the bridge closed?", "reason", (), ()),
        ("What is the purpose of the fund?", "reason", (), ()),
        ("Name the sectors of the plan.", "list", (), ()),
        ("What are the fields of the plan?", "list", (), ()),
        ("What does TFP mean?", "definition", ("tfp",), ()),
        ("What is a data centre?", "definition", (), ()),
        ("Did the Bank of England meet?", "other", ("bank of england",), ()),
        ("when did beijing report", "date", (), ()),
        ("Did the U.S. envoys meet?", "other", ("u.s.",), ()),
        ("WHO OPENED THE CENTRE IN BEIJING?", "person", (), ()),
        ("谁开放了中心？", "other", (), ()),
        ("", "other", (), ()),
        ("?!", "other", (), ()),
    ],
)
def test_what_a_question_asks_for(question: str, type: str, names: tuple[str, ...], numbers: tuple[str, ...]) -> None:
    asked = analyse(question)
    assert (asked.type, asked.names, asked.numbers) == (type, names, numbers)


def test_terms_are_stemmed_and_stand_once() -> None:
    assert analyse("Which bridges near closing bridges closed?").terms == ("bridg", "near", "close")


@pytest.mark.parametrize("question", ["Why was the bridge closed?", "Does the council close the bridge?"])
def test_asking_words_are_no_terms(question: str) -> None:
    assert set(analyse(question).terms) <= {"council", "bridg", "close"}


def test_a_question_of_asking_words_alone_keeps_them() -> None:
    assert analyse("Which source?").terms


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("When was the tower built?", "The tower was built on 3 May 1904 by Ana Müller.", "3 May 1904"),
        ("When was the tower built?", "In 1880 the mill burnt, and here the tower was built in 1904.", "1904"),
        ("Since when has it been shut?", "It has been shut since June.", "June"),
        ("By how much did income rise?", "Income rose by 7.5 percent to 300 yuan.", "7.5 percent"),
        ("What share of robots is imported?", "Of 12 robots, about 40% are imported.", "40%"),
        ("How many robots were sold?", "In all, 1,200 robots were sold.", "1,200"),
        ("How many robots were sold in 2020?", "In 2020, 1,200 robots were sold.", "1,200"),
        ("How many bridges are there?", "There are three bridges.", "three"),
        ("How much did the bridge cost?", "The bridge of 1904 cost $3.5 million.", "$3.5 million"),
        (
            "Why was the bridge closed?",
            "It was closed because its cables had rusted; work began.",
            "because its cables had rusted",
        ),
        ("Why was the bridge closed?", "It was closed due to ice.", "due to ice"),
        ("Who chairs JoyGovAI?", "JoyGovAI is chaired by Ana Müller.", "Ana Müller"),
        ("Where is the fair held?", "The fair is held in Lyon, France.", "Lyon, France"),
    ],
)
def test_the_words_that_answer(question: str, sentence: str, expected: str) -> None:
    span = best_span(analyse(question), sentence)
    assert sentence[span.start : span.end] == expected


@pytest.mark.parametrize("question", ["When did it rain?", "Did it rain?", "What are the kinds of rain?"])
def test_where_nothing_speaks_for_a_part_the_whole_sentence(question: str) -> None:
    assert best_span(analyse(question), "  It rained, all day. ") == Span(2, 20)


def candidate(hit: Hit, sentence: int, **inputs: float) -> Candidate:
    quote = hit.passage.sentences[sentence]
    return Candidate(hit, quote, Span(quote.start, quote.start + 1), inputs)


ASKED = analyse("did it rain?")
FIRST, SECOND = hit(1, "It rained.", "It snowed."), hit(2, "It hailed.")


def test_the_order_is_that_of_the_scores() -> None:
    scorer = Scorer(Linear({"a": 2.0, "b": -1.0}, 0.5), Linear({}))
    candidates = [
        candidate(FIRST, 0, a=1.0, b=2.0),  # 0.5 + 2 - 2
        candidate(FIRST, 1, a=1.5, unknown=100.0),  # 0.5 + 3
        candidate(SECOND, 0, a=1.0),  # 0.5 + 2
    ]
    extracts = scorer.extracts(ASKED, candidates)
    assert [extract.score for extract in extracts] == pytest.approx([3.5, 2.5, 0.5])
    assert [words(extract, extract.quote) for extract in extracts] == ["It snowed.", "It hailed.", "It rained."]
    assert [extract.passage for extract in extracts] == [FIRST.passage, SECOND.passage, FIRST.passage]
    assert all(extract.span == Span(extract.quote.start, extract.quote.start + 1) for extract in extracts)


def test_ties_stay_in_the_order_given() -> None:
    scorer = Scorer(Linear({"a": 1.0}), Linear({}))
    candidates = [candidate(SECOND, 0, a=1.0), candidate(FIRST, 1, a=1.0), candidate(FIRST, 0, a=1.0)]
    extracts = scorer.extracts(ASKED, candidates)
    assert [words(extract, extract.quote) for extract in extracts] == ["It hailed.", "It snowed.", "It rained."]


def test_no_candidates_no_extracts() -> None:
    assert Scorer(Linear({}), Linear({})).extracts(ASKED, []) == []


def test_the_confidence_reads_inputs_and_bias() -> None:
    # Log odds ln(9) * b - 1.
    scorer = Scorer(Linear({"a": 2.0}), Linear({"b": math.log(9)}, -1.0))
    candidates = [candidate(FIRST, 0, a=1.0, b=1.0), candidate(SECOND, 0, a=2.0)]
    extracts = scorer.extracts(ASKED, candidates)
    assert [extract.confidence for extract in extracts] == pytest.approx([1 / (1 + math.e), 9 / (9 + math.e)])


def test_a_passage_may_reach_what_is_known_of_it_and_the_reach(trained: TrainedReader) -> None:
    """Its cosine of 0.5 counts 4, and its retrieval score of 0.3 counts 3: 2.9; a reach of 2 comes to 4.9."""
    unread = replace(hit(2, "It hailed.", score=0.3), scores={"dense": 0.5})
    rank = Linear({"passage_cosine": 4.0, "retrieved": 3.0, "span": 9.0, "sentence_cosine": 9.0})
    for reach, score, may in [(2.0, 4.8, True), (2.0, 5.0, False), (None, 99.0, True)]:
        reader = replace(trained, scorer=Scorer(rank, Linear({}), reach=reach))
        assert reader.may_reach("did it hail?", unread, score) == may


@pytest.mark.parametrize(("odds", "probability"), [(1, 0.5), (3, 0.75), (1 / 3, 0.25), (99, 0.99)])
def test_log_odds_to_a_probability(odds: float, probability: float) -> None:
    assert sigmoid(math.log(odds)) == pytest.approx(probability)


def test_far_out_log_odds_stay_probabilities() -> None:
    assert 0 <= sigmoid(-1e9) < 1e-20
    assert 1 - 1e-15 < sigmoid(1e9) <= 1


@pytest.mark.parametrize(
    ("question", "absent"),
    [
        ("What did Osaka build in 1904?", ["Osaka"]),
        ("What did Lyon build in 1999?", ["1999"]),
        ("What did Osaka build in 1999?", ["Osaka", "1999"]),
        ("Was it 19 or 4 or in March?", ["March", "19", "4"]),
        ("Were 500 built with 1 arch?", ["500", "1"]),
        ("Did Kobe, Osaka, Nara and Kyoto see it?", ["Kobe", "Osaka", "Nara and Kyoto"]),
        ("Did the Indians or Joan see it?", ["Indians", "Joan"]),
        ("Did the US or NATO see it?", ["US", "NATO"]),
        ("Did Lyons or Davis see it in Paris?", ["Lyons", "Davis", "Paris"]),
        ("Did Victoria see it in World War 3?", ["Victoria", "World War", "3"]),
    ],
)
def test_why_not_names_what_is_missing(question: str, absent: list[str]) -> None:
    reason = why_not(analyse(question), passage("Lyon built it in 1904, one of 12,500."))
    assert reason == f"The closest passage does not mention {' or '.join(f'“{word}”' for word in absent)}."


@pytest.mark.parametrize(
    ("question", "context"),
    [
        ("What did Lyon build in 1904?", ""),
        ("what did lyon build?", ""),
        ("Did Osaka build it in 1904?", "Reports > Osaka"),
        ("Were 1,200 built in Lyon?", "Of 1200"),
        ("Was it finished on 26 September 2016?", "Updated: Sept. 26,2016"),
        ("Was it in May or in February?", "May 3, Feb 4"),
        ("Which 3 bridges?", "Three bridges"),
        ("Which Chinese bridges?", "In China"),
        ("Which bridges has China?", "The Chinese bridges"),
        ("Did the Russians and the Koreans see it?", "From Russia and Korea"),
        ("Is it in Italy or in Germany?", "Italian and German"),
        ("Did the US and Canada see it?", "The United States, Canada"),
        ("Did the United States see it?", "Not for the U.S. alone"),
        ("Did the UN and the MOST see it?", "By the Ministry of Science and Technology and the United Nations"),
        ("Were Americans or Indians there?", "An American, an Indian"),
        ("Was it in Timisoara?", "In Timișoara"),
        ("Was it in World War 2?", "World War II"),
        ("Besides Lyon, which?", ""),
    ],
)
def test_where_nothing_is_missing_there_is_no_reason(question: str, context: str) -> None:
    assert why_not(analyse(question), passage("Lyon built it in 1904.", context=context)) is None


@pytest.mark.parametrize(
    ("question", "another"),
    [
        ("How many ships came in May 1904?", False),
        ("How many ships came in 1904?", False),
        ("How many ships came?", False),
        ("How many ships came in June 1904?", True),
        ("How many ships came in 1905?", True),
        ("How many may have come in 1904 or 1905?", False),
    ],
)
def test_what_is_said_of_another_time(question: str, another: bool) -> None:
    assert of_another_time(question, "It was 312 in May 1904.") == another
    assert not of_another_time(question, "It was 312, we march on.")


def even(term: str) -> float:
    """Every term tells as much as another."""
    return 1.0


HITS = (
    hit(1, "Wheat is sown in October.", "The harvest comes in July.", score=0.3),
    hit(2, "The council met.", "The bridge was closed in June because its cables had rusted.", "It rained.", score=0.8),
    hit(3, "Copper is a metal.", context="On metals", score=0.1),
)


def check(extracts: Sequence[Extract]) -> None:
    """What holds of every reader's extracts."""
    for extract in extracts:
        assert extract.passage.start <= extract.quote.start <= extract.span.start
        assert extract.span.start < extract.span.end <= extract.quote.end <= extract.passage.end
        # A run of whole sentences.
        assert extract.quote.start in {sentence.start for sentence in extract.passage.sentences}
        assert extract.quote.end in {sentence.end for sentence in extract.passage.sentences}
        assert 0 <= extract.confidence <= 1
        assert math.isfinite(extract.score)
    scores = [extract.score for extract in extracts]
    assert scores == sorted(scores, reverse=True)
    places = [(extract.passage.document_id, extract.quote) for extract in extracts]
    assert len(places) == len(set(places))


class TestSentenceReader:
    @pytest.fixture
    def reader(self, fake: FakeEncoder) -> SentenceReader:
        return SentenceReader(Similarity(fake), even)

    @pytest.mark.parametrize(
        ("question", "quote", "span"),
        [
            ("When was the bridge closed?", HITS[1].passage.sentences[1], "June"),
            ("Why was the bridge closed?", HITS[1].passage.sentences[1], "because its cables had rusted"),
        ],
    )
    def test_the_sentence_that_answers_comes_first(
        self, reader: SentenceReader, question: str, quote: Span, span: str
    ) -> None:
        extracts = reader.read(question, HITS)
        check(extracts)
        assert extracts[0].passage is HITS[1].passage
        assert extracts[0].quote == quote
        assert words(extracts[0], extracts[0].span) == span

    def test_every_sentence_is_a_candidate(self, reader: SentenceReader) -> None:
        extracts = reader.read("When was the bridge closed?", HITS)
        assert {(e.passage.document_id, e.quote) for e in extracts} == {
            (hit.passage.document_id, sentence) for hit in HITS for sentence in hit.passage.sentences
        }

    def test_the_same_again(self, reader: SentenceReader, fake: FakeEncoder) -> None:
        first = reader.read("When was the bridge closed?", HITS)
        assert reader.read("When was the bridge closed?", HITS) == first
        assert SentenceReader(Similarity(fake), even).read("When was the bridge closed?", HITS) == first

    @pytest.mark.parametrize("question", ["?", "谁关闭了桥？", "bridge " * 50, "1904", "Why?"])
    @pytest.mark.parametrize("text", ["?!", "7 7 7", "桥在六月关闭。", "gold " * 50 + "gold", "Why?", "“”"])
    def test_odd_text(self, reader: SentenceReader, question: str, text: str) -> None:
        extracts = reader.read(question, [hit(1, text)])
        assert len(extracts) == 1
        check(extracts)

    def test_nothing_to_read(self, reader: SentenceReader) -> None:
        assert reader.read("When?", []) == []
        assert reader.read("When?", [Hit(1, Passage("d", 0, 4, "word", "", ()), 0.5, {})]) == []


def test_a_model_that_cannot_be_prepared_is_an_error_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[threading.Thread] = []

    def fail(**_: object) -> SpanModel:
        tried.append(threading.current_thread())
        raise ReaderError("no weights")

    monkeypatch.setattr(SpanModel, "load", fail)
    reader = TrainedReader(Similarity(FakeEncoder()), even)
    reader.prepare()
    with pytest.raises(ReaderError, match="no weights"):
        reader.read("When was it closed?", HITS)
    for thread in tried:
        if thread is not threading.current_thread():
            thread.join()
    assert len(tried) == 2


def test_a_model_is_loaded_once_whoever_asks_first(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[SpanModel] = []

    def load(**_: object) -> SpanModel:
        made.append(SpanModel(lambda flat: []))
        return made[-1]

    monkeypatch.setattr(SpanModel, "load", load)
    reader = TrainedReader(Similarity(FakeEncoder()), even)
    for _ in range(3):
        reader.prepare()
    assert reader.model is made[0]
    reader.prepare()
    assert len(made) == 1


@pytest.fixture(scope="session")
def trained() -> TrainedReader:
    """The shipped network, loaded once."""
    reader = TrainedReader(Similarity(FakeEncoder()), even)
    assert reader.model is reader.model
    return reader


ODD_HITS = (
    hit(1, "When was the bridge closed?", "When was the bridge closed?", "When was the bridge closed?"),
    hit(2, "7 12 0 1904 3.5 99 100 2024 6"),
    hit(3, "gold " * 255 + "gold"),
    hit(4, "谁关闭了桥？", "桥在六月关闭。"),
    hit(5, "?!"),
    hit(6, "\u200b\ufeff\x07"),
    hit(7, "[SEP] [CLS] [MASK] [PAD]"),
    hit(8, "word " * 700 + "end."),
    hit(9, "a" * 500),
)


class TestTrainedReader:
    @pytest.mark.parametrize(
        ("question", "span"), [("When was the bridge closed?", "June"), ("Why was the bridge closed?", "cables")]
    )
    def test_the_sentence_that_answers_comes_first(self, trained: TrainedReader, question: str, span: str) -> None:
        extracts = trained.read(question, HITS)
        check(extracts)
        assert extracts[0].passage is HITS[1].passage
        assert extracts[0].quote == HITS[1].passage.sentences[1]
        assert span in words(extracts[0], extracts[0].span)

    def test_the_same_again(self, trained: TrainedReader) -> None:
        first = trained.read("When was the bridge closed?", [*HITS, *ODD_HITS])
        assert first
        assert trained.read("When was the bridge closed?", [*HITS, *ODD_HITS]) == first

    def test_the_order_of_the_hits_does_not_count(self, trained: TrainedReader) -> None:
        question = "When was the bridge closed?"
        here, back, turned = (
            {(e.passage.document_id, e.quote): e for e in trained.read(question, hits)}
            for hits in (HITS, HITS[::-1], (*HITS[1:], HITS[0]))
        )
        assert here
        for other in (back, turned):
            assert other.keys() == here.keys()
            for place, extract in here.items():
                assert other[place].span == extract.span
                assert other[place].score == pytest.approx(extract.score, abs=1e-4)
                assert other[place].confidence == pytest.approx(extract.confidence, abs=1e-4)

    def test_only_places_that_may_come_first_are_compared_with_the_question(self, trained: TrainedReader) -> None:
        """Without a ranking all are; ranked by hand after that, the same place comes first."""
        asked, hits = analyse("When was the bridge closed?"), [*HITS, *ODD_HITS]
        everything = replace(trained, scorer=Scorer(Linear({}), Linear({}))).candidates(asked, hits)
        compared = [one for one in trained.candidates(asked, hits) if _compared(one)]
        assert 0 < len(compared) < len([one for one in everything if _compared(one)])
        by_place = {(one.hit.rank, one.quote): one.inputs for one in everything}
        assert all(by_place[one.hit.rank, one.quote] == one.inputs for one in compared)
        best = max(everything, key=lambda one: trained.scorer.rank(one.inputs))
        first = trained.read(asked.text, hits)[0]
        assert (first.passage, first.quote) == (best.hit.passage, best.quote)

    def test_a_place_that_the_comparison_can_bring_to_the_front_is_compared(self, trained: TrainedReader) -> None:
        """A cosine weighs 4; with the passages' the places rank 7.2, 6.4, 5.6, 2.6 and 2.2. The first only repeats the
        question, so the second and third are compared first, which brings them to 3.2 and 3.6. A sentence's cosine may
        be 0.3 above its passage's, which counts 1.2: the fourth may yet lead, the last may not.
        """
        told = {
            "Was it closed?": (0.9, 1.0),
            "It closed in May.": (0.8, 0.0),
            "It closed in June.": (0.7, 0.2),
            "It closed in July.": (0.325, 0.9),
            "It closed in August.": (0.275, 1.0),
        }
        asked: list[str] = []

        class Told(Similarity):
            def __call__(self, question: str, sentences: Sequence[str]) -> list[float]:
                asked.extend(sentences)
                return [told[sentence][1] for sentence in sentences]

        rank = Linear({"sentence_cosine": 4.0, "retrieved": 4.0})
        reader = replace(trained, similarity=Told(FakeEncoder()), scorer=Scorer(rank, Linear({})))
        hits = [hit(rank, text, score=score) for rank, (text, (score, _)) in enumerate(told.items(), 1)]
        extracts = reader.read("When was it closed?", hits)
        assert words(extracts[0], extracts[0].quote) == "It closed in July."
        assert sorted(asked) == sorted([*told][:4]) and asked[:2] == [*told][1:3]

    @pytest.mark.parametrize("question", ["When was the bridge closed?", "谁关闭了桥？", "?", "gold " * 300, "1904"])
    def test_odd_passages(self, trained: TrainedReader, question: str) -> None:
        check(trained.read(question, ODD_HITS))
        for odd in ODD_HITS:
            check(trained.read(question, [odd]))

    def test_nothing_to_read(self, trained: TrainedReader) -> None:
        assert trained.read("When?", []) == []
        assert trained.read("When?", [Hit(1, Passage("d", 0, 4, "word", "", ()), 0.5, {})]) == []


def _compared(one: Candidate) -> bool:
    """Whether its own cosine is there, not its passage's."""
    return one.inputs["sentence_cosine"] != one.inputs["passage_cosine"]


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("When was the bridge closed?", "When was the bridge closed?", False),
        ("When was the bridge closed?", "The bridge closed.", False),
        ("When was the bridge closed?", "The bridge closed in June.", True),
        ("When was the bridge closed?", "In June.", True),
        ("Was the bridge closed?", "The bridge was closed.", True),
        ("Was the bridge closed?", "Was the bridge closed?", False),
        ("Which is older, the bridge or the tower?", "The tower is older.", True),
        ("What is 1904?", "7 12 0 1904", False),
        ("What is 1904?", "", False),
        ("gold gold", "gold gold gold", False),
        ("谁关闭了桥？", "桥在六月关闭。", True),
        ("谁关闭了桥？", "谁关闭了桥？", False),
    ],
)
def test_what_only_repeats_the_question_does_not_tell(question: str, text: str, expected: bool) -> None:
    assert tells(analyse(question), text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Why was it closed in May?", False),
        ("Q: Is there a fee for the ferry?", False),
        ("**Reporter:** How long will the U.S.-built ferry stay in dock?", False),
        ("12. When does the ferry leave?", False),
        ("When it closed in May, it was old.", True),
        ("What fee? Twenty cents.", True),
        ("The mayor, who closed it in May, asks: why not?", True),
        ("Mr. Holm closed it in May, didn't he?", True),
    ],
)
def test_a_question_of_a_source_does_not_tell(text: str, expected: bool) -> None:
    assert tells(analyse("Who shut the bridge?"), text) is expected


def test_what_does_not_tell_comes_last_and_is_not_believed(fake: FakeEncoder) -> None:
    hits = [hit(1, "When was the bridge closed?", score=1.0), hit(2, "It closed in June.", score=0.1)]
    extracts = SentenceReader(Similarity(fake), even).read("When was the bridge closed?", hits)
    check(extracts)
    assert [extract.passage.document_id for extract in extracts] == ["2.txt", "1.txt"]
    assert extracts[1].confidence == 0
