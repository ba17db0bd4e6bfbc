"""Progress: in place on a terminal, now and then in a log."""

import io

from qa.eval.progress import Meter


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def reported(stream: io.StringIO, seconds: float) -> str:
    now = iter(step * seconds for step in range(100))
    meter = Meter(stream, clock=lambda: next(now))
    for done in range(5):
        meter("asking", done, 4)
    return stream.getvalue()


def test_a_log_gets_a_line_every_ten_seconds_and_the_last() -> None:
    assert reported(io.StringIO(), seconds=1) == "asking 4 of 4\n"
    assert reported(io.StringIO(), seconds=20) == (
        "asking 1 of 4, 1:00 left\nasking 2 of 4, 0:40 left\nasking 3 of 4, 0:20 left\nasking 4 of 4\n"
    )


def test_a_terminal_line_is_rewritten_and_cleared_at_the_end() -> None:
    out = reported(Terminal(), seconds=0.2)
    assert "\n" not in out
    assert "\r\x1b[Kasking 2 of 4" in out
    assert out.endswith("\r\x1b[K")


def test_an_unknown_total_is_not_shown() -> None:
    stream = io.StringIO()
    now = iter((0.0, 30.0))
    meter = Meter(stream, clock=lambda: next(now))
    meter("reading", 0, 0)
    meter("reading", 7, 0)
    assert stream.getvalue() == "reading 7\n"
