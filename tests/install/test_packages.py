"""The Debian packages that cpack makes: their fields and files, and a node and a plugin from nothing else but them."""

import os
import pathlib
import re
import shlex
import socket
import stat
import subprocess
import tomllib

import pytest

from harness import batch
from harness.node import ROOT, find_bryod

# Where a package may put files: folders with all below them, and single files.
PLACES = {
    "bryo": ["etc/bryo/", "usr/bin/bryo", "usr/bin/bryod", "usr/lib/bryo/", "usr/lib/systemd/system/bryo.service",
             "usr/lib/sysusers.d/bryo.conf", "usr/share/doc/bryo/"],
    "bryo-dev": ["usr/include/bryo/", "usr/lib/cmake/Bryo/", "usr/share/doc/bryo-dev/"],
}  # fmt: skip


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=300, **options)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """Name of each package -> its file."""
    place = tmp_path_factory.mktemp("packages")
    # A build by people who share a group must make the same packages.
    run("cpack", "--config", find_bryod().parents[1] / "CPackConfig.cmake", "-B", place, umask=0o002)
    found = {run("dpkg-deb", "--field", file, "Package").strip(): file for file in place.glob("*.deb")}
    assert sorted(found) == ["bryo", "bryo-dev"]
    return found


@pytest.fixture(scope="module")
def root(packages, tmp_path_factory):
    """An empty file system with both packages in it."""
    place = tmp_path_factory.mktemp("root")
    for file in packages.values():
        run("dpkg-deb", "--extract", file, place)
    return place


def fields(file):
    return dict(re.findall(r"^([A-Z][A-Za-z-]+): (.*)$", run("dpkg-deb", "--field", file), re.MULTILINE))


def contents(file):
    """Mode, owner and path of everything in a package, without the leading ./"""
    lines = [line.split(None, 5) for line in run("dpkg-deb", "--contents", file).splitlines()]
    return [(words[0], words[1], words[5].removeprefix("./")) for words in lines]


def paths(file):
    return {path for mode, _, path in contents(file) if not mode.startswith("d")}


def unit(root):
    """The settings of the unit, as (key, value) in their order: some keys stand there more than once."""
    text = (root / "usr/lib/systemd/system/bryo.service").read_text()
    return [tuple(line.split("=", 1)) for line in text.splitlines() if re.match(r"[A-Z]\w+=", line)]


def test_names_and_dependencies(packages):
    version = run(find_bryod(), "--version").split()[-1]
    architecture = run("dpkg", "--print-architecture").strip()
    for name, file in packages.items():
        assert file.name == f"{name}_{version}_{architecture}.deb"
    server, dev = fields(packages["bryo"]), fields(packages["bryo-dev"])
    assert {"libc6", "libstdc++6", "libcurl4", "libssl3", "libdeflate0"} <= set(re.findall(r"[a-z0-9.+-]+", server["Depends"]))
    assert f"bryo (= {version})" in dev["Depends"] and "libboost1.81-dev" in dev["Depends"]
    assert server["Description"] != dev["Description"]
    # without its debug information: that names places of the machine that built it
    assert int(server["Installed-Size"]) < 20_000 and int(dev["Installed-Size"]) < 2_000


def test_every_file_is_in_its_place(packages):
    for name, file in packages.items():
        wrong = [path for path in paths(file) if not any(path == place or place.endswith("/") and path.startswith(place) for place in PLACES[name])]
        assert not wrong, (name, wrong)
        assert f"usr/share/doc/{name}/copyright" in paths(file)
    assert not paths(packages["bryo"]) & paths(packages["bryo-dev"])


def test_they_hold_what_an_installation_holds(packages, prefix):
    installed = {f"usr/{path.relative_to(prefix)}" for path in prefix.rglob("*") if path.is_file()}
    packed = paths(packages["bryo"]) | paths(packages["bryo-dev"])
    assert installed <= packed, installed - packed
    more = [path for path in packed - installed if not path.startswith(("etc/bryo/", "usr/share/doc/", "usr/lib/systemd/", "usr/lib/sysusers.d/"))]
    assert not more, more


