"""How long ``cvo build`` takes, and how much memory: of the shipped data, anew and unchanged, or with many more claims.

``python bench/build.py [NUMBER] [FOLDER]``: with a NUMBER so many claims are added, copies of the shipped ones under the names of other
sources, so that they speak of the same terms as often as real ones do. The site is left in FOLDER, if it is given.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent


def corpus(number, folder):
    """Write at least *number* claims into *folder*, a file for each source."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = [(path.stem, path.read_text(encoding="utf-8")) for path in sorted(ROOT.glob("instances/*.ttl")) if path.stem != "comparisons"]
    counts = [text.count(" cvo:statedIn ") for _, text in texts]
    written = 0
    for copy in range(number):
        for (name, text), count in zip(texts, counts, strict=True):
            if written >= number:
                return written
            new = f"bench-{copy:04}-{name}"
            copied = text.replace(f"source/{name}", f"source/{new}").replace(f'cvo:citeKey "{name}"', f'cvo:citeKey "{new}"')
            (folder / f"{new}.ttl").write_text(copied, encoding="utf-8")
            written += count
    return written


def measured(*arguments):
    """Run ``cvo build``; return its seconds, its seconds of processor time, and the memory of its processes in MB."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    program = (
        "import resource, sys; from pathlib import Path; from cvo.site import building\n"
        "building.build(Path(sys.argv[1]), data=sys.argv[2:])\n"
        "for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN): print(resource.getrusage(who).ru_maxrss // 1024)"
    )
    ran = subprocess.run([sys.executable, "-c", program, *map(str, arguments)], check=True, stdout=subprocess.PIPE, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - started, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, ran.stdout.split()


def main():
    """Measure and print."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    with tempfile.TemporaryDirectory() as made:
        out = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(made) / "site"
        more = []
        if number:
            print(f"{corpus(number, Path(made) / 'data'):,} claims added")
            more = [Path(made) / "data"]
        for name in ("anew", "unchanged"):
            wall, processor, memory = measured(out, *more)
            print(f"{name}: {wall:.1f} s, {processor:.1f} s of processor time, {' + '.join(memory)} MB")
        sizes = [path.stat().st_size for path in out.rglob("*") if path.is_file()]
        print(f"{len(sizes):,} files, {sum(sizes) / 1e6:,.0f} MB; the largest {max(sizes) / 1e6:,.1f} MB")


if __name__ == "__main__":
    main()
