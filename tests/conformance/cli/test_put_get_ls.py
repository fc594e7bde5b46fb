"""bucket, put, get, ls, rm, show."""

import json


def test_buckets(bryo, bucket, node):
    name = f"{bucket}-cli"
    bryo("bucket", "create", f"ais://{name}")
    assert "already exists" in bryo("bucket", "create", name, code=1).err.decode()
    bryo("bucket", "create", name, "--force")
    assert f"ais://{name}" in bryo("bucket", "ls").text and f"ais://{name}" in bryo("ls").text
    assert name in [entry["name"] for entry in bryo("bucket", "ls", "--json").json]
    bryo("bucket", "rm", name, "-y")
    assert "does not exist" in bryo("bucket", "rm", name, "-y", code=1).err.decode()
    bryo("bucket", "rm", name, "-y", "--force")


def test_removing_asks_first(bryo, bucket, node):
    node.put(bucket, "o", b"x")
    bryo("bucket", "rm", bucket, stdin=b"n\n", code=0)
    bryo("rm", f"ais://{bucket}", "--all", stdin=b"n\n", code=0)
    assert node.get(bucket, "o").status == 200


def test_files_both_ways(bryo, bucket, here):
    data = bytes(range(256)) * 5000
    (here / "in.bin").write_bytes(data)
    bryo("put", "in.bin", f"ais://{bucket}")
    bryo("put", "in.bin", f"ais://{bucket}/dir/other name")
    bryo("get", f"ais://{bucket}/dir/other name", "out.bin")
    assert (here / "out.bin").read_bytes() == data
    assert bryo("get", f"ais://{bucket}/in.bin", "-").out == data
    bryo("get", f"ais://{bucket}/in.bin", "part", "--offset", 1000, "--length", 17)
    assert (here / "part").read_bytes() == data[1000:1017]
    bryo("put", "-", f"ais://{bucket}/piped", stdin=b"from a pipe")
    assert bryo("get", f"ais://{bucket}/piped", "-").out == b"from a pipe"


def test_folders_both_ways(bryo, bucket, here):
    for i in range(40):
        path = here / "tree" / f"d{i % 3}" / f"{i}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"file {i}")
    (here / "tree" / "empty").write_text("")
    bryo("put", "tree", f"ais://{bucket}/train/")
    listed = [entry["name"] for entry in bryo("ls", f"ais://{bucket}", "--json").json]
    assert len(listed) == 41 and all(name.startswith("train/") for name in listed) and listed == sorted(listed)
    bryo("get", f"ais://{bucket}/train/", "back")
    files = [path for path in (here / "back").rglob("*") if path.is_file()]
    assert len(files) == 41
    assert sorted(path.read_text() for path in files) == sorted([""] + [f"file {i}" for i in range(40)])


def test_members_and_missing(bryo, filled):
    assert bryo("get", f"ais://{filled}/s.tar", "-", "--archpath", "m/2.bin").out == b"two"
    ran = bryo("get", f"ais://{filled}/absent", "-", code=1)
    assert f"ais://{filled}/absent does not exist" in ran.err.decode() and ran.out == b""
    assert "does not exist" in bryo("ls", "ais://no-such-bucket", code=1).err.decode()


def test_listing(bryo, filled):
    names = [line.split()[0] for line in bryo("ls", f"ais://{filled}/x-000").text.splitlines() if line.startswith("x-")]
    assert names == [f"x-{i:04d}-{k}" for i in range(1, 10) for k in (1, 2)]
    entries = bryo("ls", f"ais://{filled}", "--prefix", "train/", "--json").json
    assert [(entry["name"], int(entry["size"])) for entry in entries] == [("train/a.txt", 100), ("train/sub/b.txt", 200)]
    assert len(bryo("ls", f"ais://{filled}", "--limit", 3, "--json").json) == 3


def test_removing(bryo, filled, node):
    bryo("rm", f"ais://{filled}/x-0001-1")
    assert node.get(filled, "x-0001-1").status == 404
    bryo("rm", f"ais://{filled}", "--list", "x-0001-2, x-0002-1")
    bryo("rm", f"ais://{filled}", "--prefix", "train/", "-y")
    names = [entry["name"] for entry in bryo("ls", f"ais://{filled}", "--json").json]
    assert "train/a.txt" not in names and "x-0002-1" not in names and "x-0002-2" in names
    bryo("rm", f"ais://{filled}", "--all", "-y")
    assert bryo("ls", f"ais://{filled}", "--json").json == []


def test_show(bryo, filled, node):
    assert node.url.removeprefix("http://") in bryo("show", "cluster").text
    shown = bryo("show", "cluster", "--json").text
    assert node.request("GET", "/v1/daemon?what=smap").json()["uuid"] in shown
    bryo("ml", "get-batch", f"ais://{filled}/x-0001-1", "out.tar", "-y")
    assert "get-batch" in bryo("show", "job").text
    assert any(job["kind"] == "get-batch" for job in json.loads(bryo("show", "job", "get-batch", "--json").out))


def test_wrong_usage(bryo):
    assert bryo("nonsense", code=2).err
    assert bryo("ls", "--nonsense", code=2).err
    bryo("--help")
    bryo("--version")


def test_an_unknown_command_is_named(bryo):
    assert bryo("bucket", "lst", code=2).err == b'bryo: unknown command "bucket lst"; did you mean "bucket ls"? (see --help)\n'


def test_no_node(bryo, here):
    ran = bryo("ls", env={"AIS_ENDPOINT": "http://127.0.0.1:9"}, code=1)
    assert "127.0.0.1:9" in ran.err.decode() and "AIS_ENDPOINT" in ran.err.decode()


def test_no_progress_in_a_pipe(bryo, bucket, here):
    (here / "big").write_bytes(bytes(4 << 20))
    ran = bryo("put", "big", f"ais://{bucket}/big")
    assert b"\r" not in ran.out and b"\r" not in ran.err and b"\x1b" not in ran.out + ran.err


def test_on_a_terminal_the_result_replaces_the_progress(terminal, bucket, here):
    (here / "big").write_bytes(bytes(32 << 20))
    for words, result in ((("put", "big", f"ais://{bucket}/big"), b"put 1 file"), (("get", f"ais://{bucket}/big", "copy"), b"got 1 object")):
        written = terminal(*words)
        assert b"] 0/1 " in written, "no bar was drawn"
        line = written[: written.index(result)]
        assert line.endswith(b"\x1b[K"), line[-200:]


def test_names_do_not_act_on_the_terminal(terminal, bucket, node):
    assert node.request("PUT", f"/v1/objects/{bucket}/%1b%5d0;owned%07%1b%5b31m?provider=ais", b"x").status == 200
    written = terminal("ls", f"ais://{bucket}")
    assert b"\\x1b]0;owned\\x07\\x1b[31m" in written and b"\x1b]" not in written and b"\x07" not in written
