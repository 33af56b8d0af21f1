"""The URLs of files and screenshots, which a signature opens instead of an API key."""

from hashlib import blake2b

from deck_sim.engine import files
from deck_sim.runtime.simulation import Simulation


def file_url(simulation: Simulation, file_id: str) -> str:
    """The URL that serves the bytes of a storage item or screenshot."""
    return f"{simulation.files_url}/{file_id}?signature={_sign(simulation, file_id)}"


def read_signed_file(simulation: Simulation, file_id: str, signature: str) -> files.File | None:
    """The file at such a URL; None if the signature is wrong or there is no such file."""
    if signature != _sign(simulation, file_id):
        return None
    return files.read_file(simulation.world, file_id)


def _sign(simulation: Simulation, file_id: str) -> str:
    return blake2b(f"{simulation.world.seed}/{file_id}".encode(), digest_size=12).hexdigest()
