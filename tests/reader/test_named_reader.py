"""Readers that a user names: span decoding held to brute force over transformers' own output, and what is refused."""

from __future__ import annotations

import json
import math
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from fakes import FakeEncoder
from test_reader import HITS, ODD_HITS, check, even, hit, words
from tiny_models import config, figure_finder, random_model, save, tokenizer, word_liker

from qa.errors import ReaderError
from qa.reader.named import named_reader
from qa.reader.neural import MAX_SPAN, SpanModel
from qa.reader.scoring import ScoredReader, sigmoid
from qa.reader.similarity import Similarity
from qa.reader.transformer import load_pairs

QUESTION = "When was the tower built?"
LONG = "The council met in the old hall. " * 12 + "It was built in 1904. " + "Wheat is sown in October. " * 9


def reader(folder: Path) -> ScoredReader:
    return named_reader(str(folder), Similarity(FakeEncoder()), even)


def spans(folder: Path) -> SpanModel:
    pairs = load_pairs(folder, "QuestionAnswering")
    return SpanModel(pairs.span_scores, pairs.windows)


@pytest.fixture(scope="module")
def finder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return figure_finder(tmp_path_factory.mktemp("models") / "finder")


@pytest.fixture(scope="module")
def liker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return word_liker(tmp_path_factory.mktemp("models") / "liker", "copper")


def every_span(folder: Path, question: str, text: str, most: int, overlap: int) -> dict[tuple[int, int], float]:
    """Each possible span of the text and its best score over all windows, start + end less what ``[CLS]`` has, one
    by one."""
    model = transformers.AutoModelForQuestionAnswering.from_pretrained(folder).eval()
    cut = tokenizer()(
        question,
        text,
        truncation="only_second",
        max_length=most,
        stride=overlap,
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
        return_token_type_ids=True,
    )
    found: dict[tuple[int, int], float] = {}
    for window in range(len(cut["input_ids"])):
        inputs = {name: torch.tensor([cut[name][window]]) for name in ("input_ids", "token_type_ids")}
        with torch.no_grad():
            output = model(**inputs)
        start, end = output.start_logits[0].tolist(), output.end_logits[0].tolist()
        inside = [i for i, part in enumerate(cut.sequence_ids(window)) if part == 1]
        for first in inside:
            for last in inside:
                if first <= last < first + MAX_SPAN:
                    place = (cut["offset_mapping"][window][first][0], cut["offset_mapping"][window][last][1])
                    score = start[first] + end[last] - start[0] - end[0]
                    found[place] = max(found.get(place, -math.inf), score)
    return found


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("text", ["It was built in 1904 by Anna Weber.", "Copper", LONG])
def test_spans_are_those_of_brute_force(tmp_path: Path, seed: int, text: str) -> None:
    folder = random_model(tmp_path / "model", "QuestionAnswering", seed)
    expected = every_span(folder, QUESTION, text, most=62, overlap=10)
    [reading] = spans(folder).read(QUESTION, [("", text)])
    best = max(expected, key=lambda place: expected[place])
    assert (reading.spans[0].start, reading.spans[0].end) == best
    for span in reading.spans:
        assert span.score == pytest.approx(expected[span.start, span.end], abs=1e-4)
    # The next best are the best of those that overlap none before.
    taken: list[tuple[int, int]] = []
    for span in reading.spans:
        free = {p: s for p, s in expected.items() if all(p[1] <= a or b <= p[0] for a, b in taken)}
        assert span.score == pytest.approx(max(free.values()), abs=1e-4)
        taken.append((span.start, span.end))


