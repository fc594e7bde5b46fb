"""bryo ml lhotse-get-batch: cut manifests as they are, plain and compressed; fractional seconds; several sources."""

import gzip
import io
import json
import wave

import pytest

from harness import archive

RATE = 8000


def tone(seconds: float, level: int) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as opened:
        opened.setnchannels(1)
        opened.setsampwidth(2)
        opened.setframerate(RATE)
        opened.writeframes(b"".join((i * level % 30_000).to_bytes(2, "little") for i in range(int(seconds * RATE))))
    return out.getvalue()


def frames(data: bytes) -> bytes:
    with wave.open(io.BytesIO(data)) as opened:
        assert (opened.getnchannels(), opened.getsampwidth(), opened.getframerate()) == (1, 2, RATE)
        return opened.readframes(opened.getnframes())


def cut(number, source, start=0.0, duration=4.0):
    return {
        "id": f"cut-{number}", "start": start, "duration": duration, "channel": 0, "type": "MonoCut",
        "recording": {"id": f"rec-{number}", "sources": [{"type": "url", "channels": [0], "source": source}],
                      "sampling_rate": RATE, "num_samples": 4 * RATE, "duration": 4.0},
    }


@pytest.fixture
def speech(node, bucket):
    waves = {f"{i}.wav": tone(4, i + 1) for i in range(4)}
    for name, data in waves.items():
        node.put(bucket, name, data)
    node.put(bucket, "s.tar", archive.make_tar([("in/" + name, data) for name, data in waves.items()]))
    return bucket, waves


def cuts_file(here, cuts, name="cuts.jsonl"):
    text = "".join(json.dumps(one) + "\n" for one in cuts).encode()
    (here / name).write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    return name


@pytest.mark.parametrize("name", ["cuts.jsonl", "cuts.jsonl.gz"])
def test_whole_recordings(bryo, speech, here, name):
    bucket, waves = speech
    cuts = [cut(0, f"ais://{bucket}/2.wav"), cut(1, f"ais://{bucket}/s.tar/in/0.wav"), cut(2, f"{bucket}/1.wav")]
    bryo("ml", "lhotse-get-batch", "--cuts", cuts_file(here, cuts, name), "out.tar")
    got = archive.read_tar((here / "out.tar").read_bytes())
    assert [member.data for member in got] == [waves["2.wav"], waves["0.wav"], waves["1.wav"]]


def test_batches_by_template(bryo, speech, here):
    bucket, waves = speech
    file = cuts_file(here, [cut(i, f"ais://{bucket}/{i % 4}.wav") for i in range(7)])
    bryo("ml", "lhotse-get-batch", "--cuts", file, "--batch-size", 3, "--output-template", "lb-{01..03}.tar")
    got = [[member.data for member in archive.read_tar((here / f"lb-0{k}.tar").read_bytes())] for k in (1, 2, 3)]
    assert got == [[waves[f"{i % 4}.wav"] for i in part] for part in ((0, 1, 2), (3, 4, 5), (6,))]


def test_too_few_names_are_seen_before_anything_is_written(bryo, speech, here):
    bucket, _ = speech
    file = cuts_file(here, [cut(i, f"ais://{bucket}/{i % 4}.wav") for i in range(7)])
    ran = bryo("ml", "lhotse-get-batch", "--cuts", file, "--batch-size", 3, "--output-template", "lb-{01..02}.tar", code=2)
    assert "lb-{01..02}.tar" in ran.err.decode() or "template" in ran.err.decode()


def test_cuts_with_times(bryo, speech, here):
    """Seconds are not truncated, sample width and header are right: a cut comes as a WAV that plays (get-batch.md 13, repaired)."""
    bucket, waves = speech
    cuts = [cut(0, f"ais://{bucket}/0.wav", 1.7, 2.0), cut(1, f"ais://{bucket}/1.wav", 0.0, 0.5)]
    bryo("ml", "lhotse-get-batch", "--cuts", cuts_file(here, cuts), "out.tar", "--sample-rate", RATE)
    first, second = archive.read_tar((here / "out.tar").read_bytes())
    assert frames(first.data) == frames(waves["0.wav"])[int(1.7 * RATE) * 2 : int(3.7 * RATE) * 2]
    assert frames(second.data) == frames(waves["1.wav"])[: RATE]


def test_bad_manifests(bryo, speech, here):
    (here / "bad.jsonl").write_text('{"id": "x"}\n')
    assert "source" in bryo("ml", "lhotse-get-batch", "--cuts", "bad.jsonl", "out.tar", code=1).err.decode().lower()
    (here / "worse.jsonl").write_text("not json\n")
    assert bryo("ml", "lhotse-get-batch", "--cuts", "worse.jsonl", "out.tar", code=1).err
    assert bryo("ml", "lhotse-get-batch", "--cuts", "no-such-file", "out.tar", code=1).err
