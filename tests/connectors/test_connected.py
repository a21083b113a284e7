"""A foreign server, recorded: its own node ids, bad quality, unknown nodes, late starts, losses, users and keys."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from assay_tests_foreign import Foreign, plant_folder
from assay_tests_tank import fails, run, until
from asyncua import ua

from assay.connectors.connected import ConnectedPlant, connected_plant
from assay.connectors.nodes import parse_node
from assay.connectors.opcua_pki import CLIENT_URI, ensure_identity, pki_folder, trust
from assay.connectors.opcua_session import SessionSettings, open_session
from assay.connectors.opcua_subscription import SubscriptionSettings
from assay.connectors.samples import LinkEvent, LinkState
from assay.kernel.errors import BusyError, InputError
from assay.plant.historian import open_historian
from assay.plant.home import home
from assay.plant.records import EventKind, open_records

FAST = SubscriptionSettings(publishing=0.05, sampling=0.0, keep_alive=0.3)


def connect(
    folder: Path, events: list[LinkEvent] | None = None, **options: Any
) -> AbstractAsyncContextManager[ConnectedPlant]:
    told = events if events is not None else []
    return connected_plant(str(folder), on_event=told.append, subscription=FAST, pauses=(0.05, 0.2), **options)


def said(events: list[LinkEvent], state: LinkState) -> list[LinkEvent]:
    return [event for event in events if event.state is state]


def test_values_quality_and_source_times_are_recorded(tmp_path: Path) -> None:
    async def main() -> None:
        folder, events = plant_folder(tmp_path / "vessel"), list[LinkEvent]()
        start = datetime(2026, 3, 1, tzinfo=UTC)
        async with Foreign() as server, connect(folder, events, endpoint=server.endpoint) as connected:
            await until(lambda: connected.link.received >= 3)
            for minute in range(5):
                await server.put("LEVEL", 60.0 + minute, time=start + timedelta(minutes=minute))
            await server.put("PRESSURE", 0.0, code=0x808C0000, time=start)
            await until(lambda: connected.forward.stored >= 9 and "PRESSURE" in connected.quality.bad)
            assert connected.status()["bad"] == ["PRESSURE"]
            await server.put("PRESSURE", 5.0, time=start + timedelta(minutes=1))
            await until(lambda: not connected.quality.bad and not connected.forward.waiting)
        with open_historian(str(folder)) as reader:
            frame = reader.read(["LEVEL"], start, start + timedelta(hours=1))
            assert frame.values[:, 0].tolist() == [60.0, 61.0, 62.0, 63.0, 64.0]
            assert reader.read(["PRESSURE"], start, start + timedelta(hours=1)).values[-1, 0] == 5.0
        (bad,), (good,) = said(events, LinkState.BAD_QUALITY), said(events, LinkState.GOOD_QUALITY)
        assert bad.tag == good.tag == "PRESSURE" and bad.error is not None
        assert "BadSensorFailure" in bad.error.render("en") and "PRESSURE" in bad.error.render("zh")

    run(main)


def test_an_alarm_is_raised_also_by_a_value_that_stands_still(tmp_path: Path) -> None:
    async def main() -> None:
        folder = plant_folder(tmp_path / "vessel", delay=1)
        async with Foreign() as server, connect(folder, endpoint=server.endpoint) as connected:
            await until(lambda: connected.link.received >= 3)
            # An old source time on one tag must not hide the alarm of another.
            await server.put("PRESSURE", 4.6, time=datetime.now(UTC) + timedelta(seconds=30))
            await until(lambda: connected.link.received >= 4)
            await server.put("LEVEL", 85.0)
            await until(lambda: connected.recorder.raised == 1)
            assert connected.status()["alarms"] == 1
        with open_records(home() / "records.db") as records:
            now = datetime.now(UTC)
            events = records.events.query("vessel", now - timedelta(hours=1), now + timedelta(hours=1))
        (alarm,) = (event for event in events if event.kind is EventKind.ALARM)
        assert (alarm.tag, alarm.state, alarm.data["value"]) == ("LEVEL", "unacknowledged", 85.0)

    run(main)


def test_unknown_nodes_are_named_one_by_one_and_the_others_go_on(tmp_path: Path) -> None:
    async def main() -> None:
        folder, events = plant_folder(tmp_path / "vessel", ghosts=True), list[LinkEvent]()
        async with Foreign() as server, connect(folder, events, endpoint=server.endpoint) as connected:
            await until(lambda: connected.forward.stored >= 3)
            assert connected.status()["refused"] == ["GHOST", "SPOOK"]
            await server.stop()
            await until(lambda: not connected.link.connected)
            await server.start()
            await until(lambda: len(said(events, LinkState.CONNECTED)) == 2)
        refused = said(events, LinkState.NODE_REFUSED)  # once each, not at every connection
        assert [event.tag for event in refused] == ["GHOST", "SPOOK"]
        assert refused[0].error is not None and "ns=3;s=NOWHERE" in refused[0].error.render("zh")

    run(main)


def test_a_small_server_without_filters_is_recorded_too(tmp_path: Path) -> None:
    async def main() -> None:
        folder, events = plant_folder(tmp_path / "vessel", ghosts=True), list[LinkEvent]()
        async with Foreign(small=True) as server, connect(folder, events, endpoint=server.endpoint) as connected:
            await until(lambda: connected.forward.stored >= 3)
            assert connected.status()["refused"] == ["GHOST", "SPOOK"]
            await server.put("LEVEL", 51.0)
            await until(lambda: connected.forward.stored >= 4)
        assert not said(events, LinkState.FAILED)

    run(main)


def test_a_server_that_comes_later_and_one_that_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    attempts: list[str] = []

    def counted(settings: SessionSettings) -> Any:
        attempts.append(settings.endpoint)
        return open_session(settings)

    monkeypatch.setattr("assay.connectors.opcua.open_session", counted)

    async def main() -> None:
        server, events = Foreign(), list[LinkEvent]()
        await server.start()
        await server.stop()  # the port is known, and nobody answers there
        folder = plant_folder(tmp_path / "vessel", f"endpoint: {server.endpoint}")
        async with connect(folder, events) as connected:
            await until(lambda: bool(said(events, LinkState.FAILED)))
            await until(lambda: len(attempts) >= 4)
            (failed,) = said(events, LinkState.FAILED)  # a reason is told once, not at every attempt
            assert "No OPC UA server answers" in failed.detail
            await server.start()
            await until(lambda: connected.forward.stored >= 3)
            await server.put("LEVEL", 51.0)
            await until(lambda: connected.link.received >= 4)
            before = connected.link.newest
            await server.stop()
            await until(lambda: not connected.link.connected and connected.link.problem != "")
            await server.start()
            await until(lambda: len(said(events, LinkState.CONNECTED)) == 2)
            await server.put("LEVEL", 52.0)
            await until(lambda: bool(connected.link.gaps) and not connected.forward.waiting)
            assert connected.link.gaps[0].start == before
        await server.stop()
        with open_historian(str(folder)) as reader:
            assert {51.0, 52.0} <= set(reader.read(["LEVEL"]).values[:, 0].tolist())
        with open_records(home() / "records.db") as records:
            now = datetime.now(UTC)
            found = records.events.query("vessel", now - timedelta(hours=1), now + timedelta(hours=1))
        assert [event.state for event in found if event.kind is EventKind.FINDING] == ["link_gap"]

    run(main)


def test_user_and_password_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        folder, events = plant_folder(tmp_path / "vessel"), list[LinkEvent]()
        monkeypatch.setenv("ASSAY_OPCUA_USER", "li")
        async with Foreign(users={"li": "right"}) as server:
            await fails(connect(folder, endpoint=server.endpoint).__aenter__(), InputError)  # no password
            monkeypatch.setenv("ASSAY_OPCUA_PASSWORD", "s3cret-guess")
            async with connect(folder, events, endpoint=server.endpoint):
                await until(lambda: bool(said(events, LinkState.FAILED)))
                (failed,) = said(events, LinkState.FAILED)
                assert "ASSAY_OPCUA_PASSWORD" in failed.detail and "s3cret" not in failed.detail
            monkeypatch.setenv("ASSAY_OPCUA_PASSWORD", "right")
            monkeypatch.setenv("ASSAY_OPCUA_ENDPOINT", server.endpoint)
            async with connect(folder) as connected:
                await until(lambda: connected.forward.stored >= 3)

    run(main)


def test_the_plant_file_asks_for_signing_and_encryption(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        keys = ensure_identity(tmp_path / "acme", "acme", "urn:acme:server")
        own = ensure_identity(tmp_path / "own", "own", CLIENT_URI + ":own")
        monkeypatch.setenv("ASSAY_OPCUA_USER", "li")
        monkeypatch.setenv("ASSAY_OPCUA_PASSWORD", "right")
        monkeypatch.setenv("ASSAY_OPCUA_CERTIFICATE", str(own.certificate))
        folder, events = plant_folder(tmp_path / "vessel", "security: sign_and_encrypt"), list[LinkEvent]()
        async with Foreign(users={"li": "right"}, keys=keys) as server:
            error = await fails(connect(folder, endpoint=server.endpoint).__aenter__(), InputError)
            assert "ASSAY_OPCUA_KEY" in error.render("en")
            monkeypatch.setenv("ASSAY_OPCUA_KEY", str(own.private_key))
            async with connect(folder, events, endpoint=server.endpoint) as connected:
                await until(lambda: bool(said(events, LinkState.FAILED)))
                assert "not trusted yet" in said(events, LinkState.FAILED)[0].detail
                trust(pki_folder(), keys.certificate)  # a person has looked at it
                await until(lambda: connected.forward.stored >= 3)
                policy = connected.link._client.security_policy  # type: ignore[union-attr]
                assert policy.Mode.name == "SignAndEncrypt" and policy.URI.endswith("Basic256Sha256")

    run(main)


def test_another_plants_server_is_not_recorded(tmp_path: Path) -> None:
    async def main() -> None:
        folder, events = plant_folder(tmp_path / "vessel"), list[LinkEvent]()
        server = Foreign(namespace="urn:other:plant")
        async with server, connect(folder, events, endpoint=server.endpoint) as connected:
            await until(lambda: bool(said(events, LinkState.FAILED)))
            assert "urn:acme:vessel" in said(events, LinkState.FAILED)[0].detail
            assert not connected.link.connected and connected.link.received == 0

    run(main)


def test_a_server_that_numbers_its_namespaces_anew_is_not_misread(tmp_path: Path) -> None:
    """Node ids with a number are refused there, node ids with the namespace's name are found wherever it is."""

    async def main() -> None:
        folder, events = plant_folder(tmp_path / "vessel"), list[LinkEvent]()
        server = Foreign(renumbered=True)
        async with server:
            async with connect(folder, events, endpoint=server.endpoint) as connected:
                await until(lambda: bool(said(events, LinkState.FAILED)))
                sentence = said(events, LinkState.FAILED)[0].detail
                assert "number 4" in sentence and "use 3" in sentence and connected.link.received == 0
            file = folder / "plant.yaml"
            source = file.read_text(encoding="utf-8")
            file.write_text(source.replace("node: ns=3;", "node: nsu=urn:acme:vessel;"), encoding="utf-8")
            async with connect(folder, events, endpoint=server.endpoint) as connected:
                # The first values may come a moment before the session counts as open.
                await until(lambda: connected.link.connected and connected.link.received >= 3)
                assert await connected.link.read("PRESSURE") == 4.5
                await connected.link.write("SP_LEVEL", 60.0)
                assert await connected.link.read("SP_LEVEL") == 60.0

    run(main)


