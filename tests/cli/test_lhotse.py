"""ml lhotse-get-batch against a real node, with WAVs that Python's own reader checks."""

import gzip
import io
import json
import struct
import subprocess
import tarfile
import wave

import pytest


def make_wav(rate, channels, width, frames, first=0):
    """Frames whose samples count up, so that a slice tells where it was cut."""
    out = io.BytesIO()
    with wave.open(out, "wb") as wav:
        wav.setnchannels(channels)
        wav.setsampwidth(width)
        wav.setframerate(rate)
        wav.writeframes(b"".join(struct.pack("<I", (first + n) % 251)[:width] * channels for n in range(frames)))
    return out.getvalue()


def read_archive(data):
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return [(member.name, tar.extractfile(member).read()) for member in tar]


def read_wav(data):
    with wave.open(io.BytesIO(data)) as wav:
        return wav.getparams()[:4], wav.readframes(wav.getnframes())


def frames_of(data, first, count):
    params, frames = read_wav(data)
    size = params[0] * params[1]
    return frames[first * size : (first + count) * size]


def cut(identity, *sources, start=0.0, duration=1.0):
    return {"id": identity, "start": start, "duration": duration, "channel": 0, "type": "MonoCut",
            "recording": {"id": "r", "sources": [{"type": "url", "channels": [0], "source": source} for source in sources]}}


@pytest.fixture
def speech(node, bucket, tmp_path):
    """Two recordings as objects, one as a member, and a manifest that mixes them."""
    wavs = {"mono.wav": make_wav(1000, 1, 2, 5000), "stereo.wav": make_wav(1000, 2, 3, 4000), "member.wav": make_wav(1000, 1, 1, 3000)}
    node.put(bucket, "mono.wav", wavs["mono.wav"])
    node.put(bucket, "dir/stereo.wav", wavs["stereo.wav"])
    shard = io.BytesIO()
    with tarfile.open(fileobj=shard, mode="w") as tar:
        info = tarfile.TarInfo("m/member.wav")
        info.size = len(wavs["member.wav"])
        tar.addfile(info, io.BytesIO(wavs["member.wav"]))
    node.put(bucket, "s.tar", shard.getvalue())
    cuts = [
        cut("one", f"ais://{bucket}/mono.wav", start=1.7, duration=2.9),
        cut("two", f"{bucket}/dir/stereo.wav", start=0.0, duration=0.5),
        cut("three", f"ais://{bucket}/s.tar/m/member.wav", start=0.001, duration=0.003),
        cut("four", f"ais://{bucket}/mono.wav", f"ais://{bucket}/dir/stereo.wav", start=3.0, duration=1.0),
    ]
    (tmp_path / "cuts.jsonl").write_text("".join(json.dumps(one) + "\n" for one in cuts))
    return bucket, wavs


SOURCES = ["mono.wav", "dir/stereo.wav", "s.tar/m/member.wav", "mono.wav", "dir/stereo.wav"]


def test_whole_objects(bryo, speech, tmp_path):
    bucket, wavs = speech
    ran = bryo.ok("ml", "lhotse-get-batch", "--cuts", "cuts.jsonl", "out.tar")
    assert ran.out == "Created out.tar with 5 objects and/or archived files\n"
    assert read_archive((tmp_path / "out.tar").read_bytes()) == [(f"{bucket}/{name}", wavs[name.rsplit("/", 1)[-1]]) for name in SOURCES]
    bryo.ok("ml", "lhotse-get-batch", "--cuts", "cuts.jsonl", "short.tgz", "--omit-src-bck", "--streaming")
    assert [name for name, _ in read_archive((tmp_path / "short.tgz").read_bytes())] == SOURCES


@pytest.mark.parametrize("extension", [".tar", ".tgz"])
def test_slices_are_wavs(bryo, speech, tmp_path, extension):
    _, wavs = speech
    bryo.ok("ml", "lhotse-get-batch", "--cuts", "cuts.jsonl", "out" + extension, "--sample-rate", 1000)
    members = read_archive((tmp_path / ("out" + extension)).read_bytes())
    assert [name for name, _ in members] == ["one.wav", "two.wav", "three.wav", "four.wav", "four-1.wav"]
    for (_, data), (source, first, count) in zip(
        members,
        [("mono.wav", 1700, 2900), ("stereo.wav", 0, 500), ("member.wav", 1, 3), ("mono.wav", 3000, 1000), ("stereo.wav", 3000, 1000)],
    ):
        params, frames = read_wav(data)
        whole, _ = read_wav(wavs[source])
        assert params == (*whole[:3], count), "channels, width, rate, frames"
        assert frames == frames_of(wavs[source], first, count)


