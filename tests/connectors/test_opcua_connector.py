"""The OPC UA link over real sockets: subscribe, quality, read, write with read-back, refusals, security."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path

import pytest
from assay_tests_tank import NODES, Tank, fails, run, until

from assay.connectors.loopback import LoopbackPlant
from assay.connectors.loopback_server import ServerSecurity
from assay.connectors.opcua import OpcUaConnector
from assay.connectors.opcua_pki import CLIENT_URI, SERVER_URI, ensure_identity, trust
from assay.connectors.opcua_session import ClientSecurity, Login, SessionSettings
from assay.connectors.opcua_subscription import SubscriptionSettings
from assay.connectors.samples import LinkState, Sample
from assay.kernel.errors import InputError, LinkError

FAST = SubscriptionSettings(publishing=0.02, sampling=0.0, keep_alive=0.5)


def connector(plant: LoopbackPlant, got: list[Sample] | None = None, **settings: object) -> OpcUaConnector:
    session = SessionSettings(plant.endpoint, **settings)  # type: ignore[arg-type]
    return OpcUaConnector(
        session, plant.nodes, deliver=None if got is None else got.extend, subscription=FAST, first_pause=0.05
    )


def test_every_publication_arrives_with_its_plant_time() -> None:
    async def main() -> None:
        got: list[Sample] = []
        async with LoopbackPlant(Tank(), nodes=NODES, paused=True) as plant, connector(plant, got):
            await until(lambda: len(got) == 3)
            begin = plant.time
            await plant.step(20)
            await until(lambda: len(got) == 63)
            levels = [s for s in got if s.tag == "LEVEL"]
            assert [round((s.time - begin).total_seconds()) for s in levels] == [36 * k for k in range(21)]
            # Unchanged values count as seen: the set point never moved.
            assert [s.value for s in got if s.tag == "SP_LEVEL"] == [50.0] * 21
            assert all(s.quality == 0 for s in got)

    run(main)


def test_bad_and_uncertain_quality_is_kept() -> None:
    async def main() -> None:
        got: list[Sample] = []
        async with LoopbackPlant(Tank(), nodes=NODES, paused=True) as plant, connector(plant, got) as link:
            plant.fail_sensor("LEVEL")
            plant.fail_sensor("FLOW", 0x40920000)  # UncertainSensorNotAccurate
            await plant.step()
            await until(lambda: len(got) == 6)
            level, flow = (next(s for s in reversed(got) if s.tag == tag) for tag in ("LEVEL", "FLOW"))
            assert math.isnan(level.value) and level.quality == 0x808C0000
            assert math.isfinite(flow.value) and flow.quality == 0x40920000
            error = await fails(link.read("LEVEL"), LinkError)
            assert "BadSensorFailure" in error.render("en") and "LEVEL" in error.render("zh")
            plant.mend_sensor("LEVEL")
            await plant.step()
            assert await link.read("LEVEL") == 50.0

    run(main)


def test_write_reaches_the_process_and_is_read_back() -> None:
    async def main() -> None:
        got: list[Sample] = []
        tank = Tank()
        async with LoopbackPlant(tank, nodes=NODES, paused=True) as plant, connector(plant, got) as link:
            before = plant.time
            await link.write("SP_LEVEL", 62.5)
            assert tank.setpoint == 62.5
            assert await link.read("SP_LEVEL") == 62.5
            await until(lambda: got[-1].value == 62.5)
            assert got[-1].time > before
            await plant.step(10)
            (level,) = await link.read_many(["LEVEL"])
            assert level.value == pytest.approx(62.5 - 12.5 * math.exp(-1.0))

    run(main)


def test_refused_writes_change_nothing_and_say_why() -> None:
    async def main() -> None:
        tank = Tank()
        async with LoopbackPlant(tank, nodes=NODES, paused=True) as plant, connector(plant) as link:
            cases = [("SP_LEVEL", 95.0), ("SP_LEVEL", 66.0), ("LEVEL", 50.0), ("SP_LEVEL", math.nan), ("NOWHERE", 1.0)]
            for tag, value in cases:
                error = await fails(link.write(tag, value), InputError)
                assert tag in error.render("en") and tag in error.render("zh")
            assert tank.setpoint == 50.0

    run(main)


def test_a_value_that_does_not_arrive_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        tank = Tank()
        monkeypatch.setattr(tank, "write", lambda tag, value: None)
        async with LoopbackPlant(tank, nodes=NODES, paused=True) as plant, connector(plant) as link:
            error = await fails(link.write("SP_LEVEL", 70.0, seconds=0.1), LinkError)
            assert "50.0" in error.render("en")

    run(main)


def test_unknown_node_and_bad_texts() -> None:
    async def main() -> None:
        async with LoopbackPlant(Tank(), nodes=NODES, paused=True) as plant:
            settings = SessionSettings(plant.endpoint)
            for node, what in (("ns=2;s=GHOST", "GHOST"), ("rubbish", "rubbish")):
                link = OpcUaConnector(settings, {**plant.nodes, "T9": node}, subscription=FAST)
                error = await fails(link.start(), InputError)
                assert what in error.render("en") and "T9" in error.render("en")
                assert not link.connected
        for text in ("http://localhost:1", "opc.tcp://", "opc.tcp://h:port", "opc.tcp://u:secret@h:1"):
            with pytest.raises(InputError) as caught:
                SessionSettings(text)
            assert "secret" not in caught.value.render("en")

    run(main)


def test_absent_and_silent_servers_fail_within_the_limit() -> None:
    async def main() -> None:
        writers: list[asyncio.StreamWriter] = []
        mute = await asyncio.start_server(lambda _, writer: writers.append(writer), "127.0.0.1", 0)
        port = mute.sockets[0].getsockname()[1]
        silent = SessionSettings(f"opc.tcp://127.0.0.1:{port}", seconds=0.5, call=0.4)
        error = await fails(OpcUaConnector(silent, {}).start(), LinkError)
        assert error.key == "connectors.link_timeout"
        mute.close()
        for writer in writers:
            writer.close()
        await mute.wait_closed()
        absent = SessionSettings(f"opc.tcp://127.0.0.1:{port}", seconds=5.0)
        error = await fails(OpcUaConnector(absent, {}).start(), LinkError)
        assert error.key == "connectors.link_absent"

    run(main)


def secured(folder: Path, server_days: int = 30, client_days: int = 30) -> tuple[ServerSecurity, ClientSecurity]:
    server = ensure_identity(folder, "server", SERVER_URI, server_days)
    client = ensure_identity(folder, "client", CLIENT_URI, client_days)
    return ServerSecurity(server, folder, {"assay": "right"}), ClientSecurity(client, folder)


def test_sign_and_encrypt_with_user_survives_a_reconnect(tmp_path: Path) -> None:
    async def main() -> None:
        server, client = secured(tmp_path / "pki")
        trust(tmp_path / "pki", server.identity.certificate)
        trust(tmp_path / "pki", client.identity.certificate)
        got: list[Sample] = []
        plant = LoopbackPlant(Tank(), nodes=NODES, paused=True, security=server)
        async with plant, connector(plant, got, security=client, login=Login("assay", "right")) as link:
            await link.write("SP_LEVEL", 55.0)
            policy = link._client.security_policy  # type: ignore[union-attr]
            assert policy.URI.endswith("Basic256Sha256") and policy.Mode.name == "SignAndEncrypt"
            await plant.drop_connections()
            await until(lambda: sum(e.state is LinkState.CONNECTED for e in link.events) == 2)
            policy = link._client.security_policy  # type: ignore[union-attr]
            assert policy.URI.endswith("Basic256Sha256") and policy.Mode.name == "SignAndEncrypt"
            await plant.step(3)
            await until(lambda: sum(s.tag == "LEVEL" for s in got) == 4)
            assert not link.gaps

    run(main)


def test_wrong_password_and_missing_security(tmp_path: Path) -> None:
    async def main() -> None:
        server, client = secured(tmp_path / "pki")
        trust(tmp_path / "pki", server.identity.certificate)
        trust(tmp_path / "pki", client.identity.certificate)
        async with LoopbackPlant(Tank(), nodes=NODES, paused=True, security=server) as plant:
            link = connector(plant, security=client, login=Login("assay", "s3cret-guess"))
            error = await fails(link.start(), InputError)
            assert error.key == "connectors.login_refused"
            assert "s3cret" not in error.render("en") and "s3cret" not in repr(link.settings)
            # Without encryption, and without a user, there is no way in either.
            await fails(connector(plant).start(), LinkError)
            await fails(connector(plant, security=client).start(), InputError)

    run(main)


def test_untrusted_and_expired_certificates(tmp_path: Path) -> None:
    async def main() -> None:
        folder = tmp_path / "pki"
        server, client = secured(folder)
        async with LoopbackPlant(Tank(), nodes=NODES, paused=True, security=server) as plant:
            login = Login("assay", "right")
            error = await fails(connector(plant, security=client, login=login).start(), LinkError)
            assert error.key == "connectors.certificate_untrusted"
            kept = Path(str(error.params["path"]))
            assert kept.read_bytes() == server.identity.certificate.read_bytes()
            trust(folder, kept)
            error = await fails(connector(plant, security=client, login=login).start(), LinkError)
            assert error.key == "connectors.own_certificate_refused"  # the server does not trust us
            expired = ensure_identity(folder, "old", CLIENT_URI, -1)
            old = connector(plant, security=ClientSecurity(expired, folder), login=login)
            error = await fails(old.start(), LinkError)
            assert error.key == "connectors.certificate_expired" and "old.der" in error.render("zh")
        with pytest.raises(LinkError, match="not now"):
            stale = ensure_identity(folder, "stale", SERVER_URI, -1)
            await LoopbackPlant(Tank(), nodes=NODES, security=ServerSecurity(stale, folder, {})).start()

    run(main)


def test_a_server_without_security_is_refused_by_a_secure_link(tmp_path: Path) -> None:
    async def main() -> None:
        _, client = secured(tmp_path / "pki")
        async with LoopbackPlant(Tank(), nodes=NODES, paused=True) as plant:
            error = await fails(connector(plant, security=client).start(), LinkError)
            assert error.key == "connectors.no_secure_endpoint"

    run(main)