def test_owners_and_modes(packages):
    """bryod refuses plugins that others than root may write; so do people."""
    for file in packages.values():
        for mode, owner, path in contents(file):
            assert owner == "root/root", path
            wanted = "drwxr-xr-x" if mode[0] == "d" else "-rwxr-xr-x" if path.startswith("usr/bin/") else "-rw-r--r--"
            assert mode == wanted, f"{path}: {mode}"


def test_control_files(packages, tmp_path):
    run("dpkg-deb", "--control", packages["bryo"], tmp_path / "bryo")
    run("dpkg-deb", "--control", packages["bryo-dev"], tmp_path / "dev")
    assert (tmp_path / "bryo/conffiles").read_text().split() == ["/etc/bryo/bryo.toml"]
    for script in ("postinst", "prerm", "postrm"):
        assert (tmp_path / "bryo" / script).stat().st_mode & stat.S_IXUSR
        run("/bin/sh", "-n", tmp_path / "bryo" / script)
    assert sorted(path.name for path in (tmp_path / "dev").iterdir()) == ["control", "md5sums"]


def test_nothing_names_the_machine_that_built_it(root):
    for path in root.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for place in {ROOT, find_bryod().parents[1]}:
                at = content.find(os.fsencode(place))
                assert at < 0, f"{path.relative_to(root)}: {content[max(0, at - 40) : at + 120]!r}"


def plugins_of(root):
    """Those that are not enabled are loaded too, so that their routes can say so."""
    return sorted(str(path) for path in (root / "usr/lib/bryo/plugins").glob("libbryo_*.so"))


def test_programs_and_libraries_are_linked_for_a_server(root):
    """They find each other wherever the root is, and leave no table of functions to write to."""
    elf = [path for path in root.rglob("*") if path.is_file() and path.read_bytes()[:4] == b"\x7fELF"]
    assert len(elf) == 3 + len(plugins_of(root)), elf
    for path in elf:
        dynamic = run("readelf", "-dW", path)
        assert re.search(r"\(FLAGS_1\).*\bNOW\b", dynamic), path
        search = re.findall(r"\(R(?:UN)?PATH\).*\[(.*)\]", dynamic)
        needs_asio = "[libbryo_asio.so]" in dynamic.replace("Library soname: [libbryo_asio.so]", "")
        assert search == ([] if not needs_asio else ["$ORIGIN/.." if path.suffix == ".so" else "$ORIGIN/../lib/bryo"]), (path, search)


def test_dpkg_unpacks_both(packages, tmp_path):
    """Into a database of its own, without the dependencies and without running a script."""
    for folder in ("updates", "info", "triggers"):
        (tmp_path / "var/lib/dpkg" / folder).mkdir(parents=True)
    (tmp_path / "var/lib/dpkg/status").touch()
    environment = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", "LC_ALL": "C"}
    run("dpkg", f"--root={tmp_path}", f"--log={tmp_path}/log", "--force-not-root", "--force-depends", "--unpack",
        *packages.values(), env=environment)  # fmt: skip
    status = run("dpkg-query", f"--admindir={tmp_path}/var/lib/dpkg", "-W", "-f", "${Package} ${db:Status-Status}\n")
    assert status.splitlines() == ["bryo unpacked", "bryo-dev unpacked"]
    assert (tmp_path / "usr/bin/bryod").is_file() and (tmp_path / "usr/include/bryo/plugin.h").is_file()


def test_scripts_make_the_user_before_the_service(packages, tmp_path):
    """Run with programs that only write down how they were called: nothing of this machine changes."""
    run("dpkg-deb", "--control", packages["bryo"], tmp_path / "control")
    programs = tmp_path / "bin"
    programs.mkdir()
    calls = tmp_path / "calls"
    for name in ("systemd-sysusers", "deb-systemd-helper", "deb-systemd-invoke", "systemctl"):
        (programs / name).write_text(f'#!/bin/sh\necho "{name} $*" >> {shlex.quote(str(calls))}\n')
        (programs / name).chmod(0o755)

    def called(script, *arguments):
        calls.write_text("")
        run("/bin/sh", tmp_path / "control" / script, *arguments, env={"PATH": f"{programs}:/usr/bin:/bin"})
        return calls.read_text().splitlines()

    installed = called("postinst", "configure", "")
    assert installed[0] == "systemd-sysusers /usr/lib/sysusers.d/bryo.conf"
    assert "deb-systemd-helper enable bryo.service" in installed
    booted = pathlib.Path("/run/systemd/system").is_dir()
    assert ("deb-systemd-invoke start bryo.service" in installed) == booted
    assert ("deb-systemd-invoke restart bryo.service" in called("postinst", "configure", "0.0.9")) == booted
    assert called("postinst", "triggered") == []
    assert called("prerm", "upgrade", "0.2") == []
    assert ("deb-systemd-invoke stop bryo.service" in called("prerm", "remove")) == booted
    assert called("postrm", "upgrade", "0.2") == []
    assert called("postrm", "purge") == ["deb-systemd-helper purge bryo.service"]


