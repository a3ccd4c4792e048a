"""Who may import whom, and the other habits of this code that a reader relies on, asked of the source itself."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

N = TypeVar("N", bound=ast.AST)
ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "app"


def name_of(path: Path) -> str:
    """`app.web.portal` for app/web/portal/__init__.py."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


SOURCES = {name_of(path): path for path in sorted(APP.rglob("*.py")) if "migrations" not in path.parts}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in SOURCES.items()}

# part: which parts of ours it may import, and which packages of others.
INNER: dict[str, tuple[str, str]] = {
    "core": ("core", "statemachine"),
    "addresses": ("core", ""),
    "config": ("addresses core", ""),
    "keys": ("config", "cryptography"),
    "places": ("", "babel"),
    "vault": ("config installation", "cryptography"),
    "installation": ("config core keys", "flask"),
    "db": ("core", "flask flask_sqlalchemy sqlalchemy uuid_utils"),
    "models": ("core db models", "sqlalchemy"),
    "commands": ("core db models commands places", "sqlalchemy"),
    "queries": ("core db models queries outbox", "sqlalchemy"),
    "outbox": ("core db models picking", "sqlalchemy"),
    "picking": ("core db models pacing", "sqlalchemy"),
    "pacing": ("db models", "sqlalchemy"),
    "sequencer": ("core db models", "sqlalchemy"),
    "spoken": ("core installation", "babel"),
    "tongue": ("core spoken", "flask"),
    "mail": ("core config mail spoken", "aiosmtplib cryptography jinja2 markupsafe"),
    "hooks": ("core hooks", "aiohttp cryptography standardwebhooks yarl"),
    "certificate": ("config hooks keys", "cryptography"),
    "auth": (
        "addresses core db installation models queries tongue vault auth",
        "argon2 authlib flask joserfc pyotp requests segno sqlalchemy structlog",
    ),
    "errors": ("core errors installation spoken tongue", "flask flask_wtf sqlalchemy werkzeug"),
    "schema": ("config db models", "alembic sqlalchemy"),
    "logs": ("", "structlog"),
    "post": ("installation mail", ""),
    "timers": ("core db installation models commands queries outbox", "sqlalchemy"),
    "calling": ("auth commands core db hooks models queries", "sqlalchemy structlog"),
    "settling": ("auth commands core db mail models outbox queries", "sqlalchemy structlog"),
}
# These may import everything, and nothing but one another imports them.
EDGES = (
    "__init__ __main__ cli crew demo diagnosis listening messenger preparation relaying rounds seeding serving signals "
    "web webserver worker"
)
# These only think: no environment, no network, no processes; what time it is they are told.
STILL = ("core", "models", "commands", "queries", "outbox", "sequencer")
UNQUIET = {"asyncio", "http", "os", "smtplib", "socket", "ssl", "subprocess", "threading", "time", "urllib.request"}


def part(module: str) -> str:
    return module.split(".")[1] if "." in module else "__init__"


def imports(module: str) -> Iterator[tuple[str, str]]:
    """Every module imported anywhere in a module, and the name taken from it."""
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield (whole, "") if whole in SOURCES else (str(node.module), alias.name)


def nodes(kind: type[N], parts: tuple[str, ...] = ()) -> Iterator[tuple[str, N]]:
    """Every node of a kind with the module it is in, in all modules or in some parts."""
    for module, tree in TREES.items():
        if not parts or part(module) in parts:
            yield from ((module, node) for node in ast.walk(tree) if isinstance(node, kind))


def attributes(words: set[str], parts: tuple[str, ...] = ()) -> set[str]:
    """The modules that ask anything for an attribute of these names."""
    return {module for module, node in nodes(ast.Attribute, parts) if node.attr in words}


def may_import(here: str, module: str) -> bool:
    ours, theirs = INNER[part(here)]
    if module.split(".")[0] == "app":
        return part(module) in ours.split()
    return module.split(".")[0] in {*theirs.split(), *sys.stdlib_module_names}


def test_every_module_belongs_to_a_part_that_is_known_here() -> None:
    assert {part(module) for module in SOURCES} == {*INNER, *EDGES.split()}


def test_every_part_imports_only_what_it_may() -> None:
    inner = [module for module in SOURCES if part(module) in INNER]
    wrong = [f"{here} imports {it}" for here in inner for it, _ in imports(here) if not may_import(here, it)]
    assert wrong == []


def test_queries_know_of_the_outbox_only_what_a_claimed_row_is() -> None:
    taken = {name for here in SOURCES if part(here) == "queries" for it, name in imports(here) if it == "app.outbox"}
    assert taken == {"Claimed"}


