"""How long the validation of corpora takes, and how much memory: ``python bench/corpora.py [claims NUMBER | files NUMBER | peers NUMBER]``.

``claims`` checks one large file of so many claims (100,000) against the Core shapes of ``claims_shapes.ttl``, ``files`` so many
files (1,000) of 30 claims against the shipped shapes, both by two processes and by one. ``peers`` checks so many files (1,000) of 30
made-up claims against ``claims_shapes.ttl``, and the first 20 of them once per file by pySHACL's own command, whose time is
multiplied up; of these 20 both must find the same.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import claims
import peers
import validate

SAMPLE, ROUNDS = 20, 1
HERE = Path(__file__).parent
PAPER = (HERE.parent / "tests/data/validation/li-2024.ttl").read_text(encoding="utf-8")


def paper(key, number):
    head, rest = PAPER.replace("li-2024", key).split(":c001 a", 1)
    said, placed = f":c001 a{rest}".split(":p001 a", 1)
    yield head
    for n in range(1, number + 1):
        text = f"{said}:p001 a{placed}".replace("c001", f"c{n:03}").replace("p001", f"p{n:03}")
        yield text.replace("虚拟主播", f"虚拟主播{n}").replace("A virtual", f"{n} virtual")


def core():
    """Return the shapes without those that are SPARQL."""
    return (HERE / "claims_shapes.ttl").read_text(encoding="utf-8").partition(":prefixes sh:declare")[0]


def run(*arguments):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "cvo", "validate", *map(str, arguments)], capture_output=True, text=True, check=False)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = time.perf_counter() - started
    last = (done.stdout or done.stderr).strip().splitlines()[-1]
    work, peak = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime, used.ru_maxrss // 1024
    print(f"{seconds:8.1f} s  {work:8.1f} s of processors  {peak:5} MB  {' '.join(map(str, arguments[1:]))}: {last}")
    return seconds


def part(number, folder):
    """Write the file *number* of a corpus: 30 claims, what they cite and a vocabulary."""
    path = Path(folder) / f"part-{number:05}.ttl"
    with path.open("w", encoding="utf-8") as file:
        file.write(claims.HEAD)
        file.writelines(claims.vocabulary())
        lines = [*claims.documents(10), *(claims.claim(n, 10, 0.02) for n in range(30 * number, 30 * number + 30))]
        file.writelines(line.replace(":document-", f":document-{number}-").replace(":agent-", f":agent-{number}-") for line in lines)
    return path


def findings(command):
    """Return what *command* reports in Turtle, and how long it takes."""
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
    return set(validate.reported(done.stdout)), time.perf_counter() - started


def against_peers(folder, number):
    shapes = str(HERE / "claims_shapes.ttl")
    paths = [part(n, folder) for n in range(number)]
    first = paths[:SAMPLE]
    ours = [sys.executable, "-m", "cvo", "validate", "--against", shapes, "-f", "turtle"]
    theirs = [peers.program("pyshacl"), "-s", shapes, "-f", "turtle"]
    wanted, _ = findings([*ours, *map(str, first)])
    for _ in range(ROUNDS):
        spent = []
        for jobs in (1, 2):
            _, seconds = findings([*ours, "--jobs", str(jobs), str(folder)])
            spent.append(seconds)
        each = [findings([*theirs, str(path)]) for path in first]
        assert set().union(*(found for found, _ in each)) == wanted, "not the same findings"
        scaled = sum(seconds for _, seconds in each) * number / SAMPLE
        ratios = " and ".join(f"{scaled / seconds:.0f}" for seconds in spent)
        print(
            f"cvo {len(paths)} files {spent[0]:6.1f} s by one process, {spent[1]:6.1f} s by two; "
            f"pySHACL's command {scaled:8.1f} s ({SAMPLE} files × {number / SAMPLE:g}): {ratios} times as long; "
            f"{len(wanted)} findings in the {SAMPLE}, the same"
        )


def main():
    what, number = [*sys.argv[1:], "files", "1000"][:2] if len(sys.argv) != 2 else (sys.argv[1], "100000")
    with tempfile.TemporaryDirectory() as folder:
        if what == "claims":
            path, shapes = Path(folder) / "claims.ttl", Path(folder) / "shapes.ttl"
            claims.write(int(number), path)
            shapes.write_text(core(), encoding="utf-8")
            print(f"{path.stat().st_size / 1e6:.0f} MB")
            two, one = (run(path, "--jobs", jobs, "--against", shapes) for jobs in (2, 1))
            print(f"two processes: {one / two:.2f} times as fast as one")
            return
        if what == "peers":
            against_peers(Path(folder), int(number))
            return
        for n in range(int(number)):
            key = "".join(chr(ord("a") + int(digit)) for digit in f"{n:05}") + "-2024"
            (Path(folder) / f"{key}.ttl").write_text("".join(paper(key, 30)), encoding="utf-8")
        two, one = run(folder, "--jobs", 2), run(folder, "--jobs", 1)
        print(f"two processes: {one / two:.2f} times as fast as one")


if __name__ == "__main__":
    main()
