"""`assent up`, `web`, `worker`: run in the foreground, stop cleanly."""

import os

import click

from app import config as settings
from app.config import Config
from app.signals import end_quietly

BIND = click.option("--bind", metavar="HOST:PORT", help="Where to listen, instead of the BIND setting.")


@click.command()
@BIND
def up(bind: str | None) -> None:
    """Run everything: web server and one worker.

    Prints `ready http://...` once it answers, and runs until SIGTERM or Ctrl-C.

    \b
    Example: assent up --bind 127.0.0.1:8000
    """
    config = _begin(bind)
    from app import serving

    serving.up(config)


@click.command()
@BIND
def web(bind: str | None) -> None:
    """Run the web server alone.

    Prints `ready http://...` once it answers, and runs until SIGTERM or Ctrl-C.

    \b
    Example: assent web --bind 0.0.0.0:8000
    """
    config = _begin(bind)
    from app import serving

    serving.web(config)


@click.command()
@click.option("--until-eof", is_flag=True, hidden=True, help="Stop when stdin ends: how `up` takes its worker along.")
def worker(until_eof: bool) -> None:
    """Run one worker.

    It sends the mails, keeps the deadlines and numbers the news. Several may run; on SIGTERM or Ctrl-C it finishes
    what it has in hand.

    \b
    Example: assent worker
    """
    config = _begin()
    from app import serving

    serving.worker(config, until_eof)


def _begin(bind: str | None = None) -> Config:
    """What comes first, for loading the rest takes longer than an impatient operator: to end when told, and to refuse
    settings. `--bind` is put where the processes to come will read it too."""
    end_quietly()
    if bind:
        hand_on("BIND", bind)
    return settings.load()


def hand_on(setting: str, value: str) -> None:
    """To the processes that are started, too: they read the same settings as we do."""
    os.environ[settings.PREFIX + setting] = value
