"""The command line. Every command answers in words or, with --json, in one JSON object and nothing else."""

import gc
import sys

import click

from app.cli.approvals import draft
from app.cli.attestations import attest, block, withdraw
from app.cli.bounces import bounces
from app.cli.catalogue import catalogue
from app.cli.customers import customer, purchase, status, timeline
from app.cli.database import db_group
from app.cli.demo import demo
from app.cli.disputes import dispute
from app.cli.inspection import doctor, machine, mail
from app.cli.invitations import invitation, invite
from app.cli.partners import partner
from app.cli.policy import policy
from app.cli.rules import eligibility, what_if
from app.cli.seed import seed
from app.cli.serving import up, web, worker
from app.cli.staff import staff
from app.cli.suppressions import suppression
from app.cli.templates import template
from app.cli.tokens import token
from app.config import SetUpError
from app.core.refusals import Refused

COMMANDS = (
    demo,
    up,
    web,
    worker,
    db_group,
    partner,
    staff,
    token,
    customer,
    invite,
    invitation,
    attest,
    withdraw,
    block,
    purchase,
    status,
    timeline,
    eligibility,
    what_if,
    draft,
    dispute,
    policy,
    catalogue,
    machine,
    doctor,
    mail,
    template,
    bounces,
    suppression,
    seed,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="assent")
def cli() -> None:
    """Get, record and prove customers' acceptance of the Microsoft Customer Agreement.

    \b
    Look around:    assent demo
    Start it:       assent up
    First steps:    assent partner add --name Fabrikam --type direct-bill --country SE
                    assent staff add --partner ID --email ana@fabrikam.example --name Ana --role admin-agent
                    assent customer add --help
    """


for command in COMMANDS:
    cli.add_command(command)


def main() -> None:
    """Run the command line; whatever is refused becomes one line and exit 1, never a traceback."""
    # What a start loads stays; to go through it again and again would take a seventh of a short command's time.
    gc.set_threshold(10_000, 20, 20)
    try:
        cli(prog_name="assent")
    except Refused as refused:
        from app.errors import one_line

        sys.exit(fail(one_line(refused)))
    except SetUpError as error:
        sys.exit(fail(str(error)))
    except OSError as error:
        says = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        sys.exit(fail(f"{says}; see that it is there, can be read and written, and has room"))


def fail(line: str) -> int:
    click.echo(f"assent: {line}", err=True)
    return 1
