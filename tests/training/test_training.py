"""Training on a handful of examples: offsets stay exact, the loss falls, what is exported reads the same."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("bm25s")

from safetensors.torch import save_file  # noqa: E402

from qa.reader.neural import SpanModel  # noqa: E402
from qa.reader.neural_pieces import MAX_PIECES, Window, load_tokenizer, windows  # noqa: E402
from training.average import average, read_weights  # noqa: E402
from training.batches import POOL, Row, collate, plan, row  # noqa: E402
from training.export import export  # noqa: E402
from training.loss import KEEPING, among_rivals, keeping, loss, with_kept  # noqa: E402
from training.negatives import found_names, swapped, without_answer  # noqa: E402
from training.passages import cut, joined, sentences  # noqa: E402
from training.questions import Example, Item  # noqa: E402
from training.train import Trainer, kept  # noqa: E402
from training.wording import mistyped, reworded  # noqa: E402

TEXT = (
    "The hub in Zürich was opened in 2014 by Ana Müller. It cost 3.5 million francs. "
    "Its director, José Ñandú, left in 2019. In 2020 the hub moved to Łódź."
)
FACTS = [
    ("Who opened the hub?", "Ana Müller"),
    ("When was the hub opened?", "2014"),
    ("How much did the hub cost?", "3.5 million francs"),
    ("Who was its director?", "José Ñandú"),
    ("Where did the hub move?", "Łódź"),
]


def example(question: str, answer: str | None, text: str = TEXT, heading: str = "") -> Example:
    spans = [[text.index(answer), text.index(answer) + len(answer)]] if answer else []
    return {"set": "s", "kind": "k", "question": question, "heading": heading, "passage": text, "spans": spans}


@pytest.mark.parametrize(("question", "answer"), FACTS)
@pytest.mark.parametrize("heading", ["", "Reports > The hub"])
def test_gold_pieces_give_back_the_answer(question: str, answer: str, heading: str) -> None:
    made = row(example(question, answer, heading=heading))
    assert made is not None
    [(first, last)] = made.spans
    places = made.window.places
    start, end = places[first - made.window.first][0], places[last - made.window.first][1]
    assert TEXT[start:end] == answer


def test_an_answer_far_down_a_long_passage_is_in_some_window() -> None:
    text = "Nothing is said here. " * 120 + TEXT
    made = row(example(*FACTS[3], text=text))
    assert made is not None and len(made.window.pieces) <= MAX_PIECES
    [(first, last)] = made.spans
    places = made.window.places
    assert text[places[first - made.window.first][0] : places[last - made.window.first][1]] == "José Ñandú"


def test_windows_cover_every_piece_and_overlap() -> None:
    text = " ".join(f"word{i}" for i in range(600))
    [cuts] = windows("which word?", [("", text)])
    seen = {place for window in cuts for place in window.places}
    tokenizer = load_tokenizer()
    assert seen == set(tokenizer.encode(text, add_special_tokens=False).offsets)
    assert all(set(a.places) & set(b.places) for a, b in pairwise(cuts))


@pytest.mark.parametrize("seed", range(20))
def test_cut_and_joined_keep_answers_in_place(seed: int) -> None:
    rng = Random(seed)
    start = TEXT.index("José Ñandú")
    item = Item("s", "Who was its director?", TEXT, [(start, start + 10)], "s/a")
    for text, spans in (
        joined(item, ["Another text stands here.", "And a third one, quite short."], rng),
        cut("Filler stands here. " * 60 + TEXT, [(1200 + start, 1200 + start + 10)], rng),
    ):
        assert [text[a:b] for a, b in spans] == ["José Ñandú"]


def test_sentences_leave_no_gap() -> None:
    parts = sentences(TEXT)
    assert len(parts) == 4
    assert "".join(TEXT[a:b] for a, b in parts) == TEXT


def test_a_swapped_question_asks_what_the_passage_does_not_say() -> None:
    item = Item("s", "What did the hub do in 2020?", TEXT, [(0, 3)], "s/a")
    assert found_names(item.question) == [("year", 23, "2020")]
    pools = [{"year": ["2014", "2020", "1987"], "number": [], "name": []}]
    assert swapped(item, TEXT, pools, Random(0)) == "What did the hub do in 1987?"
    assert swapped(item, "The hub moved.", pools, Random(0)) is None


def test_less_its_answer_a_passage_holds_it_no_more() -> None:
    text = TEXT + " " + "The weather is fine there all year round. " * 4
    item = Item("s", "Where did the hub move?", text, [(text.index("Łódź"), text.index("Łódź") + 4)], "s/a")
    rest = without_answer(text, item, item.spans)
    assert rest is not None and "Łódź" not in rest and "Ana Müller" in rest


def test_rewording_is_the_same_for_the_same_seed() -> None:
    question = "When was the hub in Zürich opened?"
    assert [reworded(question, Random(i)) for i in range(30)] == [reworded(question, Random(i)) for i in range(30)]
    assert mistyped(question, Random(1)) != question


def test_the_plan_holds_every_row_once_and_fills_batches_by_windows() -> None:
    def window(number: int) -> Window:
        return Window([0] * Random(number).randint(10, 256), 1, 1, [])

    rows = [Row(window(i), [], tuple(window(i + n) for n in range(i % 3))) for i in range(1000)]
    batches = plan(rows, 32, 1)
    assert sorted(i for batch in batches for i in batch) == list(range(1000))
    counts = sorted(sum(len(rows[i].windows) for i in batch) for batch in batches)
    assert counts[-1] <= 34 and sum(count < 32 for count in counts) <= 1 + len(batches) // POOL


def test_a_question_is_read_with_its_rivals() -> None:
    asked = example(*FACTS[0])
    asked["rivals"] = [["Elsewhere", "A hub was opened by nobody."], ["", "The weather is fine."]]
    made = row(asked)
    assert made is not None and len(made.windows) == 3
    batch = collate([made, *(one for fact in FACTS[1:3] if (one := row(example(*fact))))])
    assert batch.rows.tolist() == [0, 0, 0, 1, 2]
    assert [bool(spans) for spans in batch.spans] == [True, False, False, True, True]
    assert batch.pieces[1, : len(made.rivals[0].pieces)].tolist() == made.rivals[0].pieces


def test_spans_of_rivals_count_against_their_own_null() -> None:
    """Two spans of log odds 1 (right) and 0, and a rival's of 2: the right one has e / (e + 1 + e²) of all."""
    odds = torch.tensor([[1.0, 0.0], [2.0, -1e4], [5.0, 5.0]])
    right = torch.tensor([[True, False], [False, False], [False, True]])
    lost = among_rivals(odds, right, torch.tensor([0, 0, 1]))
    share = math.e / (math.e + 1 + math.e**2)
    assert lost.item() == pytest.approx(-math.log(share) / 3, rel=1e-5)
    assert among_rivals(odds, right, torch.tensor([0, 1, 2])).item() == 0