def test_the_unit_fits_the_server_and_the_configuration(root):
    settings = dict(unit(root))
    config = tomllib.loads((root / "etc/bryo/bryo.toml").read_text())
    assert config["node"]["data_dir"] == f"/var/lib/{settings['StateDirectory']}"
    assert f"\nu {settings['User']} " in (root / "usr/lib/sysusers.d/bryo.conf").read_text()
    drain = re.search(r'^#drain_timeout = "(\d+)s"$', run(root / "usr/bin/bryod", "--print-config"), re.MULTILINE)
    assert int(settings["TimeoutStopSec"]) > int(drain[1])


def test_every_command_of_the_unit_is_one(root):
    checked = 0
    for key, value in unit(root):
        if not key.startswith("Exec"):
            continue
        words = shlex.split(value)
        if words[0] != "/usr/bin/bryod":
            assert words == ["/bin/kill", "-HUP", "$MAINPID"]
            continue
        words = [f"{root}{word}" if word.startswith("/") else word for word in words]
        # what starts it differs from what checks it by one word
        said = run(*words, *([] if "--check-config" in words else ["--check-config"]))
        assert said == "the configuration is valid\n"
        checked += 1
    assert checked == 3


@pytest.fixture(scope="module")
def plugin(root, tmp_path_factory):
    """The packaged example, built against the packaged SDK."""
    place = tmp_path_factory.mktemp("hello")
    source = root / "usr/share/doc/bryo-dev/examples/hello-xaction"
    run("cmake", "-S", source, "-B", place, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={root}/usr", "-DCMAKE_BUILD_TYPE=Release")
    run("cmake", "--build", place)
    return place


def test_a_node_with_the_packaged_configuration(root, start_node, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(30)
        shipped = ["--config", str(root / "etc/bryo/bryo.toml")]
        node = start_node(root / "usr/bin/bryod", options=shipped, prefix=["env", f"NOTIFY_SOCKET={tmp_path}/notify"])
        assert systemd.recv(4096).decode() == f"READY=1\nSTATUS=serving at {node.url}"
        node.create_bucket("b")
        node.put("b", "dir/one", b"content")
        assert node.get("b", "dir/one").body == b"content"
        assert batch.get_batch(node, [{"objname": "dir/one"}], bucket="b").contents == [b"content"]
        mapped = set(re.findall(r"/\S*libbryo_\w+\.so", pathlib.Path(f"/proc/{node.pid}/maps").read_text()))
        assert mapped == {f"{root}/usr/lib/bryo/libbryo_asio.so", *plugins_of(root)}
        assert '"b"' in run(root / "usr/bin/bryo", "--endpoint", node.url, "bucket", "ls", "--json")
        node.stop()
        assert re.fullmatch(r"STOPPING=1\nSTATUS=.*\nEXTEND_TIMEOUT_USEC=30000000", systemd.recv(4096).decode())


def test_a_plugin_of_a_third_party(root, plugin, start_node, tmp_path):
    """Enabled as an administrator does: by a file of conf.d, beside the configuration as it was packaged."""
    (tmp_path / "etc/conf.d").mkdir(parents=True)
    (tmp_path / "etc/bryo.toml").write_text((root / "etc/bryo/bryo.toml").read_text())
    (tmp_path / "etc/conf.d/50-hello.toml").write_text(
        f'[plugins]\nextra_dirs = ["{plugin}"]\nenable = ["moss", "archive_tar", "hello"]\n'
    )
    node = start_node(root / "usr/bin/bryod", options=["--config", str(tmp_path / "etc/bryo.toml")])
    assert node.metrics()["bryo_hello_count"] == 0
