"""Small invented plants for ``access``: documents, who may read them, fault cases and questions, all from a seed.

Rights are decided here by a rule of one line, and not by the code under test.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

GROUPS = ("ops", "maint", "lab", "操作")
USERS = ("li", "wang", "zhao", "nobody")
CHIEF = "chief"
"""Somebody in every group, who asks first: what is kept of the answers must not reach the others."""

_MACHINES = (
    ("feed pump", "给水泵"), ("agitator", "搅拌机"), ("vent valve", "排空阀"), ("compressor", "压缩机"),
    ("heat exchanger", "换热器"), ("safety valve", "安全阀"), ("gearbox", "减速机"), ("fan", "风机"),
)  # fmt: skip
_FACTS = (
    ("oil temperature alarm", "油温报警值", "°C"), ("rated current", "额定电流", "A"),
    ("bolt torque", "螺栓力矩", "N·m"), ("oil change interval", "换油周期", "h"),
    ("grease quantity", "补脂量", "g"), ("trip pressure", "跳车压力", "kPa"),
)  # fmt: skip
_STATES = (("cold start", "冷态启动"), ("full load", "满负荷"), ("standby", "热备用"))
_RULES = (
    ("Never open the vent valve while the {tag} is running.", "{tag} 运行时严禁打开排空阀。"),
    ("The shift lead must be told before {tag} is started.", "启动 {tag} 前必须通知班长。"),
    ("Except during a cold start, {tag} shall not be throttled.", "除冷态启动外，{tag} 不得节流。"),
)
_SYMPTOMS = ("振动增大", "轴承温度升高", "the seal leaks", "motor current above limit", "流量下降", "有异响")
_CAUSES = ("机械密封磨损", "due to lack of lubricant", "入口过滤器堵塞", "联轴器不对中", "润滑油变质")
_MEASURES = ("更换机封", "topped up the oil", "清洗滤网", "重新找正")


@dataclass(frozen=True, slots=True)
class Paper:
    """A document: its file name, its editions' texts, the oldest first, and the groups that may read it.

    ``entries`` are what an access file says of it (name as written there, groups); with a book and no entry nobody
    reads it. ``confirmed`` is how many editions a person has looked through for doubtful numbers.
    """

    name: str
    editions: tuple[str, ...]
    groups: frozenset[str]
    entries: tuple[tuple[str, frozenset[str]], ...] = ()
    confirmed: int = 0
    words: tuple[str, ...] = ()  # what only this document holds

    def permits(self, groups: Iterable[str], book: bool) -> bool:
        """Whether somebody in these groups may read it: every list that speaks of it must have one of them."""
        mine = {"*", *groups}
        lists = [self.groups, *(entry for _, entry in self.entries)]
        return all(mine & one for one in lists) and (bool(self.entries) or not book)


@dataclass(frozen=True, slots=True)
class Record:
    """A fault record for the skill ``cases``."""

    equipment: str
    symptom: str
    cause: str
    measure: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class World:
    """Documents in the order in which they are added, users with groups, whether there is an access file."""

    seed: str
    papers: tuple[Paper, ...]
    users: dict[str, frozenset[str]]
    book: bool
    records: tuple[Record, ...] = ()
    questions: tuple[str, ...] = field(default=(), compare=False)

    def permitted(self, user: str) -> tuple[Paper, ...]:
        """What somebody may read."""
        groups = self.users.get(user, frozenset())
        return tuple(one for one in self.papers if one.permits(groups, self.book))

    def access(self) -> dict[str, object]:
        """The access file's content."""
        documents: dict[str, list[str]] = {}
        for paper in self.papers:
            for name, groups in paper.entries:
                documents[name] = sorted(groups)
        return {"users": {user: sorted(groups) for user, groups in self.users.items()}, "documents": documents}


def world(seed: str) -> World:
    """The same seed gives the same world."""
    rng = random.Random(f"world {seed}")
    book = rng.random() < 0.4
    papers: list[Paper] = []
    for number in range(rng.randrange(3, 8)):
        papers.append(_paper(rng, number, papers, book))
    users = {user: _groups(rng) for user in USERS[:-1]} | {CHIEF: frozenset(GROUPS)}
    made = World(seed, tuple(papers), users, book, tuple(_records(rng, papers)))
    return replace(made, questions=tuple(questions(rng, made)))


