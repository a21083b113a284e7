"""Node ids as a plant file writes them, and the namespaces of a server."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from assay.kernel.errors import InputError

if TYPE_CHECKING:
    from asyncua import Client, ua

_BY_NAME = re.compile(r"nsu=([^;]+);(.+)")
_BY_NUMBER = re.compile(r"ns=(\d+);.+")


def parse_node(tag: str, node: str, namespaces: Sequence[str] | None = None) -> ua.NodeId:
    """A node id from its text: ``ns=2;s=XMEAS_1``, or ``nsu=urn:plant;s=XMEAS_1`` with the namespace by its name.

    A server may number its namespaces anew when it restarts; a name stays what it is. ``namespaces`` are the server's,
    in order; without them the text is only tested. InputError for another text, and for a name that is not there.
    """
    from asyncua import ua

    plain, named = node, _BY_NAME.fullmatch(node)
    if named is not None:
        name, rest = named.groups()
        if namespaces is not None and name not in namespaces:
            raise InputError("connectors.node_namespace", tag=tag, node=node)
        plain = f"ns={0 if namespaces is None else namespaces.index(name)};{rest}"
    try:
        return ua.NodeId.from_string(plain)
    except (ua.UaError, ValueError):
        raise InputError("connectors.node_text", tag=tag, node=node) from None


async def namespaces_of(client: Client) -> list[str]:
    """The server's namespaces in the order of their numbers."""
    from asyncua import ua

    node = ua.NodeId(ua.ObjectIds.Server_NamespaceArray)
    (value,) = await client.uaclient.read_attributes([node], ua.AttributeIds.Value)
    return list(value.Value.Value or ()) if value.Value is not None else []


def require_namespace(namespace: str, found: Sequence[str], nodes: Iterable[str], endpoint: str) -> None:
    """InputError unless the server has the plant's namespace, under a number that the plant's nodes use (if they use
    numbers): another plant's server, or the same one after it numbered its namespaces anew, has the same node ids for
    other things."""
    if namespace not in found:
        raise InputError("connectors.namespace_absent", endpoint=endpoint, namespace=namespace)
    numbers = {int(match.group(1)) for match in map(_BY_NUMBER.fullmatch, nodes) if match is not None}
    number = found.index(namespace)
    if numbers and number not in numbers:
        used = ", ".join(str(one) for one in sorted(numbers))
        raise InputError(
            "connectors.namespace_number", endpoint=endpoint, namespace=namespace, number=number, used=used
        )