def test_nodes_are_read_by_number_or_by_name() -> None:
    names = ["http://opcfoundation.org/UA/", "urn:x", "urn:y"]
    assert parse_node("T", "nsu=urn:y;s=A;B", names) == ua.NodeId("A;B", 2)
    assert parse_node("T", "ns=1;i=7", names) == ua.NodeId(7, 1)
    assert parse_node("T", "nsu=urn:nowhere;i=7").Identifier == 7  # only tested
    with pytest.raises(InputError) as caught:
        parse_node("T", "nsu=urn:nowhere;i=7", names)
    assert caught.value.key == "connectors.node_namespace"
    for text in ("nsu=urn:y", "nsu=urn:y;nothing", "ns=x;i=1", ""):
        with pytest.raises(InputError):
            parse_node("T", text, names)


def test_settings_that_cannot_work_are_refused_at_once(tmp_path: Path) -> None:
    async def main() -> None:
        folder = plant_folder(tmp_path / "vessel")
        error = await fails(connect(folder).__aenter__(), InputError)
        assert error.key == "connectors.endpoint_missing" and "--endpoint" in error.render("zh")
        await fails(connect(folder, endpoint="http://localhost").__aenter__(), InputError)
        await fails(connect(folder, endpoint="opc.tcp://127.0.0.1:1", mode=9).__aenter__(), InputError)
        source = (folder / "plant.yaml").read_text(encoding="utf-8")
        (folder / "plant.yaml").write_text(source.replace("ns=3;i=1001", "rubbish"), encoding="utf-8")
        error = await fails(connect(folder, endpoint="opc.tcp://127.0.0.1:1").__aenter__(), InputError)
        assert "LEVEL" in error.render("en")
        with open_historian(str(folder), "owner"):
            folder = plant_folder(tmp_path / "vessel")
            await fails(connect(folder, endpoint="opc.tcp://127.0.0.1:1").__aenter__(), BusyError)

    run(main)