def changed(rng: random.Random, old: World) -> World:
    """The world after some days: rights given and taken, a document gone, a new edition, a doubt settled."""
    papers = list(old.papers)
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(papers))
        paper = papers[at]
        match rng.choice(("rights", "rights", "gone", "edition", "doubt")):
            case "rights":
                entries = tuple((name, _readers(rng)) for name, _ in paper.entries)
                papers[at] = replace(paper, groups=paper.groups if entries else _readers(rng), entries=entries)
            case "gone" if len(papers) > 2:
                del papers[at]
            case "edition":
                text = paper.editions[-1].replace(" is ", " is now ").replace("为 ", "现为 ") + "\nNew: see 4711-N.\n"
                papers[at] = replace(paper, editions=(*paper.editions, text))
            case _:
                papers[at] = replace(paper, confirmed=len(paper.editions))
    return replace(old, papers=tuple(papers))


def _groups(rng: random.Random) -> frozenset[str]:
    return frozenset(rng.sample(GROUPS, rng.choice((0, 1, 2, 2))))


def _readers(rng: random.Random) -> frozenset[str]:
    """Everybody, some groups, or nobody."""
    return rng.choice((frozenset(("*",)), _groups(rng), _groups(rng), frozenset(rng.sample(GROUPS, 2))))


def _paper(rng: random.Random, number: int, before: Sequence[Paper], book: bool) -> Paper:
    zh = rng.random() < 0.5
    code = f"SOP-{rng.randrange(10, 16)}"
    folder = rng.choice(("", "", "sub/", "手册/"))
    stem = rng.choice((f"{code} {number}", f"manual {number}", f"规程 {number}"))
    name = f"{folder}{stem}.{rng.choice(('md', 'md', 'txt'))}"
    groups = frozenset(("*",)) if book and rng.random() < 0.6 else _readers(rng)
    entries: tuple[tuple[str, frozenset[str]], ...] = ()
    if book and rng.random() < 0.85:
        forms = rng.sample((name, name.rpartition("/")[2], stem), rng.choice((1, 1, 2)))
        entries = tuple((form, _readers(rng)) for form in dict.fromkeys(forms))
    secret = (f"{rng.choice('QXZW')}{rng.choice('JKVY')}-{rng.randrange(1000, 9999)}{number}",)
    if before and rng.random() < 0.35:
        text = rng.choice(before).editions[-1]  # the same words, or nearly the same, under another name
        if rng.random() < 0.6:
            text = _other_value(rng, text)
    else:
        text = _text(rng, zh, code, secret, before)
    if before and rng.random() < 0.35:
        text = _superseding(rng, text, rng.choice(before))
    editions = (text, _other_value(rng, text)) if rng.random() < 0.25 else (text,)
    return Paper(name, editions, groups, entries, words=secret)


def _superseding(rng: random.Random, text: str, other: Paper) -> str:
    """A document that names another as the one it replaces, by its title or number."""
    title = next((line[2:] for line in other.editions[-1].splitlines() if line.startswith("# ")), other.name)
    named = rng.choice((title, title.split(" ")[0], other.name.rpartition("/")[2].rpartition(".")[0]))
    said = rng.choice((f'---\nreplaces: "{named}"\n---\n\n', f'---\nreplaces: ["{named}", "SOP-10"]\n---\n\n'))
    if not text.startswith("---"):
        return said + text
    return text


