"""``assay plc run`` and ``assay plc test``: a program over a trace of inputs, and its test cases."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from assay.cli.language import help_lang, resolve_lang
from assay.cli.output import print_json, say, warn
from assay.cli.plc_parts import DialectOption, FilesArgument, JsonOption, LangOption, checked_project
from assay.kernel.errors import InputError
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from assay.skills.plc.front.source import Source
    from assay.skills.plc.ir.nodes import Project
    from assay.skills.plc.run.machine import Machine
    from assay.skills.plc.testing.layout import Layout
    from assay.skills.plc.testing.running import Ran
    from assay.skills.plc.testing.sessions import Session
    from assay.skills.plc.testing.traces import Trace

_HELP = help_lang()
SCAN_NS = 100_000_000


def _about(name: str) -> str:
    return text(f"cli.plc_{name}", _HELP)


PouOption = Annotated[str | None, typer.Option("--pou", metavar="NAME", help=_about("pou"))]
BackendOption = Annotated[Literal["python", "c"], typer.Option("--backend", metavar="python|c", help=_about("backend"))]


def register(app: typer.Typer) -> None:
    """Put the commands into their group."""
    app.command(help=_about("run"))(run)
    app.command(help=_about("test"))(test)


# --- run ---


def run(
    files: FilesArgument,
    inputs: Annotated[Path | None, typer.Option("--inputs", metavar="TRACE.csv", help=_about("inputs"))] = None,
    scan: Annotated[str | None, typer.Option("--scan", metavar="TIME", help=_about("scan"))] = None,
    pou: PouOption = None,
    backend: BackendOption = "python",
    scans: Annotated[int | None, typer.Option("--scans", metavar="N", min=1, help=_about("scans"))] = None,
    watch: Annotated[str | None, typer.Option("--watch", metavar="A,B", help=_about("watch"))] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="TRACE.csv", help=_about("out"))] = None,
    model: Annotated[Path | None, typer.Option("--model", metavar="FMU", help=_about("model"))] = None,
    wire: Annotated[list[str] | None, typer.Option("--wire", metavar="PATH=VARIABLE", help=_about("wire"))] = None,
    dialect: DialectOption = "auto",
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Scan after scan over a trace, or in closed loop with a model."""
    from assay.skills.plc.run.machine import machine
    from assay.skills.plc.testing.layout import Layout
    from assay.skills.plc.testing.running import choose_unit, run_trace
    from assay.skills.plc.testing.schedule import scheduled
    from assay.skills.plc.testing.traces import read_trace, write_trace

    speaks = resolve_lang(lang)
    if inputs is None and scans is None:
        raise InputError("plc_testing.no_end")
    project, sources = checked_project(files, dialect, speaks, as_json=as_json)
    scan_ns = _scan_time(scan)
    tasks = scheduled(project, scan_ns) if pou is None else None
    if tasks is not None:
        project, unit, scan_ns = tasks.project, tasks.unit, tasks.scan_ns
        warn(text("plc_testing.tasks_run", speaks, tasks=tasks.told, scan_ms=f"{scan_ns / 1e6:g}"))
    else:
        unit = choose_unit(project, pou)
    layout = Layout(project, unit)
    trace = None if inputs is None else read_trace(inputs, layout)
    watched = [one.strip() for one in (watch or "").split(",") if one.strip()]
    runs = machine(project, unit.name, backend=backend)
    if model is not None:
        ran = _closed(runs, layout, model, wire or (), trace, scan_ns or SCAN_NS, scans, watched)
    else:
        own = SCAN_NS if trace is None else None
        ran = run_trace(runs, layout, trace, scan_ns=scan_ns or own, scans=scans, watch=watched)
    if out is not None:
        write_trace(out, ran.columns, ran.rows)
    if as_json:
        print_json(_run_document(unit.name, runs, ran, sources, out, speaks))
    else:
        _say_run(unit.name, ran, sources, out, speaks)
    raise typer.Exit(0 if ran.fault is None else 1)


def _closed(
    runs: Machine,
    layout: Layout,
    path: Path,
    pairs: Sequence[str],
    trace: Trace | None,
    scan_ns: int,
    scans: int | None,
    watched: Sequence[str],
) -> Ran:
    from assay.models.fmi import FmiModel
    from assay.skills.plc.testing.coupling import ModelProcess, closed_loop, wires

    model = FmiModel(path)
    try:
        if scans is None:
            assert trace is not None
            scans = (trace.rows[-1].t_ns - trace.rows[0].t_ns) // scan_ns + 1
        wired = wires(pairs, layout, model)
        return closed_loop(
            runs, layout, ModelProcess(model), wired, scan_ns=scan_ns, scans=scans, trace=trace, watch=watched
        )
    finally:
        model.close()


