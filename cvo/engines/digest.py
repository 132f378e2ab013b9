"""HTTP digest authentication (RFC 7616), the client's side: whoever listens learns no password."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

HASHES = {"md5": "md5", "sha-256": "sha256", "sha-512-256": "sha512_256"}
WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
PART = re.compile(rf'\s*,?\s*({WORD})(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|({WORD}=*))|(?=[ ,]|$))')


@dataclass(slots=True)
class Digest:
    """What opens a server to *user* with *password*, once it has sent a challenge."""

    user: str = field(repr=False)
    password: str = field(repr=False)
    challenge: dict[str, str] = field(default_factory=dict)
    count: int = 0

    def take(self, headers: Iterable[str]) -> bool:
        """Take the first challenge of the WWW-Authenticate *headers* that can be answered; return whether there is one."""
        for scheme, told in challenges(headers):
            algorithm = told.get("algorithm", "MD5").lower().removesuffix("-sess")
            kinds = [kind.strip() for kind in told.get("qop", "auth").lower().split(",")]
            if scheme == "digest" and "nonce" in told and HASHES.get(algorithm) in hashlib.algorithms_available and "auth" in kinds:
                self.challenge, self.count = told, 0
                return True
        return False

    def answer(self, method: str, target: str, cnonce: str = "") -> str:
        """Return the Authorization header for a request of *target*, path and query as they are sent; each is another.

        >>> digest = Digest("Mufasa", "Circle of Life")
        >>> nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
        >>> digest.take([f'Basic realm="x", Digest realm="http-auth@example.org", qop="auth,auth-int", algorithm=SHA-256, nonce="{nonce}"'])
        True
        >>> digest.answer("GET", "/dir/index.html", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ").partition("response=")[2]
        '"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"'
        """
        told = self.challenge
        algorithm = told.get("algorithm", "MD5")
        cnonce = cnonce or secrets.token_urlsafe(24)
        self.count += 1
        number = f"{self.count:08x}"

        def hashed(text: str) -> str:
            found = hashlib.new(HASHES[algorithm.lower().removesuffix("-sess")], usedforsecurity=False)
            found.update(text.encode())
            return found.hexdigest()

        realm, nonce = told.get("realm", ""), told["nonce"]
        secret = hashed(f"{self.user}:{realm}:{self.password}")
        if algorithm.lower().endswith("-sess"):
            secret = hashed(f"{secret}:{nonce}:{cnonce}")
        request = hashed(f"{method}:{target}")
        middle = f"{nonce}:{number}:{cnonce}:auth" if "qop" in told else nonce
        parts = [*self._name(realm, hashed), f'realm="{_quoted(realm)}"', f'nonce="{_quoted(nonce)}"', f'uri="{target}"']
        parts += [f"algorithm={algorithm}"] if "algorithm" in told else []
        parts += [f'opaque="{_quoted(told["opaque"])}"'] if "opaque" in told else []
        parts += ["qop=auth", f"nc={number}", f'cnonce="{cnonce}"'] if "qop" in told or algorithm.lower().endswith("-sess") else []
        return f'Digest {", ".join(parts)}, response="{hashed(f"{secret}:{middle}:{request}")}"'

    def _name(self, realm: str, hashed: Callable[[str], str]) -> list[str]:
        """Return how the user is named: plainly, hashed where the server wants that, or as RFC 5987 has it beyond ASCII."""
        if self.challenge.get("userhash", "").lower() == "true":
            return [f'username="{hashed(f"{self.user}:{realm}")}"', "userhash=true"]
        if self.user.isascii():
            return [f'username="{_quoted(self.user)}"']
        return [f"username*=UTF-8''{quote(self.user, safe='')}"]


def challenges(headers: Iterable[str]) -> Iterator[tuple[str, dict[str, str]]]:
    r"""Return the challenges of WWW-Authenticate *headers*: the scheme of each and what it tells, in lower-case names.

    >>> list(challenges(['Negotiate, Digest realm="a, b=\\"c\\"", NONCE=x== , qop=auth,Basic realm="d"']))
    [('negotiate', {}), ('digest', {'realm': 'a, b="c"', 'nonce': 'x==', 'qop': 'auth'}), ('basic', {'realm': 'd'})]
    """
    for header in headers:
        scheme, told, at = "", dict[str, str](), 0
        while found := PART.match(header, at):
            at = found.end()
            name, quoted, plain = found.groups()
            if quoted is None and plain is None:
                if scheme:
                    yield scheme, told
                scheme, told = name.lower(), {}
            else:
                told[name.lower()] = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else plain
        if scheme:
            yield scheme, told


def _quoted(text: str) -> str:
    return re.sub(r'(["\\])', r"\\\1", text)
