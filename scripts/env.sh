# Sourced by the other scripts: goes to the top of the tree and makes an environment there, once.
#
#   PYTHON           the interpreter to make it with (default: python3; 3.11 or newer)
#   DECK_SIM_VENV    where to make it (default: .venv; another one for another PYTHON)
#   DECK_SIM_NEWEST  1: with the newest version of each dependency, not with those of constraints.txt
#
# It is made anew when pyproject.toml or constraints.txt has changed since, and reused otherwise.

cd "$(dirname "$0")/.."
PYTHON=${PYTHON:-python3}
VENV=${DECK_SIM_VENV:-.venv}

if ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "deck-sim needs Python 3.11 or newer; set PYTHON to one. Found: $("$PYTHON" --version)" >&2
    exit 1
fi

# make_env EXTRAS: an environment with deck-sim installed in place, and these extras.
make_env() {
    local constraints=scripts/constraints.txt
    [ "${DECK_SIM_NEWEST:-}" != 1 ] || constraints=/dev/null
    if ! cat pyproject.toml $constraints | cmp -s - "$VENV/made-from$1"; then
        echo "Making an environment in $VENV (once) …" >&2
        [ -x "$VENV/bin/python" ] || "$PYTHON" -m venv "$VENV"
        "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --constraint $constraints --editable ".$1"
        cat pyproject.toml $constraints >"$VENV/made-from$1"
    fi
}
