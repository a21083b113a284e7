"""FMI units: a tank built by PythonFMU (FMI 2.0) and the same in C (FMI 3.0), and files that are not usable units."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from assay.kernel.errors import InputError, MissingDependency, TerminalError
from assay.models.fmi import NO_STATE, FmiModel, FmiState
from assay.models.mechanism import MechanismModel, Trajectory

pytest.importorskip("fmpy")

TANK_PY = """
from pythonfmu import Boolean, Fmi2Causality, Fmi2Slave, Fmi2Variability, Integer, Real, String


class Tank(Fmi2Slave):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inflow, self.level, self.area, self.leak, self.open = 0.0, 1.0, 2.0, 0.0, True
        self.count, self.label = 0, "T-1"
        parameter, out = Fmi2Causality.parameter, Fmi2Causality.output
        self.register_variable(Real("inflow", causality=Fmi2Causality.input, description="feed"))
        discrete = Fmi2Variability.discrete
        self.register_variable(Boolean("open", causality=Fmi2Causality.input, variability=discrete))
        self.register_variable(Real("level", causality=out))
        self.register_variable(Integer("count", causality=out, variability=discrete))
        self.register_variable(Real("area", causality=parameter, variability=Fmi2Variability.fixed))
        self.register_variable(Real("leak", causality=parameter, variability=Fmi2Variability.tunable))
        self.register_variable(String("label", causality=parameter, variability=Fmi2Variability.fixed))

    def do_step(self, t, dt):
        self.level += dt * (self.inflow - self.leak - (0.5 * self.level if self.open else 0.0)) / self.area
        self.count += 1
        if self.level < 0:
            raise ValueError("the tank ran dry")
        return True
"""

FMI3_XML = """<?xml version="1.0" encoding="UTF-8"?>
<fmiModelDescription fmiVersion="3.0" modelName="Tank3" instantiationToken="tank-3">
  <CoSimulation modelIdentifier="Tank3" canGetAndSetFMUState="true" canSerializeFMUState="true"/>
  <UnitDefinitions><Unit name="m"/><Unit name="m3/s"/></UnitDefinitions>
  <TypeDefinitions><Float64Type name="Length" unit="m" min="0"/></TypeDefinitions>
  <ModelVariables>
    <Float64 name="time" valueReference="9" causality="independent" variability="continuous"/>
    <Float64 name="inflow" valueReference="0" causality="input" start="0" unit="m3/s" min="-5" max="100"/>
    <Float64 name="level" valueReference="1" causality="output" declaredType="Length"/>
    <Float64 name="area" valueReference="2" causality="parameter" variability="fixed" start="2"/>
    <Boolean name="open" valueReference="3" causality="input" start="true"/>
    <Int32 name="count" valueReference="4" causality="output"/>
    <Float64 name="profile" valueReference="5" causality="parameter" variability="fixed" start="1 2">
      <Dimension start="2"/>
    </Float64>
  </ModelVariables>
  <ModelStructure>
    <Output valueReference="1"/><Output valueReference="4"/>
    <InitialUnknown valueReference="1"/><InitialUnknown valueReference="4"/>
  </ModelStructure>
</fmiModelDescription>
"""


@pytest.fixture(scope="session")
def tank_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One FMU with and one without serializable state. Built in another process: PythonFMU imports what it packs."""
    pytest.importorskip("pythonfmu")
    folder = tmp_path_factory.mktemp("fmu")
    (folder / "tank.py").write_text(TANK_PY, encoding="utf-8")
    for name, options in [("state", ["--handle-state", "--serialize-state"]), ("plain", [])]:
        command = [sys.executable, "-m", "pythonfmu", "build", "-f", "tank.py", "-d", name, *options]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60)
    return folder


@pytest.fixture
def tank(tank_folder: Path) -> FmiModel:
    return FmiModel(tank_folder / "state" / "Tank.fmu")


@pytest.fixture
def tank_plain(tank_folder: Path) -> FmiModel:
    return FmiModel(tank_folder / "plain" / "Tank.fmu")


@pytest.fixture(scope="session")
def tank3_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tank in C with FMPy's headers, packed for this machine."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    import fmpy
    from fmpy.fmi3 import FMU3Slave

    folder = tmp_path_factory.mktemp("fmu3")
    source = Path(__file__).with_name("fmi3_tank.c").read_text(encoding="utf-8")
    missing = [name for name in dir(FMU3Slave) if name.startswith("fmi3") and not re.search(rf"\b{name}\(", source)]
    # A stub's type does not fit its declaration in the header, so the stubs go into a file that does not read it.
    (folder / "tank.c").write_text(source.replace("STUBS\n", ""), encoding="utf-8")
    (folder / "stubs.c").write_text(
        "".join(f"int {name}(void) {{ return 3; }}\n" for name in missing), encoding="utf-8"
    )
    headers = Path(fmpy.__file__).with_name("c-code")
    library = folder / f"Tank3{fmpy.sharedLibraryExtension}"
    command = [compiler, "-shared", "-fPIC", "-w", f"-I{headers}", "tank.c", "stubs.c", "-o", str(library)]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60)
    packed = folder / "Tank3.fmu"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("modelDescription.xml", FMI3_XML)
        archive.write(library, f"binaries/{fmpy.platform_tuple}/{library.name}")
    return packed


