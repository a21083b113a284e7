"""Certificates, keys and passwords of OPC UA links.

Everything lives in one folder, by default ``$ASSAY_HOME/pki`` (0700): ``NAME.der`` with ``NAME.key.pem`` (0600), the
certificates of trusted partners in ``trusted/``, those seen and not trusted in ``rejected/``.
"""

from __future__ import annotations

import os
import secrets
import socket
import stat
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from assay.kernel.errors import InputError, LinkError
from assay.plant.home import home, private_folder

if TYPE_CHECKING:
    from cryptography import x509

CLIENT_URI = "urn:assay:opcua:client"
SERVER_URI = "urn:assay:opcua:server"
PASSWORD_VARIABLE = "ASSAY_OPCUA_PASSWORD"
USER_VARIABLE = "ASSAY_OPCUA_USER"
CERTIFICATE_VARIABLE = "ASSAY_OPCUA_CERTIFICATE"
KEY_VARIABLE = "ASSAY_OPCUA_KEY"


@dataclass(frozen=True, slots=True)
class Identity:
    """An application's certificate (DER) and private key (PEM), with the URI that the certificate names."""

    certificate: Path
    private_key: Path
    uri: str


def pki_folder() -> Path:
    """The key folder of this user."""
    return private_folder(home() / "pki")


def ensure_identity(folder: Path, name: str, uri: str, days: int = 825, *, renew: bool = False) -> Identity:
    """The identity ``name`` in ``folder``; made (self-signed, RSA 2048, SHA-256) when it is not there yet.

    ``renew`` replaces an expired one; without it a partner's administrator decides, who has to trust the new one.
    """
    identity = Identity(folder / f"{name}.der", folder / f"{name}.key.pem", uri)
    if identity.certificate.exists() and identity.private_key.exists():
        _require_private(identity.private_key)
        if not renew or load_certificate(identity.certificate).not_valid_after_utc > datetime.now(UTC):
            return identity
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key_pem, certificate = _self_signed(name, uri, days)
    write_private(identity.private_key, key_pem)
    identity.certificate.write_bytes(certificate)
    return identity


def configured_identity() -> Identity | None:
    """The identity whose files ``ASSAY_OPCUA_CERTIFICATE`` (DER) and ``ASSAY_OPCUA_KEY`` (PEM) name; None without them.

    Its URI is the one that the certificate names. InputError when only one is set, a file cannot be read, or the key
    can be read by others.
    """
    certificate = os.environ.get(CERTIFICATE_VARIABLE, "").strip()
    key = os.environ.get(KEY_VARIABLE, "").strip()
    if not certificate and not key:
        return None
    if not certificate or not key:
        raise InputError("connectors.identity_half", certificate=CERTIFICATE_VARIABLE, key=KEY_VARIABLE)
    paths = Path(certificate).expanduser(), Path(key).expanduser()
    uri = _uri_of(load_certificate(paths[0]))
    if not paths[1].is_file():
        raise InputError("connectors.key_missing", path=paths[1])
    _require_private(paths[1])
    return Identity(*paths, uri)


def _uri_of(certificate: x509.Certificate) -> str:
    """The application URI of a certificate (OPC 10000-6: its subject alternative name); ours where it has none."""
    from cryptography import x509

    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return CLIENT_URI
    return next(iter(names.get_values_for_type(x509.UniformResourceIdentifier)), CLIENT_URI)


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read; an existing one is replaced."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    temporary.replace(path)


def password(folder: Path, name: str = "opcua", *, make: bool = False) -> str | None:
    """The link's password: from the environment, else from the key file ``NAME.password`` (which ``make`` creates).

    Raises InputError when others can read the key file.
    """
    from_environment = os.environ.get(PASSWORD_VARIABLE)
    if from_environment:
        return from_environment
    path = folder / f"{name}.password"
    if path.exists():
        _require_private(path)
        return path.read_text(encoding="utf-8").strip()
    if not make:
        return None
    made = secrets.token_urlsafe(24)
    write_private(path, made.encode("utf-8"))
    return made


def load_certificate(path: Path) -> x509.Certificate:
    """A certificate from a DER or PEM file; InputError when it is neither."""
    from cryptography import x509

    try:
        content = path.read_bytes()
        return (x509.load_pem_x509_certificate if b"-----BEGIN" in content else x509.load_der_x509_certificate)(content)
    except (OSError, ValueError) as error:
        raise InputError("connectors.certificate_unreadable", path=path, problem=error) from None


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate, hexadecimal."""
    from cryptography.hazmat.primitives import hashes

    return certificate.fingerprint(hashes.SHA256()).hex()


def trust(folder: Path, certificate: Path) -> None:
    """Put a partner's certificate into the trusted folder."""
    loaded = load_certificate(certificate)
    target = folder / "trusted" / f"{fingerprint(loaded)}.der"
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    target.write_bytes(_der(loaded))


def is_trusted(folder: Path, certificate: x509.Certificate) -> bool:
    """Whether exactly this certificate lies in the trusted folder."""
    wanted = fingerprint(certificate)
    files = sorted((folder / "trusted").glob("*")) if (folder / "trusted").is_dir() else []
    return any(fingerprint(load_certificate(path)) == wanted for path in files if path.suffix in (".der", ".pem"))


def require_trusted(folder: Path, certificate: x509.Certificate, endpoint: str) -> None:
    """LinkError for a partner that is not trusted; its certificate is kept in ``rejected/`` for a person to move."""
    if is_trusted(folder, certificate):
        return
    kept = folder / "rejected" / f"{fingerprint(certificate)}.der"
    kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept.write_bytes(_der(certificate))
    raise LinkError("connectors.certificate_untrusted", endpoint=endpoint, path=kept, folder=folder / "trusted")


def require_valid_now(certificate: x509.Certificate, whose: str) -> None:
    """LinkError for a certificate that is expired or not valid yet; ``whose`` names its file or endpoint."""
    now = datetime.now(UTC)
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise LinkError(
            "connectors.certificate_expired",
            whose=whose,
            start=certificate.not_valid_before_utc.date().isoformat(),
            end=certificate.not_valid_after_utc.date().isoformat(),
        )


def _require_private(path: Path) -> None:
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise InputError("connectors.key_readable", path=path)


def _der(certificate: x509.Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.DER)


def _self_signed(name: str, uri: str, days: int) -> tuple[bytes, bytes]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Assay {name}")])
    begin = datetime.now(UTC) - timedelta(days=max(1, 1 - days))
    names = [x509.UniformResourceIdentifier(uri), x509.IPAddress(ip_address("127.0.0.1"))]
    names += [x509.DNSName(host) for host in dict.fromkeys((socket.gethostname(), "localhost"))]
    usage = x509.KeyUsage(True, True, True, True, False, True, False, False, False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(datetime.now(UTC) + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return pem, certificate.public_bytes(serialization.Encoding.DER)
