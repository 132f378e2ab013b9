"""A site tested from outside: what it is drawn from, its things, its files, its endpoint."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from cvo.errors import InputError
from cvo.files import read_text
from cvo.live import reading
from cvo.live.endpoint import JSON, Endpoint
from cvo.live.files import SD, TURTLE, Files
from cvo.live.findings import Findings, Tested
from cvo.live.things import HTML, Things
from cvo.live.visiting import OK, SEE_OTHER, Visitor, reachable

if TYPE_CHECKING:
    from pathlib import Path

BASE = "https://w3id.org/cvo/"
PARTS = ("things", "files", "endpoint")
LINKS = 12  # of a long list that are followed, if the sample is no larger
MOST = 20_000  # IRIs that an endpoint is asked for


@dataclass(frozen=True, slots=True)
class Options:
    """What is tested, and how: *sample* things drawn with *seed*; *parts* of `PARTS`; *frozen*, a file of the digests of versions."""

    bases: tuple[str, ...] = (BASE,)
    sample: int = 20
    seed: int = 0
    strict: bool = False
    timeout: float = 10.0
    retries: int = 2
    parts: tuple[str, ...] = PARTS
    frozen: Path | None = None


def check(url: str, options: Options | None = None) -> Tested:
    """Return what is wrong with the site at *url*.

    Raises: InputError, if that is no address, or a file of digests is none; EndpointError, if nobody answers there.
    """
    options = options or Options()
    if unknown := [part for part in options.parts if part not in PARTS]:
        raise InputError(f"no such part: {unknown[0]}", hint=f"one of {', '.join(PARTS)}")
    started = time.perf_counter()
    known = _known(options.frozen)
    visitor = Visitor(url, options.bases, options.timeout, options.retries)
    first = reachable(visitor)
    findings, dice = Findings(options.strict), Random(options.seed)  # noqa: S311 - a sample, not a secret
    if first.status != OK or first.media != HTML:
        findings.add("LIVE-ANSWER", visitor.root, f"{first.status} {first.media}".strip(), f"{OK} {HTML}")
    bare = _address(visitor, findings)
    files = Files(visitor, findings, dice, max(options.sample, LINKS), bare)
    endpoint = Endpoint(visitor, findings, _endpoint(visitor))
    drawn = _drawn(files, endpoint, options, dice)
    findings.static = bool(drawn) and not _negotiates(visitor, drawn[0])
    versions = files.versions()
    if "things" in options.parts:
        things = Things(visitor, findings, files.contexts)
        for iri in [*drawn, *(version for version in versions if not bare)]:
            things.test(iri)
    if "files" in options.parts:
        files.test()
        found = files.frozen(versions, known)
        if options.frozen is not None:
            _keep(options.frozen, found)
    if "endpoint" in options.parts:
        endpoint.test()
    return Tested(visitor.root, tuple(drawn), visitor.requests, findings.all(), time.perf_counter() - started)


def _address(visitor: Visitor, findings: Findings) -> bool:
    """Return whether this is an endpoint without a built site; what a site was built for is looked for here, too."""
    stamp = visitor.get(f"{visitor.root}site.json")
    try:
        address = json.loads(stamp.body)["address"] if stamp.status == OK else ""
    except (ValueError, KeyError, TypeError):
        address = ""
    if isinstance(address, str) and address.startswith("http") and address not in {visitor.root, *visitor.bases}:
        findings.add("LIVE-ADDRESS", visitor.root, address)
        visitor.bases = (address, *visitor.bases)
    return not address and visitor.get(f"{visitor.root}void.ttl").status != OK


def _endpoint(visitor: Visitor) -> str:
    """Return the address that the description of the service names; else that of `cvo serve`."""
    reply = visitor.get(f"{visitor.root}service.ttl", TURTLE)
    try:
        said = reading.triples(visitor, reply, TURTLE, {}) if reply.status == OK else []
    except Exception:  # noqa: BLE001 - told where the file itself is tested
        said = []
    named = [visitor.here(t.object.value) for t in said if t.predicate.value == f"{SD}endpoint" and not hasattr(t.object, "subject")]
    return next(filter(None, named), f"{visitor.root}sparql")


def _drawn(files: Files, endpoint: Endpoint, options: Options, dice: Random) -> list[str]:
    """Return the things to test: of sources, terms, claims and the rest a share each, the same for the same seed."""
    iris = files.linkset() or _asked(endpoint, options.bases)
    kinds: dict[str, list[str]] = {}
    for iri in iris:
        path = next((iri.removeprefix(base) for base in options.bases if iri.startswith(base)), "")
        if path:
            kind = "claim" if path.startswith("source/") and "#" in path else path.partition("/")[0] if "/" in path else "rest"
            kinds.setdefault(kind if kind in {"claim", "term", "source"} else "rest", []).append(iri)
    if "claim" not in kinds:
        kinds["claim"] = _claims(files, kinds.get("source", []), dice)
    drawn: list[str] = []
    places = {kind: dice.sample(sorted(found), len(found)) for kind, found in sorted(kinds.items()) if found}
    while len(drawn) < options.sample and any(places.values()):
        for found in places.values():
            if found and len(drawn) < options.sample:
                drawn.append(found.pop())
    return drawn


def _claims(files: Files, sources: list[str], dice: Random) -> list[str]:
    """Return the things with a fragment in the document of one source."""
    if not sources:
        return []
    source = dice.choice(sorted(sources))
    reply = files.visitor.get(files.visitor.here(source) + ".nt")
    found = reply.body.decode("utf-8", "replace").split() if reply.status == OK else []
    return sorted({word[1:-1] for word in found if word.startswith(f"<{source}#c") and word.endswith(">")})


def _asked(endpoint: Endpoint, bases: tuple[str, ...]) -> list[str]:
    """Return what the endpoint has statements about, below *bases*."""
    below = " || ".join(f"STRSTARTS(STR(?s), {json.dumps(base)})" for base in bases) or "true"
    query = f"SELECT DISTINCT ?s {{ ?s ?p ?o FILTER(ISIRI(?s) && ({below})) }} LIMIT {MOST}"
    reply = endpoint.visitor.get(f"{endpoint.url}?{urlencode({'query': query})}", JSON)
    try:
        return sorted(row["s"]["value"] for row in json.loads(reply.body)["results"]["bindings"]) if reply.status == OK else []
    except (ValueError, KeyError, TypeError):
        return []


def _negotiates(visitor: Visitor, iri: str) -> bool:
    reply = visitor.get(visitor.here(iri), TURTLE)
    return reply.status == SEE_OTHER or (reply.status == OK and reply.media == TURTLE)


def _known(path: Path | None) -> dict[str, str]:
    """Return the digests that *path* holds; none if it is not there yet."""
    if path is None or not path.exists():
        return {}
    try:
        held = json.loads(read_text(path))
    except ValueError:
        held = None
    if not isinstance(held, dict) or not all(isinstance(value, str) for value in held.values()):
        raise InputError(f"no file of digests that `cvo check-live --frozen` wrote: {path}", hint="name a new file")
    return held


def _keep(path: Path, found: dict[str, str]) -> None:
    from cvo.output import deliver  # noqa: PLC0415 - few keep them

    deliver(json.dumps(dict(sorted(found.items())), indent=1) + "\n", path)
