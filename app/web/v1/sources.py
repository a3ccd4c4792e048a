"""Sources of webhooks: systems that may tell a partner what happened elsewhere, and how they sign."""

from typing import Annotated, Any, Literal
from uuid import UUID

from flask import Response
from pydantic import BeforeValidator, Field, WithJsonSchema

from app import vault
from app.commands import sources as commands
from app.commands.sources import Trusted
from app.core.hooks import SigningScheme
from app.core.permissions import Action
from app.core.refusals import Reason
from app.hooks import certificates, signing
from app.models import HookSource
from app.queries import sources
from app.web.v1.callers import caller, partner, url
from app.web.v1.paging import Links, Paged, collection, resumed
from app.web.v1.routes import route
from app.web.v1.shape import Answer, Bad, Flag, Line, Shape, checked
from app.web.v1.statuses import Attributes

Host = Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?(:[0-9]{1,5})?$")]
Hosts = Annotated[list[Host], Field(min_length=1, max_length=20)]
Roots = Annotated[
    str, checked(certificates.roots), WithJsonSchema({"type": "string", "format": "pem", "maxLength": 50_000})
]


SCHEMES = [scheme.value for scheme in SigningScheme]


def _of_a_certificate(scheme: Any) -> Any:
    """Only what else there is tells the two kinds of body apart: here it is missing."""
    if scheme == SigningScheme.VENDOR:
        raise Bad(Reason.MISSING_FIELD, says="`vendor` needs certificateHosts, organization and roots")
    if scheme not in SCHEMES:
        raise Bad(Reason.INVALID_VALUE, says=", ".join(SCHEMES))
    return scheme


class NewSource(Shape):
    """A source that signs with a secret, as Standard Webhooks say."""

    name: Line
    scheme: Annotated[Literal[SigningScheme.STANDARD], BeforeValidator(_of_a_certificate)]


class NewVendorSource(Shape):
    """A source that signs as the vendor does, with the key of a certificate."""

    name: Line
    scheme: Literal[SigningScheme.VENDOR]
    certificate_hosts: Hosts
    organization: Line
    roots: Roots


class SourceChange(Shape):
    """What is left out stays as it is."""

    name: Line | None = None
    enabled: Flag | None = None
    certificate_hosts: Hosts | None = None
    organization: Line | None = None
    roots: Roots | None = None


class SourceShown(Answer):
    id: str
    name: str
    scheme: str
    enabled: bool
    url: str
    certificate_hosts: list[str] | None
    organization: str | None
    roots: str | None
    former_secret_until: str | None
    created_at: str
    attributes: Attributes


class SourceMade(SourceShown):
    """`secret` is shown this once, and only of a source that signs with one."""

    secret: str | None = None


class SourcePage(Answer):
    total_count: int
    items: list[SourceShown]
    links: Links
    attributes: Attributes


@route.post(
    "/webhooks/sources",
    needs=Action.MANAGE_SOURCES,
    takes=(NewSource, NewVendorSource),
    gives=SourceMade,
    status=201,
)
def add_source(given: NewSource | NewVendorSource) -> dict[str, Any]:
    """Let a system send webhooks.

    It posts to `url`. With the scheme `standard` it signs with the secret in the answer; with `vendor` by a certificate
    from one of the hosts, that names the organization and that one of the roots vouches for.
    """
    if isinstance(given, NewVendorSource):
        trusted = Trusted(given.certificate_hosts, given.organization, given.roots)
        return _shown(commands.add(caller(), partner(), given.name, trusted))
    secret = signing.new_secret()
    return _shown(commands.add(caller(), partner(), given.name, vault.seal(secret))) | {"secret": secret}


@route.get("/webhooks/sources", needs=Action.MANAGE_SOURCES, asks=Paged, gives=SourcePage)
def list_sources(asked: Paged) -> dict[str, Any]:
    """The systems that may send webhooks, the newest first."""
    after = resumed(UUID)
    rows = sources.page(caller(), asked.most + 1, after[0] if after else None)
    items = [_shown(row) for row in rows[: asked.most]]
    return collection(items, [items[-1]["id"]] if len(rows) > asked.most else None)


@route.get("/webhooks/sources/{sourceId}", needs=Action.MANAGE_SOURCES, gives=SourceShown, one=True)
def show_source(source_id: UUID) -> dict[str, Any]:
    """One system that may send webhooks."""
    return _shown(sources.one(caller(), source_id))


@route.patch("/webhooks/sources/{sourceId}", needs=Action.MANAGE_SOURCES, takes=SourceChange, gives=SourceShown)
def change_source(source_id: UUID, given: SourceChange) -> dict[str, Any]:
    """Rename a source, disable or enable it, or say anew which certificates count.

    While it is disabled its address is as unknown as any other, and nothing is taken.
    """
    act, source = caller(), sources.one(caller(), source_id)
    if given.name is not None:
        commands.rename(act, source, given.name)
    if given.enabled is not None:
        commands.enable(act, source, given.enabled)
    if given.certificate_hosts or given.organization or given.roots:
        commands.trust(act, source, _trusted(source, given))
    return _shown(source)


def _trusted(source: HookSource, given: SourceChange) -> Trusted:
    hosts = given.certificate_hosts or source.certificate_hosts or []
    return Trusted(hosts, given.organization or source.organization or "", given.roots or source.roots or "")


@route.post("/webhooks/sources/{sourceId}/rotate", needs=Action.MANAGE_SOURCES, gives=SourceMade)
def rotate_source(source_id: UUID) -> dict[str, Any]:
    """Make a new secret for a source.

    It is shown this once. The former one is good for another 24 hours, the one before it no more.
    """
    source, secret = sources.one(caller(), source_id), signing.new_secret()
    commands.rotate(caller(), source, vault.seal(secret))
    return _shown(source) | {"secret": secret}


@route.delete("/webhooks/sources/{sourceId}", needs=Action.MANAGE_SOURCES, status=204)
def remove_source(source_id: UUID) -> Response:
    """Remove a source, and its secrets.

    What it has sent stays listed. Its name is free again, its address is not.
    """
    commands.remove(caller(), sources.one(caller(), source_id))
    return Response(status=204)


def _shown(source: HookSource) -> dict[str, Any]:
    return sources.shown(source) | {"url": url(f"/hooks/{source.id}")}
