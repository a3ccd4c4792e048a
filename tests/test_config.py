"""Settings: where a value comes from, which values stop the start, and what is said then."""

import re
from pathlib import Path

import pytest

from app.config import SETTINGS, Config, SetUpError, load
from app.core.vocabulary import Role

README = Path(__file__).resolve().parent.parent / "README.md"


def settings(instance: Path, **given: str) -> Config:
    """Settings as if these stood in the environment."""
    return load({"ASSENT_INSTANCE": str(instance)} | {f"ASSENT_{name}": value for name, value in given.items()})


def in_file(instance: Path, text: str) -> None:
    (instance / "settings.toml").write_text(text, encoding="utf-8")


def refusal(instance: Path, **given: str) -> str:
    with pytest.raises(SetUpError) as refused:
        settings(instance, **given)
    line = str(refused.value)
    assert "\n" not in line
    return line


# Where values come from


def test_the_environment_beats_the_file_and_the_file_beats_the_default(tmp_path: Path) -> None:
    assert settings(tmp_path).in_flight == 200
    in_file(tmp_path, "in_flight = 60\nmail_rate = 2.5\nPORTAL = 'microsoft'\n")
    config = settings(tmp_path, IN_FLIGHT="70")
    assert (config.in_flight, config.mail_rate, config.portal, config.log_format) == (70, 2.5, "microsoft", "text")
    named = {name: config.sources[name] for name in ("IN_FLIGHT", "MAIL_RATE", "PORTAL", "LOG_FORMAT")}
    assert named == {
        "IN_FLIGHT": "environment",
        "MAIL_RATE": "settings.toml",
        "PORTAL": "settings.toml",
        "LOG_FORMAT": "default",
    }


def test_every_setting_knows_where_its_value_came_from(tmp_path: Path) -> None:
    sources = settings(tmp_path).sources
    assert sources == {s.name: "environment" if s.name == "INSTANCE" else "default" for s in SETTINGS}


def test_without_a_word_everything_lies_in_the_instance_folder(tmp_path: Path) -> None:
    config = settings(tmp_path)
    assert config.instance == tmp_path
    assert config.keys_dir == tmp_path / "keys"
    assert config.database_url == f"sqlite:///{tmp_path}/assent.db"
    assert config.sqlite
    assert config.smtp_url == ()


def test_the_instance_folder_is_where_the_process_was_started_unless_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load({}).instance == tmp_path / "instance"


def test_other_names_in_the_environment_are_nobodys_business(tmp_path: Path) -> None:
    assert load({"ASSENT_INSTANCE": str(tmp_path), "PATH": "/bin", "BIND": "nonsense"}).bind == "127.0.0.1:8000"


# Names nobody knows


def test_an_unknown_name_in_the_environment_is_refused_with_the_nearest_one(tmp_path: Path) -> None:
    assert refusal(tmp_path, SMPT_URL="smtp://x") == (
        "unknown environment variable ASSENT_SMPT_URL; did you mean SMTP_URL?"
    )


def test_an_unknown_name_in_the_file_is_refused_with_the_nearest_one(tmp_path: Path) -> None:
    in_file(tmp_path, "web_worker = 1\n")
    line = refusal(tmp_path)
    assert line == f"unknown setting in {tmp_path}/settings.toml: WEB_WORKER; did you mean WEB_WORKERS?"


def test_a_name_like_no_other_is_refused_with_a_pointer_to_the_list(tmp_path: Path) -> None:
    assert refusal(tmp_path, ZZZ="1").startswith("unknown environment variable ASSENT_ZZZ; see `assent doctor`")


# Values that cannot be

