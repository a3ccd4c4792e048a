"""`assent up`, `web`, `worker`: run in the foreground, stop cleanly."""

import click

BIND = click.option("--bind", metavar="HOST:PORT", help="Instead of the BIND setting.")


@click.command()
@BIND
def up(bind: str | None) -> None:
    """Run everything: web server and worker, until stopped.

    \b
    Example: assent up --bind 127.0.0.1:8000
    """
    from app import serving

    serving.up(bind)


@click.command()
@BIND
def web(bind: str | None) -> None:
    """Run the web server alone."""
    from app import serving

    serving.web(bind)


@click.command()
def worker() -> None:
    """Run one worker: it sends the mails, keeps the deadlines and numbers the news."""
    from app import serving

    serving.worker()
