"""Invitation links: the vendor's own URLs to the letter, and ours with a token nobody can guess."""

import base64
import hashlib
import hmac
import random
from dataclasses import replace
from uuid import UUID

import pytest

from app.core import links
from app.core.links import LinkFacts
from app.core.vocabulary import InvitationKind

KEY = b"k" * 32
INVITATION = UUID("0193e0a4-7c1e-7d3a-9d6e-0a1b2c3d4e5f")
PARTNER = UUID("11111111-2222-3333-4444-555555555555")
RESELLER = UUID("66666666-7777-8888-9999-aaaaaaaaaaaa")
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

AGREEMENT = LinkFacts(InvitationKind.AGREEMENT, PARTNER)
DIRECT = LinkFacts(InvitationKind.RELATIONSHIP, PARTNER)
INDIRECT = replace(DIRECT, reseller_id=RESELLER, reseller_mpn="4711")

SHAPES = [
    (AGREEMENT, "AdminPortal", "?ref=/BillingAccounts/agreement"),
    (replace(AGREEMENT, kind=InvitationKind.NEW_CUSTOMER), "AdminPortal", "?ref=/BillingAccounts/agreement"),
    # An agreement is between customer and vendor: no partner stands in its link, whoever sends it.
    (replace(INDIRECT, kind=InvitationKind.AGREEMENT, dap=True), "AdminPortal", "?ref=/BillingAccounts/agreement"),
    (
        DIRECT,
        "Adminportal",
        "?invType=ResellerRelationship&partnerId=11111111-2222-3333-4444-555555555555&msppId=0&DAP=false"
        "#/BillingAccounts/partner-invitation",
    ),
    (
        replace(DIRECT, dap=True),
        "Adminportal",
        "?invType=ResellerRelationship&partnerId=11111111-2222-3333-4444-555555555555&msppId=0&DAP=true"
        "#/BillingAccounts/partner-invitation",
    ),
    (
        INDIRECT,
        "Adminportal",
        "?invType=IndirectResellerRelationship&partnerId=66666666-7777-8888-9999-aaaaaaaaaaaa&msppId=4711"
        "&indirectCSPId=11111111-2222-3333-4444-555555555555&DAP=false#/BillingAccounts/partner-invitation",
    ),
    (
        replace(INDIRECT, reseller_mpn=None, dap=True),
        "Adminportal",
        "?invType=IndirectResellerRelationship&partnerId=66666666-7777-8888-9999-aaaaaaaaaaaa&msppId=0"
        "&indirectCSPId=11111111-2222-3333-4444-555555555555&DAP=true#/BillingAccounts/partner-invitation",
    ),
]


@pytest.mark.parametrize(("facts", "path", "tail"), SHAPES)
def test_the_vendors_links_are_the_vendors_own(facts: LinkFacts, path: str, tail: str) -> None:
    assert links.vendor(facts) == f"https://admin.microsoft.com/{path}/Home{tail}"


@pytest.mark.parametrize(("facts", "path", "tail"), SHAPES)
def test_our_links_have_the_vendors_parameters_and_a_token(facts: LinkFacts, path: str, tail: str) -> None:
    token = links.token(KEY, INVITATION, 1)
    url = links.builtin("https://assent.example.com", token, facts)
    assert url == f"https://assent.example.com/AdminPortal/Home/{token}{tail}"


def test_a_partner_number_cannot_add_parameters_of_its_own() -> None:
    assert "msppId=1%26DAP%3Dtrue%23&" in links.vendor(replace(INDIRECT, reseller_mpn="1&DAP=true#"))


@pytest.mark.parametrize("generation", [1, 2, 255, 256, 2**32 - 1])
def test_a_token_is_the_id_and_half_a_mac_over_id_and_generation(generation: int) -> None:
    mac = hmac.new(KEY, INVITATION.bytes + generation.to_bytes(4, "big"), hashlib.sha256).digest()
    expected = base64.urlsafe_b64encode(INVITATION.bytes + mac[:16]).decode().rstrip("=")
    assert links.token(KEY, INVITATION, generation) == expected
    assert len(expected) == 43
    assert set(expected) <= set(ALPHABET)


def test_a_token_is_genuine_for_its_own_key_invitation_and_generation_alone() -> None:
    token = links.token(KEY, INVITATION, 1)
    assert links.genuine(KEY, token, INVITATION, 1)
    assert not links.genuine(KEY, token, INVITATION, 2)
    assert not links.genuine(KEY[:-1] + b"l", token, INVITATION, 1)
    assert not links.genuine(KEY, token, RESELLER, 1)


def test_a_higher_generation_changes_the_token_but_not_whose_it_is() -> None:
    tokens = {links.token(KEY, INVITATION, generation) for generation in range(1, 101)}
    assert len(tokens) == 100
    assert {links.invitation_of(token) for token in tokens} == {INVITATION}


def test_no_changed_character_leaves_a_token_genuine() -> None:
    token = links.token(KEY, INVITATION, 1)
    for place in range(len(token)):
        for char in set(ALPHABET) - {token[place]}:
            assert not links.genuine(KEY, token[:place] + char + token[place + 1 :], INVITATION, 1)


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "x",
        "A" * 42,
        "A" * 44,
        "A" * 42 + "=",
        "A" * 42 + " ",
        "A" * 42 + "\n",
        "A" * 42 + "!",
        "A" * 42 + ".",
        "A" * 42 + "é",
        "A" * 42 + "\ud800",
        "A" * 42 + "\0",
        str(INVITATION),
        links.token(KEY, INVITATION, 1) + "=",
        links.token(KEY, INVITATION, 1)[:-1],
        " " + links.token(KEY, INVITATION, 1)[1:],
        "A" * 10_000,
    ],
    ids=ascii,
)
def test_what_is_no_token_names_no_invitation(garbage: str) -> None:
    assert links.invitation_of(garbage) is None


def test_ten_thousand_guesses_open_nothing() -> None:
    guess = random.Random(20261121)
    right = links.token(KEY, INVITATION, 1)
    for _ in range(5_000):
        blind = "".join(guess.choices(ALPHABET, k=43))
        claimed = links.invitation_of(blind)
        assert claimed is not None
        assert not links.genuine(KEY, blind, claimed, 1)
        knowing_the_id = right[:22] + "".join(guess.choices(ALPHABET, k=21))
        assert not links.genuine(KEY, knowing_the_id, INVITATION, 1)
