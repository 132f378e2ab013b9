"""A SPARQL endpoint on the network answers a query, by the SPARQL 1.1 Protocol."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import pyoxigraph as ox
import urllib3

from cvo.answers import Answer, Result, Stream, received, whole
from cvo.engines.digest import Digest
from cvo.errors import EndpointError, SyntaxProblem
from cvo.terms import PREFIXES
from cvo.tokens import Token, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cvo.answers import Row

BROKEN = (SyntaxError, OSError, ValueError, urllib3.exceptions.HTTPError)
LONGEST_URL = 4_000  # characters; what is longer is sent as a form
RETRIES, PAUSE, CONNECT = 3, 0.5, 10.0  # times, seconds (doubled each time), seconds
BUSY = (429, 502, 503, 504)
UNAUTHORISED = 401
RESULTS = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "application/json": ox.QueryResultsFormat.JSON,
    "application/xml": ox.QueryResultsFormat.XML,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
GRAPHS = {
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "text/plain": ox.RdfFormat.N_TRIPLES,  # Virtuoso says so
}
ACCEPT = {
    "rows": "application/sparql-results+json, application/sparql-results+xml;q=0.8, text/tab-separated-values;q=0.5",
    "graph": "application/n-triples, text/turtle;q=0.8, application/rdf+xml;q=0.5",
}


@dataclass(frozen=True, slots=True)
class Remote:
    """An endpoint: its address, the headers that open it, how long it may take (seconds), and how many rows to ask for at a time.

    *page* 0 asks for all rows at once. *login*, name and password, answers a server that wants a digest of them.
    """

    url: str
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    timeout: float = 60.0
    page: int = 0
    login: Digest | None = field(default=None, repr=False, compare=False)

    def query(self, query: str) -> Answer:
        """Return the answer of *query*; the project's prefixes need not be declared.

        Raises: EndpointError, if the endpoint cannot be reached, refuses or breaks off; SyntaxProblem, if it finds the query wrong.
        """
        return whole(self.stream(query))

    def stream(self, query: str) -> Answer | Stream:
        """Return the answer of *query*, the rows of a SELECT one by one. Raises: as `query`."""
        if self.page and _form(query) == "SELECT":
            return self._pages(query)
        return self._ask(query)

    def _pages(self, query: str) -> Answer | Stream:
        """Return the rows of *query*, asked for page by page.

        Raises: EndpointError, if the query limits its rows itself, or has no order, without which pages may repeat or miss rows.
        """
        top = list(_outermost(query))
        if any(token.says("LIMIT") or token.says("OFFSET") for token in top):
            return self._ask(query)
        if not any(token.says("ORDER") for token in top):
            raise EndpointError("a query without ORDER BY cannot be asked page by page", hint="add ORDER BY, or leave --page out")
        first = self._ask(f"{query}\nLIMIT {self.page} OFFSET 0")
        if isinstance(first, Answer):
            return first
        return Stream(first.variables, self._rows(first, query))

    def _rows(self, first: Stream, query: str) -> Iterator[Row]:
        page, offset = first, 0
        while True:
            number = 0
            for row in page.rows:
                number += 1
                yield row
            offset += number
            if number == 0 or number < self.page:
                return
            following = self._ask(f"{query}\nLIMIT {self.page} OFFSET {offset}")
            if isinstance(following, Answer):
                return
            page = following

    def _ask(self, query: str) -> Answer | Stream:
        kind = "rows" if _form(query) in {"SELECT", "ASK"} else "graph"
        response = self._send(_with_prefixes(query), ACCEPT[kind])
        media = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        try:
            answer = received(query, self._parsed(response, media, kind))
        except BROKEN as error:
            response.close()
            raise self._broken(error) from None
        except EndpointError:
            response.close()
            raise
        if isinstance(answer, Stream) and answer.variables == ("__ASK_RETVAL",):  # Virtuoso 7 writes a truth as a row
            return Answer(truth=any(str(row[0]).startswith('"1"') for row in whole(answer).rows))
        return answer if isinstance(answer, Answer) else Stream(answer.variables, self._to_the_end(answer.rows, response))

    def _parsed(self, response: Any, media: str, kind: str) -> Result:  # noqa: ANN401 - a response of urllib3
        if kind == "rows" and media in RESULTS:
            return ox.parse_query_results(input=response, format=RESULTS[media])
        if kind == "graph" and media in GRAPHS:
            return (quad.triple for quad in ox.parse(input=response, format=GRAPHS[media], base_iri=self.url))
        wanted = "SPARQL results" if kind == "rows" else "a graph"
        raise EndpointError(f"answered with {media or 'no media type'}, not with {wanted}: {self.url}")

    def _to_the_end(self, rows: Iterator[Row], response: Any) -> Iterator[Row]:  # noqa: ANN401 - as above
        try:
            yield from rows
        except BROKEN as error:
            raise self._broken(error) from None
        finally:
            response.close()

    def _broken(self, error: Exception) -> EndpointError:
        return EndpointError(
            f"the answer broke off or is not what it says it is ({error}): {self.url}", hint="ask again, or in pages with --page"
        )

    def _send(self, query: str, accept: str) -> Any:  # noqa: ANN401 - a response of urllib3

        url = f"{self.url}{'&' if '?' in self.url else '?'}{urlencode({'query': query})}"
        if len(url) <= LONGEST_URL:
            response = self.send("GET", url, {"Accept": accept})
        else:
            kind = {"Accept": accept, "Content-Type": "application/x-www-form-urlencoded"}
            response = self.send("POST", self.url, kind, urlencode({"query": query}).encode())
        if response.status != 200:  # noqa: PLR2004 - OK
            raise self._refusal(response)
        return response

    def send(self, method: str, url: str, headers: dict[str, str], body: bytes | None = None) -> Any:  # noqa: ANN401 - as above
        """Return urllib3's response, not yet read, to a request with what opens this endpoint; again and again while it is busy.

        All that is sent here may be sent twice: questions change nothing, and a graph replaces itself.
        Raises: EndpointError, if the endpoint cannot be reached.
        """
        retries = urllib3.Retry(
            total=RETRIES, backoff_factor=PAUSE, status_forcelist=BUSY, allowed_methods=None, raise_on_status=False, redirect=5
        )
        limits = urllib3.Timeout(connect=min(CONNECT, self.timeout), read=self.timeout)
        proxy = _proxy(self.url)
        pool = (
            urllib3.ProxyManager(proxy, timeout=limits, retries=retries) if proxy else urllib3.PoolManager(timeout=limits, retries=retries)
        )
        sent = {"User-Agent": "cvo", **headers, **self.headers}
        target = urllib3.util.parse_url(url).request_uri
        if self.login and self.login.challenge:
            sent["Authorization"] = self.login.answer(method, target)

        def ask() -> Any:  # noqa: ANN401 - as above
            return pool.request(method, url, body=body, headers=sent, preload_content=False)

        try:
            response = ask()
            if not self.login or response.status != UNAUTHORISED:
                return response
            is_told = self.login.take(response.headers.getlist("WWW-Authenticate"))
            if not is_told and sent.pop("Authorization", "").startswith("Basic"):
                response.drain_conn()  # who sends a password is told nothing by Virtuoso
                response.close()
                response = ask()
                is_told = self.login.take(response.headers.getlist("WWW-Authenticate"))
            if not is_told:
                return response
            response.drain_conn()
            response.close()
            sent["Authorization"] = self.login.answer(method, target)
            return ask()
        except urllib3.exceptions.HTTPError as error:
            reason = getattr(error, "reason", None) or error
            raise EndpointError(f"cannot be reached ({plain(reason)}): {self.url}", hint="check the address and the network") from None

    def _refusal(self, response: Any) -> Exception:  # noqa: ANN401 - as above
        said = " ".join(response.read(2_000, decode_content=True).decode("utf-8", "replace").split())[:300]
        response.close()
        match response.status:
            case 400:
                return SyntaxProblem(f"the endpoint finds the query wrong: {said or self.url}")
            case 401 | 403:
                hint = "put the name and the password for this host into ~/.netrc, or name the endpoint in remotes.toml"
                return EndpointError(f"the endpoint wants to know who asks ({response.status}): {self.url}", hint=hint)
            case 404:
                return EndpointError(f"there is no endpoint (404): {self.url}", hint="SPARQL endpoints often end with /sparql or /query")
            case _:
                return EndpointError(f"the endpoint answered {response.status}{f' ({said})' if said else ''}: {self.url}")


def plain(reason: object) -> str:
    """Return what a library says of a failure without the objects it speaks of."""
    text = str(reason)
    return text.partition(": ")[2] or text if text.startswith(("<", "HTTP")) else text


def _proxy(url: str) -> str:
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415 - only remote questions need it

    parts = urlsplit(url)
    return "" if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme, "")


def _form(query: str) -> str:
    """Return which of the four forms *query* has; SELECT if it is none."""
    forms = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
    return next((form for token in tokens(query) for form in forms if token.says(form)), "SELECT")


def _outermost(query: str) -> Iterator[Token]:
    depth = 0
    for token in tokens(query):
        if token.kind == "bracket":
            depth += 1 if token.text in "({[" else -1
        elif depth == 0:
            yield token


def _with_prefixes(query: str) -> str:
    """Return *query* with a declaration of each of the project's prefixes that it uses and does not declare.

    >>> _with_prefixes("ASK { ?x a cvo:Risk }").splitlines()[0]
    'PREFIX cvo: <https://w3id.org/cvo/ns#>'
    """
    used: dict[str, None] = {}
    declared: set[str] = set()
    before = None
    for token in tokens(query):
        if token.kind == "name":
            prefix = token.text.partition(":")[0]
            if before is not None and before.says("PREFIX"):
                declared.add(prefix)
            else:
                used[prefix] = None
        before = token
    lines = [f"PREFIX {prefix}: <{PREFIXES[prefix]}>\n" for prefix in used if prefix in PREFIXES and prefix not in declared]
    return "".join([*lines, query])


def remote(name: str, *, timeout: float = 0, page: int = 0) -> Remote:
    """Return the endpoint *name*: an address, or a name from ``remotes.toml`` in the user's configuration folder.

    ``CVO_CONFIG`` names another folder. An entry is a table: *url*, and if needed *timeout*, *page*, and the names of the
    environment variables that hold what opens it: *token-env* (a bearer token), or *user-env* and *password-env*. Without
    these the netrc file is asked for the host. Name and password are sent with each request, until the server wants a digest
    of them; with ``auth = "digest"`` they are never sent.

    Raises: EndpointError, if there is no such name, or the file is not what it should be.
    """
    entry: dict[str, Any] = {}
    if "://" not in name:
        entry = _configured(name)
        url = str(entry.get("url", ""))
    else:
        url = name
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise EndpointError(f"not the address of an endpoint: {url or name}", hint="such as https://example.org/sparql")
    headers, login = _authorisation(entry, parts.hostname)
    if parts.username:
        raise EndpointError("a password in an address ends up in logs and histories", hint="put it into ~/.netrc")
    return Remote(url, headers, timeout or float(entry.get("timeout", 60)), page or int(entry.get("page", 0)), login)


def _configured(name: str) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 - only named remotes need it
    from pathlib import Path  # noqa: PLC0415

    from platformdirs import user_config_path  # noqa: PLC0415

    path = Path(os.environ.get("CVO_CONFIG") or user_config_path("cvo", appauthor=False)) / "remotes.toml"
    try:
        remotes = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise EndpointError(
            f"neither an address nor a name that is known: {name}", hint=f"write its address, or name it in {path}"
        ) from None
    except (OSError, ValueError) as error:
        raise EndpointError(f"cannot be read ({error}): {path}") from None
    if name not in remotes or not isinstance(remotes[name], dict):
        raise EndpointError(f"no remote of this name in {path}: {name}", hint=f"there are {', '.join(sorted(remotes)) or 'none'}")
    return dict(remotes[name])


def _authorisation(entry: dict[str, Any], host: str) -> tuple[dict[str, str], Digest | None]:
    from base64 import b64encode  # noqa: PLC0415

    def secret(key: str) -> str:
        variable = str(entry[key])
        if variable not in os.environ:
            raise EndpointError(f"the environment has no variable: {variable}", hint=f"{key} in remotes.toml names it")
        return os.environ[variable]

    if "token-env" in entry:
        return {"Authorization": f"Bearer {secret('token-env')}"}, None
    if entry.get("auth", "basic") not in ("basic", "digest"):
        raise EndpointError(f"auth in remotes.toml is basic or digest, not: {entry['auth']}")
    user, password = "", ""
    if "user-env" in entry:
        user, password = secret("user-env"), secret("password-env") if "password-env" in entry else ""
    elif found := _netrc(host):
        user, password = found
    if not user:
        return {}, None
    plain = {"Authorization": f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"}
    return {} if entry.get("auth") == "digest" else plain, Digest(user, password)


def _netrc(host: str) -> tuple[str, str] | None:
    from netrc import NetrcParseError, netrc  # noqa: PLC0415

    try:
        found = netrc(os.environ.get("NETRC")).authenticators(host)
    except (FileNotFoundError, RuntimeError):  # no such file, no home
        return None
    except (NetrcParseError, OSError) as error:
        raise EndpointError(f"the netrc file cannot be read: {error}") from None
    return None if found is None else (found[0] or "", found[2] or "")
