#!/bin/sh
# Installs the service with its pinned libraries into a folder of its own: deploy/install.sh PREFIX
# Run it in the checkout. Nothing outside PREFIX is written.
set -eu
prefix=${1:?usage: deploy/install.sh PREFIX}
python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || {
    echo "$("$python" --version) found; Python 3.11, 3.12 or 3.13 is needed (PYTHON=python3.12)" >&2
    exit 1
}
"$python" -m venv "$prefix"
"$prefix/bin/pip" install --quiet --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/serve.txt
"$prefix/bin/pip" install --quiet --no-cache-dir --disable-pip-version-check --no-deps .