def test_what_is_kept_is_measured_against_the_other_network() -> None:
    """Of a null and two spans the others' shares are 1/4, 1/4 and 1/2, ours 1/2, 1/4 and 1/4; they answer with 1/2, we
    with 1/4."""

    def scores(null: float, spans: list[float], answer: float) -> tuple[torch.Tensor, ...]:
        shape = torch.zeros(1, 2)
        return shape, shape, torch.tensor([[spans]]).log(), torch.tensor([null]).log(), torch.tensor([answer]).log()

    ours, theirs = scores(2, [1, 1], 1 / 3), scores(1, [1, 2], 1)
    span, answer = keeping(ours, theirs)
    assert span.item() == pytest.approx(0.25 * math.log(1 / 2) + 0.5 * math.log(2), rel=1e-5)
    assert answer.item() == pytest.approx(0.5 * math.log(2) + 0.5 * math.log(2 / 3), rel=1e-5)
    assert [part.item() for part in keeping(ours, ours)] == pytest.approx([0, 0], abs=1e-6)


def test_rows_that_are_kept_are_read_as_before_and_the_others_learnt() -> None:
    told = [made for fact in FACTS[:3] if (made := row(example(*fact)))]
    rest = [kept(made) for fact in FACTS[3:] if (made := row(example(*fact)))]
    mixed = [collate(rows) for rows in (told, rest, [*told, *rest])]
    trainer = Trainer("cpu", 3e-4, 1, exact=True)
    inputs = [(batch.pieces, batch.segments, batch.real, batch.inside) for batch in mixed]
    before = [trainer.net.eval()(*part) for part in inputs]
    changed = (*before[2][:3], before[2][3] + 1, before[2][4])
    further = keeping(tuple(part[3:] for part in before[2]), tuple(part[3:] for part in changed))
    for part, one, other in zip(
        with_kept(before[2], changed, mixed[2]), loss(before[0], mixed[0]), further, strict=True
    ):
        assert part.item() == pytest.approx(0.6 * one.item() + 0.4 * KEEPING * other.item(), rel=1e-3)
    assert with_kept(before[1], before[1], mixed[1])[0].item() == pytest.approx(0, abs=1e-5)

    far = []
    for with_teacher in (True, False):
        trainer = Trainer("cpu", 3e-4, 1, exact=True, teacher=Trainer("cpu", 0, 1, exact=True).net.eval())
        losses = [sum(trainer.update(mixed[2] if with_teacher else mixed[0], 1.0)) for _ in range(20)]
        assert losses[-1] < losses[0]
        far.append(sum(part.item() for part in keeping(trainer.net.eval()(*inputs[1]), before[1])))
    assert far[0] < 0.5 * far[1]


