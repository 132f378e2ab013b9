"""A claim as a nanopublication is one to other programs: their checks, their normalisation and their cryptography agree with ours."""

from __future__ import annotations

import warnings
from base64 import b64decode, b64encode

import pyoxigraph as ox
import pytest
from conftest import ROOT
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat, PublicFormat

from cvo.errors import CvoError
from cvo.export import reading
from cvo.export.nanopub import NPX, Publisher
from cvo.export.trusty import Signer
from cvo.terms import CVO, OA, SOURCE

ORCID = "https://orcid.org/0000-0002-1825-0097"


@pytest.fixture(scope="module")
def shipped():
    return reading.read()


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    path = tmp_path_factory.mktemp("keys") / "key.pem"
    made = rsa.generate_private_key(65537, 2048)
    path.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


def library():
    """Return the library for nanopublications and rdflib's data set; both warn of what they will be."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import nanopub
        import rdflib
        from nanopub.trustyuri.rdf import RdfHasher, RdfUtils
    return nanopub, rdflib, RdfHasher, RdfUtils


def theirs(text):
    nanopub, rdflib, *_ = library()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph = rdflib.ConjunctiveGraph()
        graph.parse(data=text, format="trig")
        return nanopub.Nanopub(rdf=graph)


def some(statements):
    """Return one claim of each class, one with several passages, one with notes."""
    classes = {
        kind: next(c for c in statements.claims if ox.NamedNode(kind) in statements.values(c, reading.RDF + "type"))
        for kind in reading.KINDS
    }
    several = next(c for c in statements.claims if len(statements.values(c, f"{CVO}locator")) > 1)
    noted = next(c for c in statements.claims if statements.values(c, f"{CVO}condition"))
    return [*classes.values(), several, noted]


def only(statements, claim):
    return reading.Statements(statements.out, statements.home, statements.abroad, (claim,))


@pytest.mark.parametrize("signed", [False, True])
def test_the_library_finds_every_kind_of_claim_valid_and_its_trusty_uri_right(shipped, key, signed):
    for claim in some(shipped):
        publisher = Publisher(only(shipped, claim), by=ORCID, signer=Signer(key) if signed else None)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read = theirs("".join(publisher.all()))
            assert read.is_valid
            assert read.has_valid_trusty
        assert read.metadata.np_uri.startswith("https://w3id.org/np/RA")
        assert bool(read.metadata.signature) is signed


def test_a_letter_changed_is_noticed(shipped):
    nanopub, *_ = library()
    text = "".join(Publisher(only(shipped, shipped.claims[0])).all())
    changed = text.replace("cvo:affirmed", "cvo:denied")
    assert changed != text
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(nanopub.nanopub.MalformedNanopubError, match="not valid"):
            _ = theirs(changed).has_valid_trusty


def verified(text):
    """Return whether the signature is right: the library's normalisation without the signature, checked by another cryptography.

    The library's own check takes the signature in and disregards the outcome, so it is not asked.
    """
    from Crypto.Hash import SHA256
    from Crypto.PublicKey import RSA
    from Crypto.Signature import pkcs1_15

    _, _, hasher, utils = library()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        read = theirs(text)
        quads = [quad for quad in utils.get_quads(read.rdf) if str(quad[2]) != f"{NPX}hasSignature"]
        normal = hasher.normalize_quads(quads, baseuri=str(read.metadata.namespace), hashstr=" ")
    public = RSA.import_key(b64decode(str(read.metadata.public_key)))
    try:
        pkcs1_15.new(public).verify(SHA256.new(normal.encode()), b64decode(str(read.metadata.signature)))
    except ValueError:
        return False
    return True


def test_another_cryptography_verifies_the_signature_and_notices_a_change(shipped, key):
    text = "".join(Publisher(only(shipped, shipped.claims[5]), by=ORCID, signer=Signer(key)).all())
    assert verified(text)
    assert f"npx:signedBy <{ORCID}>" in text
    assert not verified(text.replace("cvo:asserted", "cvo:hedged"))


def test_our_text_is_the_librarys_text_where_it_is_hard(key, tmp_path):
    """Languages in capitals, backslashes, line ends, emoji, and a blank node."""
    source = f"{SOURCE}hard-2024"
    file = tmp_path / "hard-2024.ttl"
    file.write_text(
        rf"""@prefix : <{source}#> . @prefix cvo: <{CVO}> . @prefix oa: <{OA}> . @prefix prov: <http://www.w3.org/ns/prov#> .
        @prefix dcterms: <http://purl.org/dc/terms/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        <{source}> a cvo:Source ; cvo:citeKey "hard-2024" ; dcterms:title "a\\b\nc 𝄞 🎬"@EN-gb , "\"难\"\t\r"@zh-Hans .
        :encoding a cvo:Encoding ; cvo:encodes <{source}> ; prov:wasAttributedTo <http://example.org/me> ;
          dcterms:created "2024-05-06"^^xsd:date ; dcterms:license <http://example.org/licence> .
        :c001 a cvo:RelationClaim ; cvo:statement "甲"@zh , "a"@en , "a" ;
          cvo:claimSubject :x ; cvo:claimPredicate :p ; cvo:claimObject :y ;
          cvo:statedIn <{source}> ; cvo:locator [ a oa:SpecificResource ; oa:hasSelector [ oa:start 1 ; oa:end 2.50 ] ] .""",
        encoding="utf-8",
    )
    text = "".join(Publisher(reading.read([str(file)]), signer=Signer(key)).all())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        read = theirs(text)
        assert read.is_valid
        assert read.has_valid_trusty
    assert verified(text)
    assert not any(isinstance(term, ox.BlankNode) for q in ox.parse(text, format=ox.RdfFormat.TRIG) for term in (q.subject, q.object))


def test_every_claim_has_a_nanopublication_of_its_own_and_two_runs_are_the_same(shipped):
    pieces = list(Publisher(shipped).all("nq"))
    assert pieces == list(Publisher(shipped).all("nq"))
    assert len(set(pieces)) == len(shipped.claims)
    quads = list(ox.parse("".join(pieces), format=ox.RdfFormat.N_QUADS))
    introduced = [quad.object.value for quad in quads if quad.predicate.value == f"{NPX}introduces"]
    assert introduced == [claim.value for claim in shipped.claims]
    trig = set(ox.parse("".join(Publisher(shipped).all()), format=ox.RdfFormat.TRIG))
    assert trig == set(quads)


def test_words_of_a_source_are_left_out_and_counted(tmp_path):
    text = (ROOT / "tests/readme/example-nd.ttl").read_text(encoding="utf-8")
    file = tmp_path / "example-nd.ttl"
    copied = text.replace("oa:start 40 ;", 'oa:start 4 ; oa:exact "原文照抄" ; oa:prefix "前文" ;')
    assert copied != text
    file.write_text(copied, encoding="utf-8")
    publisher = Publisher(reading.read([str(file)]))
    made = "".join(publisher.all())
    assert "原文照抄" not in made
    assert "前文" not in made
    assert publisher.left["copied words of a source: they are never published"] == 2


def test_a_key_of_the_kind_that_other_tools_keep_signs_the_same(shipped, key, tmp_path):
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    made = load_pem_private_key(key.read_bytes(), None)
    bare = tmp_path / "id_rsa"
    bare.write_bytes(b64encode(made.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())) + b"\n")
    statements = only(shipped, shipped.claims[0])
    assert list(Publisher(statements, signer=Signer(bare)).all()) == list(Publisher(statements, signer=Signer(key)).all())


def wrong_keys():
    small = rsa.generate_private_key(65537, 1024)
    locked = rsa.generate_private_key(65537, 2048)
    curve = ec.generate_private_key(ec.SECP256R1())
    pem, pkcs8 = Encoding.PEM, PrivateFormat.PKCS8
    yield "2048 bits", small.private_bytes(pem, pkcs8, NoEncryption())
    yield "2048 bits", curve.private_bytes(pem, pkcs8, NoEncryption())
    yield "locked with a password", locked.private_bytes(pem, pkcs8, BestAvailableEncryption(b"x"))
    yield (
        "not a private key",
        locked.public_key().public_bytes(pem, PublicFormat.PKCS1),
    )
    yield "not a private key", "不是密钥 🔑".encode()
    yield "not a private key", b""


def test_a_key_that_is_none_is_explained(tmp_path):
    for number, (what, data) in enumerate(wrong_keys()):
        path = tmp_path / f"{number}.pem"
        path.write_bytes(data)
        with pytest.raises(CvoError, match=what):
            Signer(path)


@pytest.mark.parametrize(
    ("wish", "what"),
    [
        ({"by": "0000-0002-1825-0097"}, "not an address"),
        ({"base": "https://example.org/np#"}, "not an address"),
        ({"base": "https://example.org/np"}, "ends with a slash"),
        ({"created": "2026-11-24"}, "not a date and time"),
    ],
)
def test_a_wish_that_makes_no_nanopublication_is_refused(shipped, wish, what):
    with pytest.raises(CvoError, match=what):
        Publisher(shipped, **wish)


@pytest.mark.parametrize(
    ("gone", "what"),
    [
        ("prov:wasAttributedTo", "who encoded it"),
        ("dcterms:license", "its licence"),
        ("dcterms:created", "when it was encoded"),
        ("cvo:encodes", "who encoded"),
    ],
)
def test_a_claim_that_nobody_answers_for_is_not_published(tmp_path, gone, what):
    text = (ROOT / "tests/readme/example-nd.ttl").read_text(encoding="utf-8")
    file = tmp_path / "example-nd.ttl"
    assert gone in text
    file.write_text(text.replace(gone, "dcterms:relation"), encoding="utf-8")
    with pytest.raises(CvoError, match=what):
        list(Publisher(reading.read([str(file)])).all())
