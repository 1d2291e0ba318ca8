"""Texts from outside: feeds are read within limits; HTML of notices keeps words and nothing that runs."""

import re
import threading
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from server.apart import ApartEnded, IsolatedWorker
from server.web.rendering.viewer import catalogue_file
from signage.feeds import Feed, FeedEntry, FeedLimits, FeedRefused, fetch, is_public, parsed_feed, read_feed
from signage.notice_parts import STEP_ICONS, TAGS, plain_text, safe_html
from signage.pages import ASSETS
from tests.harness.programs import PROJECT
from tests.signage.programmes import templates

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Préfecture &amp; vous</title>
<item><title>Ouverture &lt;b&gt;lundi&lt;/b&gt;</title>
<description>&lt;p&gt;De 9 h à midi.&lt;script&gt;x&lt;/script&gt;&lt;/p&gt;</description></item>
<item><title>Deuxième</title><description>Texte</description></item>
</channel></rss>""".encode()


class _Answers(BaseHTTPRequestHandler):
    """By path; `hold` is set when the test is over."""

    hold: threading.Event

    def do_GET(self) -> None:
        try:
            getattr(self, "_" + self.path.strip("/"))()
        except OSError:
            self.close_connection = True  # the client has gone

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as http.server names it
        """Says nothing."""

    def _head(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def _good(self) -> None:
        self._head(200, Content_Type="application/rss+xml")
        self.wfile.write(RSS)

    def _moved(self) -> None:
        self._head(302, Location="/good")

    def _circle(self) -> None:
        self._head(302, Location="/circle")

    def _file(self) -> None:
        self._head(302, Location="file:///etc/passwd")

    def _gone(self) -> None:
        self._head(404)

    def _page(self) -> None:
        self._head(200)
        self.wfile.write(b"<html><body>no feed</body></html>")

    def _packed(self) -> None:
        self._head(200, Content_Encoding="gzip")
        self.wfile.write(b"\x1f\x8b")

    def _endless(self) -> None:
        self._head(200)
        while not self.hold.is_set():
            self.wfile.write(b" " * 65_536)

    def _hanging(self) -> None:
        self.hold.wait()

    def _stalling(self) -> None:
        self._head(200)
        self.wfile.write(RSS[:50])
        self.wfile.flush()
        self.hold.wait()

    def _dripping(self) -> None:
        """A head that never ends, a byte at a time: each keeps the reader waiting for the next."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self.hold.wait(0.05):
            self.wfile.write(b"x")
            self.wfile.flush()


@contextmanager
def serving() -> Iterator[str]:
    """The address of the server while it runs."""
    hold = threading.Event()
    answers = type("Answers", (_Answers,), {"hold": hold})
    server = ThreadingHTTPServer(("127.0.0.1", 0), answers)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        hold.set()
        server.shutdown()
        thread.join()
        server.server_close()


# --- texts from outside -----------------------------------------------------------------------


HERE = FeedLimits(may_be_private=True, within_s=0.6, largest_bytes=300_000)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with serving() as address:
        yield address


def refusal(url: str, limits: FeedLimits = HERE) -> str:
    with pytest.raises(FeedRefused) as found:
        fetch(url, limits)
    return found.value.code


@pytest.mark.parametrize("path", ["good", "moved"])
def test_a_feed_is_read_as_plain_text(server: str, path: str):
    assert read_feed(f"{server}/{path}", HERE) == Feed(
        "Préfecture & vous",
        (FeedEntry("Ouverture lundi", "De 9 h à midi."), FeedEntry("Deuxième", "Texte")),
    )


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("hanging", "feed_unreachable"),
        ("stalling", "feed_unreachable"),
        ("endless", "feed_too_large"),
        ("circle", "feed_unreachable"),
        ("gone", "feed_unreachable"),
        ("packed", "feed_unreachable"),
        ("file", "feed_address"),
    ],
)
def test_a_hostile_server_is_given_up(server: str, path: str, code: str):
    begun = time.monotonic()
    assert refusal(f"{server}/{path}") == code
    assert time.monotonic() - begun < 5


def test_a_head_that_drips_for_ever_ends_with_its_process(server: str):
    apart = IsolatedWorker(deadline_s=1.5)
    with pytest.raises(ApartEnded):
        apart.call(read_feed, f"{server}/dripping", HERE)


def test_a_feed_that_is_the_path_of_a_local_file_shows_nothing_of_it(tmp_path: Path):
    local = tmp_path / "local.xml"
    local.write_bytes(RSS)
    with pytest.raises(FeedRefused, match="feed_broken"):
        parsed_feed(str(local).encode())


def test_a_page_is_no_feed(server: str):
    with pytest.raises(FeedRefused, match="feed_broken"):
        read_feed(f"{server}/page", HERE)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://[::1]/",
        "http://10.1.2.3/",
        "http://169.254.169.254/",
    ],
)
def test_addresses_of_the_inside_are_refused_unless_allowed(url: str):
    assert refusal(url, FeedLimits()) == "feed_private"


@pytest.mark.parametrize(
    "url", ["ftp://example.org/", "file:///etc/passwd", "x", "", "http://", "http://a:b@c/"]
)
def test_other_addresses_are_refused(url: str):
    assert refusal(url, FeedLimits()) == "feed_address"


@pytest.mark.parametrize(
    ("address", "is_right"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("192.168.1.1", False),
        ("fec0::1", False),
        ("::808:808", False),
        ("::ffff:0:808:808", False),
    ],
)
def test_only_addresses_of_the_internet_are_public(address: str, is_right: bool):
    assert is_public(address) is is_right


