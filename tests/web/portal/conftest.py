"""Pages are looked at on one engine; the modules whose tests race or look into tables ask for both."""

from tests.engines import on_sqlite  # noqa: F401
