"""A hostile file ends the process that reads it, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.kernel.errors import InputError
from assay.knowledge.apart import ReadingProcess

WORKER = str(Path(__file__).with_name("apart_worker.py"))


@pytest.fixture
def process() -> Iterator[ReadingProcess]:
    made = ReadingProcess(ocr=False, memory=1 << 30, program=(WORKER,))
    yield made
    made.close()


def test_one_process_reads_many_files_and_starts_again_after_a_crash(process: ReadingProcess) -> None:
    first, second = process(b"a", "a").title.split(), process(b"b", "b").title.split()
    assert first[0] == "a" and second[0] == "b" and first[1] == second[1] and first[2] == "False"
    with pytest.raises(InputError, match=r"x\.pdf took down the process"):
        process(b"exit", "x.pdf")
    assert process(b"c", "c").title.split()[1] != first[1]


@pytest.mark.parametrize(
    ("what", "sentence"),
    [("memory", "more memory"), ("fault", r"fault in the reader \(ZeroDivisionError\)"), ("refuse", "not a value")],
)
def test_what_goes_wrong_is_one_sentence(process: ReadingProcess, what: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as caught:
        process(what.encode(), "x.pdf")
    assert "x.pdf" in caught.value.render("zh") and "secret" not in str(caught.value)
    assert process(b"a", "a").title.startswith("a ")


def test_a_file_that_takes_too_long() -> None:
    process = ReadingProcess(seconds=0.2, program=(WORKER,))
    with pytest.raises(InputError, match="within"):
        process(b"hang", "x.pdf")
    process.close()


def test_a_real_file_comes_back_as_it_was_read() -> None:
    from assay.knowledge.reading import read_bytes

    process = ReadingProcess()
    content = "# Pump P-101\n\n| Speed | Flow |\n|---|---|\n| 1450 rpm | 20 m³/h |\n\n不得空转。".encode()
    made, expected = process(content, "pump.md"), read_bytes(content, "pump.md")
    process.close()
    assert made == expected