def _text(rng: random.Random, zh: bool, code: str, secret: Sequence[str], before: Sequence[Paper]) -> str:
    machine = rng.choice(_MACHINES)[zh]
    tag = f"{rng.choice('PK')}-{rng.choice((101, 102, 203))}"
    facts = rng.sample(_FACTS, 3)
    lines = []
    if rng.random() < 0.3:
        lines += [f"---\nvalid_from: {rng.choice(('2024-01-01', '2026-01-01', '2027-01-01'))}\n---\n"]
    lines += [f"# {code} {machine} {tag}", ""]
    sentences = [_fact(rng, zh, tag, fact) for fact in facts[:2]]
    extra = rng.choice(_RULES)[zh].format(tag=tag)
    special = f"{'备件号' if zh else 'The spare part is'} {secret[0]}{'。' if zh else '.'}"
    lines += ["## 1", "", ("" if zh else " ").join([*sentences, special]), "", extra, "", "## 2", ""]
    attr, unit = facts[2][zh], facts[2][2]
    lines += [f"| {'状态' if zh else 'State'} | {attr} ({unit}) |", "|---|---|"]
    lines += [f"| {state[zh]} | {rng.randrange(10, 99)} |" for state in _STATES]
    if rng.random() < 0.3:
        lines += ["", f"{'见' if zh else 'See'} {rng.choice(before).words[0] if before else code}?"]
    return "\n".join(lines) + "\n"


def _fact(rng: random.Random, zh: bool, tag: str, fact: tuple[str, str, str]) -> str:
    value = rng.randrange(10, 99)
    return f"{tag} 的{fact[1]}为 {value} {fact[2]}。" if zh else f"The {fact[0]} of {tag} is {value} {fact[2]}."


def _other_value(rng: random.Random, text: str) -> str:
    """The same words with one number changed."""
    places = [at for at in range(1, len(text) - 1) if text[at].isdigit() and text[at - 1] == " " and at > 40]
    if not places:
        return text + "\n99\n"
    at = rng.choice(places)
    return text[:at] + str((int(text[at]) + rng.randrange(1, 9)) % 10) + text[at + 1 :]


_SAID = re.compile(r"The (?P<en>[a-z ]+) of (?P<tag>[A-Z]-\d+) is|(?P<tag2>[A-Z]-\d+) 的(?P<zh>\w+?)为")


def questions(rng: random.Random, made: World) -> list[str]:
    """Questions about what some documents say, for some only those that others may read, and about what is nowhere."""
    said = []
    for _ in range(12):
        paper, zh = rng.choice(made.papers), rng.random() < 0.5
        fact, machine, tag = rng.choice(_FACTS), rng.choice(_MACHINES), "K-777"
        found = list(_SAID.finditer(rng.choice(paper.editions)))
        if found and rng.random() < 0.85:
            one = rng.choice(found)
            tag = one["tag"] or one["tag2"]
            fact = next(each for each in _FACTS if one["en"] == each[0] or one["zh"] == each[1])
            zh = (one["zh"] is not None) != (rng.random() < 0.2)  # now and then in the other language
        state = rng.choice(_STATES)
        about = f"{tag} 的{fact[1]}是多少？" if zh else f"What is the {fact[0]} of {tag}?"
        others = (
            f"{tag} {state[1]}时的{fact[1]}是多少？" if zh else f"What is the {fact[0]} of {tag} at {state[0]}?",
            f"启动 {tag} 前要通知谁？" if zh else f"Who must be told before {tag} is started?",
            f"{paper.words[0]} 是什么？" if zh else f"What is the part {paper.words[0]}?",
            f"旧版中 {tag} 的{fact[1]}？" if zh else f"What was the {fact[0]} of {tag} in the old edition?",
            f"{machine[0]} {machine[1]} {fact[0]}",
        )
        said.append(about if rng.random() < 0.6 else rng.choice(others))
    return said


def _records(rng: random.Random, papers: Sequence[Paper]) -> Iterable[Record]:
    last: Record | None = None
    for _ in range(rng.randrange(4, 14)):
        groups = tuple(sorted(_readers(rng)))
        if last is not None and rng.random() < 0.2:
            last = replace(last, groups=groups, measure=f"{last.measure}；试车")  # nearly the same, for other readers
        else:
            tag = f"P-{rng.choice((101, 102, 203))} 离心泵"
            cause = rng.choice((*_CAUSES, f"因 {rng.choice(papers).words[0]} 断裂导致轴承磨损"))
            symptoms = "；".join(rng.sample(_SYMPTOMS, 2))
            last = Record(tag, symptoms, cause, rng.choice(_MEASURES), groups)
        yield last
