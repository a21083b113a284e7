"""The link of one action: reads and writes a few tags of a plant, and connects only when it is first used."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from assay.connectors.access import session_settings
from assay.connectors.linked import linked_nodes
from assay.connectors.opcua import OpcUaConnector
from assay.kernel.errors import InputError

if TYPE_CHECKING:
    from assay.plant.model import Plant


class PlantLink:
    """The kernel's ``PlantWriter`` for ``tags`` of a plant, over the server that ``session_settings`` finds.

    What the kernel refuses without looking at the plant is refused without a connection. The server must have the
    namespace that the plant file names.
    """

    def __init__(self, plant: Plant, tags: Iterable[str], endpoint: str | None = None, *, secure: bool = False) -> None:
        self._plant, self._tags, self._endpoint, self._secure = plant, tuple(tags), endpoint, secure
        self._link: OpcUaConnector | None = None
        self._opening = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._link is not None:
            await self._link.close()

    async def read(self, tag: str) -> float:
        """See ``OpcUaConnector.read``; connects first. LinkError or InputError when that fails."""
        return await (await self._open()).read(tag)

    async def write(self, tag: str, value: float) -> None:
        """See ``OpcUaConnector.write``; connects first."""
        await (await self._open()).write(tag, value)

    async def _open(self) -> OpcUaConnector:
        async with self._opening:
            if self._link is None:
                known = linked_nodes(self._plant)
                for tag in self._tags:
                    if tag not in known:
                        raise InputError("connectors.tag_unlinked", tag=tag)
                opcua = self._plant.spec.opcua
                link = OpcUaConnector(
                    session_settings(self._plant, self._endpoint, secure=self._secure),
                    {tag: known[tag] for tag in self._tags},
                    namespace=None if opcua is None else opcua.namespace,
                )
                await link.start()
                self._link = link
            return self._link
