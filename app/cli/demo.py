"""`assent demo`: made-up partners and customers in a folder of their own, served for looking around."""

import time

import click

from app import config as settings
from app.cli.serving import BIND, hand_on
from app.config import Config, SetUpError
from app.signals import end_quietly

FOLDER = "demo"
# The demo's own web server is whom its webhooks are told to.
OWN = {"WEBHOOK_ALLOW": "127.0.0.0/8"}


@click.command()
@BIND
@click.option("--fresh", is_flag=True, help="Begin anew: what was done in the demo before is lost.")
@click.option(
    "--customers", default=500, show_default=True, type=click.IntRange(25, 5000), help="How many, when it is made."
)
@click.option("--only-make", is_flag=True, hidden=True, help="Make the data, and end.")
def demo(bind: str | None, fresh: bool, customers: int, only_make: bool) -> None:
    """Look around, with 500 made-up customers.

    They belong to an indirect provider with two resellers, and to a partner that bills directly.

    All of it lies in the folder `demo` of the instance; nothing else is touched, and no mail leaves this machine.
    Prints `ready http://...` and the page on which to choose whom to be; runs until SIGTERM or Ctrl-C.

    \b
    Example: assent demo --bind 127.0.0.1:8000
    """
    end_quietly()
    config = _own_settings(bind)
    from app import demo, serving
    from app.demo import folder

    with folder.alone(config):
        if fresh:
            folder.clear(config)
        if folder.is_made(config):
            folder.move(config)
        else:
            _make(config, customers)
    if only_make:
        return
    hand_on("DEMO", "1")
    click.echo(demo.WELCOME % {"url": config.base_url})
    serving.up(settings.load())


def _own_settings(bind: str | None) -> Config:
    """Nothing of a real installation's settings holds but where it is and where it listens."""
    real = settings.load()
    if real.demo:
        raise SetUpError("DEMO: `assent demo` sets this itself; leave it out")
    for setting in settings.SETTINGS:
        hand_on(setting.name, OWN.get(setting.name, setting.default))
    hand_on("INSTANCE", str(real.instance / FOLDER))
    hand_on("BIND", bind or real.bind)
    hand_on("LOG_FORMAT", real.log_format)
    return settings.load()


def _make(config: Config, many: int) -> None:
    from app.demo import folder

    began = time.monotonic()
    click.echo("making up customers, about half a minute", err=True)
    found = folder.make(config, many)
    click.echo(f"{found} agreements in {time.monotonic() - began:.0f} s", err=True)
