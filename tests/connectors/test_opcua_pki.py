"""Keys, certificates and passwords on disk."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.connectors.opcua_pki import (
    CLIENT_URI,
    ensure_identity,
    is_trusted,
    load_certificate,
    password,
    pki_folder,
    trust,
)
from assay.connectors.opcua_session import configured_login
from assay.kernel.errors import InputError


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_an_identity_is_made_once_and_is_private() -> None:
    folder = pki_folder()
    made = ensure_identity(folder, "client", CLIENT_URI)
    before = made.certificate.read_bytes()
    assert ensure_identity(folder, "client", CLIENT_URI) == made
    assert made.certificate.read_bytes() == before
    assert mode(made.private_key) == 0o600 and mode(folder) == 0o700
    certificate = load_certificate(made.certificate)
    assert certificate.not_valid_before_utc < datetime.now(UTC) < certificate.not_valid_after_utc


def test_an_expired_identity_is_renewed_only_when_asked() -> None:
    folder = pki_folder()
    old = ensure_identity(folder, "client", CLIENT_URI, days=-1).certificate.read_bytes()
    assert ensure_identity(folder, "client", CLIENT_URI).certificate.read_bytes() == old
    renewed = ensure_identity(folder, "client", CLIENT_URI, renew=True)
    assert load_certificate(renewed.certificate).not_valid_after_utc > datetime.now(UTC)


def test_a_key_that_others_can_read_is_refused() -> None:
    folder = pki_folder()
    made = ensure_identity(folder, "client", CLIENT_URI)
    made.private_key.chmod(0o644)
    with pytest.raises(InputError) as caught:
        ensure_identity(folder, "client", CLIENT_URI)
    assert f"chmod 600 {made.private_key}" in caught.value.render("zh")


def test_trust_means_exactly_this_certificate() -> None:
    folder = pki_folder()
    ours, theirs = (ensure_identity(folder, name, CLIENT_URI) for name in ("a", "b"))
    trust(folder, ours.certificate)
    assert is_trusted(folder, load_certificate(ours.certificate))
    assert not is_trusted(folder, load_certificate(theirs.certificate))


def test_a_damaged_certificate_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.der"
    path.write_bytes(b"\x30\x82 nothing")
    with pytest.raises(InputError, match=r"broken\.der"):
        load_certificate(path)


def test_passwords_come_from_the_environment_or_a_private_file(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = pki_folder()
    monkeypatch.delenv("ASSAY_OPCUA_USER", raising=False)
    assert password(folder) is None and configured_login(folder) is None
    monkeypatch.setenv("ASSAY_OPCUA_USER", "li")
    with pytest.raises(InputError, match=r"opcua\.password"):
        configured_login(folder)
    made = password(folder, make=True)
    assert made is not None and len(made) >= 24 and password(folder) == made
    assert mode(folder / "opcua.password") == 0o600
    login = configured_login(folder)
    assert login is not None and login.password == made and made not in repr(login)
    monkeypatch.setenv("ASSAY_OPCUA_PASSWORD", "from the environment")
    assert password(folder) == "from the environment"
    monkeypatch.delenv("ASSAY_OPCUA_PASSWORD")
    (folder / "opcua.password").chmod(0o640)
    with pytest.raises(InputError, match="chmod 600"):
        password(folder)
