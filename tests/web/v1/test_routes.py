"""Every route of the API there is: nobody without a token, nobody of another side, nobody without its permission."""

from collections.abc import Iterator

from flask import Flask
from werkzeug.test import TestResponse

from app.auth import acts
from app.commands import catalogue
from app.commands import staff as commands
from app.commands.files import File
from app.core.permissions import TABLE, Action
from app.core.vocabulary import AgreementType, PartnerType, Role
from app.db import db
from app.installation import installation
from app.models import Partner, ServiceAccount, Staff, Token
from tests.channel import company, done, hire
from tests.rows import change
from tests.web.test_access import OPEN
from tests.web.v1.conftest import Chain
from tests.web.v1.programs import (
    NO_ROLE,
    NOT_FOUND,
    NOT_SIGNED_IN,
    Program,
    Refusal,
    account,
    program,
    refusal,
    token,
    untouched,
)
from tests.web.v1.routing import GIVEN, Asked, Ids, every, prepared
from tests.working import settings

OVER: Refusal = (401, 800001, "token-expired")
NOT_YOURS: Refusal = (403, 1002, "wrong-partner-type")
NO_ATTESTING: Refusal = (403, 1002, "reseller-cannot-attest")
# What a command asks for beside what its route does.
ALSO = {"approve": [Action.ATTEST], "invite_newcomer": [Action.ADD_CUSTOMER]}
# Of several permissions the one that a customer who is not blocked wants.
FIRST = {"confirm": Action.ATTEST}
ATTESTING = {Action.ATTEST, Action.APPROVE_DRAFT}
# Not done, and rightly: there are no sandboxes, the domain is free, and there is a registration.
OTHERWISE: dict[str, Refusal | int] = {
    "delete_customer": (403, 600006, "sandbox-only"),
    "look_for_domain": 404,
    "register": (409, 2000, "already-exists"),
}


def says(found: TestResponse) -> Refusal | int:
    """The refusal; of a HEAD, which has no body, the status."""
    if found.status_code < 300 or found.request.method == "HEAD":
        return found.status_code
    return refusal(found)


def short(expected: Refusal | int, asked: Asked) -> Refusal | int:
    return expected[0] if isinstance(expected, tuple) and asked.route.method == "HEAD" else expected


# Tokens


def expired(holder: Staff) -> str:
    secret = token(holder)
    change(Token, Token.prefix == secret[:12], expires_at=acts.now())
    return secret


def revoked(holder: Staff) -> str:
    secret = token(holder)
    done(commands.revoke_token, acts.console(), db.session.query(Token).filter_by(prefix=secret[:12]).one())
    return secret


def left(holder: Staff) -> str:
    secret = token(holder)
    change(Staff, Staff.id == holder.id, disabled_at=acts.now())
    return secret


def test_no_route_of_the_api_is_open_to_somebody_without_a_token_that_counts(app: Flask, chain: Chain) -> None:
    ids, per = prepared(chain, chain.rita), chain.channel.per
    tried: list[tuple[Program, Refusal]] = [
        (Program(app), NOT_SIGNED_IN),
        (Program(app, "asn_made-up"), NOT_SIGNED_IN),
        (Program(app, expired(chain.channel.pia)), OVER),
        (Program(app, revoked(chain.channel.pia)), OVER),
        (Program(app, left(per)), OVER),
    ]
    with untouched():
        for who, expected in tried:
            for asked in every(ids):
                answer = asked.ask(who)
                if f"v1.{asked.name}" in OPEN:
                    assert answer.status_code in (200, 404), asked.name
                    continue
                assert (asked.name, says(answer)) == (asked.name, short(expected, asked))
                assert answer.headers["WWW-Authenticate"] == "Bearer"


# Of others


def others(app: Flask, chain: Chain) -> Iterator[tuple[str, PartnerType, bool, Program]]:
    """Of another partner, of another provider, and of another reseller of the same provider; each kind of token."""
    partners = [
        company("Fabrikam", PartnerType.DIRECT_BILL),
        company("Northwind", PartnerType.PROVIDER),
        company("Adventure", PartnerType.RESELLER, chain.channel.provider),
    ]
    for partner in partners:
        holders: list[Staff | ServiceAccount | Partner] = [hire(partner), account(partner), partner]
        for holder in holders:
            name = f"{type(holder).__name__} of {partner.name}"
            yield name, partner.type, holder is partner, program(app, holder)


def expected_of(asked: Asked, kind: PartnerType, app_only: bool) -> Refusal:
    """Not there; unless the route is not for such a caller whatever it names."""
    if app_only and asked.route.people:
        return NO_ROLE
    if set(asked.route.needs) <= {Action.MANAGE_SOURCES, Action.MANAGE_HOOKS, Action.MANAGE_MAIL}:
        return denied(asked, kind, None if app_only else Role.ADMIN_AGENT) or NOT_FOUND
    if asked.name == "list_customer_relationships" and kind is PartnerType.DIRECT_BILL:
        return NOT_YOURS
    return NOT_FOUND


def test_ids_of_others_are_as_unknown_as_those_of_nobody(app: Flask, chain: Chain) -> None:
    """Not a word differs but the address."""
    theirs = prepared(chain, chain.rita)
    everybody = list(others(app, chain))
    with untouched():
        for name, kind, app_only, who in everybody:
            for ours, nobodys in zip(every(theirs), every(Ids()), strict=True):
                if not ours.about_somebody:
                    continue
                found, other = ours.ask(who), nobodys.ask(who)
                assert (name, ours.name, refusal(found)) == (name, ours.name, expected_of(ours, kind, app_only))
                assert (found.json or {}) | {"instance": ""} == (other.json or {}) | {"instance": ""}