def test_at_most_twenty_entries_of_a_bounded_length_are_kept():
    item = (
        b"<item><title>" + b"mot " * 200 + b"</title><description>" + b"mot " * 900 + b"</description></item>"
    )
    found = parsed_feed(RSS.replace(b"</channel>", item * 30 + b"</channel>"))
    assert len(found.entries) == 20
    assert max(len(entry.title) for entry in found.entries) <= 200
    assert found.entries[5].text.endswith("mot…")
    assert max(len(entry.text) for entry in found.entries) <= 500


def test_an_entity_that_grows_is_not_unfolded():
    laughs = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 9))
    bomb = RSS.replace(b"<rss", b'<!DOCTYPE r [<!ENTITY a0 "ha">' + laughs + b"]><rss").replace(
        b"Texte", b"&a8;"
    )
    outside = RSS.replace(b"<rss", b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss').replace(
        b"Texte", b"&a;"
    )
    for content in (bomb, outside):
        try:
            found = parsed_feed(content)
        except FeedRefused:
            continue
        assert "root:" not in str(found)
        assert len(str(found)) < 20_000


@given(st.binary(max_size=300) | st.tuples(st.integers(0, len(RSS)), st.binary(max_size=5)))
def test_any_bytes_are_a_feed_or_refused(content: bytes | tuple[int, bytes]):
    if isinstance(content, tuple):
        place, change = content
        content = RSS[:place] + change + RSS[place + len(change) :]
    try:
        found = parsed_feed(content)
    except FeedRefused:
        return
    texts = [text for entry in found.entries for text in (entry.title, entry.text)]
    # plain words: a sign that was written as words stays, whoever shows them puts them in as text
    assert [text for text in texts if text != " ".join(text.split()) or len(text) > 500] == []


# --- HTML of notices keeps words and their structure ------------------------------------------


PIECES = st.sampled_from(
    [
        *("<script>", "</script>", "<p ", "onload=x", ">", "<", "/", "<svg>", "<math>", "<style>"),
        *("<![CDATA[", "-->", "<!--", '"', "'", "<b>", "</b>", "javascript:", "&lt;", "&#60;"),
        *("<noscript>", "<a href=x>", "\x00", "é"),
    ]
)


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("<p>Bonjour <strong>à tous</strong></p>", "<p>Bonjour <strong>à tous</strong></p>"),
        ('<p lang="ar" dir="rtl">مرحبا</p>', '<p lang="ar" dir="rtl">مرحبا</p>'),
        ("<p>a</p><script>alert(1)</script><style>p{}</style>", "<p>a</p>"),
        ('<p style="color:red" class="x" id="y" onclick="z()">a</p>', "<p>a</p>"),
        ('<a href="https://aisne.gouv.fr">aisne.gouv.fr</a>', "aisne.gouv.fr"),
        ('<img src="x" onerror="alert(1)">', ""),
        ("<svg><script>1</script><text>x</text></svg>", ""),
        ('<iframe src="https://x"></iframe>ok', "ok"),
        ("<h1>Titre</h1><h2>Sous-titre</h2>", "Titre<h2>Sous-titre</h2>"),
        ("<ul><li>un<li>deux</ul>", "<ul><li>un</li><li>deux</li></ul>"),
        ("<p>un<br/>deux", "<p>un<br>deux</p>"),
        ("1 < 2 & 3", "1 &lt; 2 &amp; 3"),
        ('<p dir="evil" lang="x y">a</p>', "<p>a</p>"),
        ("<!-- c --><p>a</p><![CDATA[x]]>", "<p>a</p>"),
        ("<p>&lt;script&gt;1&lt;/script&gt;</p>", "<p>&lt;script&gt;1&lt;/script&gt;</p>"),
    ],
)
def test_only_words_and_their_structure_are_kept(given_text: str, kept: str):
    assert safe_html(given_text) == kept


@given(st.lists(PIECES, max_size=14).map("".join) | st.text(max_size=60))
def test_any_text_becomes_safe_and_stays_as_it_is(text: str):
    kept = safe_html(text)
    assert safe_html(kept) == kept
    assert set(re.findall(r"</?([a-z0-9]+)", kept)) <= TAGS
    for tag in re.findall(r"<[a-z][^>]*>", kept):
        assert re.fullmatch(r'<[a-z0-9]+(?: (?:lang|dir)="[\w-]+")*>', tag)


def test_the_words_alone_stand_on_one_line():
    assert (
        plain_text("<h2>Horaires</h2><p>9 h &amp; 14 h<br>sauf <b>lundi</b></p>")
        == "Horaires 9 h & 14 h sauf lundi"
    )


def test_each_sign_is_served_kept_and_named():
    served = tomllib.loads((PROJECT / ".ci" / "assets.toml").read_text(encoding="utf-8"))["icons"]["names"]
    with catalogue_file("notices").open("rb") as file:
        named = {str(message.id) for message in read_po(file)}
    assert set(STEP_ICONS) <= set(served)
    assert {f"icons/{icon}.svg" for icon in STEP_ICONS} <= set(ASSETS)
    assert {f"notices.icon.{icon}" for icon in STEP_ICONS} <= named


def test_every_template_of_a_notice_is_tried_with_its_longest_words():
    script = (PROJECT / "signage/static/feature_slides.js").read_text(encoding="utf-8")
    built = set(re.findall(r"^  (\w+):", script.partition("export const FEATURES = {")[2], re.MULTILINE))
    assert "figure" in built
    assert built - {each["kind"] for each in templates()} == set()
