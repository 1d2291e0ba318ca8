"""The sentences of the code, read once for all tests of a process."""

from server.app import CATALOGUES
from server.language import Catalogues

TRANSLATE = Catalogues(CATALOGUES).translate