def test_what_an_installation_knows_of_flask_is_the_current_application() -> None:
    assert {name for it, name in imports("app.installation") if it == "flask"} == {"current_app"}


def test_resources_of_the_web_do_not_import_one_another() -> None:
    """A resource is a folder or a file in app/web; what they share is `security` and `pages`."""
    web = [module for module in SOURCES if module.startswith("app.web.")]
    wrong = [
        f"{here} imports {it}"
        for here in web
        for it, _ in imports(here)
        if it.startswith("app.web.") and it.split(".")[2] not in (here.split(".")[2], "security", "pages")
    ]
    assert wrong == []


def test_what_only_thinks_asks_no_clock_and_touches_no_world() -> None:
    thinks = [module for module in SOURCES if part(module) in STILL]
    wrong = [f"{here} imports {it}" for here in thinks for it, _ in imports(here) if it in UNQUIET]
    clock = re.compile(r"date(time)?\.(utc)?(now|today)")
    calls = [(module, ast.unparse(node.func)) for module, node in nodes(ast.Call, STILL)]
    wrong += [f"{module} asks {call}" for module, call in calls if clock.fullmatch(call)]
    assert wrong == []


def test_commands_and_queries_leave_the_commit_to_the_edge() -> None:
    below = ("core", "models", "commands", "queries")
    assert attributes({"commit"}, below) == set()
    assert attributes({"rollback"}, ("commands",)) == set()
    assert [here for here in SOURCES if part(here) in below and ("app.db", "transaction") in imports(here)] == []


def test_only_config_reads_the_environment() -> None:
    """What `--bind` and the demo decide is handed on through it to the processes that are started."""
    assert attributes({"environ", "environb", "getenv", "putenv"}) == {"app.config", "app.cli.serving"}
    assert not [here for here in SOURCES if ("os", "environ") in imports(here) or ("os", "getenv") in imports(here)]
    lines = SOURCES["app.cli.serving"].read_text(encoding="utf-8").splitlines()
    assert [line.strip() for line in lines if "environ" in line] == ["os.environ[settings.PREFIX + setting] = value"]


def test_every_module_opens_with_a_sentence_that_names_its_job() -> None:
    openings = {module: (ast.get_docstring(tree) or "").split("\n\n")[0] for module, tree in TREES.items()}
    sentence = re.compile(r"[A-Z`].{10,}[.?]", re.DOTALL)
    assert [module for module, opening in openings.items() if not sentence.fullmatch(opening)] == []


def test_modules_and_functions_are_short() -> None:
    lengths = {module: len(path.read_text(encoding="utf-8").splitlines()) for module, path in SOURCES.items()}
    assert {module: lines for module, lines in lengths.items() if lines > 250} == {}
    functions: list[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]
    functions = [*nodes(ast.FunctionDef), *nodes(ast.AsyncFunctionDef)]
    spans = {f"{module}.{node.name}": (node.end_lineno or 0) - node.lineno + 1 for module, node in functions}
    assert {function: lines for function, lines in spans.items() if lines > 50} == {}
    assert sorted(spans.values())[len(spans) // 2] <= 8


def test_no_module_is_named_for_having_no_job() -> None:
    vague = re.compile(r"(^|\.)(utils?|helpers?|services?|managers?|common|misc)($|\.)")
    assert [module for module in SOURCES if vague.search(module)] == []


def is_built(node: ast.expr) -> bool:
    """True for text put together on the spot: an f-string, `+` or `%`, format() and the like."""
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add | ast.Mod)
    if isinstance(node, ast.Call):
        return getattr(node.func, "attr", "") in ("format", "format_map", "join", "replace")
    return isinstance(node, ast.JoinedStr)


def test_no_sql_is_built_from_text() -> None:
    runs = {"text", "execute", "executemany", "executescript", "exec_driver_sql", "scalar", "scalars", "literal_column"}
    wrong = [
        f"{module}:{node.lineno}"
        for module, node in nodes(ast.Call)
        if getattr(node.func, "attr", getattr(node.func, "id", "")) in runs
        and any(is_built(argument) for argument in node.args)
    ]
    assert wrong == []


def test_nothing_switches_the_escaping_of_pages_off() -> None:
    pages = [path for path in (ROOT / "templates").rglob("*") if path.is_file()]
    unsafe = re.compile(r"\|\s*safe\b|\bautoescape\b|\bMarkup\b")
    assert len(pages) > 20
    assert [path.name for path in pages if unsafe.search(path.read_text(encoding="utf-8"))] == []
    assert [here for here in SOURCES if "Markup" in {name for _, name in imports(here)}] == []