def euler(level: float, inflow: list[float], area: float = 2.0, leak: float = 0.0) -> list[float]:
    levels = [level]
    for q in inflow:
        levels.append(levels[-1] + (q - leak - 0.5 * levels[-1]) / area)
    return levels


def repacked(source: Path, target: Path, change: Callable[[str, bytes], tuple[str, bytes] | None]) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.infolist():
            kept = change(entry.filename, old.read(entry))
            if kept is not None:
                new.writestr(*kept)
    return target


def test_description_of_an_fmi2_unit(tank: FmiModel) -> None:
    assert isinstance(tank, MechanismModel)
    assert (tank.name, tank.fmi_version, tank.has_state) == ("Tank", "2.0", True)
    assert [v.name for v in tank.inputs] == ["inflow", "open"]
    assert [v.name for v in tank.outputs] == ["level", "count"]
    assert [v.name for v in tank.parameters] == ["area", "leak"]
    assert tank.inputs[0].description == "feed" and tank.inputs[1].start == 1.0
    assert tank.skipped == ("label",)
    assert tank.problems == ()
    assert re.fullmatch("[0-9a-f]{64}", tank.digest)


def test_simulates_constant_and_changing_inputs(tank: FmiModel) -> None:
    here = os.getcwd()
    result = tank.simulate(0, 5, 1, {"inflow": 1.0}, {"area": 4.0, "leak": 0.25})
    assert result.columns["level"] == pytest.approx(euler(1.0, [1.0] * 5, 4.0, 0.25))
    assert result.columns["count"].tolist() == [0, 1, 2, 3, 4, 5]
    assert result.times.tolist() == [0, 1, 2, 3, 4, 5]
    steps = Trajectory.of([0, 2.5], {"inflow": [1.0, 3.0]})
    assert tank.simulate(0, 5, 1, steps).columns["level"] == pytest.approx(euler(1.0, [1, 1, 1, 3, 3]))
    closed = tank.simulate(0, 2, 1, {"inflow": 1.0, "open": 0})
    assert closed.columns["level"] == pytest.approx([1.0, 1.5, 2.0])
    assert os.getcwd() == here


def test_same_call_same_value_and_state_continues(tank: FmiModel) -> None:
    whole = tank.simulate(0, 6, 1, {"inflow": 1.0})
    again = tank.simulate(0, 6, 1, {"inflow": 1.0})
    assert again.columns["level"].tolist() == whole.columns["level"].tolist()
    half = tank.simulate(0, 3, 1, {"inflow": 1.0})
    rest = tank.simulate(3, 6, 1, {"inflow": 1.0}, state=half.final_state)
    assert rest.columns["level"].tolist() == whole.columns["level"][3:].tolist()
    tank.set_state(half.final_state)
    assert tank.get_state() == half.final_state
    assert tank.simulate(3, 6, 1, {"inflow": 1.0}, {"leak": 0.0}).columns["level"][-1] == whole.columns["level"][-1]
    tank.set_state(None)
    assert tank.simulate(0, 1, 1).columns["level"][0] == 1.0


def test_state_of_another_time_or_unit_is_refused(tank: FmiModel) -> None:
    state = tank.simulate(0, 3, 1).final_state
    assert isinstance(state, FmiState)
    with pytest.raises(InputError, match=r"t = 3\.0 s.*starts at 0"):
        tank.simulate(0, 3, 1, state=state)
    with pytest.raises(InputError, match="area"):
        tank.simulate(3, 6, 1, parameters={"area": 3.0}, state=state)
    for unfit in (FmiState("0" * 64, 3.0, state.data), b"state", 7):
        with pytest.raises(InputError, match="not a state of the FMI unit Tank"):
            tank.set_state(unfit)
    with pytest.raises(TerminalError, match="did not take the state back"):
        tank.simulate(3, 6, 1, state=FmiState(tank.digest, 3.0, b"\x00garbage"))


