#!/usr/bin/env bash
# Resolve the dependencies of pyproject.toml into exact versions with hashes, for every platform.
# usage: scripts/lock.sh PYTHON     (PYTHON is an interpreter whose environment has uv)
set -euo pipefail
cd "$(dirname "$0")/.."
python=${1:?usage: scripts/lock.sh PYTHON}

compile() {
  "$python" -m uv pip compile --no-config --quiet --universal --python-version 3.11 --generate-hashes \
    --no-header --no-annotate --no-emit-index-url --no-emit-find-links "$@"
}

compile --extra tep --extra local --extra fmi --extra timeseries --extra knowledge --extra plc --extra postgres pyproject.toml -o requirements/lock.txt
compile --constraints requirements/lock.txt requirements/build.in -o requirements/build.txt
compile --constraints requirements/lock.txt --constraints requirements/build.txt \
  --extra tep --extra local --extra fmi --extra timeseries --extra knowledge --extra plc --extra postgres --extra dev pyproject.toml -o requirements/dev.txt
