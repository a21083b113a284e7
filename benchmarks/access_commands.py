"""What commands print over a folder of files, with rights and without the forbidden files: output, warnings, exit code.

The real reader, in a process of its own, and the real embedder. Some files cannot be read, and what is told of them
is told to those who may read them. Both sides stand under the same paths, one after the other, so that paths differ
in nothing.
"""

from __future__ import annotations

import io
import json
import os
import random
import re
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from benchmarks.access_worlds import USERS, World, world

_RUN = re.compile(r"run_[0-9a-f]+|\"seconds\": [\d.]+")


def compared(count: int, seed: int, folder: Path) -> dict[str, Any]:
    """Run the commands of so many worlds as two users each."""
    folder.mkdir(parents=True)
    done, differences = 0, []
    for number in range(count):
        made = world(f"commands {seed}/{number}")
        rng = random.Random(made.seed)
        readers = {paper.name: rng.choice((["*"], ["ops"], ["lab", "maint"])) for paper in made.papers}
        readers |= {"broken a.docx": ["lab"], "broken b.pdf": ["ops"], "empty.md": ["maint"], "fault.xlsx": ["lab"]}
        book = {"users": {user: sorted(groups) for user, groups in made.users.items()}, "documents": readers}
        for user in rng.sample(USERS, 2):
            groups = {"*", *made.users.get(user, ())}
            kept = [name for name, who in readers.items() if groups & set(who)]
            sides = [_ran(made, names, book, user, folder) for names in (list(readers), kept)]
            for command, mine, without in zip(_commands(made, user, folder), *sides, strict=True):
                done += 1
                if mine != without:
                    words = [str(word) for word in command]
                    differences.append({"command": words, "with_rights": mine, "without_documents": without})
        print(f"commands: {number + 1} of {count}", file=sys.stderr, flush=True)
    return {"compared": done, "different": len(differences), "differences": differences[:10]}


def _commands(made: World, user: str, folder: Path) -> list[list[str]]:
    docs = ["--docs", str(folder / "docs"), "--access", str(folder / "access.json"), "--as", user]
    names = [paper.name for paper in made.papers]
    batch = ["--batch", str(folder / "in.jsonl"), "--out", str(folder / "out.jsonl")]
    return [
        ["knowledge", "list", *docs],
        ["knowledge", "list", "--outdated", "--json", *docs],
        *(["knowledge", "show", name, *docs] for name in (*names[:3], "broken a.docx", "nothing.md")),
        ["knowledge", "search", made.questions[0], "--json", "--outdated", *docs],
        ["knowledge", "search", made.papers[0].words[0], *docs],
        ["knowledge", "ask", made.questions[1], "--no-model", "--json", *docs],
        ["knowledge", "ask", made.questions[2], "--no-model", *docs],
        ["knowledge", "ask", *batch, "--no-model", *docs],
    ]


def _ran(made: World, names: list[str], book: dict[str, Any], user: str, folder: Path) -> list[str]:
    """What each command printed over these files."""
    for name in ("docs", "home"):
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / "out.jsonl").unlink(missing_ok=True)
    for paper in made.papers:
        if paper.name in names:
            file = folder / "docs" / paper.name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(paper.editions[-1], encoding="utf-8")
    (folder / "docs").mkdir(exist_ok=True)
    for name, content in _unreadable().items():
        if name in names:
            (folder / "docs" / name).write_bytes(content)
    (folder / "access.json").write_text(json.dumps(book), encoding="utf-8")
    lines = [json.dumps({"id": at, "question": one, "user": user}) for at, one in enumerate(made.questions)]
    (folder / "in.jsonl").write_text("\n".join(lines), encoding="utf-8")
    said = [_printed(command, folder) for command in _commands(made, user, folder)]
    if (folder / "out.jsonl").exists():
        said[-1] += (folder / "out.jsonl").read_text(encoding="utf-8")
    return said


def _unreadable() -> dict[str, bytes]:
    """Files on which readers stop, or stumble."""
    sheet = io.BytesIO()
    with zipfile.ZipFile(sheet, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook><sheets><sheet/></sheets></workbook>")
    return {
        "broken a.docx": b"PK\x03\x04 no archive",
        "broken b.pdf": b"%PDF-1.7\nnothing",
        "empty.md": b"",
        "fault.xlsx": sheet.getvalue(),
    }


def _printed(command: list[str], folder: Path) -> str:
    """Exit code and all that this process and its children print, by the descriptors themselves."""
    os.environ["ASSAY_HOME"] = str(folder / "home")
    from assay.cli import main

    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        sys.stdout.flush()
        sys.stderr.flush()
        kept, arguments, code = (os.dup(1), os.dup(2)), sys.argv, 0
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        sys.argv = ["assay", *command]
        try:
            code = int(main() or 0)
        except SystemExit as ended:
            code = int(ended.code or 0)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for number, descriptor in enumerate(kept, 1):
                os.dup2(descriptor, number)
                os.close(descriptor)
            sys.argv = arguments
        said = []
        for stream in (out, err):
            stream.seek(0)
            said.append(stream.read().decode("utf-8", "replace"))
    return _RUN.sub("-", "\n--\n".join([str(code), *said]))
