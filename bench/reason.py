"""How long it takes to infer from each view with each engine, process start to end: ``python bench/reason.py [RUNS]``."""

import statistics
import subprocess
import sys
import time

VIEWS = ("observed", "consensus", "forecast", "recommended", "claims", "bi-2019", "cuc-sina-2023", "sun-nd", "zhang-2026")
ENGINES = ("rules", "hermit", "pellet", "owlrl")


def seconds(*arguments, runs):
    """Return the median of *runs* runs of the command."""
    taken = []
    for _ in range(runs):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "cvo", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    print("view", *ENGINES, "query", sep="\t")
    for view in VIEWS:
        inferred = [seconds("reason", "--view", view, "--engine", engine, runs=runs) for engine in ENGINES]
        asked = seconds("query", "--view", view, "-e", "ASK { ?s cvo:exposedToRisk ?o }", runs=runs)
        print(view, *(f"{took:.2f}" for took in (*inferred, asked)), sep="\t", flush=True)


if __name__ == "__main__":
    main()