def test_a_few_steps_lower_the_loss_and_the_export_reads_alike(tmp_path: Path) -> None:
    rows = [made for fact in FACTS if (made := row(example(*fact)))]
    rows += [made for q in ("Who sold the hub?", "What colour is it?") if (made := row(example(q, None)))]
    trainer = Trainer("cpu", rate=3e-4, seed=1)
    losses = [sum(trainer.update(collate(rows), 1.0)) for _ in range(25)]
    assert losses[-1] < 0.5 * losses[0]

    trainer.save(tmp_path / "last.safetensors", {"step": trainer.step, "total": 25, "decay": 1})
    again = Trainer("cpu", rate=3e-4, seed=2)
    again.load(tmp_path / "last.safetensors")
    assert sum(again.update(collate(rows), 1.0)) == pytest.approx(
        sum(trainer.update(collate(rows), 1.0)), rel=0.05, abs=0.02
    )

    (tmp_path / "log.jsonl").write_text(json.dumps({"step": 25, "held": {}}) + "\n")
    config = export(tmp_path, tmp_path / "reader.safetensors")
    assert config["steps"] == 25
    model = SpanModel.load(tmp_path / "reader.safetensors")
    [reading] = model.read("Who opened the hub?", [("", TEXT)])
    assert TEXT[reading.spans[0].start : reading.spans[0].end] == "Ana Müller"


@pytest.mark.parametrize(
    ("way", "learning"),
    [("layers", {"positions", "layers", "outputs"}), ("all", {"words", "layers"}), ("adapters", {"outputs"})],
)
def test_only_what_is_asked_for_learns(way: str, learning: set[str], tmp_path: Path) -> None:
    rows = [made for fact in FACTS if (made := row(example(*fact)))]
    trainer = Trainer("cpu", rate=3e-4, seed=1, way=way, exact=True)
    before = {name: value.detach().clone() for name, value in trainer.net.named_parameters()}
    losses = [sum(trainer.update(collate(rows), 1.0)) for _ in range(20)]
    changed = {name for name, value in trainer.net.named_parameters() if not torch.equal(value, before[name])}
    assert losses[-1] < losses[0]
    assert learning <= {name.split(".")[0] for name in changed}
    assert ("words.weight" in changed) == (way == "all")
    if way == "adapters":
        assert all(name.endswith((".up", ".down")) for name in changed if not name.startswith("outputs"))
    if way != "layers":
        trainer.save(tmp_path / "last.safetensors", {"step": 1, "total": 1})
        with pytest.raises(ValueError, match="--learn layers"):
            export(tmp_path, tmp_path / "reader.safetensors")
        assert not (tmp_path / "reader.safetensors").exists()


def test_dropout_leaves_out_a_part_in_training_alone_and_float32_is_exact() -> None:
    batch = collate([made for fact in FACTS if (made := row(example(*fact)))])
    inputs = (batch.pieces, batch.segments, batch.real, batch.inside)
    whole, thinned = (Trainer("cpu", 1e-3, 1, dropout=rate, exact=True).net for rate in (0.0, 0.5))
    assert {weight.dtype for weight in thinned.parameters()} == {torch.float32}
    answers = [[net(*inputs)[-1] for _ in range(2)] for net in (whole.eval(), thinned.eval())]
    assert all(torch.equal(one, answers[0][0]) for pair in answers for one in pair)
    first, second = (thinned.train()(*inputs)[-1] for _ in range(2))
    assert not torch.equal(first, second)
    assert torch.equal(whole.train()(*inputs)[-1], answers[0][0])


def test_weights_are_averaged_by_name_and_as_exported(tmp_path: Path) -> None:
    one, two = (Trainer("cpu", rate=1e-3, seed=seed) for seed in (1, 2))
    name = "outputs.null.weight"
    for number, trainer in enumerate((one, two)):
        (tmp_path / str(number)).mkdir()
        trainer.save(tmp_path / str(number) / "last.safetensors", {"step": 1, "total": 1})
        (tmp_path / str(number) / "log.jsonl").write_text("")
    export(tmp_path / "1", tmp_path / "exported.safetensors")
    expected = (one.master[name] + two.master[name]) / 2

    for second in (tmp_path / "1" / "last.safetensors", tmp_path / "exported.safetensors"):
        mean = average([tmp_path / "0" / "last.safetensors", second])
        assert mean.keys() == one.master.keys()
        assert torch.allclose(mean[name], expected, atol=1e-4)

    one.adopt(mean)
    assert torch.allclose(one.trained[name].float(), expected, atol=1e-2)


def test_only_like_networks_are_averaged(tmp_path: Path) -> None:
    for name in ("a", "b"):
        save_file({name: torch.zeros(1)}, tmp_path / f"{name}.safetensors")
    assert read_weights(tmp_path / "a.safetensors").keys() == {"a"}
    with pytest.raises(ValueError, match=r"b\.safetensors does not have the weights of .*a\.safetensors"):
        average([tmp_path / "a.safetensors", tmp_path / "b.safetensors"])
