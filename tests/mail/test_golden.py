"""Every mail in every language as it was last looked at: a change of a word shows as a change of a file.

The text part of every wording with the headers that matter, and the page of every kind.
"""

from functools import cache

import pytest

from app.core.languages import Language
from app.core.mails import MailFacts
from app.mail.compose import Composer
from tests.goldens import changes, strangers
from tests.mail.facts import COMPOSER, MICROSOFT, body, composed, parsed
from tests.mail.kinds import ASKING, KINDS, MAIN, mails

HEADERS = ("From", "To", "Reply-To", "Subject", "List-Unsubscribe", "List-Unsubscribe-Post")
AT_THE_VENDOR = [name for name in ASKING if name in MAIN]


def text(mail: MailFacts, composer: Composer) -> str:
    read = parsed(composed(mail, composer).data)
    head = [f"{name}: {read[name]}" for name in HEADERS if name in read]
    return "\n".join([*head, "", body(read, "plain")])


@cache
def made(language: Language) -> dict[str, str]:
    given = [(name, mail) for name, mail in mails() if mail.language is language]
    files = {f"{name}.txt": text(mail, COMPOSER) for name, mail in given}
    files |= {f"microsoft-{name}.txt": text(mail, MICROSOFT) for name, mail in given if _kind(name) in AT_THE_VENDOR}
    return files | {f"{name}.html": COMPOSER.words(mail).html for name, mail in given if _kind(name) in MAIN}


def _kind(name: str) -> str:
    return name.rpartition(".")[0]


@pytest.mark.parametrize("language", Language)
def test_every_mail_says_what_it_said(language: Language) -> None:
    differences = changes(made(language))
    assert not differences, f"read what has changed; to keep it, set ASSENT_TEST_GOLDEN=1\n{differences}"


def test_no_file_is_left_of_a_mail_that_is_gone() -> None:
    names = {name for language in Language for name in made(language)}
    assert strangers(names) == set()
    assert len(names) == 4 * (len(KINDS) + len(AT_THE_VENDOR) + len(MAIN))
