"""Question sets over the corpus, whose outcome with the fake engine is known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fake import FakeEngine

RIGHT = "Which three science and technology cities will be built in Beijing?"
REFUSED = "Who won the 1998 world cup?"
LAX = "Which three science and technology cities will be built in Paris by Monet?"
HUB = ("state-council-beijing-hub.txt", "By 2017, a primary innovation hub")


def write_sets(sets_dir: Path, engine: FakeEngine) -> None:
    """``known``: one question right, one refused rightly, one answered wrongly, one refused wrongly, one shown although
    nothing answers. ``many``: forty. ``broken``: not JSON."""
    [first, *_] = engine.ask(RIGHT).citations
    gold = (first.source.id, first.quote)
    known = [
        _line("right", RIGHT, gold, [first.quote], "fact"),
        _line("refused", REFUSED, None, [], "off-topic"),
        _line("wrong", f"{RIGHT} <b>Really</b>?", HUB, ["2017"], "fact"),
        _line("strict", "Primary hub when?", HUB, ["2017"], "list"),
        _line("lax", LAX, None, [], "near-miss"),
    ]
    many = [_line(str(number), f"{RIGHT} {number}", gold, [first.quote], "fact") for number in range(40)]
    for name, lines in (("known", known), ("many", many)):
        _write(sets_dir / name, "".join(json.dumps(line) + "\n" for line in lines))
    _write(sets_dir / "broken", "not <b>JSON</b>\n")


def _write(folder: Path, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "questions.jsonl").write_text(text, encoding="utf-8")


def _line(id: str, question: str, gold: tuple[str, str] | None, answers: list[Any], type: str) -> dict[str, Any]:
    places = [{"document": gold[0], "quote": gold[1]}] if gold else []
    return {"id": id, "question": question, "answers": answers, "gold": places, "type": type}
