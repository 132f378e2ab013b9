"""Made-up claims in Turtle for benchmarks, the same on each run: a small vocabulary, documents and agents, then the claims.

``python bench/claims.py NUMBER FILE [RATE]``: of the claims a share of RATE (0.02) has a mistake. Each subject's triples stand together.
"""

import hashlib
import random
import sys
from pathlib import Path

HEAD = """@prefix : <https://bench.example/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
KINDS = {"Stage": 12, "Technology": 90, "Risk": 90, "Right": 48}
TOPICS = ["bias", "privacy", "consent", "access", "dignity", "credit", "housing", "policing", "education", "safety"]


def vocabulary():
    yield ":RiskClaim rdfs:subClassOf :Claim .\n:NormClaim rdfs:subClassOf :Claim .\n:Report rdfs:subClassOf :Document .\n"
    for kind, number in KINDS.items():
        yield f":{kind} rdfs:subClassOf :Concept .\n"
        for n in range(number):
            broader = f" ; skos:broader :{kind}-{(n - 1) // 3}" if n > 3 else ""
            label = f'skos:prefLabel "{kind} {n}"@en , "概念{n}"@zh'
            yield f':{kind}-{n} a :{kind} ; {label} ; skos:notation "{kind.upper()}-{n:03}"{broader} .\n'


def documents(number):
    for n in range(number):
        pick = random.Random(f"document {n}")
        yield (
            f':document-{n} a :{pick.choice(("Document", "Report"))} ; dct:title "Report {n}"@en ; '
            f'dct:issued "20{pick.randrange(10, 20)}-0{pick.randrange(1, 10)}-11"^^xsd:date ; :length {pick.randrange(20_000, 400_000)} .\n'
        )
        yield f':agent-{n} a :Agent ; rdfs:label "Agent {n}" .\n'


def claim(n, sources, rate):
    pick = random.Random(f"claim {n}")
    wrong = pick.randrange(8) if pick.random() < rate else None
    start = pick.randrange(10_000)
    digest = hashlib.sha256(str(n - 1 if wrong == 0 else n).encode()).hexdigest()
    date = "last spring" if wrong == 1 else f"202{pick.randrange(1, 5)}-0{pick.randrange(1, 10)}-1{pick.randrange(10)}"
    lines = [
        f"a :{pick.choice(('Claim', 'RiskClaim', 'NormClaim'))}",
        f'rdfs:label "Claim {n} on {pick.choice(TOPICS)}"@en , "论断{n}"@{"en" if wrong == 2 else "zh"}',
        f":source :{'agent' if wrong == 3 else 'document'}-{pick.randrange(sources)}",
        f":start {start}",
        f":end {start + pick.randrange(20, 2500) if wrong != 4 else start - 5}",
        f':digest "sha256:{digest}"',
        f":stage :Stage-{pick.randrange(12)}",
        f":technology :Technology-{pick.randrange(90)}",
        f":risk :{'Right' if wrong == 5 else 'Risk'}-{pick.randrange(40)}",
        f':polarity "{"mixed" if wrong == 6 else pick.choice(("positive", "negative"))}"',
        f":by :agent-{pick.randrange(sources)}",
        f":confidence {'1.50' if wrong == 7 else f'0.{pick.randrange(10, 99)}'}",
        f'dct:created "{date}"^^xsd:date',
    ]
    return f":claim-{n} {' ; '.join(lines)} .\n"


def write(number, path, rate=0.02):
    sources = max(10, number // 50)
    with Path(path).open("w", encoding="utf-8") as file:
        file.write(HEAD)
        file.writelines(vocabulary())
        file.writelines(documents(sources))
        file.writelines(claim(n, sources, rate) for n in range(number))


if __name__ == "__main__":
    write(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]) if len(sys.argv) > 3 else 0.02)
