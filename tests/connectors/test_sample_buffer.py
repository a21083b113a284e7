"""The bounded buffer on disk."""

from __future__ import annotations

import math
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.connectors.buffer import SampleBuffer, decode, encode
from assay.connectors.samples import Sample

START = datetime(2026, 1, 1, tzinfo=UTC)


def batch(first: int, count: int = 10) -> list[Sample]:
    return [Sample("XMEAS_7", START + timedelta(seconds=k), float(k), 0) for k in range(first, first + count)]


times = st.datetimes(datetime(1601, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))
samples = st.builds(
    Sample,
    tag=st.text(min_size=1, max_size=20).filter(lambda t: t.encode("utf-8", "ignore").decode() == t),
    time=times,
    value=st.floats(allow_nan=True, allow_infinity=False),
    quality=st.integers(0, 2**32 - 1),
)


@given(st.lists(samples, max_size=20))
def test_encoding_keeps_every_digit(given_samples: list[Sample]) -> None:
    back = decode(encode(given_samples))
    assert len(back) == len(given_samples)
    for a, b in zip(given_samples, back, strict=True):
        assert (a.tag, a.time, a.quality) == (b.tag, b.time, b.quality)
        assert a.value == b.value or (math.isnan(a.value) and math.isnan(b.value))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(1, 5)), max_size=20))
def test_it_is_a_queue(steps: list[tuple[bool, int]]) -> None:
    expected: list[list[Sample]] = []
    number = 0
    with tempfile.TemporaryDirectory() as folder, SampleBuffer(Path(folder) / "b.db") as buffer:
        for put, size in steps:
            if put:
                expected.append(batch(number, size))
                buffer.append(expected[-1])
                number += size
            elif (oldest := buffer.oldest()) is not None:
                assert oldest[1] == expected.pop(0)
                buffer.remove(oldest[0])
            else:
                assert not expected
            assert len(buffer) == sum(map(len, expected))


def test_what_was_appended_survives_and_the_bound_drops_the_oldest(tmp_path: Path) -> None:
    size = len(encode(batch(0)))
    with SampleBuffer(tmp_path / "b.db", max_bytes=size * 3 + 20) as buffer:
        dropped = [buffer.append(batch(10 * k)) for k in range(5)]
    assert dropped == [0, 0, 0, 10, 10]
    with SampleBuffer(tmp_path / "b.db") as buffer:
        assert len(buffer) == 30
        oldest = buffer.oldest()
        assert oldest is not None and oldest[1][0].value == 20.0


def test_a_damaged_file_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "b.db"
    path.write_bytes(b"this is no database at all" * 100)
    with SampleBuffer(path) as buffer:
        assert buffer.set_aside is not None and buffer.set_aside.read_bytes().startswith(b"this is no")
        buffer.append(batch(0))
        assert len(buffer) == 10


_OTHER = """
import sys
from pathlib import Path
from assay.connectors.buffer import SampleBuffer
from assay.kernel.errors import BusyError
try:
    SampleBuffer(Path(sys.argv[1])).close()
except BusyError as error:
    print(error.render("en"))
"""


def test_a_second_process_is_refused(tmp_path: Path) -> None:
    with SampleBuffer(tmp_path / "b.db") as buffer:
        buffer.append(batch(0))
        command = [sys.executable, "-c", _OTHER, str(buffer.path)]
        said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    assert "another process" in said


def test_a_full_disk_keeps_what_is_there(tmp_path: Path) -> None:
    from assay.kernel.errors import LinkError

    with SampleBuffer(tmp_path / "b.db") as buffer:
        buffer.append(batch(0))
        pages = buffer._connection.execute("PRAGMA page_count").fetchone()[0]
        buffer._connection.execute(f"PRAGMA max_page_count = {pages}")  # the disk is full from here on
        with pytest.raises(LinkError, match="full"):
            buffer.append([Sample(f"TAG_{k}" * 9, START, k / 7.0) for k in range(5000)])
        assert len(buffer) == 10
        oldest = buffer.oldest()
        assert oldest is not None and oldest[1] == batch(0)
