"""How pages say dated rules: what kind each is, what it asks for, for which orders, and where it stands in time."""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum

from app.core.gate import Verdict
from app.core.permissions import Action
from app.core.policy import Rule, Topic
from app.core.refusals import Reason
from app.core.vocabulary import Channel, Cloud, Environment, Operation
from app.queries.forecast import Why
from app.tongue import N_, country, day, gettext
from app.web.pages import next_words, words
from app.web.pages.words import Word

TOPICS: Mapping[Topic, str] = {
    Topic.REQUIREMENT: N_("What an order needs"),
    Topic.ENFORCEMENT: N_("What an order needs besides"),
    Topic.RECORD: N_("What can be confirmed"),
    Topic.DIRECT_ROUTE: N_("Accepting by invitation"),
    Topic.UNSUPPORTED_CLOUD: N_("Clouds without confirmation"),
}
WORDS: Mapping[StrEnum, str] = {
    Channel.DASHBOARD: N_("in the dashboard"),
    Channel.API: N_("by the API"),
    Channel.SDK: N_("by the SDK"),
    Environment.PRODUCTION: N_("real orders"),
    Environment.SANDBOX: N_("the vendor's sandbox"),
    Cloud.PUBLIC: N_("the public cloud"),
    Cloud.US_GOVERNMENT: N_("US Government cloud"),
    Cloud.GERMANY: N_("Germany cloud"),
    Cloud.CHINA: N_("China cloud"),
}
# The rows that come with Assent, for the catalogues; a row that an operator wrote is shown as it was written.
TEXTS = (
    N_("A confirmation of the Cloud Agreement can be recorded."),
    N_("A confirmation of the Microsoft Customer Agreement can be recorded."),
    N_("Customers can be invited by link to accept by themselves."),
    N_("Confirmation is not supported in national clouds."),
    N_("An automatic renewal is never held up."),
    N_("The Cloud Agreement can be confirmed; no order needs it yet."),
    N_("Orders by program do not need a confirmation yet."),
    N_("Orders in the dashboard need a confirmed Cloud Agreement."),
    N_("Orders by program need a confirmed Cloud Agreement too."),
    N_("In the sandbox the dashboard takes the Microsoft Customer Agreement as well."),
    N_("In the sandbox the API takes the Microsoft Customer Agreement as well."),
    N_("In the sandbox the SDK takes the Microsoft Customer Agreement as well."),
    N_("Either agreement will do."),
    N_("Certain new offers need the Microsoft Customer Agreement."),
    N_("Only the Microsoft Customer Agreement counts, also for customers who had accepted the Cloud Agreement."),
)
VERDICTS: Mapping[Reason, str] = {
    Reason.AGREEMENT_REQUIRED: N_("No confirmation that counts"),
    Reason.NO_RELATIONSHIP: N_("No longer your customer"),
    Reason.NATIONAL_CLOUD_UNSUPPORTED: N_("A national cloud, where nothing can be confirmed"),
    Reason.NOT_FORWARDED: N_("Only the vendor knows; its answer has not come here"),
}


def label(word: StrEnum) -> str:
    return gettext(WORDS[word]) if word in WORDS else words.label(word)


def topic(of: Topic) -> str:
    return gettext(TOPICS[of])


def text(of: Rule) -> str:
    """What it says; one without words is called by its id."""
    return gettext(of.text) if of.text else of.id


def standing(rule: Rule, today: date) -> Word:
    """By the day: over, holding, or yet to come."""
    if rule.until and rule.until <= today:
        return Word("quiet", gettext("No longer holds"))
    return Word("good", gettext("Holds now")) if rule.since <= today else Word("wait", gettext("Yet to come"))


def details(rule: Rule) -> list[str]:
    """What the sentence may leave open: which agreements will do, since when, and for which orders."""
    found = []
    if rule.any_of:
        found.append(gettext("needs %(what)s", what=_or(words.label(kind) for kind in rule.any_of)))
    if rule.accepted_since:
        found.append(gettext("accepted on %(day)s or later", day=day(rule.accepted_since)))
    found += [_some(part, Operation) for part in (rule.operations,) if part]
    found += [_some(part, Channel) for part in (rule.channels,) if part]
    found += [_some(part, Environment) for part in (rule.environments,) if part]
    found += [_some(part, Cloud) for part in (rule.clouds,) if part]
    found += [", ".join(sorted(country(code) for code in rule.regions))] if rule.regions else []
    return found + (
        [gettext("offers: %(names)s", names=", ".join(_offer(one) for one in sorted(rule.offers)))]
        if rule.offers
        else []
    )


def why(of: Why) -> str:
    said = gettext(VERDICTS[of.reason]) if of.reason and of.reason in VERDICTS else gettext("May order")
    return f"{said} ({words.label(of.missing)})" if of.missing else said


def step(of: Why) -> str:
    if of.action is None or of.owner is None:
        return gettext("Nothing can be done from here")
    return gettext(next_words.STEPS[of.action])


def move(of: Why) -> str | None:
    return gettext(next_words.MOVES[of.owner]) if of.owner else None


def blocked(of: Why) -> bool:
    return of.verdict is not Verdict.ALLOW


def _some(found: Iterable[StrEnum], kind: type[StrEnum]) -> str:
    held = set(found)
    return ", ".join(label(word) for word in kind if word in held)


def _or(names: Iterable[str]) -> str:
    *first, last = names
    return gettext("%(first)s or %(last)s", first=", ".join(first), last=last) if first else last


def _offer(word: str) -> str:
    if word == "plain":
        return gettext("those that name no agreement")
    return gettext("those that name the %(agreement)s", agreement=words.LABELS[word]) if word in words.LABELS else word  # type: ignore[index]


ACTIONS = (Action.VIEW, Action.MANAGE_RULES)
