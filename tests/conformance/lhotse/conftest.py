"""Real speech on a real node, for the unmodified Lhotse and PyTorch loaders."""

import pathlib

import pytest
from aistore.sdk import Client

from harness import archive

SOUNDS = pathlib.Path("/usr/share/asterisk/sounds")


@pytest.fixture(scope="session")
def waves():
    """The 568 speech recordings of Debian's asterisk-core-sounds-en-wav, name -> bytes."""
    files = sorted(SOUNDS.rglob("*.wav"))
    assert len(files) > 500, "install them: .ci/install-packages data"
    return {str(path.relative_to(SOUNDS)): path.read_bytes() for path in files}


@pytest.fixture(scope="session")
def speech(node, waves):
    """40 recordings as objects and 40 in one shard of bucket `speech`: url -> bytes on disk."""
    node.create_bucket("speech")
    names = list(waves)
    objects, members = names[0:400:10], names[5:405:10]
    for name in objects:
        node.put("speech", name, waves[name])
    node.put("speech", "shards/train-0.tar", archive.make_tar([(name, waves[name]) for name in members]))
    urls = {f"ais://speech/{name}": waves[name] for name in objects}
    return urls | {f"ais://speech/shards/train-0.tar/{name}": waves[name] for name in members}


@pytest.fixture
def client(node, monkeypatch):
    monkeypatch.setenv("AIS_ENDPOINT", node.url)
    return Client(node.url)


@pytest.fixture
def traffic(node, speech):
    """traffic() -> what the server counted since the fixture: (batches, single GETs, failed batches)."""
    names = ("ais_target_getbatch_count", "ais_target_get_count", "ais_target_err_getbatch_count")
    before = node.metrics()

    def since():
        after = node.metrics()
        return tuple(int(after[name] - before[name]) for name in names)

    return since