BAD = {
    "DATABASE_URL": ["mysql://x/y", "postgres://x/y", "postgresql://x/y", "sqlite://", "assent.db"],
    "BIND": ["", "8000", "localhost", "localhost:", "localhost:http", "::1:8000", "127.0.0.1:65536", "127.0.0.1:0"],
    "BASE_URL": [
        "assent.example.com",
        "ftp://assent.example.com",
        "https://",
        "https://[::1",
        "https://a.example/?b=c",
        "https://a.example/#b",
        "https://a.example:65536",
    ],
    "WEB_WORKERS": ["", "0", "65", "two", "1.5"],
    "SMTP_URL": [
        "mail.example.com",
        "http://mail.example.com",
        "smtp://",
        "smtp://mail.example.com:65536",
        "smtp://mail.example.com:port",
        "smtp://mail.example.com?tls=yes",
        "smtp://mail.example.com?starttls=yes",
        "smtp://good.example.com, mail.example.com",
        "smtp://ana:word@mail.example.com?starttls=opportunistic",
    ],
    "MAIL_FROM": ["assent", "Assent <>", "Assent <assent>"],
    "MAIL_RATE": ["", "-1", "fast", "nan", "inf", "100001"],
    "MAIL_DOMAIN_RATE": ["", "-1", "fast", "100001"],
    "SMTP_TIMEOUT": ["", "0", "601", "nan"],
    "REMINDERS": ["", "0", "366", "1,2,3,4,5", "3;7", "3,,7", "none"],
    "QUIET_HOURS": ["", "20", "8-8", "20-24", "20:00-8:00", "0"],
    "EXPIRY_WARNING": ["", "-1", "366", "off"],
    "PORTAL": ["", "vendor", "Builtin"],
    "LEASE_SECONDS": ["", "0", "3601", "nan"],
    "IN_FLIGHT": ["", "0", "1001", "10.0", "1_0"],
    "TRUSTED_PROXIES": ["", "-1", "11", "all"],
    "RATE_LIMIT": ["", "-1", "1000001", "500/minute"],
    "STRICT": ["", "2", "yes"],
    "DEMO": ["", "2", "yes"],
    "OIDC_ISSUER": [
        "login.example.com",
        "http://login.example.com",
        "ftp://login.example.com",
        "https://",
        "https://login.example.com/?tenant=1",
        "https://login.example.com/#tenant",
        "https://ana:word@login.example.com",
        "https://login.example.com:65536",
        "https://login.example.com/a b",
    ],
    "MAIL_BOUNCES": [
        "bounces",
        "bounces@",
        "@example.com",
        "a b@example.com",
        "x" * 24 + "@example.com",
        "a+b@example.com",
    ],
    "OIDC_CLIENT_ID": ["a b", "x" * 301],
    "OIDC_CLIENT_SECRET": ["a b", "x" * 301],
    "OIDC_GROUPS": ["sales", "sales=", "=sales-agent", "sales=boss", "sales=sales-agent, admin-agent"],
    "PERMISSIONS": ["view", "view=", "=admin-agent", "sing=admin-agent", "view=boss", "view=admin-agent, sales-agent"],
    "WEBHOOK_ALLOW": ["localhost", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/8 ::1", "127.1", "::1%lo", "http://lan"],
    "LOG_FORMAT": ["", "xml", "JSON"],
}


@pytest.mark.parametrize(
    ("made", "more"),
    [
        (False, {}),
        (True, {"BASE_URL": "https://127.0.0.1"}),
        (True, {"BASE_URL": "http://assent.example"}),
        (True, {"BIND": "0.0.0.0:8000", "BASE_URL": "http://127.0.0.1:8000"}),
        (True, {"DATABASE_URL": "sqlite:////var/lib/assent/assent.db"}),
        (True, {"DATABASE_URL": "postgresql+psycopg://assent@db/assent"}),
    ],
)
def test_a_demo_is_never_served_with_real_data_nor_to_others(made: bool, more: dict[str, str], tmp_path: Path) -> None:
    if made:
        (tmp_path / "demo.json").touch()
        assert settings(tmp_path, DEMO="1").demo == 1
    assert "only `assent demo` sets this" in refusal(tmp_path, DEMO="1", **more)


def test_every_setting_that_can_be_wrong_is_tried_here() -> None:
    assert {s.name for s in SETTINGS} - set(BAD) == {"INSTANCE", "KEYS_DIR"}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_a_bad_value_stops_the_start_and_is_named_with_its_source(name: str, value: str, tmp_path: Path) -> None:
    line = refusal(tmp_path, **{name: value})
    assert line.startswith(f"setting {name} (environment): ")
    in_file(tmp_path, f"{name.lower()} = '{value}'\n")
    assert refusal(tmp_path) == line.replace("(environment)", "(settings.toml)")


def test_a_good_value_in_the_environment_outvotes_a_bad_one_in_the_file(tmp_path: Path) -> None:
    in_file(tmp_path, "portal = 'vendor'\n")
    assert settings(tmp_path, PORTAL="builtin").portal == "builtin"


def test_a_file_that_cannot_be_read_as_toml_is_named(tmp_path: Path) -> None:
    in_file(tmp_path, "portal = \n")
    assert refusal(tmp_path).startswith(f"cannot read {tmp_path}/settings.toml: ")


def test_the_file_cannot_say_in_which_folder_it_is_looked_for(tmp_path: Path) -> None:
    in_file(tmp_path, "instance = '/elsewhere'\n")
    line = refusal(tmp_path)
    assert line.startswith(f"setting INSTANCE ({tmp_path}/settings.toml): ")
    assert "ASSENT_INSTANCE" in line


def test_several_web_processes_on_sqlite_are_refused_with_the_remedy(tmp_path: Path) -> None:
    line = refusal(tmp_path, WEB_WORKERS="2")
    assert line.startswith("WEB_WORKERS: SQLite serves one web process")
    assert "DATABASE_URL" in line


def test_several_web_processes_on_postgresql_are_fine(tmp_path: Path) -> None:
    config = settings(tmp_path, WEB_WORKERS="2", DATABASE_URL="postgresql+psycopg://db.example/assent")
    assert (config.web_workers, config.sqlite) == (2, False)


def test_an_issuer_is_nothing_without_the_audience_of_its_tokens(tmp_path: Path) -> None:
    issuer = "https://login.example.com/tenant/v2.0"
    assert refusal(tmp_path, OIDC_ISSUER=issuer).startswith("OIDC_CLIENT_ID: OIDC_ISSUER needs it; set it to ")
    config = settings(tmp_path, OIDC_ISSUER=issuer, OIDC_CLIENT_ID="api://assent")
    assert (config.oidc_issuer, config.oidc_client_id) == (issuer, "api://assent")
    for local in ("http://127.0.0.1:8080/", "http://localhost:8080/tenant", "http://[::1]:8080"):
        assert settings(tmp_path, OIDC_ISSUER=local, OIDC_CLIENT_ID="x").oidc_issuer == local


def test_staff_sign_in_at_the_issuer_once_its_secret_is_known(tmp_path: Path) -> None:
    assert refusal(tmp_path, OIDC_CLIENT_SECRET="hush").startswith("OIDC_ISSUER: OIDC_CLIENT_SECRET needs it; set it")
    given = {"OIDC_ISSUER": "https://login.example.com", "OIDC_CLIENT_ID": "assent"}
    assert not settings(tmp_path, **given).sso
    config = settings(tmp_path, **given, OIDC_CLIENT_SECRET="hush", OIDC_GROUPS=" a=b=sales-agent; heads = admin-agent")
    assert config.sso
    assert "hush" not in repr(config)
    assert config.oidc_groups == {"a=b": {Role.SALES_AGENT}, "heads": {Role.ADMIN_AGENT}}


# The list for readers


def test_the_readme_lists_every_setting_as_it_is() -> None:
    rows = re.findall(r"^\| `ASSENT_([A-Z_]+)` \| (.*?) \| (.*?) \|$", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [(s.name, f"`{s.default}`" if s.default else "-", s.help) for s in SETTINGS]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_default_is_one_that_its_own_rule_allows(setting: object, tmp_path: Path) -> None:
    row = next(s for s in SETTINGS if s is setting)
    row.parse(row.default)
    assert row.help
