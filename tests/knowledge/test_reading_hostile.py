"""Files made to do harm, broken ones, and ones that are not what their name says: one sentence, never a crash."""

from __future__ import annotations

import io
import os
import random
import re
import time
import zipfile
import zlib
from pathlib import Path

import docx
import pytest

from assay.kernel.errors import AssayError, BusyError, InputError
from assay.knowledge.reading import limits, read_bytes, read_file

TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)


def zipped(parts: dict[str, bytes | str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def word(text: str = "Close the valve.") -> bytes:
    document = docx.Document()
    document.add_paragraph(text)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def refused(data: bytes, name: str, match: str) -> None:
    with pytest.raises(InputError, match=match) as caught:
        read_bytes(data, name)
    for lang in ("en", "zh"):
        assert name in caught.value.render(lang)  # type: ignore[arg-type]


def test_zip_bombs_and_lies_about_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    refused(
        zipped({"[Content_Types].xml": TYPES, "word/document.xml": b" " * 40_000_000}), "a.docx", "unpacks to far more"
    )
    honest = zipped({"[Content_Types].xml": TYPES, "word/document.xml": b"<a>" + b"x" * 5_000 + b"</a>"})
    lie = honest.replace((5_007).to_bytes(4, "little"), (7).to_bytes(4, "little"))
    assert lie != honest
    refused(lie, "a.docx", "unpacks to far more")
    monkeypatch.setattr(limits, "ENTRIES", 10)
    refused(zipped({f"{at}.xml": "x" for at in range(11)}), "a.docx", "unpacks to far more")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entity_bombs(encoding: str) -> None:
    laughs = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]><a>&y;</a>'
    data = zipped({"[Content_Types].xml": TYPES, "word/document.xml": laughs.encode(encoding)})
    refused(data, "a.docx", "document type declaration")


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "C:/x", "a/../../b"])
def test_paths_that_leave_the_zip(name: str) -> None:
    refused(zipped({"[Content_Types].xml": TYPES, name: "x"}), "a.docx", "damaged")


