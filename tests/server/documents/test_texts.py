"""Long words of a screen may be parted, by the rules of their language."""

from server.documents.texts import SOFT_HYPHEN, hyphenate


def test_long_words_may_be_parted_and_short_ones_not() -> None:
    text = hyphenate("Renouvellement d’un titre", "fr")
    assert text.replace(SOFT_HYPHEN, "-") == "Renou-vel-le-ment d’un titre"
    assert hyphenate("Un accueil", "fr") == "Un accueil"


def test_html_and_languages_without_rules_stay_as_they_are() -> None:
    html = (
        '<p lang="fr">Un <strong>accueil</strong> &nbsp;&amp; un<br>guichet</p><blockquote>oui</blockquote>'
    )
    assert hyphenate(html, "fr") == html
    assert hyphenate("مكتباستقبالالزوار", "ar") == "مكتباستقبالالزوار"
