"""Made-up companies and people of many countries; none of them is meant to be anybody's."""

import random
import re
import unicodedata
from dataclasses import dataclass

SEED = 13605
PATIENCE = 60


@dataclass(frozen=True)
class Land:
    """What companies and people are called in one country: `%s` of `firms` is filled with a family's name."""

    language: str
    share: int
    firms: str
    family: str
    given: str
    phone: str


# Names in another script are followed by their spelling in addresses.
LANDS = {
    "SE": Land(
        "sv",
        26,
        "%s & Lund Snickeri AB|%s Redovisning AB|Bröderna %s Åkeri AB|%s Trädgård AB|%ss Bageri AB|%s "
        "Arkitekter AB|%s Måleri AB|"
        "Tandläkarna %s AB|%s Optik AB|%s Verkstad AB",
        "Bergqvist Sandström Hedlund Åkesson Lindahl Forsmark Ekenberg Wallin Norgren Sjödahl Öberg "
        "Rosenlind Brännström Dalgren "
        "Ekhammar Fagerlund Grenholm Häggström Isaksdotter Kvarnström Lövgren Mossberg Nyhage Ramstedt "
        "Stenhammar Tallberg",
        "Maria Erik Åsa Johan Karin Lars Elin Oskar Sofia Henrik",
        "+46 8 5052 %04d",
    ),
    "GB": Land(
        "en",
        10,
        "%s Interiors Ltd|%s & Daughters Ltd|%s Marine Surveyors Ltd|The %s Pottery Ltd|%s Lane Dental Ltd",
        "Ashcombe Thornley Pemberly Wexcombe Harrowell Kestrelby Marlowe-Finch Oakhurst",
        "Priya Thomas Niamh Gareth Zara Oliver Morag Callum",
        "+44 20 7946 %04d",
    ),
    "DE": Land(
        "de",
        11,
        "%s Feinmechanik GmbH|%s & Söhne Holzbau GmbH|Autohaus %s KG|%s Umwelttechnik GmbH|Gärtnerei %s e.K.",
        "Achterberg Brinkmöller Falkenried Grünwaldt Hohenbach Kesselring Müllenhoff Strohmeyer",
        "Jürgen Anke Björn Dilek Fritz Greta Matthias Silke",
        "+49 30 23125 %03d",
    ),
    "TW": Land(
        "zh-Hant",
        12,
        "%s茶業股份有限公司|%s精密工業股份有限公司|%s設計有限公司|%s食品股份有限公司|%s物流股份有限公司|"
        "%s生技股份有限公司|%s文創有限公司",
        "永晴=yongqing 嘉禾=jiahe 青嵐=qinglan 晨曦=chenxi 鼎峰=dingfeng 和穗=hesui 明澤=mingze 碧湖=bihu "
        "松鶴=songhe 嵐山居=lanshanju 立穎=liying 昕原=xinyuan",
        "怡君=yijun 志明=zhiming 雅婷=yating 俊傑=junjie 淑芬=shufen 家豪=jiahao",
        "+886 2 5550 %04d",
    ),
    "CN": Land(
        "zh-Hans",
        8,
        "%s科技有限公司|%s贸易有限公司|%s机械有限公司|%s家具有限公司|%s餐饮管理有限公司|%s纺织有限公司|"
        "%s文化传播有限公司",
        "云舟=yunzhou 晨岭=chenling 瑞禾=ruihe 海澜湾=hailanwan 金穗=jinsui 远帆=yuanfan 松涛=songtao "
        "碧溪=bixi 启明湾=qimingwan 润泽=runze",
        "伟=wei 芳=fang 秀英=xiuying 磊=lei 静=jing 洋=yang",
        "+86 10 5555 %04d",
    ),
    "US": Land(
        "en",
        8,
        "%s Outfitters Inc.|%s Valley Dairy LLC|%s & Rowe Law Group PLLC|%s Solar Inc.|%s Family Clinics LLC",
        "Birchmere Callahan-Ortiz Dunmoor Fairwater Hollis Kingsridge Larkspur Winterbourne",
        "Ava Marcus Lupe Noah Xiomara Tyrone Grace Quentin",
        "+1 202 555 %04d",
    ),
    "NO": Land(
        "nb",
        5,
        "%s Fiskeri AS|%s Bygg AS|%s Regnskap AS|%s Turbusser AS|%s Sag AS|%s Hagesenter AS",
        "Aaldal Bjørnevik Fjellheim Grønnestad Sørland Tveitane",
        "Ingrid Magnus Solveig Torbjørn Kari",
        "+47 21 55 %04d",
    ),
    "DK": Land(
        "da",
        4,
        "%s Møbler ApS|%s Mejeri A/S|%s Transport ApS|%s Vindkraft A/S|%s Bageri ApS|%s Tømrer ApS",
        "Bækgaard Højlund Kragerup Ravnsborg Søndergaard",
        "Søren Mette Anders Birgitte",
        "+45 70 55 %04d",
    ),
    "FI": Land(
        "fi",
        4,
        "%s Puutyöt Oy|%s Konepaja Oy|%s Leipomo Oy|%s Kirjanpito Oy|%s Kalastus Oy|%s Sähkö Oy",
        "Hämeenkoski Järvelä Koskivuori Mäntysaari Virtalampi",
        "Aino Mikko Päivi Ville",
        "+358 9 5555 %04d",
    ),
    "FR": Land(
        "fr",
        5,
        "Ateliers %s SARL|%s Frères Menuiserie SAS|Domaine %s SCEA|%s Conseil SAS",
        "Beaulieu-Morel Château-Renard Delacourt Fontvieille Lérac",
        "Élodie Gaël Inès Rémi",
        "+33 1 99 00 %04d",
    ),
    "JP": Land(
        "ja",
        4,
        "株式会社%s製作所|%s食品株式会社|有限会社%s園",
        "朝霧=asagiri 白樺=shirakaba 八雲=yakumo 三峰=mitsumine",
        "美咲=misaki 健太=kenta 陽子=yoko 翔=sho",
        "+81 3 5555 %04d",
    ),
    "PL": Land(
        "pl",
        3,
        "%s Stolarstwo sp. z o.o.|%s Logistyka sp. z o.o.|Zakłady %s S.A.",
        "Brzozowicz Jaśkowiak Łąkowski Świerczek",
        "Łukasz Agnieszka Zofia",
        "+48 22 555 %04d",
    ),
}
MEANT = str.maketrans({"ø": "o", "æ": "ae", "å": "a", "ł": "l", "ß": "ss"})