def test_unit_without_state_begins_anew_and_says_so(tank_plain: FmiModel) -> None:
    first = tank_plain.simulate(0, 3, 1, {"inflow": 1.0})
    assert first.final_state is None and first.notes == (NO_STATE,)
    assert tank_plain.simulate(3, 6, 1, {"inflow": 1.0}).columns["level"].tolist() == first.columns["level"].tolist()
    with pytest.raises(InputError, match="cannot take a state"):
        tank_plain.simulate(3, 6, 1, state=FmiState(tank_plain.digest, 3.0, b""))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"inputs": {"inlfow": 1.0}}, r"no input 'inlfow'.*inflow, open"),
        ({"parameters": {"level": 1.0}}, r"no parameter 'level'.*area, leak"),
        ({"inputs": {"inflow": float("nan")}}, "inflow is not a finite"),
        ({"inputs": {"inflow": "much"}}, "inflow are not a plain list of numbers"),
        ({"parameters": {"area": float("inf")}}, "area is not a finite"),
        ({"inputs": Trajectory(np.array([1.0]), {"inflow": np.array([1.0])})}, r"begin at 1\.0 s"),
        ({"step": 0}, "greater than 0 s"),
        ({"step": -1}, "greater than 0 s"),
        ({"step": 0.7}, "not a whole number of steps"),
        ({"step": 1e-9}, "more than"),
        ({"stop": 0}, "must stop after it starts"),
        ({"stop": float("nan")}, "finite numbers of seconds"),
    ],
)
def test_bad_arguments_get_one_sentence(tank: FmiModel, arguments: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        tank.simulate(**{"start": 0, "stop": 3, "step": 1, **arguments})  # type: ignore[arg-type]
    assert "\n" not in caught.value.render("en") and re.search("[一-鿿]", caught.value.render("zh"))


def test_unit_that_raises_names_time_and_reason(tank: FmiModel) -> None:
    with pytest.raises(TerminalError, match=r"Tank failed in the step from t = 1\.0 s: .*the tank ran dry"):
        tank.simulate(0, 10, 1, {"inflow": -1.0})
    assert tank.simulate(0, 1, 1).columns["level"][0] == 1.0  # the next one is not harmed


def test_unit_that_diverges_names_variable_and_time(tank: FmiModel) -> None:
    with pytest.raises(TerminalError, match=r"diverged: level .* at t = 2\.0 s"):
        tank.simulate(0, 10, 1, {"inflow": 1.0, "open": 0}, {"area": 1e-308})


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04" + b"\x00" * 60], ids=["empty", "text", "cut"])
def test_broken_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.fmu"
    path.write_bytes(content)
    with pytest.raises(InputError, match="not a usable FMI unit"):
        FmiModel(path)


@pytest.mark.parametrize(
    ("xml", "words"),
    [
        (None, "not a usable FMI unit"),
        (b"<fmiModelDescription", "not a usable FMI unit"),
        (b"<other/>", "not a usable FMI unit"),
        (b'<fmiModelDescription fmiVersion="9.0"/>', "Unsupported FMI version"),
    ],
)
def test_broken_description(tmp_path: Path, tank_folder: Path, xml: bytes | None, words: str) -> None:
    def change(name: str, data: bytes) -> tuple[str, bytes] | None:
        if name != "modelDescription.xml":
            return name, data
        return None if xml is None else (name, xml)

    path = repacked(tank_folder / "plain" / "Tank.fmu", tmp_path / "bad.fmu", change)
    with pytest.raises(InputError, match=words):
        FmiModel(path)


def test_departures_from_the_standard_are_told_and_the_unit_still_runs(tmp_path: Path, tank_folder: Path) -> None:
    def change(name: str, data: bytes) -> tuple[str, bytes] | None:
        return name, data.replace(b' variability="discrete"', b"") if name == "modelDescription.xml" else data

    model = FmiModel(repacked(tank_folder / "plain" / "Tank.fmu", tmp_path / "loose.fmu", change))
    assert any('"open"' in problem for problem in model.problems)
    assert model.simulate(0, 1, 1).columns["level"][0] == 1.0


def test_half_written_file(tmp_path: Path, tank_folder: Path) -> None:
    data = (tank_folder / "plain" / "Tank.fmu").read_bytes()
    path = tmp_path / "half.fmu"
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(InputError, match="not a usable FMI unit"):
        FmiModel(path)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.fmu", tmp_path):
        with pytest.raises(InputError, match="no FMI unit at"):
            FmiModel(path)


def test_other_platform(tmp_path: Path, tank_folder: Path) -> None:
    import fmpy

    def change(name: str, data: bytes) -> tuple[str, bytes] | None:
        return None if name.startswith(f"binaries/{fmpy.platform}") else (name, data)

    other = FmiModel(repacked(tank_folder / "plain" / "Tank.fmu", tmp_path / "other.fmu", change))
    assert fmpy.platform not in other.platforms
    with pytest.raises(InputError, match=f"no library for this machine \\({fmpy.platform}\\)"):
        other.simulate(0, 1, 1)


def test_library_that_is_not_one_keeps_the_working_directory(tmp_path: Path, tank_folder: Path) -> None:
    def change(name: str, data: bytes) -> tuple[str, bytes] | None:
        return (name, b"not a library") if name.startswith("binaries/") else (name, data)

    broken = FmiModel(repacked(tank_folder / "plain" / "Tank.fmu", tmp_path / "lib.fmu", change))
    here = os.getcwd()
    with pytest.raises(TerminalError, match="could not be loaded"):
        broken.simulate(0, 1, 1)
    assert os.getcwd() == here


def test_paths_that_leave_the_folder_write_nothing_outside(tmp_path: Path, tank_folder: Path) -> None:
    path = tmp_path / "slip.fmu"
    shutil.copy(tank_folder / "plain" / "Tank.fmu", path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("resources/../../../slipped-out.txt", "x")
    model = FmiModel(path)
    model.simulate(0, 1, 1)
    assert model._folder is not None
    assert not (model._folder.parent / "slipped-out.txt").exists()
    assert not (model._folder.parent.parent / "slipped-out.txt").exists()


def test_too_large_is_not_opened(tank_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assay.models.fmi.MAX_UNPACKED_BYTES", 1000)
    with pytest.raises(InputError, match="MiB and was not opened"):
        FmiModel(tank_folder / "plain" / "Tank.fmu")


def test_close_removes_files_and_a_later_run_unpacks_again(tank: FmiModel) -> None:
    tank.simulate(0, 1, 1)
    folder = tank._folder
    assert folder is not None and folder.is_dir()
    tank.close()
    assert not folder.exists()
    assert tank.simulate(0, 1, 1).columns["level"][0] == 1.0


def test_missing_fmpy_names_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fmpy", None)
    with pytest.raises(MissingDependency, match=r'pip install "assay\[fmi\]"'):
        FmiModel(tmp_path / "any.fmu")


def test_fmi3_description(tmp_path: Path) -> None:
    path = tmp_path / "Tank3.fmu"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("modelDescription.xml", FMI3_XML)
    model = FmiModel(path)
    assert (model.name, model.fmi_version, model.has_state) == ("Tank3", "3.0", True)
    inflow, level = model.inputs[0], model.outputs[0]
    assert (inflow.unit, inflow.minimum, inflow.maximum, inflow.start) == ("m3/s", -5.0, 100.0, 0.0)
    assert (level.unit, level.minimum) == ("m", 0.0)  # from the declared type
    assert model.skipped == ("profile",)
    with pytest.raises(InputError, match="no library for this machine"):
        model.simulate(0, 1, 1)
    with pytest.raises(InputError, match=r"120\.0 of inflow is outside its range -5\.0 to 100\.0 m3/s"):
        model.simulate(0, 1, 1, {"inflow": 120.0})


def test_fmi3_not_for_cosimulation(tmp_path: Path) -> None:
    path = tmp_path / "me.fmu"
    xml = FMI3_XML.replace("<CoSimulation", "<ModelExchange")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("modelDescription.xml", xml)
    with pytest.raises(InputError, match="no co-simulation interface"):
        FmiModel(path)


def test_fmi3_unit_runs_and_continues_from_its_state(tank3_path: Path) -> None:
    model = FmiModel(tank3_path)
    whole = model.simulate(0, 6, 1, {"inflow": 1.0}, {"area": 4.0})
    assert whole.columns["level"] == pytest.approx(euler(1.0, [1.0] * 6, 4.0))
    assert whole.columns["count"].tolist() == list(range(7))
    half = model.simulate(0, 3, 1, {"inflow": 1.0}, {"area": 4.0})
    rest = model.simulate(3, 6, 1, {"inflow": 1.0}, state=half.final_state)
    assert rest.columns["level"].tolist() == whole.columns["level"][3:].tolist()
    assert model.simulate(0, 2, 1, {"open": 0, "inflow": 1.0}).columns["level"] == pytest.approx([1.0, 1.5, 2.0])


def test_fmi3_unit_that_fails_or_ends_by_itself(tank3_path: Path) -> None:
    model = FmiModel(tank3_path)
    with pytest.raises(TerminalError, match=r"step from t = 0\.0 s: the tank ran dry"):
        model.simulate(0, 6, 1, {"inflow": -4.0})
    with pytest.raises(TerminalError, match=r"ended the simulation by itself at t = 2\.0 s"):
        model.simulate(0, 6, 1, {"inflow": 50.0})
