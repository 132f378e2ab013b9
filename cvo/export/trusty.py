"""Trusty URIs of RDF graphs (module RA) and the signature of a nanopublication: both are made of the same normalised text.

The algorithm is that of Kuhn and Dumontier, "Trusty URIs: Verifiable, Immutable, and Permanent Digital Artifacts for Linked Data" (2014):
the artifact code is a space, quads are sorted by graph, subject, relation and value, and SHA-256 goes over one line for each of these.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode, urlsafe_b64encode
from typing import TYPE_CHECKING, Any

from cvo.errors import EngineError, InputError
from cvo.files import read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pyoxigraph as ox

MARK = " "
"""What stands in an IRI in the place of the artifact code while that is not known."""
_LEAST = 2048  # bits; a shorter key is no proof any more


def normalised(quads: Iterable[tuple[str, str, str, str | ox.Literal]]) -> str:
    r"""Return *quads* (graph, subject, relation, value) as the text that is hashed and signed; IRIs have `MARK` for the artifact code.

    >>> import pyoxigraph as ox
    >>> normalised([("http://x/ #g", "http://x/ ", "http://y", ox.Literal("é\n", language="EN"))])
    'http://x/ #g\nhttp://x/ \nhttp://y\n@en é\\n\n'
    """
    return "".join(
        f"{graph}\n{subject}\n{relation}\n{_value(value)}\n" for graph, subject, relation, value in sorted(set(quads), key=_order)
    )


def _order(quad: tuple[str, str, str, str | ox.Literal]) -> tuple[str, ...]:
    graph, subject, relation, value = quad
    if isinstance(value, str):
        return graph, subject, relation, "0", value
    language = value.language or ""
    return graph, subject, relation, "1", value.value, "" if language else value.datatype.value, language


def _value(value: str | ox.Literal) -> str:
    if isinstance(value, str):
        return value
    text = value.value.replace("\\", "\\\\").replace("\n", "\\n")
    return f"@{value.language.lower()} {text}" if value.language else f"^{value.datatype.value} {text}"


def code(text: str) -> str:
    """Return the artifact code of the `normalised` *text*: RA and 43 letters.

    >>> code("")
    'RA47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU'
    """
    return "RA" + urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


class Signer:
    """Signs with an RSA key (SHA-256, PKCS #1 v1.5), as nanopublications are signed."""

    def __init__(self, path: Path) -> None:
        """Read the private key of *path*: PEM, or the base64 text that other tools for nanopublications keep.

        Raises: InputError, if there is no RSA key of at least 2048 bits or it is locked; EngineError, if the library is not installed.
        """
        try:
            from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415 - an extra
            from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
                Encoding,
                PublicFormat,
                load_der_private_key,
                load_pem_private_key,
            )
        except ImportError:
            raise EngineError(
                "signing needs a library that is not installed: cryptography", hint='python -m pip install "cvo[nanopub]"'
            ) from None
        data = read_bytes(path)
        try:
            key = load_pem_private_key(data, None) if b"-----BEGIN" in data else load_der_private_key(b64decode(data, validate=False), None)
        except TypeError:  # what the library raises when a password is missing
            raise InputError(f"the key is locked with a password: {path}", hint="unlock a copy: openssl rsa -in KEY -out COPY") from None
        except Exception:  # noqa: BLE001 - the library raises several kinds
            raise InputError(f"not a private key: {path}", hint="make one: openssl genrsa -out key.pem 2048") from None
        if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < _LEAST:
            raise InputError(f"not an RSA key of {_LEAST} bits or more: {path}", hint="make one: openssl genrsa -out key.pem 2048")
        self._key: Any = key
        self.public = b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()

    def sign(self, text: str) -> str:
        """Return the signature of *text* in base64."""
        from cryptography.hazmat.primitives.asymmetric import padding  # noqa: PLC0415 - it is there
        from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

        return b64encode(self._key.sign(text.encode(), padding.PKCS1v15(), SHA256())).decode()
