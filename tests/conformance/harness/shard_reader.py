"""Members of a shard as Python (and the lz4 program) read it, not Bryo."""

import io
import subprocess
import tarfile
import zipfile

FORMATS = [".tar", ".tgz", ".tar.gz", ".zip", ".tar.lz4"]


def members_of(data: bytes, name: str) -> list[tuple[str, bytes]]:
    """(name, content) in the order of the shard."""
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(data)) as shard:
            assert shard.testzip() is None
            return [(info.filename, shard.read(info)) for info in shard.infolist()]
    if name.endswith(".tar.lz4"):
        data = subprocess.run(["lz4", "-dc"], input=data, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz" if name.endswith("gz") else "r:") as shard:
        return [(info.name, shard.extractfile(info).read()) for info in shard]


def names_of(data: bytes, name: str) -> list[str]:
    return [member for member, _ in members_of(data, name)]