def test_windows_cover_a_long_passage_and_overlap(finder: Path) -> None:
    windows = load_pairs(finder, "QuestionAnswering").windows((QUESTION, "The tower", LONG))
    assert len(windows) > 3
    places = [window.places for window in windows if window.places]
    assert all(first[-10:] == second[:10] for first, second in pairwise(places[1:]))
    covered = {place for one in places for place in one}
    whole = tokenizer()(LONG, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
    assert covered == {tuple(place) for place in whole}
    assert all(len(window.pieces) <= 62 for window in windows)


def test_what_stands_late_in_a_long_passage_is_found(finder: Path) -> None:
    [reading] = spans(finder).read(QUESTION, [("The tower", LONG)])
    assert LONG[reading.spans[0].start : reading.spans[0].end] == "1904"
    assert reading.spans[0].score > 0 > reading.spans[1].score


def test_no_answer_is_kept_and_scores_compare_between_passages(finder: Path) -> None:
    """A sigmoid for each span: what else a passage has moves no score, and a passage without an answer says so."""
    two_figures = "It was 2024 or 1904, by copper and gold."
    one, two, none = spans(finder).read(QUESTION, [("", "It was 1904."), ("", two_figures), ("", "It was copper.")])
    scores = {two_figures[span.start : span.end]: span.score for span in two.spans}
    assert scores["1904"] == pytest.approx(one.spans[0].score, abs=1e-4)
    assert scores["1904"] > 0 < scores["2024"]
    assert none.spans[0].score < 0 > none.answer_logit
    assert one.answer_logit > 0 and sigmoid(-one.answer_logit) == pytest.approx(math.exp(one.null_score))


def test_the_figure_that_answers_comes_first(finder: Path) -> None:
    hits = [hit(1, "The old hall is closed."), hit(2, "Anna Weber met the council.", "The tower was built in 1904.")]
    extracts = reader(finder).read(QUESTION, hits)
    check(extracts)
    assert extracts[0].passage is hits[1].passage
    assert words(extracts[0], extracts[0].quote) == "The tower was built in 1904."
    assert words(extracts[0], extracts[0].span) == "1904"
    assert extracts[0].confidence > 0.5 > max(one.confidence for one in extracts[1:])


def test_a_cross_encoder_ranks_and_our_rules_find_the_words(liker: Path) -> None:
    hits = [
        hit(1, "The bridge was closed in June because it leans."),
        hit(2, "The council met in March.", "The roof was closed in October because copper was stolen."),
    ]
    extracts = reader(liker).read("Why was it closed?", hits)
    check(extracts)
    assert extracts[0].passage is hits[1].passage
    assert words(extracts[0], extracts[0].quote) == "The roof was closed in October because copper was stolen."
    assert words(extracts[0], extracts[0].span) == "because copper was stolen"
    assert {e.quote for e in extracts} == {one for hit in hits for one in hit.passage.sentences}


@pytest.mark.parametrize("text", ["Copper was stolen from the bridge.", LONG, "?"])
def test_relevance_is_the_models_own_score_of_its_best_window(tmp_path: Path, text: str) -> None:
    folder = random_model(tmp_path / "model", "SequenceClassification", num_labels=1)
    model = transformers.AutoModelForSequenceClassification.from_pretrained(folder).eval()
    cut = tokenizer()(
        QUESTION,
        text,
        truncation="only_second",
        max_length=62,
        stride=10,
        return_overflowing_tokens=True,
        return_token_type_ids=True,
    )
    scores = []
    for pieces, types in zip(cut["input_ids"], cut["token_type_ids"], strict=True):
        with torch.no_grad():
            inputs = {"input_ids": torch.tensor([pieces]), "token_type_ids": torch.tensor([types])}
            scores.append(float(model(**inputs).logits[0, 0]))
    found = load_pairs(folder, "SequenceClassification").relevance((QUESTION, "", text))
    assert found == pytest.approx(max(scores), abs=1e-5)


@pytest.fixture(params=["finder", "liker"])
def either(request: pytest.FixtureRequest) -> ScoredReader:
    return reader(request.getfixturevalue(request.param))


@pytest.mark.parametrize("question", ["When was the bridge closed?", "谁关闭了桥？", "?", "gold " * 300, "1904"])
def test_odd_passages(either: ScoredReader, question: str) -> None:
    check(either.read(question, ODD_HITS))
    for odd in ODD_HITS:
        check(either.read(question, [odd]))


def test_the_same_again_whatever_else_is_read(either: ScoredReader) -> None:
    first = either.read(QUESTION, HITS)
    assert first and either.read(QUESTION, HITS) == first
    alone = [extract for one in HITS for extract in either.read(QUESTION, [one])]
    assert {(e.quote, e.score, e.confidence) for e in alone} == {(e.quote, e.score, e.confidence) for e in first}


def test_nobody_measured_how_sure_it_may_be(either: ScoredReader) -> None:
    assert not either.calibrated and either.least_confidence(0.8) == 0.8


def test_the_name_changes_with_the_weights(tmp_path: Path) -> None:
    names = [reader(random_model(tmp_path / "a model", "QuestionAnswering", seed)).name for seed in (1, 1, 2)]
    assert names[0] == names[1] != names[2]
    assert all(name.startswith("a model-") for name in names)


def without(folder: Path, to: Path, *names: str) -> Path:
    shutil.copytree(folder, to, ignore=lambda _, every: [name for name in every if name in names])
    return to


def refused(folder: Path) -> str:
    with pytest.raises(ReaderError) as caught:
        reader(folder).read(QUESTION, HITS)
    message = str(caught.value)
    assert str(folder) in message and "--reader" in message and "\n" not in message
    return message


def test_pickled_weights_are_not_read(finder: Path, tmp_path: Path) -> None:
    folder = without(finder, tmp_path / "model", "model.safetensors")
    torch.save({}, folder / "pytorch_model.bin")
    message = refused(folder)
    assert "no .safetensors weights" in message and "pytorch_model.bin is not read" in message


def test_without_a_tokenizer(finder: Path, tmp_path: Path) -> None:
    folder = without(finder, tmp_path / "model", "tokenizer.json", "vocab.txt")
    assert "holds no tokenizer" in refused(folder)


def test_an_empty_folder_and_one_without_configuration(finder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "no .safetensors weights" in refused(tmp_path / "empty")
    assert "config.json does not say" in refused(without(finder, tmp_path / "model", "config.json"))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"architectures": []}', '{"architectures": null}', "\x00"])
def test_a_configuration_that_says_nothing(finder: Path, tmp_path: Path, text: str) -> None:
    folder = without(finder, tmp_path / "model")
    (folder / "config.json").write_text(text)
    assert "config.json does not say what kind" in refused(folder)


@pytest.mark.parametrize(
    ("kind", "more", "said"),
    [
        ("MaskedLM", {}, "it is a BertForMaskedLM"),
        ("TokenClassification", {}, "it is a BertForTokenClassification"),
        ("SequenceClassification", {"num_labels": 3}, "3 classes"),
        ("SequenceClassification", {}, "2 classes"),
    ],
)
def test_models_of_another_kind(tmp_path: Path, kind: str, more: dict[str, Any], said: str) -> None:
    assert said in refused(random_model(tmp_path / "model", kind, **more))


def test_an_encoder_is_no_reader(tmp_path: Path) -> None:
    folder = save(tmp_path / "model", transformers.BertModel(config()))
    assert "it is a BertModel" in refused(folder)


def test_a_head_that_was_never_trained(tmp_path: Path) -> None:
    """transformers fills what weights lack with chance."""
    folder = save(tmp_path / "model", transformers.BertModel(config()))
    told = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**told, "architectures": ["BertForQuestionAnswering"]}))
    assert "no trained weights for qa_outputs" in refused(folder)


