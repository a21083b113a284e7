"""Files to sources: encodings, the XML of TwinCAT and PLCopen, and which dialect each is written in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assay.kernel.errors import InputError
from assay.skills.plc.front.diagnostic import Diagnostic
from assay.skills.plc.front.encoding import decode
from assay.skills.plc.front.guess import guess_dialect
from assay.skills.plc.front.plcopen import is_plcopen, read_plcopen
from assay.skills.plc.front.source import Dialect, Source, Span
from assay.skills.plc.front.twincat import is_twincat, read_twincat
from assay.skills.plc.front.xmltree import read_xml

#: What a folder is searched for.
SUFFIXES = frozenset(
    ".st .il .iecst .scl .udt .db .tcpou .tcgvl .tcdut .tcio .tctleo .exp .xml .pou .dut .gvl .itf .prg .fun .typ "
    ".var".split()
)
MAX_BYTES = 64_000_000


def read_sources(paths: Sequence[Path], dialect: Dialect | None = None) -> tuple[list[Source], list[Diagnostic]]:
    """The sources of files, and of folders all the files in them that can hold programs, in the order of their names.

    ``dialect`` None: each file's is guessed. Raises InputError for a file that is not there, no text, too big, or XML
    that is broken or of a kind that is not read (a folder's XML of another kind, and a ``.db`` without a data block,
    are stepped over).
    """
    sources: list[Source] = []
    found: list[Diagnostic] = []
    for path, asked in _files(paths):
        try:
            text, _ = read_text(path)
        except InputError as error:
            if asked:
                raise
            found.append(Diagnostic("ST4002", "info", Span(str(path), 0, 0), error.key, error.params))
            continue
        if not text.lstrip("\ufeff \t\r\n").startswith("<"):
            if not asked and _other_database(path, text):
                continue
            sources.append(Source(str(path), text.lstrip("\ufeff"), dialect or guess_dialect(text, path.suffix)))
            if not text.strip():
                found.append(Diagnostic("ST4001", "warning", Span(str(path), 0, 0), "plc_front.empty", {}))
            continue
        root = read_xml(text, str(path))
        if is_twincat(root):
            source, notes = read_twincat(root, str(path), dialect or "twincat")
        elif is_plcopen(root):
            source, notes = read_plcopen(root, str(path), dialect)
        elif asked:
            raise InputError("plc_front.xml_other", file=str(path), root=root.tag[:60])
        else:
            continue
        sources.append(source)
        found.extend(notes)
    return sources, found


def by_project(sources: Sequence[Source]) -> list[list[Source]]:
    """The sources by the TwinCAT project they belong to: the nearest folder above each that holds a ``.plcproj``. Those
    of no project are one list of their own."""
    known: dict[Path, bool] = {}
    groups: dict[Path | None, list[Source]] = {}
    for source in sources:
        home = None
        for folder in Path(source.name).parents:
            if folder not in known:
                known[folder] = any(folder.glob("*.plcproj"))
            if known[folder]:
                home = folder
                break
        groups.setdefault(home, []).append(source)
    return list(groups.values())


def _other_database(path: Path, text: str) -> bool:
    """Whether a ``.db`` is no data block of SIMATIC but a file of another kind with that ending, as EPICS has them."""
    return path.suffix.lower() == ".db" and bool(text.strip()) and "DATA_BLOCK" not in text.upper()


def read_text(path: Path) -> tuple[str, str]:
    """A file's text and its encoding. Raises InputError."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError("plc_front.too_big", file=str(path), most=MAX_BYTES // 1_000_000)
        data = path.read_bytes()
    except OSError:
        raise InputError("plc_front.unreadable", file=str(path)) from None
    read = decode(data)
    if read is None:
        raise InputError("plc_front.binary", file=str(path))
    return read


def _files(paths: Sequence[Path]) -> list[tuple[Path, bool]]:
    """The files, each once, and whether the user named it. Of a folder, a candidate of the generator's that was not
    released is left out: it is another version of a program that may stand beside it."""
    out: dict[Path, bool] = {}
    for path in paths:
        if not path.is_dir():
            out[path] = True
            continue
        inside = sorted(one for one in path.rglob("*") if one.suffix.lower() in SUFFIXES and one.is_file())
        inside = [one for one in inside if not one.stem.lower().endswith(".not_released")]
        if not inside:
            raise InputError("plc_front.no_files", file=str(path))
        for one in inside:
            out.setdefault(one, False)
    return list(out.items())
