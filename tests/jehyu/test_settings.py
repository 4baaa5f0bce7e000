"""The operator's settings file."""

from pathlib import Path

import pytest

from jehyu.settings import Settings, SettingsError, load_settings


def test_no_file_means_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JEHYU_CONFIG", raising=False)
    assert load_settings() == Settings()


def test_a_named_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.toml"):
        load_settings(tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("crawl = 3", "crawl"),
        ("[crawl]\nsource_time_limit = 0", r"crawl\.source_time_limit"),
        ("[crawl]\ntypo = 1", r"crawl\.typo"),
        ('[[receivers]]\nname = "desk"\nkind = "pigeon"', r"receivers\.0\.kind"),
        ('[[receivers]]\nname = "a"\nkind = "file"\npath = "a"\nkinds = ["mouu"]', r"receivers\.0\.kinds\.0.*'mou'"),
        ('[[receivers]]\nname = "a"\nkind = "file"\npath = "a"\ncountries = ["us"]', r"receivers\.0\.countries\.0"),
        ("[retention]\nrun_days = 3", r"retention\.run_days"),
        ("[crawl", "settings.toml"),
    ],
)
def test_a_wrong_setting_is_named_with_its_file(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=message) as caught:
        load_settings(path)
    assert str(path) in str(caught.value)


def test_relative_paths_are_below_the_settings_wherever_it_is_started(tmp_path: Path) -> None:
    path = tmp_path / "jehyu.toml"
    desk = '[[receivers]]\nname = "desk"\nkind = "file"\npath = "told.jsonl"\n'
    path.write_text(f'[log]\nfile = "/var/log/jehyu.jsonl"\n{desk}')
    assert load_settings(path).written == [Path("/var/log/jehyu.jsonl"), tmp_path / "told.jsonl"]