def test_raw_samples(bryo, speech, tmp_path):
    bucket, wavs = speech
    bryo.ok("ml", "lhotse-get-batch", "--cuts", "cuts.jsonl", "out.tar", "--sample-rate", 1000, "--raw")
    members = read_archive((tmp_path / "out.tar").read_bytes())
    assert members[0] == (f"{bucket}/mono.wav", frames_of(wavs["mono.wav"], 1700, 2900))
    assert members[4] == (f"{bucket}/dir/stereo.wav", frames_of(wavs["stereo.wav"], 3000, 1000))


@pytest.mark.parametrize("packing", ["gz", "lz4"])
@pytest.mark.parametrize("suffix", [True, False])
def test_packed_manifests(bryo, speech, tmp_path, packing, suffix):
    plain = (tmp_path / "cuts.jsonl").read_bytes()
    if packing == "gz":
        packed = gzip.compress(plain)
    else:
        packed = subprocess.run(["lz4", "-c"], input=plain, capture_output=True, check=True).stdout
    name = f"packed.jsonl.{packing}" if suffix else "packed"
    (tmp_path / name).write_bytes(packed)
    bryo.ok("ml", "lhotse-get-batch", "--cuts", name, "out.tar")
    assert len(read_archive((tmp_path / "out.tar").read_bytes())) == 5


def test_batches(bryo, speech, tmp_path):
    ran = bryo.ok("ml", "lhotse-get-batch", "--cuts", "cuts.jsonl", "--batch-size", 3, "--output-template", "sub/lb-{01..09}.tgz")
    assert ran.out == (
        "Created sub/lb-01.tgz with 3 objects and/or archived files\n"
        "Created sub/lb-02.tgz with 2 objects and/or archived files\n"
        "Generated 2 batches from 4 cuts\n"
    )
    assert (tmp_path / "sub/lb-01.tgz").read_bytes()[:2] == b"\x1f\x8b", "the template's extension is the format"
    assert [len(read_archive((tmp_path / f"sub/lb-0{n}.tgz").read_bytes())) for n in (1, 2)] == [3, 2]
    ran = bryo.ok("ml", "lhotse-get-batch", "--cuts", "cuts.jsonl", "ignored.tar", "--batch-size", 1, "--output-template", "n-%03d.tar")
    assert 'warning: "ignored.tar" is ignored' in ran.err and (tmp_path / "n-003.tar").exists() and not (tmp_path / "ignored.tar").exists()


def test_a_template_that_is_too_short(bryo, speech, tmp_path):
    ran = bryo.fails("ml", "lhotse-get-batch", "--cuts", "cuts.jsonl", "--batch-size", 1, "--output-template", "lb-{1..2}.tar")
    assert "template exhausted at batch 3 (generated 2 batches so far)" in ran.err
    assert (tmp_path / "lb-1.tar").exists() and (tmp_path / "lb-2.tar").exists()


def test_cuts_that_fail(bryo, node, speech, tmp_path):
    bucket, _ = speech
    node.put(bucket, "text.wav", b"no audio at all, really")
    bad = [
        cut("good", f"{bucket}/mono.wav"),
        cut("gone", f"{bucket}/gone.wav"),
        cut("text", f"{bucket}/text.wav"),
        cut("late", f"{bucket}/mono.wav", start=100),
    ]
    (tmp_path / "bad.jsonl").write_text("".join(json.dumps(one) + "\n" for one in bad))
    arguments = ["ml", "lhotse-get-batch", "--cuts", "bad.jsonl", "out.tar", "--sample-rate", 1000]
    assert 'cut "gone"' in bryo.fails(*arguments).err and not (tmp_path / "out.tar").exists()
    ran = bryo.ok(*arguments, "--cont-on-err")
    assert ran.err.count("warning: ") == 3
    members = read_archive((tmp_path / "out.tar").read_bytes())
    assert [(name, len(data) > 0) for name, data in members] == [("good.wav", True), ("__404__/gone.wav", False), ("__404__/text.wav", False), ("__404__/late.wav", False)]
    assert "--sample-rate says 8000" in bryo.fails("ml", "lhotse-get-batch", "--cuts", "cuts.jsonl", "x.tar", "--sample-rate", 8000).err
    assert "give --raw" in bryo.fails("ml", "lhotse-get-batch", "--cuts", "cuts.jsonl", "x.zip", "--sample-rate", 1000, code=2).err


def test_manifests_that_are_wrong(bryo, bucket, tmp_path):
    (tmp_path / "broken.jsonl").write_text('{"id":"a","audio_source":"b/o"}\nnonsense\n')
    assert "broken.jsonl line 2" in bryo.fails("ml", "lhotse-get-batch", "--cuts", "broken.jsonl", "out.tar").err
    (tmp_path / "empty.jsonl").write_text("\n\n")
    assert "holds no cut" in bryo.fails("ml", "lhotse-get-batch", "--cuts", "empty.jsonl", "out.tar").err
    assert "cannot open" in bryo.fails("ml", "lhotse-get-batch", "--cuts", "absent", "out.tar").err
    assert not (tmp_path / "out.tar").exists()
