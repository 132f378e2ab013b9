"""How long the validation of corpora takes, and how much memory: ``python bench/corpora.py [claims NUMBER | files NUMBER]``.

``claims`` checks one large file of so many claims (100,000) against the Core shapes of ``claims_shapes.ttl``; ``files`` so many
``claims`` checks one large file of so many claims (100,000) against the Core shapes of ``claims_shapes.ttl``; ``files`` so many
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import claims

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


def main():
    what, number = [*sys.argv[1:], "files", "1000"][:2] if len(sys.argv) != 2 else (sys.argv[1], "100000")
    with tempfile.TemporaryDirectory() as folder:
        if what == "claims":
            path, shapes = Path(folder) / "claims.ttl", Path(folder) / "shapes.ttl"
            claims.write(int(number), path)
            shapes.write_text(core(), encoding="utf-8")
            print(f"{path.stat().st_size / 1e6:.0f} MB")
            run(path, "--jobs", 1, "--against", shapes)
            return
        for n in range(int(number)):
            key = f"a{n:05}-2024"
            (Path(folder) / f"{key}.ttl").write_text("".join(paper(key, 30)), encoding="utf-8")
        two, one = run(folder, "--jobs", 2), run(folder, "--jobs", 1)
        print(f"two processes: {one / two:.2f} times as fast as one")


if __name__ == "__main__":
    main()
