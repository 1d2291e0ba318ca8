"""The wall says whose voice a hall's calls have."""

import re
from pathlib import Path

from tests.hardware.speech.recordings import record
from tests.server.web.api_site import ApiSite

SAID = re.compile(r'<p class="muted">(Voix .*?)</p>')


def voice_lines(site: ApiSite) -> list[str]:
    return [line.replace("\u00a0", " ") for line in SAID.findall(site.person("supervisor").get("/mur").text)]


def test_the_wall_says_whose_voice_calls_have_and_how_many_recordings_are_missing(
    sqlite_url: str, tmp_path: Path
):
    site = ApiSite(sqlite_url, tmp_path, voice=True)
    assert voice_lines(site) == ["Voix (français) : espeak-ng."]
    record(tmp_path / "voices" / "fr", ["numero"])
    [line] = voice_lines(site)
    assert re.fullmatch(
        r"Voix \(français\) : les enregistrements du site ; espeak-ng là où il en manque \(\d+\)\.", line
    )
    site.app.extensions["parvis"].stop_background()
    site.close()


def test_without_spoken_calls_the_wall_names_no_voice(api: ApiSite):
    assert voice_lines(api) == []
