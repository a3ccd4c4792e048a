"""What a new user finds: every command, what it does, what each option means, an example."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import click
import pytest

from app.cli import cli
from tests.cli.terminal import run
from tests.servers import Assent

SERVING = ("demo", "up", "web", "worker")
COMMANDS = (
    *SERVING,
    *("db upgrade", "db backup", "db check"),
    *("partner add", "partner set", "staff add", "staff disable", "staff identify", "staff link", "staff reassign"),
    *("token create", "token list", "token revoke"),
    *("customer add", "customer credentials"),
    *("invitation list", "invitation resend", "invitation revoke"),
    *("invite", "attest", "withdraw", "block", "purchase", "status", "timeline"),
    *("eligibility", "what-if", "policy check", "policy show", "policy set"),
    *("draft submit", "draft resubmit", "draft discard", "draft list", "draft show"),
    *("draft approve", "draft return", "draft assign"),
    *("dispute open", "dispute close", "dispute list"),
    *("catalogue publish", "catalogue document", "catalogue list"),
    *("template list", "template show", "template check", "template save", "template reset"),
    *("machine", "doctor", "mail test", "mail status", "mail pause", "mail resume", "seed"),
    *("bounces", "suppression list", "suppression add", "suppression remove"),
)


def walk(group: click.Group, *before: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from walk(command, *before, name)
        else:
            yield " ".join((*before, name)), command


TREE = dict(walk(cli))


def test_the_commands_are_those_that_were_promised() -> None:
    assert set(TREE) == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str) -> None:
    done = run(*name.split(), "--help")
    assert (done.code, done.err) == (0, "")
    assert f"assent {name}" in done.out.split("Example")[1]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_means(name: str) -> None:
    silent = [option.opts for option in TREE[name].params if isinstance(option, click.Option) and not option.help]
    assert silent == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_that_answers_can_answer_in_json(name: str) -> None:
    options = {word for parameter in TREE[name].params for word in parameter.opts}
    assert ("--json" in options) == (name not in SERVING)


@pytest.mark.parametrize(
    "group", ["", *(name for name, command in cli.commands.items() if isinstance(command, click.Group))]
)
def test_a_list_of_commands_shows_each_purpose_whole(group: str) -> None:
    done = run(*group.split(), "--help")
    assert done.code == 0
    rows = done.out.split("Commands:\n")[1].splitlines()
    assert [row for row in rows if not row.rstrip().endswith((".", "?")) or row.rstrip().endswith("..")] == []


@pytest.mark.parametrize("words", [("nonsense",), ("db", "nonsense"), ("status",), ("status", "1"), ("machine", "-x")])
def test_words_that_make_no_command_are_answered_by_usage(words: tuple[str, ...]) -> None:
    done = run(*words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Usage: assent ")
    assert "Error: " in done.err


def test_help_needs_no_instance_and_makes_none(assent: Assent) -> None:
    for words in (["--help"], ["customer", "add", "--help"], ["--version"], ["machine"]):
        assert assent.run(*words).returncode == 0
    assert not assent.instance.exists()


def test_a_story_in_processes_of_its_own(assent: Assent) -> None:
    partner = assent.json("partner", "add", "--name", "Fabrikam", "--type", "direct-bill", "--country", "SE")["id"]
    about = ["--company", "雪城", "--domain", "contoso.example", "--country", "SE", "--language", "sv"]
    contact = ["--first-name", "Åsa", "--last-name", "Ek", "--email", "asa@contoso.example"]
    customer = assent.json("customer", "add", "--partner", partner, *about, *contact)["id"]
    with closing(sqlite3.connect(assent.instance / "assent.db")) as connection:
        [[password]] = connection.execute("SELECT password_hash FROM customer_user").fetchall()
    assert password.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    done = assent.run("status", customer)
    assert (done.returncode, done.stderr) == (0, "")
    assert "state: unconfirmed" in done.stdout.splitlines()
    refused = assent.run("invite", customer, "--as", "nobody@fabrikam.example", "--json")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("assent: not-found: ")
    assert refused.stderr.count("\n") == 1