def test_broken_office_files() -> None:
    whole = word()
    for cut in (30, len(whole) // 2, len(whole) - 10):
        refused(whole[:cut], "a.docx", "damaged")
    refused(zipped({}), "a.docx", "damaged")
    refused(zipped({"[Content_Types].xml": TYPES}), "a.docx", "damaged")
    refused(zipped({"[Content_Types].xml": TYPES, "word/document.xml": "<w:no"}), "a.docx", "damaged")
    refused(zipped({"readme.txt": "x"}), "a.zip", "archive")
    for at in range(200, len(whole), len(whole) // 40):
        broken = whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]
        try:
            read_bytes(broken, "a.docx")
        except AssayError as error:
            assert str(error)


def test_a_workbook_or_deck_with_nothing_inside() -> None:
    for kind, name in (
        ("spreadsheetml.sheet", "xl/workbook.xml"),
        ("presentationml.presentation", "ppt/presentation.xml"),
    ):
        types = TYPES.replace("wordprocessingml.document", kind).replace("word/document.xml", name)
        refused(zipped({"[Content_Types].xml": types, name: "<x/>"}), "a.xlsx", "damaged")


@pytest.mark.parametrize(
    ("data", "name", "match"),
    [
        (b"", "a.md", "is empty"),
        (b" \n\t\n", "a.md", "is empty"),
        (b"{\\rtf1 x}", "a.doc", "Rich Text"),
        (bytes(range(256)) * 40, "a.txt", "no text in UTF-8"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "WordDocument".encode("utf-16-le") + b"\0\0",
            "a.doc",
            "save it as .docx",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "PowerPoint Document".encode("utf-16-le") + b"\0\0",
            "a.ppt",
            "save it as .pptx",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") + b"\0\0", "a.docx", "password"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le") + b"\0\0", "a.xls", "damaged"),
        (b"7z\xbc\xaf\x27\x1c123", "a.7z", "archive"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related; x", "a.mht", "web archive"),
    ],
)
def test_what_is_not_read_says_what_to_do(data: bytes, name: str, match: str) -> None:
    refused(data, name, match)


def test_a_wrong_ending_is_read_as_what_it_is() -> None:
    made = read_bytes("泵启动前必须关阀。".encode(), "a.docx")
    assert made.media == "text/plain" and "文本" in made.notes[0]["zh"]
    assert read_bytes(word(), "a.txt").blocks


def test_macros_and_files_inside_are_named_and_left_alone() -> None:
    target = io.BytesIO(word())
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("word/vbaProject.bin", b"x")
        archive.writestr("word/embeddings/inner.docx", zipped({"a": "b"}))
    notes = " ".join(one["en"] for one in read_bytes(target.getvalue(), "a.docm").notes)
    assert "macros" in notes and "inner.docx" in notes


def test_parts_with_nonsense_inside_never_crash() -> None:
    """Attribute values exchanged for nonsense, seeded: a document or a sentence."""
    chance = random.Random(7)
    whole = zipfile.ZipFile(io.BytesIO(word()))
    parts = {name: whole.read(name).decode() for name in whole.namelist() if not name.endswith((".jpeg", ".bin"))}
    names = ["word/document.xml", "word/styles.xml", "word/numbering.xml", "word/_rels/document.xml.rels"]
    for _ in range(40):
        changed: dict[str, bytes | str] = dict(parts)
        for name in names:
            text = parts[name]
            places = [found.span(1) for found in re.finditer(r'(?<=[a-z])="([^"]*)"', text.partition("?>")[2])]
            start, end = chance.choice(places)
            front = text.partition("?>")
            nonsense = chance.choice(["", "-1", "99999999", "abc", "1e9", "rId99", "../x"])
            changed[name] = f"{front[0]}?>{front[2][:start]}{nonsense}{front[2][end:]}"
        try:
            read_bytes(zipped(changed), "a.docx")
        except AssayError as error:
            assert str(error)


def test_files_that_are_none(tmp_path: Path) -> None:
    loop = tmp_path / "loop.md"
    loop.symlink_to(loop)
    os.mkfifo(tmp_path / "pipe.md")
    for path in (loop, tmp_path / "pipe.md", tmp_path / "none.md", tmp_path, Path("/dev/zero"), tmp_path / "a\0b"):
        with pytest.raises(InputError):
            read_file(path)


def test_the_limit_is_said_and_can_be_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.md"
    path.write_text("# x\n" * 400_000, encoding="utf-8")
    monkeypatch.setenv(limits.ENVIRONMENT, "1")
    with pytest.raises(InputError, match=r"2 MB, more than the 1 MB .*ASSAY_KNOWLEDGE_MAX_MB"):
        read_file(path)
    monkeypatch.setenv(limits.ENVIRONMENT, "much")
    with pytest.raises(InputError, match="whole number"):
        read_file(path)


def test_a_file_that_changes_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.md"
    path.write_text("# x\n", encoding="utf-8")
    real = os.fstat

    def grown(descriptor: int) -> os.stat_result:
        with path.open("a", encoding="utf-8") as file:
            file.write("more\n")
        return real(descriptor)

    monkeypatch.setattr(limits.os, "fstat", grown)
    with pytest.raises(BusyError, match="changed while"):
        read_file(path)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("泵启动前必须关阀 ab 12 ".encode() * 1_000_000, "a.txt"),
        (b"x" + b" " * 20_000_000 + b"y", "a.md"),
        (b"*" * 2_000_000 + b"x", "a.md"),
        (b">" * 500_000 + b" x", "a.md"),
        (b"|" * 50_000 + b"\n" + b"|-" * 25_000, "a.md"),
        (b"<!-- x -->\ny\n" * 3_000, "a.md"),
        (b"\n".join(b" " * (2 * at) + b"- x" for at in range(300)), "a.md"),
        (b'"a,' * 20_000, "a.csv"),
        (b"<p>x</p>" * 5_000, "a.html"),
        (zlib.compress(b"x") * 10, "a.md"),
    ],
)
def test_long_lines_and_many_marks_take_their_time_and_no_more(data: bytes, name: str) -> None:
    begun = time.process_time()
    try:
        read_bytes(data, name)
    except InputError:
        pass
    assert time.process_time() - begun < 6
