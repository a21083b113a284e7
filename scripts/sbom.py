"""A bill of materials (CycloneDX 1.6, JSON) for a folder of wheels, from the metadata inside them."""

from __future__ import annotations

import hashlib
import uuid
import zipfile
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path
from typing import Any

_LICENCE_CLASSIFIER = "License :: "
_LONGEST_LICENCE_NAME = 80


def file_sha256(path: Path) -> str:
    """SHA-256 of a file as lower-case hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def wheel_metadata(path: Path) -> Message:
    """The METADATA of a wheel; ValueError when there is none."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.count("/") == 1 and name.endswith(".dist-info/METADATA"):
                return HeaderParser().parsestr(archive.read(name).decode("utf-8"))
    raise ValueError(f"{path.name} has no METADATA")


def canonical(name: str) -> str:
    """A distribution's name as package indexes compare it."""
    return "-".join(part for part in name.lower().replace("_", "-").replace(".", "-").split("-") if part)


def licences(metadata: Message) -> list[dict[str, Any]]:
    """What a wheel says of its licence: its SPDX expression, else its classifiers, else its licence field's name."""
    expression = metadata.get("License-Expression")
    if expression:
        return [{"expression": expression}]
    named = [
        classifier.rpartition(" :: ")[2]
        for classifier in metadata.get_all("Classifier", [])
        if classifier.startswith(_LICENCE_CLASSIFIER)
    ]
    if not named:
        # Some packages put the licence's whole text here: its first line is its name.
        first = (metadata.get("License") or "").strip().partition("\n")[0].strip()
        named = [first[:_LONGEST_LICENCE_NAME]] if first and first != "UNKNOWN" else []
    return [{"license": {"name": name}} for name in named]


def component(path: Path) -> dict[str, Any]:
    """One wheel as a CycloneDX component."""
    metadata = wheel_metadata(path)
    name, version = canonical(metadata["Name"]), metadata["Version"]
    purl = f"pkg:pypi/{name}@{version}"
    found: dict[str, Any] = {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        "hashes": [{"alg": "SHA-256", "content": file_sha256(path)}],
        "properties": [{"name": "assay:file", "value": path.name}],
    }
    if summary := metadata.get("Summary"):
        found["description"] = summary
    if stated := licences(metadata):
        found["licenses"] = stated
    return found


def sbom(wheels: list[Path], name: str, version: str) -> dict[str, Any]:
    """The document for ``wheels``; the same wheels give the same document, serial number included."""
    components = sorted((component(path) for path in wheels), key=lambda one: str(one["bom-ref"]))
    content = "\n".join(one["hashes"][0]["content"] for one in components)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, content)}",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": name, "version": version}},
        "components": components,
    }
