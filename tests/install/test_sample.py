"""examples/sample-route in an installed node: a streamed body, refusals with a status, a histogram."""

import json

import pytest

from harness.node import Node


@pytest.fixture(scope="module")
def node(prefix, build_example, tmp_path_factory):
    plugin = build_example("sample-route")
    toml = f'[plugins]\nextra_dirs = ["{plugin}"]\nenable = ["moss", "archive_tar", "sample"]\n[plugin.sample]\npage = 50\n'
    node = Node(tmp_path_factory.mktemp("node") / "data", toml=toml, program=prefix / "bin/bryod").start()
    node.create_bucket("b")
    for i in range(300):
        node.put("b", f"o/{i}", b"x" * (i % 10))
    yield node
    node.stop()


def sample(node, query, bucket="b", method="GET", body=None):
    return node.request(method, f"/v1/sample/{bucket}?{query}", body)


def names(answer):
    assert (answer.status, answer.header("Content-Type")) == (200, "application/x-ndjson")
    assert answer.header("Transfer-Encoding") == "chunked" and answer.complete
    return [json.loads(line)["name"] for line in answer.body.splitlines()]


def test_a_sample(node):
    assert len(names(sample(node, "fraction=1"))) == 300
    tenth = names(sample(node, "fraction=0.1&seed=7"))
    assert 5 < len(tenth) < 80 and tenth == names(sample(node, "fraction=0.1&seed=7"))
    assert set(tenth) < set(names(sample(node, "fraction=0.5&seed=7")))
    assert names(sample(node, "fraction=1&prefix=o/29")) == ["o/29"] + [f"o/29{i}" for i in range(10)]


def test_what_is_wrong_has_a_status(node):
    assert "fraction" in sample(node, "fraction=2").error(400)["message"]
    sample(node, "", bucket="nope").error(404)
    assert sample(node, "", body=b"a body").status == 413


def test_its_histogram(node):
    names(sample(node, "fraction=1"))
    metrics = node.metrics()
    assert metrics["bryo_sample_first_line_seconds_count"] >= 1 and metrics["bryo_sample_names"] >= 300
