"""The reading process with a reader that does what the file says; for ``test_apart``."""

from __future__ import annotations

import os
import sys
import threading

import assay.knowledge.reading
from assay.kernel.errors import InputError
from assay.knowledge import apart
from assay.knowledge.document import ReadDocument


def read_bytes(data: bytes, name: str, *, ocr: bool) -> ReadDocument:
    what = data.decode()
    if what == "hang":
        threading.Event().wait()
    elif what == "exit":
        os._exit(9)
    elif what == "memory":
        bytearray(2 << 30)
    elif what == "fault":
        raise ZeroDivisionError("a secret of the file")
    elif what == "refuse":
        raise InputError("reading.unreadable", name=name, problem=ValueError("not a value for JSON"))
    print("a library that prints")
    return ReadDocument("text/plain", f"{what} {os.getpid()} {ocr}", (), ())


assay.knowledge.reading.read_bytes = read_bytes
apart.main(int(sys.argv[1]))
