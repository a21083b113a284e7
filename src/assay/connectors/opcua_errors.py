"""OPC UA failures as sentences for a person."""

from __future__ import annotations

from assay.kernel.errors import AssayError, InputError, LinkError


def translate(error: Exception, endpoint: str) -> AssayError:
    """The error of a connection attempt or call as LinkError (may pass) or InputError (the settings are wrong)."""
    from asyncua import ua
    from asyncua.common.utils import ServiceError

    if isinstance(error, AssayError):
        return error
    if isinstance(error, TimeoutError):
        return LinkError("connectors.link_timeout", endpoint=endpoint)
    if isinstance(error, ConnectionRefusedError):
        return LinkError("connectors.link_absent", endpoint=endpoint)
    if isinstance(error, (ua.UaStatusCodeError, ServiceError)):
        return _of_status(error.code, endpoint)
    if isinstance(error, (OSError, ConnectionError)):
        return LinkError("connectors.link_broken", endpoint=endpoint, problem=str(error) or type(error).__name__)
    return LinkError("connectors.link_failed", endpoint=endpoint, problem=str(error) or type(error).__name__)


def status_name(code: int) -> str:
    """The name of a status code, for instance ``BadOutOfRange``."""
    from asyncua import ua

    return str(ua.StatusCode(code).name)


def _of_status(code: int, endpoint: str) -> AssayError:
    name = status_name(code)
    if name in ("BadUserAccessDenied", "BadIdentityTokenRejected", "BadIdentityTokenInvalid"):
        return InputError("connectors.login_refused", endpoint=endpoint)
    if name == "BadCertificateTimeInvalid":
        return LinkError("connectors.own_certificate_refused_time", endpoint=endpoint)
    if name.startswith("BadCertificate") or name in ("BadSecurityChecksFailed", "BadSecurityPolicyRejected"):
        return LinkError("connectors.own_certificate_refused", endpoint=endpoint, status=name)
    return LinkError("connectors.link_failed", endpoint=endpoint, problem=name)
