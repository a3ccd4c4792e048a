"""The partners of the demo and their people: a provider with two resellers, and one that bills directly."""

from dataclasses import dataclass

from app.commands import partners, staff
from app.core.languages import Language
from app.core.vocabulary import PartnerType, Role
from app.demo.names import Register
from app.demo.stage import Stage
from app.models import Partner, Staff

ADMIN, SALES, HELP, GLOBAL = Role.ADMIN_AGENT, Role.SALES_AGENT, Role.HELPDESK_AGENT, Role.GLOBAL_ADMIN
NAMES = {
    "fabrikam": "Fabrikam",
    "tailspin": "Tailspin Toys",
    "wingtip": "Wingtip Toys",
    "northwind": "Northwind Traders",
}
HIRED: dict[str, tuple[tuple[str, tuple[Role, ...], Language | None], ...]] = {
    "fabrikam": (
        ("Greta Holm", (GLOBAL,), None),
        ("Ana Lind", (ADMIN,), None),
        ("Sam Okafor", (SALES,), None),
        ("Hedda Berg", (HELP,), Language.SWEDISH),
        ("Björn Dahl", (ADMIN, GLOBAL), Language.SWEDISH),
    ),
    "tailspin": (
        ("Tomas Virtanen", (ADMIN,), None),
        ("Tilda Nyman", (SALES,), Language.SWEDISH),
        ("Greger Falk", (GLOBAL,), None),
    ),
    "wingtip": (("林美玲", (ADMIN, GLOBAL), Language.TRADITIONAL), ("Wei Zhang", (SALES,), Language.SIMPLIFIED)),
    "northwind": (
        ("Nora Weiss", (GLOBAL, ADMIN), None),
        ("Nils Ek", (ADMIN,), None),
        ("Salma Rahman", (SALES,), None),
        ("Henk Bakker", (HELP,), None),
    ),
}
SPELLED = {"林美玲": "meiling.lin", "Björn Dahl": "bjorn.dahl"}


@dataclass(frozen=True)
class House:
    """A partner with its people."""

    partner: Partner
    people: tuple[Staff, ...]

    def one(self, *roles: Role) -> Staff:
        """Somebody who holds one of these."""
        return next(person for person in self.people if person.roles & set(roles))

    @property
    def agents(self) -> tuple[Staff, ...]:
        return tuple(person for person in self.people if person.roles & {ADMIN, SALES})


def open_houses(stage: Stage, names: Register) -> dict[str, House]:
    def open_one(key: str, kind: PartnerType, country: str, *providers: Partner) -> Partner:
        mpn = str(4_000_000 + sum(map(ord, key)) * 97)
        said = names.say(NAMES[key])
        return partners.add_partner(stage.operator(), said, kind, country, mpn_id=mpn, providers=providers)

    fabrikam = open_one("fabrikam", PartnerType.PROVIDER, "SE")
    found = {
        "fabrikam": fabrikam,
        "tailspin": open_one("tailspin", PartnerType.RESELLER, "SE", fabrikam),
        "wingtip": open_one("wingtip", PartnerType.RESELLER, "TW", fabrikam),
        "northwind": open_one("northwind", PartnerType.DIRECT_BILL, "DE"),
    }
    return {key: House(partner, _hire(stage, names, key, partner)) for key, partner in found.items()}


def _hire(stage: Stage, names: Register, key: str, partner: Partner) -> tuple[Staff, ...]:
    found = []
    for name, roles, language in HIRED[key]:
        email = f"{SPELLED.get(name) or name.lower().replace(' ', '.')}@{key}.example"
        person = staff.add_staff(stage.operator(), partner, email, names.say(name), roles)
        if language:
            staff.speak(stage.staff(person), person, language)
        found.append(person)
    return tuple(found)
