"""Digest authentication: the standard's own example, and what servers write."""

from __future__ import annotations

from ivr.demo.digest import Challenge, Credentials, authorization, read_challenge, response

RFC_2617 = Challenge(
    realm="testrealm@host.com",
    nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093",
    opaque="5ccc069c403ebaf9f0171e9517f40e41",
    qop=True,
)
MUFASA = Credentials("Mufasa", "Circle Of Life")


def test_the_example_of_rfc_2617_section_3_5() -> None:
    digest = response(RFC_2617, MUFASA, "GET", "/dir/index.html", cnonce="0a4f113b")
    assert digest == "6629fae49393a05397450978507c4ef1"


def test_without_quality_of_protection_the_older_form_is_used() -> None:
    """RFC 2069's example, with the digest that its erratum 749 corrects it to."""
    challenge = Challenge(realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093")
    digest = response(challenge, Credentials("Mufasa", "CircleOfLife"), "GET", "/dir/index.html")
    assert digest == "1949323746fe6a43ef61f9606e7febea"


def test_the_first_challenge_that_we_can_answer_is_taken() -> None:
    offered = (
        'Digest realm="vaxel", nonce="a1", algorithm=SHA-256, qop="auth"',
        'digest realm="växel, 1", nonce="b2",opaque="c3", qop="auth-int,auth", algorithm=md5,stale=TRUE',
    )
    assert read_challenge(offered) == Challenge("växel, 1", "b2", "c3", qop=True, stale=True)
    assert read_challenge(offered[:1]) is None
    assert read_challenge(["Basic realm=x"]) is None


def test_the_header_says_everything_a_server_asks_for() -> None:
    header = authorization(RFC_2617, MUFASA, "GET", "/dir/index.html", cnonce="0a4f113b")
    assert header == (
        'Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
        'uri="/dir/index.html", response="6629fae49393a05397450978507c4ef1", algorithm=MD5, '
        'opaque="5ccc069c403ebaf9f0171e9517f40e41", qop=auth, nc=00000001, cnonce="0a4f113b"'
    )


def test_the_password_stays_out_of_the_repr() -> None:
    assert "Circle" not in repr(MUFASA)