@dataclass(frozen=True)
class Person:
    first: str
    last: str
    spelled: str


@dataclass(frozen=True)
class Company:
    name: str
    country: str
    language: str
    domain: str
    person: Person
    phone: str | None


def _pairs(words: str) -> list[tuple[str, str]]:
    pairs = (word.partition("=") for word in words.split())
    return [(name, latin or name) for name, _, latin in pairs]


def slug(words: str) -> str:
    """As it can stand in an address."""
    plain = unicodedata.normalize("NFKD", words.lower().translate(MEANT)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


class Register:
    """One company after the other, each with a name and a domain of its own, the same ones every time."""

    def __init__(self) -> None:
        self.chance = random.Random(SEED)  # noqa: S311  made-up names, not secrets
        self._taken: set[str] = set()
        self._domains: set[str] = set()
        self._shares = {code: land.share for code, land in LANDS.items()}

    def say(self, *words: str) -> str:
        """Whatever else people write: one of these."""
        return self.chance.choice(words)

    def company(self, *countries: str) -> Company:
        among = countries or tuple(LANDS)
        code = self.chance.choices(among, [self._shares[country] for country in among])[0]
        land = LANDS[code]
        name, latin = self._name(land)
        digits = self.chance.randrange(10 ** int(land.phone[-2]))
        phone = land.phone % digits if self.chance.random() < 0.6 else None
        return Company(name, code, land.language, self._domain(latin, code), self.person(code), phone)

    def person(self, country: str) -> Person:
        land = LANDS[country]
        given, given_latin = self.chance.choice(_pairs(land.given))
        family, family_latin = self.chance.choice(_pairs(land.family))
        return Person(given, family, f"{slug(given_latin)}.{slug(family_latin)}")

    def _name(self, land: Land) -> tuple[str, str]:
        """Once the names of a country are used up, companies are told apart by a number, as they are in registers."""
        for tried in range(1000):
            firm = self.chance.choice(land.firms.split("|"))
            family, latin = self.chance.choice(_pairs(land.family))
            name = firm % family if tried < PATIENCE else f"{firm % family} {tried - PATIENCE + 2}"
            if name not in self._taken:
                break
        self._taken.add(name)
        return name, f"{latin} {firm.replace('%s', ' ')}"

    def _domain(self, latin: str, country: str) -> str:
        stem = slug(latin) if len(slug(latin)) < 40 else slug(latin)[:40].strip("-")
        domain, number = f"{stem}.{country.lower()}.example", 1
        while domain in self._domains:
            number += 1
            domain = f"{stem}{number}.{country.lower()}.example"
        self._domains.add(domain)
        return domain
