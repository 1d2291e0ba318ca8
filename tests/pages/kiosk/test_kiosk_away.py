"""A kiosk whose server does not answer, loaded again: its page opens, offers nothing, and comes back."""

import json

from tests.harness.dom.dom_pages import expect
from tests.harness.servers.served import Served
from tests.harness.waiting import wait_until
from tests.pages.kiosk.conftest import MISFITS, SIZES, choose, fits, press

KEPT = """async () => {
  const { active } = await navigator.serviceWorker.ready;
  const names = await caches.keys();
  const kept = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
  const logo = document.querySelector("[data-logo]").getAttribute("src");
  const paths = kept.flat().map(({ url }) => new URL(url).pathname);
  return active?.state === "activated" && paths.includes(logo) && paths;
}"""
SAID = """() => Object.values(JSON.parse(localStorage.getItem("parvis.kiosk")).voices).flat().sort()"""
HEARD = """async () => {
  const { voices } = JSON.parse(localStorage.getItem("parvis.kiosk"));
  const sound = new Audio(voices.en[0]);
  await new Promise((done, failed) => { sound.onloadedmetadata = done; sound.onerror = failed; });
  return sound.duration;
}"""
RELEASE = """() => document.querySelector('link[href^="/look/"]').getAttribute("href")"""
NO_TICKET = "La borne ne délivre pas de ticket pour le moment\u00a0: adressez-vous à l’accueil"


def test_a_kiosk_loaded_again_without_its_server_says_so_and_comes_back_by_itself(hall: Served, at_kiosk):
    page = at_kiosk(service_workers="allow")
    wait_until(lambda: page.evaluate(KEPT), "the release and the look are kept")
    kept = page.evaluate(KEPT)
    assert [path for path in kept if path.startswith(("/api/", "/device/", "/t/", "/kiosk/qr.svg"))] == []
    assert sorted(path for path in kept if path.startswith("/audio/")) == page.evaluate(SAID)
    choose(page)
    hall.kill()
    expect(page.locator("main")).to_have_attribute("data-view", "away")
    expect(page.locator("h1")).to_have_text(NO_TICKET)
    expect(page.locator(".lede")).to_contain_text("Ce que vous avez choisi est gardé")
    fits(page)
    page.reload()
    expect(page.locator("h1")).to_have_text(NO_TICKET)
    expect(page.locator("#hall-name")).not_to_be_empty()
    expect(page.locator(".top .logo")).to_be_visible()
    expect(page.locator(".others [lang=en]")).to_contain_text("please ask at reception")
    expect(page.locator("main button")).to_have_count(0)
    page.keyboard.type("ab12")
    for width, height in SIZES.values():
        page.set_viewport_size({"width": width, "height": height})
        for _ in ("large", "as before"):
            page.locator("[data-toggle=large]").click()
            assert page.evaluate(MISFITS) == []
    page.locator("[data-language=en]").click()
    expect(page.locator("h1")).to_contain_text("please ask at reception")
    page.locator("#listen").click()
    assert page.evaluate(HEARD) > 0, "the sentence that was kept"
    page.locator("#listen").click()
    page.locator("[data-language=fr]").click()
    repaint(hall)
    former = page.evaluate(RELEASE)
    hall.start()
    page.wait_for_function(f"(former) => ({RELEASE})() !== former", arg=former)  # nobody is at the kiosk
    expect(page.locator("main")).to_have_attribute("data-view", "start")
    assert len(page.evaluate("caches.keys()")) == 2, "one release, and the files that the page keeps"
    press(page, "[data-key=appointment]")
    expect(page.locator("[data-slot=code]")).to_have_text("\u00a0")


def repaint(hall: Served) -> None:
    """Publishes another colour: the page names another style, and is another release."""
    content = json.loads(hall.parvis("export-configuration"))
    content["brand"]["colours"] = {"ink": "#1a2a5e"}
    (hall.var / "installation.json").write_text(json.dumps(content), encoding="utf-8")
    hall.parvis("import-configuration", str(hall.var / "installation.json"))
