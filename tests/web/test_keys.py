from __future__ import annotations

from rag.web.keys import help_sheet
from tests.web.test_html import Elements


def test_the_sheet_is_a_named_dialog_with_a_button_to_open_and_one_to_close_it() -> None:
    found = Elements(help_sheet()).tags
    [dialog] = [attributes for tag, attributes in found if tag == "dialog"]
    assert dialog["aria-labelledby"] in [attributes.get("id") for _, attributes in found]
    assert [tag for tag, _ in found].count("button") == 2
    assert [tag for tag, _ in found].count("dt") == [tag for tag, _ in found].count("dd") > 3
