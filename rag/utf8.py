"""Any string to one that UTF-8 can spell. Knows nothing else."""


def to_utf8(text: str) -> str:
    """The text with `?` for halves of surrogate pairs, which JSON can spell and no other program takes.

    Args:
        text: Any string at all.

    Returns:
        A text of the same length, in which no offset moves.
    """
    return text.encode("utf-8", "replace").decode()
