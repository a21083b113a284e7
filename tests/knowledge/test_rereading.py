"""Stored files read again by mended readers: versions, ids and what persons settled stay."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.knowledge.test_library import LI, read

from assay.kernel.errors import InputError
from assay.knowledge.adding import AddOptions
from assay.knowledge.document import Doubt, ReadDocument, Span
from assay.knowledge.indexing import Indexer
from assay.knowledge.library import Library
from assay.knowledge.library_reader import LibraryReader
from assay.knowledge.rereading import RereadState
from assay.knowledge.store.contents import DoubtRow

WORDS = "title=Pump\nOil at 85 ?\nSeal at 60 ?\nBolt at 40 ?"
Mend = Callable[[ReadDocument], ReadDocument]


@pytest.fixture(params=["sqlite", "postgres"])
def library(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Library]:
    place = tmp_path / "library" if request.param == "sqlite" else request.getfixturevalue("postgres")
    with Library.open(place, read=read, indexer=Indexer(None)) as opened:
        file = tmp_path / "pump.txt"
        file.write_text("old", "utf-8")
        opened.add([file])
        file.write_text(WORDS, "utf-8")
        opened.add([file], AddOptions(owner="li", groups=("*", "ops")))
        file.unlink()
        yield opened


def again(library: Library, mend: Mend) -> list[RereadState]:
    library._read = lambda data, name: mend(read(data, name))
    return [item.state for item in library.reread()]


def rows(reader: LibraryReader, version: str) -> dict[str, DoubtRow]:
    (info,) = [one for one in reader.documents(outdated=True) if one.version == version]
    page = reader.page(info.id, version, 1)
    return {page.slice(one.doubt.span): one for one in reader.doubt_rows(info.id, version)}


def settle(library: Library) -> None:
    found = rows(library.reader(LI), "2")
    library.settle(found["Oil at 85 ?"], value=None, person="li")
    library.settle(found["Seal at 60 ?"], value="80", person="li")


def test_what_reads_the_same_changes_nothing(library: Library) -> None:
    settle(library)
    before = library.reader(LI)
    assert again(library, lambda made: made) == [RereadState.SAME]
    assert library.reader(LI).fingerprint() == before.fingerprint()


def test_the_same_text_is_renewed_under_the_same_version(library: Library) -> None:
    settle(library)
    before = library.reader(LI)
    (old,) = before.documents()

    def mend(made: ReadDocument) -> ReadDocument:
        found = [one for one in made.doubts if made.slice(one.span) == "Oil at 85 ?"]
        at = made.pages[0].text.index("title")
        return replace(made, title="Mended", doubts=(Doubt(Span(1, at, at + 5), "bare"), *found))

    assert again(library, mend) == [RereadState.RENEWED]
    after = library.reader(LI)
    (new,) = after.documents()
    assert (new.title, replace(new, title=old.title)) == ("Mended", old)
    assert [one.version for one in after.documents(outdated=True)] == ["1", "2"]
    assert {one.id for one in after.passages(new.id, "2")} == {one.id for one in before.passages(old.id, "2")}
    was, found = rows(before, "2"), rows(after, "2")
    assert set(found) == {"title", "Oil at 85 ?", "Seal at 60 ?"}, "open ones go, settled ones stay"
    assert found["title"].state == "open"
    for words in ("Oil at 85 ?", "Seal at 60 ?"):
        assert found[words] == was[words]
    assert after.search("seal", lane="lexical")[0].passage.title == "Mended"
    assert again(library, mend) == [RereadState.SAME]


def test_another_text_is_a_new_version(library: Library) -> None:
    settle(library)

    def mend(made: ReadDocument) -> ReadDocument:
        return read(WORDS.replace("Oil", "Much oil").encode(), "pump.txt")

    assert again(library, mend) == [RereadState.NEW]
    after = library.reader(LI)
    (new,) = after.documents()
    assert [one.version for one in after.documents(outdated=True)] == ["1", "2", "3"]
    assert new.owner == "li" and after.page(new.id, "2", 1).text == WORDS
    assert after.original(new.id, "3") == WORDS.encode()
    states = {words: (one.state, one.value) for words, one in rows(after, "3").items()}
    assert states == {
        "Much oil at 85 ?": ("open", ""),
        "Seal at 60 ?": ("corrected", "80"),
        "Bolt at 40 ?": ("open", ""),
    }
    assert again(library, mend) == [RereadState.SAME]


def test_what_cannot_be_read_any_more_stays(library: Library) -> None:
    before = library.reader(LI).fingerprint()

    def mend(made: ReadDocument) -> ReadDocument:
        raise InputError("reading.broken", name="pump.txt")

    assert again(library, mend) == [RereadState.FAILED]
    assert library.reader(LI).fingerprint() == before
