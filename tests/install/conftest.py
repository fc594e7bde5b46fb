"""A prefix that `cmake --install` filled, and plugins that third parties build against it."""

import functools
import os
import pathlib
import shutil
import subprocess

import pytest

from harness.node import ROOT, Node, find_bryod

# Of a build that has the examples linked in (BRYO_EXAMPLES), the node itself is tested, with nothing installed.
LINKED_IN = "BRYO_EXAMPLES_LINKED_IN" in os.environ


@pytest.fixture(scope="session")
def prefix(tmp_path_factory):
    if LINKED_IN:
        return find_bryod().parents[1]
    place = tmp_path_factory.mktemp("prefix")
    build = find_bryod().parents[1]
    subprocess.run(["cmake", "--install", str(build), "--prefix", str(place)], check=True, capture_output=True, text=True)
    # moved afterwards: nothing in it may point back to where it was built or installed
    moved = place.parent / "moved prefix"
    shutil.move(str(place), str(moved))
    return moved


@pytest.fixture
def start_node(tmp_path):
    """start_node(program, toml="", ...) -> a running node of the test's own, stopped at its end, however that ends."""
    nodes = []

    def start(program, toml="", **options):
        nodes.append(Node(tmp_path / f"data{len(nodes)}", toml=toml, program=program, **options).start())
        return nodes[-1]

    yield start
    for node in nodes:
        node.stop()


@pytest.fixture(scope="session")
def build_example(prefix, tmp_path_factory):
    """build_example(name): the folder of examples/NAME's plugin, built against the prefix, with its own tests passed."""

    @functools.cache
    def build(name: str) -> pathlib.Path:
        place = tmp_path_factory.mktemp(name)
        if LINKED_IN:
            return place
        for step in (
            ["cmake", "-S", ROOT / "examples" / name, "-B", place, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_BUILD_TYPE=Release"],
            ["cmake", "--build", place],
            ["ctest", "--test-dir", place, "--output-on-failure"],
        ):
            done = subprocess.run([str(word) for word in step], capture_output=True, text=True, timeout=300)
            assert done.returncode == 0, done.stdout + done.stderr
        return place

    return build
