"""The five languages Frontdesk speaks, as ISO 639-1 codes."""

from typing import Final, Literal

Language = Literal["ru", "es", "en", "he", "pt"]
LANGUAGES: Final[tuple[Language, ...]] = ("ru", "es", "en", "he", "pt")
RIGHT_TO_LEFT: Final[frozenset[str]] = frozenset({"he"})