def _scan_time(value: str | None) -> int | None:
    from assay.skills.plc.testing.durations import milliseconds

    if value is None:
        return None
    scan_ns = milliseconds(value)
    if scan_ns is None or scan_ns <= 0:
        raise InputError("plc_testing.no_scan", where="--scan", value=value[:60])
    return scan_ns


def _run_document(
    name: str, runs: Machine, ran: Ran, sources: dict[str, Source], out: Path | None, lang: Lang
) -> dict[str, Any]:
    from assay.skills.plc.testing.sessions import place
    from assay.skills.plc.testing.values import show_value

    def shown(values: dict[str, Any]) -> dict[str, Any]:
        return {path: show_value(values[path], kind) for path, kind in ran.columns}

    made: dict[str, Any] = {"pou": name, "backend": runs.backend, "scans": len(ran.rows), "fault": None}
    if ran.fault is not None:
        where = place(ran.fault.span, sources)
        sentence = ran.fault.sentence(lang)
        made["fault"] = {"kind": ran.fault.kind, "t_ms": ran.fault_ns / 1e6, "sentence": sentence, **where}
    made["rows_between_scans"] = ran.unseen
    if out is not None:
        return made | {"out": str(out), "last": shown(ran.rows[-1][1]) if ran.rows else None}
    return made | {"rows": [{"t_ms": t_ns / 1e6, **shown(values)} for t_ns, values in ran.rows]}


def _say_run(name: str, ran: Ran, sources: dict[str, Source], out: Path | None, lang: Lang) -> None:
    from assay.skills.plc.testing.traces import moment_cell
    from assay.skills.plc.testing.values import cell

    if out is None:
        say(",".join(["t_ms", *(path for path, _ in ran.columns)]))
        for t_ns, values in ran.rows:
            say(",".join([moment_cell(t_ns), *(cell(values[path], kind) for path, kind in ran.columns)]))
    else:
        say(text("cli.plc_run_done", lang, pou=name, scans=len(ran.rows), file=out))
    if ran.unseen:
        warn(text("cli.plc_run_unseen", lang, count=ran.unseen))
    if ran.fault is not None:
        moment, sentence = moment_cell(ran.fault_ns), ran.fault.sentence(lang)
        warn(text("cli.plc_run_fault", lang, place=_place(ran.fault.span, sources), t_ms=moment, sentence=sentence))


def _place(span: Any, sources: dict[str, Source]) -> str:
    from assay.skills.plc.testing.sessions import place

    found = place(span, sources)
    return f"{found['file']}:{found['line']}:{found['column']}" if found else "-"


# --- test ---


