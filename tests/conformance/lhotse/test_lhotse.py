"""AISBatchLoader: one batch request per mini-batch, not one GET beside it, every byte as on disk."""

import io
import random
import wave

import lhotse
import numpy
import pytest
from lhotse import CutSet, MonoCut, Recording
from lhotse.ais import AISBatchLoader
from lhotse.audio import AudioSource
from lhotse.dataset.input_strategies import AudioSamples

SKIPS_FAILED_FETCHES = lhotse.__version__.startswith("2.")


def cut_of(number: int, url: str, data: bytes) -> MonoCut:
    with wave.open(io.BytesIO(data)) as opened:
        rate, frames = opened.getframerate(), opened.getnframes()
    recording = Recording(
        id=f"r{number}",
        sources=[AudioSource(type="url", channels=[0], source=url)],
        sampling_rate=rate,
        num_samples=frames,
        duration=frames / rate,
    )
    return MonoCut(id=f"c{number}", start=0, duration=recording.duration, channel=0, recording=recording)


def cuts_of(speech: dict, urls) -> CutSet:
    some = next(iter(speech.values()))
    return CutSet.from_cuts(cut_of(i, url, speech.get(url, some)) for i, url in enumerate(urls)).to_eager()


def samples(data: bytes) -> numpy.ndarray:
    with wave.open(io.BytesIO(data)) as opened:
        return numpy.frombuffer(opened.readframes(opened.getnframes()), dtype="<i2").astype(numpy.float32) / 32768


def test_bytes_are_those_on_disk(client, speech, traffic):
    urls = random.Random(1).sample(list(speech), 60)
    cuts = AISBatchLoader()(cuts_of(speech, urls))
    assert traffic() == (1, 0, 0), "one batch, no single GET"
    loaded = [cut.recording.sources[0] for cut in cuts]
    assert [source.type for source in loaded] == ["memory"] * 60
    assert [source.source for source in loaded] == [speech[url] for url in urls]


def test_many_small_batches(client, speech, traffic):
    order, loader = random.Random(2), AISBatchLoader()
    for _ in range(10):
        urls = order.choices(list(speech), k=9)
        cuts = loader(cuts_of(speech, urls))
        assert [cut.recording.sources[0].source for cut in cuts] == [speech[url] for url in urls]
    assert traffic() == (10, 0, 0)


def test_collated_audio(client, speech, traffic):
    urls = random.Random(3).sample(list(speech), 12)
    audio, lengths = AudioSamples(use_batch_loader=True)(cuts_of(speech, urls))
    assert traffic() == (1, 0, 0)
    expected = [samples(speech[url]) for url in urls]
    assert audio.shape == (12, max(len(one) for one in expected))
    for row, length, one in zip(audio.numpy(), lengths.tolist(), expected):
        assert length == len(one) and numpy.array_equal(row[:length], one)


def test_a_sample_that_is_missing_raises(client, speech, traffic):
    urls = [*list(speech)[:3], "ais://speech/shards/none.tar/x.wav"]
    with pytest.raises(Exception):
        AISBatchLoader()(cuts_of(speech, urls))
    batches, gets, _ = traffic()
    assert batches == 1 and gets <= 1, "the loader asks for the missing one once more, and for no other"


if SKIPS_FAILED_FETCHES:  # 1.33.0 cannot: its own defect with a missing object (what the 2.0 line repairs)

    def test_missing_samples_are_dropped(client, speech, traffic):
        good = random.Random(4).sample(list(speech), 8)
        absent = ["ais://speech/absent.wav", "ais://speech/shards/train-0.tar/absent.wav"]
        urls = [*good[:3], absent[0], *good[3:6], absent[1], *good[6:]]
        cuts = AISBatchLoader(skip_failed_fetches=True)(cuts_of(speech, urls))
        assert [cut.recording.sources[0].source for cut in cuts] == [speech[url] for url in good]
        assert [cut.id for cut in cuts] == [f"c{i}" for i in (0, 1, 2, 4, 5, 6, 8, 9)]
        assert traffic()[0] == 1


def test_byte_ranges_of_a_shard(client, node, speech):
    """Shar's lazy pointers ask for one member with its 512-byte header, by range: exactly that many bytes come."""
    data = node.get("speech", "shards/train-0.tar").body
    batch = client.batch(cont_on_err=True)
    for start, length in ((0, 512), (512, 100), (len(data) - 1024, 1024)):
        batch.add("shards/train-0.tar", bck="speech", provider="ais", start=start, length=length)
    assert [piece for _, piece in batch.get()] == [data[0:512], data[512:612], data[-1024:]]