def test_what_a_route_lists_is_the_callers_own(app: Flask, chain: Chain) -> None:
    """To those who have nothing to do with a customer no list says anything of it."""
    ids = prepared(chain, chain.rita)
    about = chain.pia.get(f"/v1/customers/{ids.customer}")
    words = [
        about["companyProfile"]["domain"],
        about["billingProfile"]["email"],
        ids.customer,
        ids.draft,
        ids.invitation,
        ids.told.endpoint,
        ids.told.delivery,
    ]
    lists = [asked for asked in every(ids) if not asked.about_somebody and asked.route.needs and not asked.route.writes]
    seen = {asked.name for asked in lists if [word for word in words if word in asked.ask(chain.pia).text]}
    assert seen == {"listed", "list_customers", "acceptances"}
    for name, _, _, who in list(others(app, chain)):
        for asked in lists:
            assert [word for word in words if word in asked.ask(who).text] == [], (name, asked.name)


# Permissions


def wanted(asked: Asked) -> list[Action]:
    first = FIRST.get(asked.name)
    return [*([first] if first else asked.route.needs), *ALSO.get(asked.name, [])]


def denied(asked: Asked, kind: PartnerType, role: Role | None) -> Refusal | None:
    """What the table says to a role, or to a token of the partner itself."""
    if role is None and asked.route.people:
        return NO_ROLE
    for action in wanted(asked):
        rule = TABLE[action]
        if kind not in rule.partners:
            return NO_ATTESTING if action in ATTESTING else NOT_YOURS
        if not (role in rule.roles if role else rule.app_only):
            return NO_ROLE
    return None


def callers(app: Flask, chain: Chain) -> Iterator[tuple[str, PartnerType, Role | None, Program]]:
    """Each role alone, a service account with a role, and a token without anybody: at the provider, at its reseller."""
    for partner in (chain.channel.provider, chain.channel.reseller):
        for role in Role:
            yield f"{role} at {partner.name}", partner.type, role, program(app, hire(partner, role))
        for role in (Role.SALES_AGENT, Role.HELPDESK_AGENT):
            row = account(partner, role, name=f"{role} service")
            yield f"{role} service at {partner.name}", partner.type, role, program(app, row)
        yield f"{partner.name} itself", partner.type, None, program(app, partner)


def test_each_role_may_do_what_the_table_says_and_no_more(app: Flask, chain: Chain) -> None:
    ids, everybody = prepared(chain, chain.rita), list(callers(app, chain))
    with untouched():
        for name, kind, role, who in everybody:
            for asked in every(ids):
                no = denied(asked, kind, role) if asked.route.needs else None
                if no:
                    assert (name, asked.name, says(asked.ask(who))) == (name, asked.name, short(no, asked))


def permissions(**roles: Role) -> str:
    """The setting under which each action is one role's, and all others another's."""
    return "; ".join(
        f"{action}={roles.get(action.name, roles['others'])}" for action in TABLE if TABLE[action].partners
    )


def test_a_route_asks_for_its_permissions_and_for_no_others(app: Flask, chain: Chain) -> None:
    helpdesk = program(app, hire(chain.channel.provider, Role.HELPDESK_AGENT))
    ids = prepared(chain, chain.pia)
    hold_the_text()
    with untouched():
        for asked in every(ids):
            for action in wanted(asked):
                without = permissions(others=Role.HELPDESK_AGENT, **{action.name: Role.GLOBAL_ADMIN})
                with settings(app, PERMISSIONS=without):
                    assert (asked.name, says(asked.ask(helpdesk))) == (asked.name, short(NO_ROLE, asked))
    for asked in every(ids):
        if asked.route.needs:
            assert_is_done(app, chain, helpdesk, asked.name, prepared(chain, chain.pia) if asked.route.writes else ids)


def assert_is_done(app: Flask, chain: Chain, who: Program, name: str, ids: Ids) -> None:
    """With just its own permissions."""
    if name == "resubmit":
        chain.pia.made(f"/v1/attestationdrafts/{ids.draft}/return", {"reason": "by whom?"}, 200)
    [asked] = [one for one in every(ids) if one.name == name]
    needed = {action.name: Role.HELPDESK_AGENT for action in wanted(asked)}
    with settings(app, PERMISSIONS=permissions(others=Role.GLOBAL_ADMIN, **needed)):
        answer = asked.ask(who)
    assert (name, says(answer)) in [(name, OTHERWISE.get(name, status)) for status in (200, 201, 202, 204)], answer.text


def hold_the_text() -> None:
    """The agreement's text that the links of a template lead to."""
    text = File("mca.pdf", "application/pdf", b"%PDF The agreement")
    known = installation().rules.catalogue
    done(catalogue.add_document, acts.console(), AgreementType.MCA, 0, "US", "en-US", text, known)


def test_no_setting_lets_a_reseller_attest(app: Flask, chain: Chain) -> None:
    ids = prepared(chain, chain.rita)
    with settings(app, PERMISSIONS=permissions(others=Role.SALES_AGENT)), untouched():
        for where in (f"/v1/customers/{ids.customer}/agreements", f"/v1/attestationdrafts/{ids.draft}/approve"):
            assert chain.rita.says(where, GIVEN) == NO_ATTESTING
