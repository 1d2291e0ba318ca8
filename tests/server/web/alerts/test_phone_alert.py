"""During an alert the phone is the alert, without a script too: the screens' words, nothing of the queue."""

from tests.server.web.api_site import ApiSite, accepted


def test_the_first_page_of_a_phone_is_the_alert_in_its_language_and_in_french(api: ApiSite):
    token = api.ticket()["token"]
    body = {"halls": ["laon"], "kind": "evacuate", "press_id": "relay-1", "drill": True}
    accepted(api.post("/alerts", body, token=api.new_key("alert")), 201)
    page = api.app.test_client().get(f"/t/{token}?lang=en").text
    assert '<body class="phone alarmed">' in page
    assert '<div class="ticket" data-ticket="waiting" hidden>' in page
    assert [page.find(words) > 0 for words in ("Leave the building", "Évacuez le bâtiment", "EXERCICE")] == [
        True
    ] * 3
    assert 'href="#sign-evacuate"' in page
