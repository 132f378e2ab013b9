"""Bad input and bad surroundings: one clear line, the right status, nothing lost, nothing sent."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time

import pytest

from cvo.cli import COMMANDS

SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows knows neither these signals nor these files")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
        "SELECT * {{serviceSILENT<{url}>{{?s ?p ?x}}}}",
        "PREFIX z: <{url}> SELECT * {{SERVICEz:b{{?s ?p ?x}}}}",
        "SELECT * {{ \\u0053ERVICE <{url}> {{ ?s ?p ?o }} }}",
        "SELECT * {{ ?s ?p ?o FILTER(1 = 1) SeRvIcE\n<{url}> {{ ?s ?p ?o }} }}",
        "SELECT * FROM <{url}> {{ ?s ?p ?o }}",
    ],
)
def test_no_query_leaves_the_machine(cvo, query):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        ran = cvo("query", "-e", query.format(url=url))
        with pytest.raises(TimeoutError):
            server.accept()
    assert ran.status == (0 if "FROM" in query else 2)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonld", '{{"@context": "{url}", "name": "x"}}'),
        ("a.ttl", "<http://e/a> <http://www.w3.org/2002/07/owl#imports> <{url}> ."),
        (
            "a.rdf",
            '<!DOCTYPE x [<!ENTITY e SYSTEM "{url}">]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&e;</rdf:RDF>',
        ),
    ],
)
def test_no_file_makes_the_machine_fetch_anything(cvo, tmp_path, name, content):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        (tmp_path / name).write_text(content.format(url=f"http://127.0.0.1:{server.getsockname()[1]}/"), encoding="utf-8")
        assert cvo("query", "-e", "ASK { ?s ?p ?o }", "--data", tmp_path / name).status in {0, 2}
        with pytest.raises(TimeoutError):
            server.accept()


@posix
@pytest.mark.parametrize("moment", [0.5, 1.5])
def test_ctrl_c_ends_a_query_that_the_engine_still_computes(moment):
    with subprocess.Popen([sys.executable, "-m", "cvo", "query", "-e", SLOW], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        time.sleep(moment)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=5)
    assert (process.returncode, out, err) == (130, b"", b"interrupted\n")


@posix
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_a_closed_stream_is_no_bug_of_ours(closed):
    ran = subprocess.run(["bash", "-c", f"'{sys.executable}' -m cvo query risks {closed}"], capture_output=True, timeout=60, check=False)
    assert ran.returncode == 0
    assert b"Traceback" not in ran.stderr


@posix
def test_an_output_that_is_a_link_or_a_pipe_stays_what_it_is(cvo, tmp_path):
    target, link, pipe = tmp_path / "target.csv", tmp_path / "link.csv", tmp_path / "pipe.csv"
    target.write_text("old", encoding="utf-8")
    target.chmod(0o640)
    link.symlink_to(target)
    os.mkfifo(pipe)
    assert cvo("query", "risks", "-o", link).status == 0
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8").startswith("risk,")
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
        assert cvo("query", "risks", "-o", pipe).status == 0
        assert reader.communicate(timeout=10)[0].startswith(b"risk,")
    assert pipe.is_fifo()


@pytest.mark.parametrize("output", ["", "/", "."])
def test_an_output_that_is_a_folder_is_an_error(cvo, output):
    ran = cvo("query", "risks", "-o", output)
    assert (ran.status, "is a folder" in ran.err) == (2, True)


@posix
@pytest.mark.parametrize(
    "arguments", [["query", "-e", "ASK { }", "--data", "zero.ttl"], ["passage", "a", "b", "--text", "zero.ttl"], ["validate", "zero.ttl"]]
)
def test_a_device_that_never_ends_is_not_read(cvo, tmp_path, arguments):
    (tmp_path / "zero.ttl").symlink_to("/dev/zero")
    ran = cvo(*arguments, cwd=tmp_path)
    assert (ran.status, "is a device" in ran.err) == (2, True)


@pytest.mark.parametrize("nested", ["{", "(", "["])
def test_a_query_nested_too_deep_is_refused(cvo, nested):
    ran = cvo("query", "-", stdin="SELECT * { " + nested * 20_000)
    assert ran.status == 2
    assert "never closed" in ran.err or "nested" in ran.err


@pytest.mark.parametrize("depth", [100, 450])
def test_a_query_nested_deep_is_answered(cvo, depth):
    assert cvo("query", "-", stdin="SELECT ?s { " + "{" * depth + "?s a cvo:Stage" + "}" * depth + " } LIMIT 1").status == 0


def test_a_word_in_another_encoding_on_the_command_line_is_read_as_utf_8():
    env = {
        "LC_ALL": "POSIX",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "CVO_CACHE": "",
        "SYSTEMROOT": os.environ.get("SYSTEMROOT", ""),
    }
    ran = subprocess.run(
        [sys.executable, "-m", "cvo", "query", "risks-by-stage", "stage=产品营销"], capture_output=True, env=env, timeout=60, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_a_file_name_cannot_steer_the_terminal(cvo):
    assert "\x1b" not in cvo("query", "\x1b[31mrisks").err


@pytest.mark.parametrize("header", ["#+ parameter:", "#+ parameter: x", "#+ parameter: x Stage y", "#+ parameter: a-b Stage"])
def test_a_header_that_is_wrong_is_said_to_be(cvo, tmp_path, header):
    (tmp_path / "q.rq").write_text(f"{header}\nASK {{ }}", encoding="utf-8")
    ran = cvo("query", "q.rq", cwd=tmp_path)
    assert (ran.status, "q.rq" in ran.err) == (2, True)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits address space in this way")
def test_a_process_that_may_take_little_memory_still_answers():
    command = f"ulimit -v 700000; '{sys.executable}' -m cvo query -e 'ASK {{ ?s a cvo:Risk }}' -f csv"
    ran = subprocess.run(["bash", "-c", command], capture_output=True, timeout=60, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"true\n", b"")


def test_the_help_lists_the_commands_in_whole_lines_and_imports_none_of_them():
    told = "print(sorted(m for m in sys.modules if m.startswith('cvo.commands.')))"
    code = f"import sys; from cvo.cli import app\ntry:\n  app(['--help'])\nfinally:\n  {told}"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, "COLUMNS": "80"})
    listed = ran.stdout.partition("Commands:")[2]
    assert listed.count("\n") > len(COMMANDS)
    assert "..." not in listed
    assert ran.stdout.rstrip().endswith("[]")