def test_damaged_weights(finder: Path, tmp_path: Path) -> None:
    folder = without(finder, tmp_path / "model")
    (folder / "model.safetensors").write_bytes((finder / "model.safetensors").read_bytes()[:-100])
    assert "cannot be loaded" in refused(folder)


def test_a_tokenizer_of_another_model(finder: Path, tmp_path: Path) -> None:
    folder = without(finder, tmp_path / "model")
    other = tokenizer()
    other.add_tokens([f"word{number}" for number in range(50)])
    other.save_pretrained(folder)
    assert "tokenizer is that of another model" in refused(folder)


def test_a_model_that_reads_a_few_words(tmp_path: Path) -> None:
    assert "reads 10 word pieces" in refused(random_model(tmp_path / "model", "QuestionAnswering", positions=12))


def test_code_in_a_folder_is_not_run(finder: Path, tmp_path: Path) -> None:
    folder = without(finder, tmp_path / "model")
    ran = tmp_path / "ran"
    (folder / "own.py").write_text(f"from pathlib import Path\nPath({str(ran)!r}).touch()\n")
    told = json.loads((folder / "config.json").read_text())
    maps = {"AutoConfig": "own.Own", "AutoModelForQuestionAnswering": "own.Own"}
    (folder / "config.json").write_text(json.dumps({**told, "model_type": "own", "auto_map": maps}))
    refused(folder)
    assert not ran.exists()


@pytest.mark.parametrize("name", ["no-such/model-name", "nowhere/at/all/really", "x" * 300, "~nobody/x"])
def test_an_unknown_name_without_a_network(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(ReaderError, match="leave out --reader to use the reader that comes with Pincite") as caught:
        named_reader(name, Similarity(FakeEncoder()), even)
    assert "\n" not in str(caught.value)
