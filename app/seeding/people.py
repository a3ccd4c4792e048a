"""Made-up companies and the people who answer for them: the same ones in every portfolio of a size."""

import random
import unicodedata
from collections.abc import Mapping
from typing import Any, NamedTuple

SEED = 13605
PHONE_SHARE = 0.5


class Company(NamedTuple):
    name: str
    country: str
    language: str
    first: str
    last: str
    email: str
    phone: str | None
    domain: str


def _names(text: str) -> tuple[tuple[str, str], ...]:
    """`Åsa=asa Mei` as pairs of a name and the way it is spelled in an address."""
    pairs = (unicodedata.normalize("NFC", word).split("=") for word in text.split())
    return tuple((pair[0], pair[-1].lower()) for pair in pairs)


FIRST = _names(
    "Ana Åsa=asa Björn=bjorn Chidi Dilek Eun-ji=eunji Fatima Giulia Hüseyin=huseyin Ines Jürgen=jurgen Keiko "
    "Łukasz=lukasz Mei Ngozi Oksana Priya Quentin Rania Søren=soren Tomás=tomas Uma Víctor=victor Wanjiku Xiomara "
    "Yara Zoltán=zoltan 明=ming 美咲=misaki Иван=ivan Ελένη=eleni ليلى=layla Noam Siti Aroha Lerato Mateus Niamh"
)
LAST = _names(
    "Lind Okafor Nowak=nowak Müller=muller Rossi García=garcia Ferreira Dubois Yılmaz=yilmaz Haddad Kowalczyk "
    "O'Brien=obrien Novák=novak Jensen Virtanen Petrov Kovács=kovacs Popescu Papadopoulos Nguyễn=nguyen Tan "
    "Sato=sato 田中=tanaka 王=wang 김=kim Sharma Rahman Perera Tadesse Mwangi Dlamini Silva Quispe Ngata Smith Ek "
    "Bakker Ó=o"
)
PLACES = (
    "Amber Birch Cedar Cobalt Copper Coral Drift Ember Falcon Fjord Glacier Granite Harbour Heron Indigo Ivory "
    "Juniper Lagoon Larch Maple Meridian Monsoon Nimbus Northern Oasis Olive Orchid Pampas Quartz Raven Saffron "
    "Savanna Sierra Silver Solstice Steppe Summit Tundra Willow Zephyr"
).split()
TRADES = (
    "Analytics Architects Bakeries Ceramics Chemicals Clinics Dairies Design Energy Engineering Ferries Films Foods "
    "Forestry Furniture Insurance Interiors Logistics Marine Mills Motors Optics Outfitters Packaging Pharma Printing "
    "Robotics Schools Shipping Solar Studios Textiles Timber Tools Trading Travel Vineyards Water"
).split()


class Town:
    """Where the companies come from, one after the other, in an order that chance fixed once and for all."""

    def __init__(self, languages: Mapping[str, Mapping[str, Any]], mark: str) -> None:
        self.chance = random.Random(SEED).random  # noqa: S311  made-up names, not secrets
        self._homes = tuple((code, tag) for code, row in sorted(languages.items()) for tag in row["languages"][-1:])
        self._mark = mark
        self._number = 0

    def pick(self, among: tuple[Any, ...] | list[Any]) -> Any:
        return among[int(self.chance() * len(among))]

    def company(self) -> Company:
        self._number += 1
        # Numbered in front, so that the index of domains grows at its end.
        domain = f"c{self._number:08d}-{self._mark}.example"
        country, language = self.pick(self._homes)
        (first, given), (last, family) = self.pick(FIRST), self.pick(LAST)
        phone = f"+1 202 555 {100 + int(self.chance() * 100):04d}" if self.chance() < PHONE_SHARE else None
        name = f"{self.pick(PLACES)} & {last} {self.pick(TRADES)}"
        return Company(name, country, language, first, last, f"{given}.{family}@{domain}", phone, domain)
