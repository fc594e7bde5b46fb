"""plugins/README.md, followed literally: its shell blocks are taken out of the text and run, one after the other."""

import os
import re
import subprocess

from harness.node import ROOT


def test_from_an_empty_folder_to_a_running_tested_job(prefix, tmp_path):
    text = (ROOT / "plugins/README.md").read_text()
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, flags=re.S | re.M)
    assert len(blocks) >= 4
    script = "set -euo pipefail\n" + "\n".join(blocks)
    environment = {**os.environ, "BRYO": str(prefix), "CMAKE_GENERATOR": "Ninja"}
    done = subprocess.run(["bash", "-m", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "100% tests passed" in said, said
    assert re.search(r'the largest object is .{0,2}largest\.h', said), said
    assert re.search(r"^bryo_largest_seen\S* 2$", said, flags=re.M), said
