from __future__ import annotations

from pathlib import Path

import pytest

from service.errors import SettingsError
from service.keys.api_keys import digest_of
from service.settings import default_body_bytes, is_loopback, read_settings
from service.settings_table import SETTINGS

KEY = "k" * 16


def test_defaults() -> None:
    settings = read_settings({"XDG_CACHE_HOME": "/somewhere"})
    assert (settings.host, settings.port, settings.workers) == ("127.0.0.1", 8000, 1)
    assert settings.models == Path("models")
    assert (settings.max_comments, settings.max_comment_bytes) == (256, 20480)
    assert settings.policy == "assist"
    assert settings.cache == Path("/somewhere/comment-moderation")
    assert settings.api_keys == ()


def test_every_setting_of_the_table_is_read() -> None:
    # a value that no setting accepts must be refused under its own name
    free = {
        "MODERATION_MODELS",
        "MODERATION_POLICY",
        "MODERATION_RULES",  # read, and refused, as the service starts
        "MODERATION_FEEDBACK_DATABASE",  # as the application is built
        "MODERATION_CACHE",
        "MODERATION_API_KEYS_FILE",
    }
    for setting in SETTINGS:
        assert setting.name.startswith("MODERATION_")
        assert setting.meaning.endswith(".")
        if setting.name not in free:
            with pytest.raises(SettingsError, match=setting.name):
                read_settings({setting.name: "no such value"[:14]})


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("MODERATION_PORT", "0", "1 to 65535"),
        ("MODERATION_PORT", "65536", "1 to 65535"),
        ("MODERATION_WORKERS", "two", "1 to 256"),
        ("MODERATION_LOG_LEVEL", "trace", "debug, info, warning, error"),
        ("MODERATION_RELOAD_SECONDS", "nan", "0.05 to 3600"),
        ("MODERATION_ALLOW_OPEN", "maybe", "true, false"),
        ("MODERATION_MAX_COMMENTS", "0", "1 to 100000"),
    ],
)
def test_an_error_names_variable_value_and_allowed_values(
    name: str, value: str, allowed: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({name: value})
    assert name in str(caught.value)
    assert repr(value) in str(caught.value)
    assert allowed in str(caught.value)


def test_the_derived_body_limit_has_room_for_escapes_and_a_ceiling() -> None:
    assert default_body_bytes(1, 10) == 6 * 10 + 2048
    assert default_body_bytes(256, 20480) == 256 * (6 * 20480 + 2048)
    assert default_body_bytes(10_000, 20480) == 32 * 1024 * 1024
    assert read_settings({"MODERATION_MAX_BODY_BYTES": "77"}).max_body_bytes == 77


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "moderation.example"])  # noqa: S104
def test_an_open_host_needs_keys_or_a_word(host: str) -> None:
    with pytest.raises(SettingsError, match="MODERATION_HOST"):
        read_settings({"MODERATION_HOST": host})
    assert read_settings({"MODERATION_HOST": host, "MODERATION_API_KEYS": KEY}).host == host
    assert read_settings({"MODERATION_HOST": host, "MODERATION_ALLOW_OPEN": "true"}).host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback(host: str) -> None:
    assert is_loopback(host)


def test_keys_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text(f"{KEY}a\n\n{KEY}b\n")
    settings = read_settings({"MODERATION_API_KEYS_FILE": str(path)})
    assert [key.digest for key in settings.api_keys] == [
        digest_of(f"{KEY}a".encode()), digest_of(f"{KEY}b".encode())
    ]  # fmt: skip


def test_keys_are_never_shown() -> None:
    settings = read_settings({"MODERATION_API_KEYS": f"{KEY}, {KEY}2"})
    assert KEY not in repr(settings)
    with pytest.raises(SettingsError, match="key number 2 has 6 characters") as caught:
        read_settings({"MODERATION_API_KEYS": f"{KEY},secret"})
    assert "secret" not in str(caught.value)


def test_keys_files_that_cannot_be_used(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.write_text("\n")
    for path, said in ((tmp_path / "none", "cannot be read"), (empty, "holds no key")):
        with pytest.raises(SettingsError, match=said):
            read_settings({"MODERATION_API_KEYS_FILE": str(path)})
    with pytest.raises(SettingsError, match="both set"):
        read_settings({"MODERATION_API_KEYS": KEY, "MODERATION_API_KEYS_FILE": str(empty)})
