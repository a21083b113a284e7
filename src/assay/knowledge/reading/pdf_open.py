"""A PDF opened, or one sentence why it cannot be."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from assay.kernel.errors import InputError

#: PDFium is not made for threads: whoever works with it holds this.
PDFIUM = threading.RLock()


@contextmanager
def opened(data: bytes, name: str) -> Iterator[Any]:
    """The pypdfium2 document of a PDF (an empty user password is tried), alone in the process while it is open.

    Raises InputError for one with a password, a broken one and one without pages.
    """
    import pypdfium2

    with PDFIUM:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            locked = (
                getattr(error, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD or "password" in str(error).lower()
            )
            raise InputError("reading.password" if locked else "reading.broken", name=name) from error
        try:
            if not len(document):
                raise InputError("reading.no_pages", name=name)
            yield document
        finally:
            document.close()