def test(
    files: FilesArgument,
    tests: Annotated[Path | None, typer.Option("--tests", metavar="T.json", help=_about("tests"))] = None,
    backend: BackendOption = "python",
    coverage: Annotated[bool, typer.Option("--coverage", help=_about("coverage"))] = False,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help=_about("coverage_html"))] = None,
    mutants: Annotated[int | None, typer.Option("--mutants", metavar="N", min=0, help=_about("mutants"))] = None,
    junit: Annotated[Path | None, typer.Option("--junit", metavar="FILE", help=_about("junit"))] = None,
    generate: Annotated[bool, typer.Option("--generate", help=_about("test_generate"))] = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="T.json", help=_about("test_out"))] = None,
    pou: PouOption = None,
    scan: Annotated[str | None, typer.Option("--scan", metavar="TIME", help=_about("test_scan"))] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help=_about("seed"))] = 1,
    dialect: DialectOption = "auto",
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Case after case, each on a fresh instance."""
    from assay.skills.plc.testing.junit import write_junit
    from assay.skills.plc.testing.sessions import run_suites
    from assay.skills.plc.testing.suites import load_suites

    speaks = resolve_lang(lang)
    if (tests is None) != generate:
        raise InputError("plc_testing.tests_or_generate")
    suites = () if tests is None else load_suites(tests)
    project, sources = checked_project(files, dialect, speaks, as_json=as_json)
    if generate:
        document = _generate(project, pou, _scan_time(scan), mutants, seed)
        _give(document, out, speaks, as_json=as_json)
        return
    session = run_suites(project, suites, backend=backend, coverage=coverage or html is not None)
    if junit is not None:
        write_junit(junit, [(one.unit.name, one.outcomes) for one in session.suites], speaks)
    if html is not None:
        _write_html(html, session, sources, speaks)
    scores = _scores(project, session, mutants, seed, speaks)
    if as_json:
        print_json(_test_document(session, scores, sources, speaks))
    else:
        _say_test(session, scores, sources, speaks)
    raise typer.Exit(0 if session.passed else 1)


def _write_html(path: Path, session: Session, sources: dict[str, Source], lang: Lang) -> None:
    from assay.skills.plc.testing.coverage_page import write_page

    names = ", ".join(dict.fromkeys(one.unit.name for one in session.suites))
    write_page(path, names, session.counted or (), sources, lang)


def _scores(project: Project, session: Session, mutants: int | None, seed: int, lang: Lang) -> list[tuple[str, Any]]:
    """Mutants tell about tests only when these pass on the program itself; ``--mutants 0`` takes all."""
    if mutants is None:
        return []
    if not session.passed:
        warn(text("plc_testing.no_mutants", lang))
        return []
    from assay.skills.plc.testing.sessions import mutation_score

    return [(one.unit.name, mutation_score(project, one, mutants or None, seed=seed)) for one in session.suites]


def _test_document(
    session: Session, scores: list[tuple[str, Any]], sources: dict[str, Source], lang: Lang
) -> dict[str, Any]:
    from assay.skills.plc.testing.coverage import document
    from assay.skills.plc.testing.sessions import score_document, session_document

    made = session_document(session, sources, lang)
    if session.counted is not None:
        made["coverage"] = document(session.counted, sources)
    if scores:
        made["mutation"] = [score_document(name, one, sources) for name, one in scores]
    return made


def _say_test(session: Session, scores: list[tuple[str, Any]], sources: dict[str, Source], lang: Lang) -> None:
    from assay.skills.plc.testing.coverage import totals
    from assay.skills.plc.testing.junit import sentence

    for tested in session.suites:
        for one in tested.outcomes:
            verdict = text("plc_testing.passed" if one.passed else "plc_testing.not_passed", lang)
            proposed = text("plc_testing.proposed", lang) if one.case.proposed else ""
            say(f"{verdict}  {tested.unit.name}: {one.case.name}{proposed}")
            for failure in one.failures:
                place = f"  ({_place(failure.fault.span, sources)})" if failure.fault is not None else ""
                say(f"      {sentence(failure, lang)}{place}")
    outcomes = [one for tested in session.suites for one in tested.outcomes]
    passed = sum(one.passed for one in outcomes)
    say(text("plc_testing.summary", lang, passed=passed, total=len(outcomes)))
    for kind, each in totals(session.counted).items() if session.counted is not None else ():
        say(f"{text('plc_testing.kind_' + kind, lang)}: {each['covered']} / {each['total']}")
    for name, score in scores:
        _say_score(name, score, sources, lang)


def _say_score(name: str, score: Any, sources: dict[str, Source], lang: Lang) -> None:
    counts = {fate: score.count(fate) for fate in ("killed", "survived", "equivalent", "unknown")}
    share = "-" if score.share is None else f"{score.share:.1%}"
    say(text("plc_testing.score", lang, pou=name, total=len(score.judged), share=share, **counts))
    for one in score.judged:
        if one.fate in ("survived", "unknown"):
            fate = text(f"plc_testing.fate_{one.fate}", lang)
            place = _place(one.mutant.span, sources)
            say(f"  {fate}  {place}  {one.mutant.before}  ->  {one.mutant.after or '-'}")


def _generate(project: Project, pou: str | None, scan_ns: int | None, mutants: int | None, seed: int) -> dict[str, Any]:
    from assay.skills.plc.testing.mutants import mutate
    from assay.skills.plc.testing.proposing import propose
    from assay.skills.plc.testing.running import choose_unit

    unit = choose_unit(project, pou)
    wanted = 60 if mutants is None else mutants
    found = mutate(project, unit.name, limit=wanted, seed=seed) if wanted else []
    made = propose(project, unit, scan_ns=scan_ns or SCAN_NS, mutants=found, seed=seed)
    return {
        "tests": made.document,
        "points": {"covered": made.covered, "total": made.points},
        "mutants": {"killed": made.killed, "total": made.mutants},
    }


def _give(made: dict[str, Any], out: Path | None, lang: Lang, *, as_json: bool) -> None:
    """Write the suite to its file and tell about it, or print the suite itself."""
    import json

    cases = len(made["tests"]["cases"])
    if out is not None:
        try:
            out.write_text(json.dumps(made["tests"], ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            raise InputError("plc_testing.unwritable", file=out, problem=error.strerror or error) from error
    if as_json:
        print_json(made if out is None else {**made, "tests": str(out), "cases": cases})
    elif out is None:
        print_json(made["tests"])
    else:
        points, killed = made["points"], made["mutants"]
        say(
            text(
                "plc_testing.generated", lang, cases=cases, file=out, covered=points["covered"],
                points=points["total"], killed=killed["killed"], mutants=killed["total"],
            )
        )  # fmt: skip
