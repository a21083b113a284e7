"""Recent samples: what may happen beside each other."""

from __future__ import annotations

import threading
from pathlib import Path

from assay.kernel.errors import TerminalError
from assay.plant.hot import Recent


def test_it_can_be_closed_while_others_read(tmp_path: Path) -> None:
    """DuckDB refuses to close a connection that is just handing out a cursor."""
    for turn in range(20):
        folder = tmp_path / str(turn)
        folder.mkdir()
        recent, stop = Recent(folder), threading.Event()

        def read(recent: Recent = recent, stop: threading.Event = stop) -> None:
            while not stop.is_set():
                try:
                    recent.span()
                except TerminalError:
                    return  # closed meanwhile

        readers = [threading.Thread(target=read) for _ in range(3)]
        for one in readers:
            one.start()
        recent.close()
        stop.set()
        for one in readers:
            one.join()
