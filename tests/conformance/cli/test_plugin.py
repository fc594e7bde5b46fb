"""bryo plugin ls, show, drain, start, set."""


def test_ls(bryo, node):
    text = bryo("plugin", "ls").text
    assert "moss" in text and "running" in text and "Answers get-batch" in text
    listed = {plugin["name"]: plugin for plugin in bryo("plugin", "ls", "--json").json}
    assert listed["moss"]["state"] == "running" and listed["archive_tar"]["version"]


def test_show(bryo, node):
    text = bryo("plugin", "show", "moss").text
    for word in ("/v1/ml/moss", "get-batch", "ais_target_getbatch_count", "max_wait", "1s to 1m", "libbryo_moss.so", "Longest wait"):
        assert word in text or word == "libbryo_moss.so" and "(linked in)" in text, word
    assert {option["key"] for option in bryo("plugin", "show", "moss", "--json").json["options"]} >= {"max_wait", "max_calls"}
    assert "did you mean 'moss'" in bryo("plugin", "show", "mos", code=1).err.decode()


def test_drain_and_start(bryo, node):
    try:
        assert bryo("plugin", "drain", "moss", "--timeout", "1s").text == "moss is drained\n"
        assert "drained" in bryo("plugin", "ls").text
        assert bryo("plugin", "drain", "moss", "--json").json["state"] == "drained"
    finally:
        assert bryo("plugin", "start", "moss").text == "moss is running\n"
    assert "0s to 24h" in bryo("plugin", "drain", "moss", "--timeout", "30h", code=1).err.decode()


def test_set(bryo, node):
    assert "7s" in bryo("plugin", "set", "moss", "max_wait=7s", "max_calls=1000").text
    options = {option["key"]: option["value"] for option in bryo("plugin", "show", "moss", "--json").json["options"]}
    assert options["max_wait"] == "7s" and options["max_calls"] == 1000
    bryo("plugin", "set", "moss", "max_wait=20s", "max_calls=0")
    assert "max_wait" in bryo("plugin", "set", "moss", "max_wiat=7s", code=1).err.decode()
    assert "KEY=VALUE" in bryo("plugin", "set", "moss", "max_wait", code=2).err.decode()
