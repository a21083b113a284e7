"""Instruction List runs as an interpreter of its lines does, or is named as unread."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from assay.skills.plc.front.files import read_sources
from assay.skills.plc.front.source import Source
from assay.skills.plc.run.machine import machine
from assay.skills.plc.typed.check import Checked, check

HEAD = """PROGRAM p
VAR_INPUT a, b : BOOL; n, m : INT; END_VAR
VAR_OUTPUT q, r : BOOL; x, y : INT; END_VAR
"""
NAMES = "a b n m q r x y".split()


def whole(body: str) -> Checked:
    return check([Source("t.st", f"{HEAD}{body}\nEND_PROGRAM\n", "iec")], lints=False)


def keys(checked: Checked) -> list[str]:
    return [one.key.split(".")[-1] for one in checked.diagnostics]


def wrap(value: int) -> int:
    return (value + 32768) % 65536 - 32768


def interpreted(lines: list[str], state: dict[str, int], most: int = 500) -> dict[str, int]:
    """What the lines do, one after the other, with a current result of its own."""
    state = dict(state)
    labels = {one.split(":")[0]: at for at, one in enumerate(lines) if ":" in one}
    at, now, outer = 0, 0, list[tuple[str, int]]()
    while at < len(lines) and most:
        most -= 1
        words = lines[at].split(":")[-1].split()
        at += 1
        if not words:
            continue
        op, operand = words[0], words[-1] if len(words) > 1 else ""
        value = state.get(operand, 0) if operand in NAMES else int(operand) if operand.lstrip("-").isdigit() else 0
        if op == ")":
            before = outer.pop()
            now = applied(before[0], before[1], now)
        elif op.endswith("("):
            outer.append((op[:-1], now))
            now = value
        elif op in ("LD", "LDN"):
            now = value if op == "LD" else 1 - value
        elif op in ("ST", "STN"):
            state[operand] = now if op == "ST" else 1 - now
        elif op in ("S", "R"):
            state[operand] = (1 if op == "S" else 0) if now else state[operand]
        elif op in ("JMP", "JMPC", "JMPCN"):
            if op == "JMP" or bool(now) == (op == "JMPC"):
                at = labels[operand]
        elif op in ("RET", "RETC", "RETCN"):
            if op == "RET" or bool(now) == (op == "RETC"):
                break
        elif op == "NOT":
            now = 1 - now
        else:
            now = applied(op, now, value)
    return state


def applied(op: str, left: int, right: int) -> int:
    if op in ("ANDN", "ORN", "XORN"):
        op, right = op[:-1], 1 - right
    plain = {"ADD": left + right, "SUB": left - right, "MUL": left * right}
    if op in plain:
        return wrap(plain[op])
    same = {"AND": left & right, "OR": left | right, "XOR": left ^ right, "GT": left > right, "GE": left >= right}
    return int((same | {"EQ": left == right, "NE": left != right, "LT": left < right, "LE": left <= right})[op])


def made(seed: int) -> list[str]:
    """A random list: results of BOOL and of INT, parentheses, jumps forward and one back."""
    chance = random.Random(seed)
    out: list[str] = []

    def bits(depth: int = 0) -> None:
        out.append(f"{chance.choice(['LD', 'LDN'])} {chance.choice('abqr')}")
        for _ in range(chance.randint(0, 3)):
            op = chance.choice(["AND", "ANDN", "OR", "ORN", "XOR", "XORN"])
            if depth < 2 and chance.random() < 0.3:
                out.append(f"{op}(")
                bits(depth + 1)
                out.append(")")
            else:
                out.append(f"{op} {chance.choice('abqr')}")
        if chance.random() < 0.2:
            out.append("NOT")

    def number() -> None:
        out.append(f"LD {chance.choice(['n', 'm', 'x', 'y', '3', '-2'])}")
        for _ in range(chance.randint(0, 2)):
            out.append(f"{chance.choice(['ADD', 'SUB', 'MUL'])} {chance.choice(['n', 'm', 'x', '2'])}")

    def test() -> None:
        number()
        out.append(f"{chance.choice(['GT', 'GE', 'EQ', 'NE', 'LT', 'LE'])} {chance.choice(['m', 'y', '5'])}")

    def line() -> None:
        if chance.random() < 0.5:
            chance.choice([bits, test])()
            for _ in range(chance.randint(1, 2)):
                out.append(f"{chance.choice(['ST', 'STN', 'S', 'R'])} {chance.choice('qr')}")
        else:
            number()
            for _ in range(chance.randint(1, 2)):
                out.append(f"ST {chance.choice('xy')}")

    open_: list[str] = []
    for number_ in range(chance.randint(3, 9)):
        kind = chance.random()
        if kind < 0.18:
            chance.choice([bits, test])()
            label = f"L{number_}" if chance.random() < 0.6 or not open_ else chance.choice(open_)
            out.append(f"{chance.choice(['JMPC', 'JMPCN', 'JMPC', 'JMP'])} {label}")
            open_ = [*dict.fromkeys([*open_, label])]
        elif kind < 0.4 and open_:
            out.append(f"{open_.pop(chance.randrange(len(open_)))}:")
        elif kind < 0.45:
            bits()
            out.append(chance.choice(["RETC", "RETCN"]))
        line()
    out.extend(f"{one}:" for one in open_)
    line()
    return out


@pytest.mark.parametrize("start", range(0, 400, 100))
def test_random_lists_do_what_their_lines_say(start: int) -> None:
    chance, ran = random.Random(start), 0
    for seed in range(start, start + 100):
        lines = made(seed)
        checked = whole("\n".join(lines))
        assert checked.ok, (seed, keys(checked), lines)
        if checked.left_out:
            assert {"ST4010", "ST2907"} & {one.code for one in checked.diagnostics}
            continue
        ran += 1
        one = machine(checked.project, "p")
        state = dict.fromkeys(NAMES, 0)
        for _ in range(4):
            given = {"a": chance.randint(0, 1), "b": chance.randint(0, 1), "n": chance.randint(-9, 9)}
            given["m"] = chance.randint(-9, 9)
            state = interpreted(lines, state | given)
            one.scan({name: bool(value) if name in "ab" else value for name, value in given.items()})
            assert {name: one.read(name) for name in "qrxy"} == {name: state[name] for name in "qrxy"}, (
                seed,
                lines,
            )
    assert ran > 55


TIMED = """LD a
ST t.IN
CAL t(PT := T#2s)
LD t.Q
ST q
LD n
CU c
LD c.CV
ST x
loop: LD y
ADD 1
ST y
GE 5
JMPCN loop
LD n
LIMIT 0, 7
ST y
LIMIT(MN := 0, IN := m, MX := 3)
ADD y
ST y
"""


def test_blocks_functions_and_loops() -> None:
    text = TIMED.replace("LD n\nCU c", "LD b\nCU c")
    checked = check([Source("t.st", f"{HEAD}VAR t : TON; c : CTU; END_VAR\n{text}END_PROGRAM\n", "iec")], lints=False)
    assert checked.ok and not checked.left_out, keys(checked)
    one = machine(checked.project, "p")
    for b in (True, False, True):
        one.scan({"b": b, "n": 9, "m": 5})
    assert (one.read("x"), one.read("y")) == (2, 10)


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("LD a\nST nowhere", "unknown_name"),
        ("LD n\nST q", "mismatch"),
        ("LD a\nADD n\nST x", "operands"),
        ("LD n\nTURN 5\nST x", "unknown_function"),
        ("LD n\nTURN 5", "unknown_function"),
        ("LD a\nAND(\nLD b\nST q", "expected"),
        ("LD a\n)\nST q", "statement"),
        ("LD a b\nST q", "statement"),
        ("LD\nLD a\nST q", None),
        ("LD a\nST", None),
        ("LD a\nJMPC gone\nST q", "label"),
        ("LD a\nq := b;", None),
    ],
)
def test_what_is_wrong_in_a_list_is_an_error(body: str, wrong: str | None) -> None:
    checked = whole(body)
    errors = [one.key.split(".")[-1] for one in checked.diagnostics if one.severity == "error"]
    assert errors and (wrong is None or any(wrong in one for one in errors)), errors


@pytest.mark.parametrize(
    "body",
    [
        "LD a\nOR q\nS q\nAND b\nST r",
        "LD q\nR q\nJMPC on\nLD b\nST r\non: LD a\nST r",
        "LD a\nJMPC on\nLD b\non: ST q",
        "LD a\nJMP on\non: ST q",
        "LD a\nJMP on\non: ADD n\nST x",
    ],
)
def test_a_result_that_is_not_known_is_not_guessed(body: str) -> None:
    checked = whole(body)
    assert checked.ok and "body_kind" in keys(checked) and checked.left_out == ("p",)


def test_one_result_sets_resets_and_stores() -> None:
    checked = whole("LD a\nANDN q\nS q\nS r\nST r")
    one = machine(checked.project, "p")
    seen = []
    for a in (True, True, False):
        one.scan({"a": a})
        seen.append((one.read("q"), one.read("r")))
    assert seen == [(True, True), (True, False), (True, False)]


def test_a_list_in_plcopen_xml_is_read(tmp_path: Path) -> None:
    path = tmp_path / "p.xml"
    path.write_text(
        '<project xmlns="http://www.plcopen.org/xml/tc6_0201"><fileHeader companyName="c" productName="p" '
        'productVersion="1"/><types><dataTypes/><pous><pou name="p" pouType="program"><interface><inputVars>'
        '<variable name="a"><type><BOOL/></type></variable></inputVars><outputVars><variable name="q"><type><BOOL/>'
        "</type></variable></outputVars></interface><body><IL><xhtml "
        'xmlns="http://www.w3.org/1999/xhtml">LDN a\nST q\n</xhtml></IL></body></pou></pous></types></project>'
    )
    sources, notes = read_sources([path])
    checked = check(sources, notes=notes, lints=False)
    assert checked.ok and not checked.left_out
    one = machine(checked.project, "p")
    one.scan({"a": False})
    assert one.read("q") is True
