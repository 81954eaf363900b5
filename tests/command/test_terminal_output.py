"""What is said goes to the terminal by a thread, and nobody waits for it."""

import logging
import os
import select
import sys
import time
from collections.abc import Iterator
from io import TextIOWrapper

import pytest

from playground.commandline.terminal import Outlet, never_waiting
from tests.patience import PATIENCE


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """Give both ends of a pipe."""
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def read_until(fd: int, last: bytes) -> bytes:
    """Read until what comes last has come."""
    text = b""
    while not text.endswith(last):
        assert select.select([fd], [], [], PATIENCE)[0], f"nothing more came after {text[-200:]!r}"
        text += os.read(fd, 1 << 16)
    return text


def test_everything_is_written_in_order(pipe: tuple[int, int]) -> None:
    """What is read is what was said, with characters that are none replaced."""
    outlet = Outlet(pipe[1])
    print("one", "café", file=outlet)
    outlet.put(b"two\n")
    outlet.write("\ud800\n")
    assert read_until(pipe[0], b"\\ud800\n").decode() == "one café\ntwo\n\\ud800\n"
    assert outlet.finish(PATIENCE)


def test_what_does_not_fit_is_counted(pipe: tuple[int, int]) -> None:
    """Nobody reads: writers go on at once, and later the gap says how many lines are missing."""
    outlet = Outlet(pipe[1], room=200_000)
    for number in range(100_000):
        outlet.write(f"line {number}\n")
    assert not outlet.finish(0)
    lines = read_until(pipe[0], b"not shown\n").decode().splitlines()
    shown = [line for line in lines if line.startswith("line ")]
    missing = [int(line.split()[1]) for line in lines if line.startswith("… ")]
    assert lines[0] == "line 0"
    assert missing
    assert len(shown) + sum(missing) == 100_000
    assert outlet.finish(PATIENCE)


def test_it_goes_on_after_a_gap(pipe: tuple[int, int]) -> None:
    """Once there is room again, what is said is shown after the note; a line that was cut is ended before it."""
    outlet = Outlet(pipe[1], room=100_000)
    outlet.write("x" * 100_000)
    outlet.write("lost\n")
    text, number, deadline = b"", 0, time.monotonic() + PATIENCE
    while b"said" not in text:
        assert time.monotonic() < deadline, "there was room, and nothing more was shown"
        if select.select([pipe[0]], [], [], 0.01)[0]:
            text += os.read(pipe[0], 1 << 16)
        elif len(text) >= 100_000:
            outlet.write(f"said {number}\n")
            number += 1
    note, said = text.decode().removeprefix("x" * 100_000 + "\n").splitlines()[:2]
    lost = int(said.removeprefix("said ")) + 1
    assert note == f"… {lost} line{'s were' if lost > 1 else ' was'} not shown"
    assert outlet.finish(PATIENCE)


def test_a_terminal_that_is_gone_is_no_error() -> None:
    """Nobody can read any more: what is said is forgotten."""
    reads, writes = os.pipe()
    os.close(reads)
    outlet = Outlet(writes)
    outlet.write("anyone?\n")
    assert outlet.finish(PATIENCE)
    outlet.write("no\n")
    os.close(writes)


def test_a_descriptor_that_does_not_block_is_waited_for(pipe: tuple[int, int]) -> None:
    """Another process may have set the terminal so; nothing is lost."""
    os.set_blocking(pipe[1], False)
    outlet = Outlet(pipe[1])
    outlet.write("x" * 500_000 + "\n")
    assert read_until(pipe[0], b"\n") == b"x" * 500_000 + b"\n"
    assert outlet.finish(PATIENCE)


def test_streams_and_log_are_replaced_and_put_back(pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the process says takes the same way, in order; afterwards all is as before."""
    said = TextIOWrapper(os.fdopen(os.dup(pipe[1]), "wb"), write_through=True)
    monkeypatch.setattr(sys, "stdout", said)
    monkeypatch.setattr(sys, "stderr", said)
    handler = logging.StreamHandler(said)
    log = logging.getLogger("tests.terminal")
    log.addHandler(handler)
    with never_waiting() as show:
        assert sys.stdout is sys.stderr is handler.stream
        print("out")
        log.warning("log")
        show(b"worker\n")
    log.removeHandler(handler)
    assert (sys.stdout, sys.stderr, handler.stream) == (said, said, said)
    assert os.read(pipe[0], 1 << 16) == b"out\nlog\nworker\n"
    said.close()


def test_streams_that_are_no_files_are_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """What a test has put in place of stderr gets what workers print."""
    before = sys.stderr
    with never_waiting() as show:
        assert sys.stderr is before
        show(b"worker\n")
    assert capsys.readouterr().err == "worker\n"
