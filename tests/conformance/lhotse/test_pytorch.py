"""AISBatchIterDataset under PyTorch's DataLoader, in the process and in two workers."""

import pytest
from aistore.pytorch.batch_iter_dataset import AISBatchIterDataset
from torch.utils.data import DataLoader


@pytest.mark.parametrize("workers", [0, 2])
def test_every_object_once(client, node, speech, waves, workers):
    dataset = AISBatchIterDataset(client.bucket("speech"), client, max_batch_size=16)
    before = node.metrics()["ais_target_getbatch_count"]
    got = {}
    for name, data in DataLoader(dataset, batch_size=None, num_workers=workers):
        assert name not in got, f"{name} came twice"
        got[name] = data
    assert len(got) == 41
    batches = node.metrics()["ais_target_getbatch_count"] - before
    assert batches == (3 if workers == 0 else 4), "41 objects by 16, or each worker's half by 16"
    for name, data in got.items():
        assert data == (waves[name] if name in waves else node.get("speech", name).body)


def test_a_missing_object_raises(client, node, speech, monkeypatch):
    """Strict by default: an object that vanished after the listing is an error that names it, not a short epoch."""
    node.create_bucket("vanishing")
    for i in range(5):
        node.put("vanishing", f"o{i}", b"x")
    bucket = client.bucket("vanishing")
    listed = list(bucket.list_all_objects_iter())
    node.request("DELETE", "/v1/objects/vanishing/o3?provider=ais")
    monkeypatch.setattr(type(bucket), "list_all_objects_iter", lambda self, *args, **kwargs: iter(listed))
    with pytest.raises(Exception, match="ais://vanishing/o3 does not exist"):
        list(AISBatchIterDataset(bucket, client, streaming=False))
