"""Words that French passwords are made of, the commonest first, because guessers try these first.

English ones, first names and keyboards of other countries come with the estimator (docs/decisions/0029).
"""

_WORDS = """
azerty azertyuiop qsdfghjklm wxcvbn motdepasse mdp bonjour bonsoir salut soleil marseille doudou loulou
chouchou jetaime monamour amour coucou chocolat nicolas julien camille thomas alexandre pierre sophie
isabelle nathalie christophe philippe caroline sandrine stephane valerie mickael sebastien francois
maman papa bebe famille enfant princesse papillon tigrou minou toutou caramel vanille nounours bisous
vacances football paris lyon lille nantes toulouse bordeaux france vivelafrance bretagne picardie
liberte egalite fraternite liberteegalitefraternite republique marianne prefecture souspref
sousprefecture mairie departement ministere interieur administration administrateur admin accueil
guichet ticket borne ecran bienvenue service bureau agent usager passeport titre permis secret
provisoire temporaire changer changeme nouveau ordinateur internet informatique serveur connexion
utilisateur compte session parvis
janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
lundi mardi mercredi jeudi vendredi samedi dimanche printemps automne hiver noel
"""
FRENCH_WORDS: tuple[str, ...] = tuple(_WORDS.split())
